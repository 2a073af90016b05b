--- Answers that come late, in another order, or when the user is elsewhere by then.

local chat = require("lib.chat")
local check = require("lib.check")
local process = require("lib.process")
local stage = require("lib.stage")

--- Keeps the requests of some methods, to be answered by hand: `_G.late[n](err, result)`.
local LATE = [[
  local methods = ...
  local client = require("aside.client")
  local request, has = client.request, client.has
  _G.late = {}
  client.has = function(method)
    return vim.list_contains(methods, method) or has(method)
  end
  client.request = function(method, params, done)
    if not vim.list_contains(methods, method) then
      return request(method, params, done)
    end
    table.insert(_G.late, done)
  end
]]

---@param s tests.Stage
---@param ... string Methods whose answers come late.
---@return tests.Editor
local function editor_with_late(s, ...)
  s.world:write("a.txt", "one\n")
  s.world:init(chat.PICKER)
  local editor = s:editor({ files = { "a.txt" } })
  -- What the connection asks for by itself is answered before.
  editor:wait("the server", "return require('aside').status().connection == 'ready'")
  editor:lua(LATE, { ... })
  return editor
end

---@param editor tests.Editor
---@param count integer
local function asked(editor, count)
  editor:wait(("%d requests"):format(count), "return #_G.late >= ...", count)
end

---@param editor tests.Editor
---@param index integer
---@param result table
local function answer(editor, index, result)
  editor:lua("local index, result = ... _G.late[index](nil, result)", index, result)
end

return {
  {
    "a list that comes while the user types takes no key",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "model/list")
      editor:type(":Aside model<CR>")
      asked(editor, 1)
      editor:type("itwo ")
      editor:wait("what is typed", "return vim.fn.getline(1) == 'two one'")
      answer(editor, 1, { models = {} })
      check.same(editor:lua("return _G.asked and _G.asked.prompt"), nil)
      editor:type("and <Esc>")
      editor:wait("the list", "return _G.asked ~= nil")
      check.same(editor:text("a%.txt"), "two and one")
    end),
  },
  {
    "a list that comes at once is there at once",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "model/list")
      editor:type(":Aside model<CR>")
      asked(editor, 1)
      answer(editor, 1, { models = {} })
      check.is(editor:lua("return _G.asked ~= nil"), "the list")
    end),
  },
  {
    "a session that starts late takes nobody away from another one",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "session/create", "session/get", "session/items")
      editor:lua([[
        local state = require("aside.state")
        state.ensure(nil, function(_, id)
          _G.started = id
        end)
        state.open("other")
      ]])
      answer(editor, 1, { id = "new" })
      check.same(editor:lua("return { _G.started, require('aside.state').current() }"), { "new", "other" })
    end),
  },
  {
    "a session that is read twice at once has all that happened meanwhile",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "session/get", "session/items")
      local page = { items = {}, turns = {}, seq = 5 }
      editor:lua("require('aside.state').open('s') require('aside.state').open('s')")
      answer(editor, 1, { id = "s" })
      answer(editor, 2, { id = "s" })
      editor:lua([[
        local item = { id = "i", turnId = "t", type = "userMessage", content = {} }
        require("aside.state").handle({ sessionId = "s", seq = 6, event = { type = "itemStarted", item = item } })
      ]])
      -- The page that was asked for last comes first.
      answer(editor, 4, page)
      answer(editor, 3, vim.tbl_extend("force", page, { seq = 4 }))
      local store = editor:lua([[
        local store = require("aside.state").shown()
        return { store.loaded, store.lastSeq, #store.items }
      ]])
      check.same(store, { true, 6, 1 })
    end),
  },
  {
    "a list of hunks that is older than what is known takes none away",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "edit/list")
      local waiting = editor:lua([[
        local review = require("aside.review")
        local uri = vim.uri_from_bufnr(0)
        local range = { start = { line = 0, character = 0 }, ["end"] = { line = 1, character = 0 } }
        local function edit(id, status, hunk)
          local one = { id = id, status = hunk, oldText = "1\n", newText = "one\n", oldRange = range, newRange = range }
          return { id = id, turnId = "t", uri = uri, kind = "modify", status = status, hunks = { one } }
        end
        -- Two are known when the list is asked for, of those that are made and no other.
        review.put({ edit("partly", "applied", "pending"), edit("whole", "applied", "pending") })
        _G.late = {}
        review.refresh(require("aside.review.store").key_of(0))
        -- Then one is accepted in part, and the other as a whole.
        review.put({ edit("partly", "partial", "pending"), edit("whole", "accepted", "accepted") })
        _G.late[1](nil, { edits = { edit("whole", "applied", "pending") } })
        return vim.tbl_map(function(entry)
          return entry.edit.id
        end, require("aside.review.store").entries())
      ]])
      check.same(waiting, { "partly" })
    end),
  },
  {
    "an edit of a text that has changed since is refused, and touches nothing",
    stage.with({}, function(s)
      local editor = editor_with_late(s)
      editor:type("Otyped<Esc>")
      local result = editor:lua([[
        local range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 3 } }
        local version = vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()] - 1
        return require("aside.apply").handler(nil, {
          edit = {
            documentChanges = {
              {
                textDocument = { uri = vim.uri_from_bufnr(0), version = version },
                edits = { { range = range, newText = "ONE" } },
              },
            },
          },
        }, { client_id = vim.lsp.get_clients({ name = "aside" })[1].id, method = "workspace/applyEdit" })
      ]])
      check.same(result, { applied = false, failureReason = "the document has changed since" })
      check.same(editor:text("a%.txt"), "typed\none")
      check.lacks(editor:messages(), "newer")
    end),
  },
  {
    "what fits a word is offered for that word only, and nobody waits for it",
    stage.with({}, function(s)
      local editor = editor_with_late(s, "context/complete")
      chat.open(editor)
      editor:type("i@a")
      asked(editor, 1)
      editor:type("b")
      asked(editor, 2)
      local found = { candidates = { { label = "about", detail = "", insert = "@about.txt" } } }
      answer(editor, 1, found)
      check.same(editor:lua("return vim.fn.pumvisible()"), 0)
      local since = vim.uv.now()
      process.wait("an answer that takes long", function()
        return vim.uv.now() - since > 700
      end)
      answer(editor, 2, found)
      editor:wait("what fits", "return vim.fn.pumvisible() == 1")
      editor:type("<C-e>")
      editor:wait("nothing to be offered", "return vim.fn.pumvisible() == 0")
      editor:lua("_G.late = {}")
      editor:type("<C-x><C-o>")
      asked(editor, 1)
      answer(editor, 1, found)
      editor:wait("what fits", "return vim.fn.pumvisible() == 1")
      editor:type("<C-n><C-y><Esc>")
      editor:wait("the name", "return vim.fn.getline(1) == '@about.txt'")
    end),
  },
}
