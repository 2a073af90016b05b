--- What is chosen from lists: sessions, models, modes, how much models think, MCP servers, trust.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local stage = require("lib.stage")

---@param s tests.Stage
---@param message string
---@return tests.Editor
local function spoken(s, message)
  s.world:init(chat.PICKER .. [[
    vim.ui.input = function(_, done)
      done(_G.typed)
    end
  ]])
  local editor = s:editor()
  chat.open(editor)
  chat.say(editor, message)
  chat.shows(editor, "Yes.")
  chat.is(editor, "idle")
  return editor
end

--- Waits until the sessions of the workspace are these.
---@param editor tests.Editor
---@param filter table
---@param titles string[]
local function sessions(editor, filter, titles)
  editor:wait(
    "the sessions " .. vim.inspect(titles),
    [[
      local filter, titles = ...
      if not _G.asking then
        _G.asking = true
        require("aside.client").request("session/list", filter, function(_, result)
          _G.asking = nil
          _G.listed = vim.tbl_map(function(session)
            return session.title
          end, result.sessions)
        end)
      end
      return vim.deep_equal(_G.listed, titles)
    ]],
    filter,
    titles
  )
end

local REPLIES = { S.say("Yes."), S.say("Yes."), S.say("Yes.") }

return {
  {
    "a session is named, pinned, archived, found, and deleted",
    stage.with(REPLIES, function(s)
      local editor = spoken(s, "The first")
      editor:lua("_G.typed = 'Renamed'")
      editor:type(":Aside sessions rename<CR>")
      chat.pick(editor, "The first")
      sessions(editor, vim.empty_dict(), { "Renamed" })
      editor:type(":Aside sessions<CR>")
      chat.pick(editor, "a new session")
      editor:wait("an empty chat", "return require('aside.state').current() == nil")
      chat.say(editor, "The second")
      chat.shows(editor, "The second", "Yes.")
      chat.is(editor, "idle")
      editor:type(":Aside sessions pin<CR>")
      chat.pick(editor, "Renamed")
      sessions(editor, vim.empty_dict(), { "Renamed", "The second" })
      editor:type(":Aside sessions<CR>")
      local asked = chat.pick(editor, "★ Renamed")
      check.has(table.concat(asked.labels, "\n"), "▸   The second", "1 turn")
      chat.shows(editor, "The first")
      editor:type(":Aside sessions archive<CR>")
      chat.pick(editor, "Renamed")
      sessions(editor, { archived = true }, { "Renamed" })
      editor:type(":Aside sessions new<CR>")
      editor:wait("an empty chat", "return require('aside.state').current() == nil")
      editor:type(":Aside sessions search first<CR>")
      asked = chat.pick(editor, "The first")
      check.has(asked.prompt, "“first”")
      chat.shows(editor, "The first")
      editor:type(":Aside sessions delete<CR>")
      chat.pick(editor, "The second")
      asked = chat.pick(editor, "Cancel")
      check.has(asked.prompt, "The second")
      sessions(editor, vim.empty_dict(), { "The second" })
      editor:type(":Aside sessions delete<CR>")
      chat.pick(editor, "The second")
      chat.pick(editor, "Delete it")
      sessions(editor, vim.empty_dict(), {})
    end),
  },
  {
    "one goes on from a copy of a session",
    stage.with(REPLIES, function(s)
      local editor = spoken(s, "The first")
      local before = chat.session(editor)
      editor:type(":Aside sessions fork<CR>")
      chat.pick(editor, "The first")
      editor:wait("the copy", "return require('aside.state').current() ~= ...", before)
      chat.shows(editor, "The first", "Yes.")
    end),
  },
  {
    "a conversation is written as Markdown, and opened",
    stage.with(REPLIES, function(s)
      local editor = spoken(s, "The first")
      editor:type(":Aside sessions export<CR>")
      chat.pick(editor, "The first")
      editor:wait("the file", "return vim.bo.filetype == 'markdown' and #vim.api.nvim_list_tabpages() == 2")
      check.has(editor:text(), "The first", "Yes.")
    end),
  },
  {
    "model, mode and thinking are chosen, and count from the next message on",
    stage.with(REPLIES, function(s)
      local editor = spoken(s, "The first")
      editor:lua("_G.typed = 'openai/another'")
      editor:type(":Aside model<CR>")
      local asked = chat.pick(editor, "by its name")
      check.has(table.concat(asked.labels, "\n"), "▸ openai/scripted", "that cannot be used yet")
      editor:wait("the model", "return require('aside').status().model == 'openai/another'")
      editor:type(":Aside mode<CR>")
      asked = chat.pick(editor, "readOnly")
      check.has(asked.labels[1], "▸ ask")
      editor:wait("the mode", "return require('aside').status().mode == 'readOnly'")
      editor:type(":Aside agent<CR>")
      asked = chat.pick(editor, "default")
      check.has(asked.labels[1], "▸ default")
      editor:type(":Aside effort<CR>")
      asked = chat.pick(editor, "high")
      check.has(asked.labels[1], "▸ default")
      editor:wait("the effort", "return require('aside.state').shown().session.effort == 'high'")
      chat.say(editor, "The second")
      local request = s.script:asked(2)
      check.same(request.model, "another")
      check.same(request.reasoning_effort, "high")
      editor:type(":Aside mode whatever<CR>")
      editor:wait("a word why", "return vim.fn.execute('messages'):find('`whatever` is no mode', 1, true)")
    end),
  },
  {
    "a workspace that cannot be trusted is shown, whatever is said of it",
    stage.with({}, function(s)
      local lines = s:editor():lua([[
        local state = { workspace = "/pro\nject", status = "refused", reason = "one\ntwo", entries = {} }
        return require("aside.trust").lines(state)
      ]])
      check.same({ lines[1], lines[5], lines[6] }, { "# /pro ject", "one", "two" })
    end),
  },
  {
    "what a workspace brings along is shown, trusted, and trusted no more",
    stage.with(REPLIES, function(s)
      local servers = { mcpServers = { broken = { command = "no-such-program" } } }
      s.world:write(".mcp.json", vim.json.encode(servers))
      local editor = spoken(s, "The first")
      editor:type(":Aside trust<CR>")
      editor:wait(
        "what there is",
        [[
        for _, window in ipairs(vim.api.nvim_list_wins()) do
          local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
          if table.concat(lines, "\n"):find("no-such-program", 1, true) then
            return true
          end
        end
      ]]
      )
      chat.pick(editor, "Trust it, as it is shown")
      editor:wait("the word", "return vim.fn.execute('messages'):find('it is active', 1, true)")
      editor:type(":Aside mcp<CR>")
      chat.pick(editor, "broken · stopped · stdio")
      chat.pick(editor, "Start")
      editor:wait("why it failed", "return vim.fn.execute('messages'):find('no%-such%-program` was not found')")
      editor:type(":Aside trust revoke<CR>")
      editor:wait("the word", "return vim.fn.execute('messages'):find('is not active', 1, true)")
      check.same(chat.request(editor, "trust/get", vim.empty_dict()).status, "untrusted")
    end),
  },
}
