--- What a model's tools reach through the editor: an MCP server, and what the editor's own
--- language servers know.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local settings = require("lib.settings")
local stage = require("lib.stage")

--- For a user's `init.lua`: a language server inside the editor that knows one definition.
local NEIGHBOUR = [[
  vim.api.nvim_create_autocmd("BufReadPost", {
    pattern = "*.txt",
    callback = function(args)
      vim.lsp.start({
        name = "neighbour",
        root_dir = vim.fn.getcwd(),
        cmd = function()
          local stopped = false
          return {
            request = function(method, params, answer)
              local range = { start = { line = 2, character = 0 }, ["end"] = { line = 2, character = 5 } }
              local results = {
                initialize = { capabilities = {
                  definitionProvider = true,
                  referencesProvider = true,
                  documentSymbolProvider = true,
                } },
                ["textDocument/definition"] = { uri = vim.uri_from_bufnr(args.buf), range = range },
                ["textDocument/references"] = { { uri = vim.uri_from_bufnr(args.buf), range = range } },
                ["textDocument/documentSymbol"] = {
                  { name = "a_symbol", kind = 12, range = range, selectionRange = range },
                },
              }
              vim.schedule(function()
                answer(nil, results[method] or vim.NIL)
              end)
              return true, 1
            end,
            notify = function() return true end,
            is_closing = function() return stopped end,
            terminate = function() stopped = true end,
          }
        end,
      }, { bufnr = args.buf })
      local ns = vim.api.nvim_create_namespace("lint")
      vim.diagnostic.set(ns, args.buf, {
        { lnum = 1, col = 0, end_lnum = 1, end_col = 3, severity = 1, message = "two is odd", source = "lint" },
      })
    end,
  })
]]

return {
  {
    "a tool of an MCP server is asked about, called, and its answer shown",
    stage.with({
      S.call("f", "find_tools", { query = "create entities in the knowledge graph" }),
      S.call("m", "mcp__memory__create_entities", {
        entities = { { name = "Ada", entityType = "person", observations = { "counts" } } },
      }),
      S.say("It is noted."),
    }, function(s)
      local entry = settings.mcp .. "/npm/node_modules/@modelcontextprotocol/server-memory/dist/index.js"
      local memory = s.world.root .. "/memory.json"
      local servers = { memory = { command = settings.node, args = { entry }, env = { MEMORY_FILE_PATH = memory } } }
      s.world:write_at(s.world.config .. "/mcp.json", vim.json.encode({ mcpServers = servers }))
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Remember Ada")
      local question = chat.answer(editor, "y")
      check.has(question, "create_entities of the server memory", '"name":"Ada"')
      chat.shows(editor, "It is noted.")
      check.has(s.script:told("m"), "Ada")
      check.has(table.concat(vim.fn.readfile(memory)), "counts")
      local listed = chat.request(editor, "mcp/list", vim.empty_dict())
      check.same({ listed.servers[1].name, listed.servers[1].status }, { "memory", "ready" })
    end),
  },
  {
    "the model is told what the editor's other servers know",
    stage.with({
      S.call("d", "diagnostics", { path = "a.txt" }),
      S.call("def", "definition", { path = "a.txt", line = 1, symbol = "one" }),
      S.call("ref", "references", { path = "a.txt", line = 1, symbol = "one" }),
      S.call("sym", "document_symbols", { path = "a.txt" }),
      S.say("I know all."),
    }, function(s)
      s.world:write("a.txt", "one\ntwo\nthree\n")
      s.world:init(NEIGHBOUR)
      local editor = s:editor({ files = { "a.txt" } })
      editor:wait("the other server", "return #vim.lsp.get_clients({ name = 'neighbour' }) == 1")
      chat.open(editor)
      chat.say(editor, "What is odd?")
      chat.shows(editor, "I know all.")
      check.has(s.script:told("d"), "two is odd", "2")
      check.has(s.script:told("def"), "three")
      check.has(s.script:told("ref"), "three")
      check.has(s.script:told("sym"), "a_symbol")
    end),
  },
  {
    "a file on which nobody reports is not taken for one without faults",
    stage.with({ S.call("d", "diagnostics", { path = "a.txt" }), S.say("Nobody knows.") }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor({ files = { "a.txt" } })
      chat.open(editor)
      chat.say(editor, "What is odd?")
      chat.shows(editor, "Nobody knows.")
      check.has(s.script:told("d"), "No language server and no linter")
    end),
  },
  {
    "a file is not taken for one whose name begins with its own",
    stage.with({}, function(s)
      s.world:write("main.c", "")
      s.world:write("main.cpp", "")
      local editor = s:editor({ files = { "main.cpp" } })
      local found = editor:lua([[
        local documents = require("aside.documents")
        local here = vim.fs.dirname(vim.api.nvim_buf_get_name(0))
        return {
          documents.buffer(here .. "/main.cpp") == vim.api.nvim_get_current_buf(),
          documents.buffer(here .. "/main.c") == nil,
          documents.buffer(here) == nil,
        }
      ]])
      check.same(found, { true, true, true })
    end),
  },
}
