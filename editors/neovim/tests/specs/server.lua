--- A server that dies: nothing that the user sees or wrote is lost, and the work goes on.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local process = require("lib.process")
local stage = require("lib.stage")

return {
  {
    "a server that is killed in the middle of an answer is started again",
    stage.with({
      S.say("A first answer."),
      S.parts({ text = "A second one" }, S.gate("killed"), { text = " is never whole." }),
      S.say("A third answer."),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "One")
      chat.shows(editor, "A first answer.")
      chat.is(editor, "idle")
      chat.say(editor, "Two")
      s.script:at("killed")
      chat.shows(editor, "A second one")
      editor:type("iHalf a thought<Esc>")
      local server = editor:server()
      -- What was streamed is stored within a quarter of a second; here nothing is asked of it.
      vim.uv.kill(server, "sigkill")
      editor:wait(
        "another server",
        [[
        local status = require("aside").status()
        return status.connection == "ready" and status.state == "idle"
      ]]
      )
      check.is(not process.is_alive(server), "the first server to be gone")
      check.is(editor:server() ~= server, "another server")
      local text = chat.shows(editor, "One", "A first answer.", "Two", "A second one", "The server ended")
      check.same(select(2, text:gsub("A first answer%.", "")), 1, "each answer stands there once")
      check.same(editor:text("aside://input"), "Half a thought")
      editor:type("<CR>")
      chat.shows(editor, "Half a thought", "A third answer.")
    end),
  },
  {
    "a server that is killed while it asks asks no more",
    stage.with({
      S.call("w", "write_file", { path = "new.txt", content = "made\n" }),
      S.say("It goes on."),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Make new.txt")
      chat.question(editor)
      vim.uv.kill(editor:server(), "sigkill")
      editor:wait("the question to be gone", "return vim.bo.filetype ~= 'aside-permission'")
      editor:wait("another server", "return require('aside').status().connection == 'ready'")
      chat.shows(editor, "The server ended")
      editor:type("<C-w>100j")
      editor:wait("the input", "return vim.api.nvim_buf_get_name(0) == 'aside://input'")
      chat.say(editor, "Go on")
      chat.shows(editor, "It goes on.")
    end),
  },
  {
    "an editor that opens again finds the conversation",
    stage.with({ S.say("Remember this."), S.say("I do.") }, function(s)
      local first = s:editor()
      chat.open(first)
      chat.say(first, "A word")
      chat.shows(first, "Remember this.")
      local id = chat.session(first)
      chat.is(first, "idle")
      first:close()
      s.world:init(chat.PICKER)
      local second = s:editor()
      chat.open(second)
      second:command("Aside sessions")
      chat.pick(second, "A word")
      chat.shows(second, "A word", "Remember this.")
      check.same(chat.session(second), id)
      second:type("<C-w>100j")
      chat.say(second, "Do you?")
      chat.shows(second, "I do.")
    end),
  },
  {
    "one goes from one conversation to another and back",
    stage.with({ S.say("About cats."), S.say("About dogs."), S.say("Still cats.") }, function(s)
      s.world:init(chat.PICKER)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Cats")
      chat.shows(editor, "About cats.")
      editor:command("Aside sessions new")
      editor:wait(
        "an empty chat",
        [[
        return vim.api.nvim_buf_line_count(vim.fn.bufnr("aside://chat")) == 1
      ]]
      )
      chat.open(editor)
      chat.say(editor, "Dogs")
      check.lacks(chat.shows(editor, "About dogs."), "cats")
      editor:command("Aside sessions")
      chat.pick(editor, "Cats")
      check.lacks(chat.shows(editor, "About cats."), "dogs")
      chat.open(editor)
      chat.say(editor, "More")
      check.lacks(chat.shows(editor, "Still cats."), "dogs")
    end),
  },
}
