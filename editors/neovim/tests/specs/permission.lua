--- Questions for permission: what they show, how they are answered, and that nothing else answers.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local process = require("lib.process")
local stage = require("lib.stage")

local function write(id)
  return S.call(id or "w", "write_file", { path = "new.txt", content = "made\n" })
end

--- The model writes a file; the test answers the question. What the model was told comes back.
---@param answer fun(editor: tests.Editor, s: tests.Stage)
---@param expect string what the model is told of it
---@return fun()
local function asked(answer, expect)
  return stage.with({ write(), S.say("So be it.") }, function(s)
    local editor = s:editor()
    chat.open(editor)
    chat.say(editor, "Make new.txt")
    answer(editor, s)
    chat.shows(editor, "So be it.")
    check.has(s.script:told("w"), expect)
    chat.is(editor, "idle")
  end)
end

--- Questions as the server has them, put to a plugin whose answers are kept in `_G.answers`.
local ASKED = [[
  _G.answers = {}
  require("aside.client").on_request = function(_, handler)
    for _, name in ipairs({ "first", "second" }) do
      handler({
        requestId = name,
        sessionId = "s",
        item = { id = name, type = "toolCall", name = "bash", title = name, arguments = { command = name } },
        reason = "Why.",
        effects = {},
        options = {
          { id = "yes", label = "Allow once", kind = "allowOnce" },
          { id = "no", label = "Reject", kind = "rejectOnce" },
        },
      }, function(_, answer)
        _G.answers[name] = answer.optionId
      end, {})
    end
  end
  package.loaded["aside.permission"] = nil
  require("aside.permission")
]]

return {
  {
    "the question that is seen is the one that is answered",
    stage.with({}, function(s)
      local editor = s:editor()
      editor:lua(ASKED)
      editor:type(":Aside answer<CR>")
      check.has(chat.answer(editor, "q"), "first")
      -- The first is put off, and the second is seen.
      editor:type(":Aside answer<CR>")
      check.has(chat.question(editor), "second")
      editor:type(":Aside answer no<CR>")
      editor:wait("an answer", "return _G.answers.second")
      check.same(editor:lua("return _G.answers"), { second = "no" })
      editor:type(":Aside answer yes<CR>")
      editor:wait("the other answer", "return _G.answers.first == 'yes'")
      check.same(editor:lua("return #vim.api.nvim_get_autocmds({ group = 'aside.permission' })"), 0)
    end),
  },
  {
    "keys that go on when the window has the cursor answer nothing, until they rest",
    stage.with({}, function(s)
      local editor = s:editor()
      -- Longer than a machine with much to do takes between two looks at it.
      editor:lua("require('aside.permission.gate').REST_MS = 5000")
      editor:lua(ASKED)
      editor:type(":Aside answer<CR>")
      editor:wait("the cursor", "return vim.bo.filetype == 'aside-permission'")
      local entered = vim.uv.now()
      process.wait("a moment that is shorter", function()
        return vim.uv.now() - entered > 500
      end)
      editor:type("n")
      editor:type("<C-w>w<C-w>w")
      check.same(editor:lua("return vim.b.aside_armed or next(_G.answers)"), nil)
      editor:lua("require('aside.permission.gate').REST_MS = 50")
      chat.answer(editor, "n")
      editor:wait("an answer", "return _G.answers.first == 'no'")
    end),
  },
  {
    "one key allows it",
    asked(function(editor, s)
      local question = chat.answer(editor, "y")
      check.has(question, "new.txt", "Allow once", "Reject", "+made")
      chat.shows(editor, "So be it.")
      -- Nobody has the file open, so that it is changed in a buffer that is not saved.
      local text = editor:wait(
        "the new file",
        [[
        for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
          if vim.api.nvim_buf_get_name(buffer):find("new.txt", 1, true) then
            return vim.api.nvim_buf_get_lines(buffer, 0, -1, true)[1]
          end
        end
        return vim.uv.fs_stat("new.txt") and vim.fn.readfile("new.txt")[1]
      ]]
      )
      check.same(text, "made")
      check.is(s.world, "a world")
    end, "new.txt"),
  },
  {
    "one key refuses it",
    asked(function(editor)
      chat.answer(editor, "n")
      chat.shows(editor, "rejected")
    end, "refused"),
  },
  {
    "a refusal takes words for the model along",
    asked(function(editor)
      chat.answer(editor, "r")
      editor:wait("the prompt", "return vim.api.nvim_get_mode().mode == 'c'")
      editor:type("Keep the old name.<CR>")
    end, "Keep the old name."),
  },
  {
    "whoever has a picker of choice answers in that",
    stage.with({ write(), S.say("So be it.") }, function(s)
      s.world:init("vim.g.aside = { prompt = 'select' }" .. chat.PICKER)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Make new.txt")
      local question = chat.pick(editor, "Reject")
      check.has(question.prompt, "new.txt")
      check.is(vim.list_contains(question.labels, "Allow once"), "an answer that allows it")
      chat.shows(editor, "So be it.")
      check.has(s.script:told("w"), "refused")
    end),
  },
  {
    "a question that is put off waits until it is asked for",
    asked(function(editor)
      chat.answer(editor, "q")
      editor:wait("the question to be gone", "return vim.bo.filetype ~= 'aside-permission'")
      check.same(editor:lua("return require('aside').status().state"), "waiting")
      editor:type(":Aside answer<CR>")
      chat.answer(editor, "y")
    end, "new.txt"),
  },
  {
    "keys that were on their way answer nothing",
    stage.with({
      S.parts(S.gate("go"), {
        toolCall = {
          id = "w",
          name = "write_file",
          arguments = {
            path = "new.txt",
            content = "made\n",
          },
        },
      }),
      S.say("So be it."),
    }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor({ files = { "a.txt" } })
      chat.open(editor)
      chat.say(editor, "Make new.txt")
      s.script:at("go")
      -- The user is at work in a file when the question comes.
      editor:type("<C-w>10h")
      editor:type("yyP")
      s.script:open("go")
      chat.is(editor, "waiting")
      editor:type("yyPyyP")
      check.same(editor:text("a%.txt"), "one\none\none\none")
      check.same(editor:lua("return require('aside').status().state"), "waiting")
      check.same(s.script:told("w"), nil)
      editor:type(":Aside answer<CR>")
      chat.answer(editor, "y")
      chat.shows(editor, "So be it.")
    end),
  },
  {
    "a key that comes at the moment of the question does not answer it",
    stage.with({ write(), S.say("So be it.") }, function(s)
      local editor = s:editor()
      editor:lua([[
        vim.api.nvim_create_autocmd("WinEnter", {
          callback = function()
            if vim.bo.filetype == "aside-permission" then
              _G.pressed = true
              vim.api.nvim_input("yn1")
            end
          end,
        })
      ]])
      chat.open(editor)
      chat.say(editor, "Make new.txt")
      chat.question(editor)
      check.same(editor:lua("return _G.pressed"), true)
      check.same(s.script:told("w"), nil)
      editor:type("n")
      chat.shows(editor, "So be it.")
      check.has(s.script:told("w"), "refused")
    end),
  },
  {
    "a question goes when the turn is stopped",
    stage.with({ write(), S.say("Never.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Make new.txt")
      chat.question(editor)
      editor:command("Aside stop")
      editor:wait("the question to be gone", "return vim.bo.filetype ~= 'aside-permission'")
      chat.shows(editor, "Stopped.")
      check.same(#s.script.requests, 1)
    end),
  },
  {
    "a command is shown as it is",
    stage.with({ S.call("b", "bash", { command = "echo one &&\n  touch two" }), S.say("Not done.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Run it")
      local question = chat.answer(editor, "n")
      check.has(question, "echo one &&", "touch two", "runs")
      chat.shows(editor, "Not done.")
      check.is(not vim.uv.fs_stat(s.world.work .. "/two"), "no file")
    end),
  },
  {
    "no argument of a call is left out, whatever it is called",
    stage.with({}, function(s)
      local shown = s:editor():lua([[
        local words = require("aside.permission.words")
        local lines = words.lines({
          item = { name = "buy", title = "buy of shop", arguments = { command = { "rm", "-rf" }, count = 9 } },
          reason = "Why.", effects = {}, options = {},
        }, {}, 40, 80)
        return vim.tbl_map(function(line)
          return line[1] and line[1][1] or ""
        end, lines)
      ]])
      check.has(table.concat(shown, "\n"), "buy of shop", 'command: ["rm","-rf"]', "count: 9")
    end),
  },
}
