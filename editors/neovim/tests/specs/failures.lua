--- What is missing or broken says so, and says what to do.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local settings = require("lib.settings")
local stage = require("lib.stage")

local NO_MODEL = { ASIDE_MODEL = false, OPENAI_API_KEY = false, OPENAI_BASE_URL = false }
local NO_PROGRAM = { PATH = "/usr/bin:/bin" }

--- Waits until the messages have all of these texts.
---@param editor tests.Editor
---@param ... string
local function says(editor, ...)
  for _, text in ipairs({ ... }) do
    editor:wait(
      "the message " .. text,
      [[
      return vim.api.nvim_exec2("messages", { output = true }).output:find(..., 1, true) ~= nil
    ]],
      text
    )
  end
end

return {
  {
    "a server that is not installed",
    stage.with({}, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor({ files = { "a.txt" }, env = NO_PROGRAM })
      -- Who only edits files hears nothing of it.
      editor:type("x")
      check.same(editor:messages(), "")
      editor:type(":Aside chat<CR>")
      chat.shows(editor, "`aside` was not found", "vim.g.aside = { cmd = ", "checkhealth")
      local report = editor:command("checkhealth aside") .. editor:text()
      check.has(report, "`aside` was not found", "ADVICE")
    end),
  },
  {
    "a server that is somewhere else is named in a setting",
    stage.with({ S.say("Here I am.") }, function(s)
      s.world:init(("vim.g.aside = { cmd = { %q, 'lsp' } }"):format(settings.binaries .. "/aside"))
      local editor = s:editor({ env = NO_PROGRAM })
      chat.open(editor)
      chat.say(editor, "Where are you?")
      chat.shows(editor, "Here I am.")
    end),
  },
  {
    "a program that is no server",
    stage.with({}, function(s)
      s.world:init("vim.g.aside = { cmd = { '/bin/false' } }")
      local editor = s:editor()
      chat.open(editor)
      chat.shows(editor, "ended with code 1")
    end),
  },
  {
    "a server that refuses to begin is told of, and not left running",
    stage.with({}, function(s)
      local body = '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no begin today"}}'
      local script = ("printf 'Content-Length: %d\\r\\n\\r\\n%%s' '%s'; exec sleep 600"):format(#body, body)
      s.world:init(("vim.g.aside = { cmd = { '/bin/sh', '-c', %q } }"):format(script))
      local editor = s:editor()
      chat.open(editor)
      chat.shows(editor, "no begin today")
      editor:wait("it to be ended", "return #vim.api.nvim_get_proc_children(vim.uv.os_getpid()) == 0")
      check.same(editor:lua("return require('aside').status().connection"), "failed")
    end),
  },
  {
    "no model",
    stage.with({}, function(s)
      local editor = s:editor({ env = NO_MODEL })
      chat.open(editor)
      chat.say(editor, "Hello")
      chat.shows(editor, "There is no key", "aside auth add")
      -- What was written is not lost.
      chat.writes(editor, "Hello")
    end),
  },
  {
    "a provider that cannot be reached",
    stage.with({}, function(s)
      local editor = s:editor({ env = { OPENAI_BASE_URL = "http://127.0.0.1:9/v1" } })
      chat.open(editor)
      chat.say(editor, "Hello")
      chat.shows(editor, "Hello", "! ", "127.0.0.1:9")
      chat.is(editor, "idle")
    end),
  },
  {
    "a provider that refuses the key, and then does not",
    stage.with({ { status = 401, error = "no such key" }, S.say("Welcome back.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Hello")
      local text = chat.shows(editor, "Hello", "! ")
      check.has(text, "key")
      chat.is(editor, "idle")
      chat.say(editor, "Again")
      chat.shows(editor, "Welcome back.")
    end),
  },
  {
    "a subcommand that is none",
    stage.with({}, function(s)
      local editor = s:editor()
      editor:type(":Aside nothing<CR>")
      says(editor, "there is no `nothing`")
    end),
  },
}
