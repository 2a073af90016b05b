--- A server that dies: nothing that the user sees or wrote is lost, and the work goes on.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local process = require("lib.process")
local stage = require("lib.stage")

--- Kills the server, and waits for the next one.
---@param editor tests.Editor
local function restarted(editor)
  local server = editor:server()
  vim.uv.kill(server, "sigkill")
  editor:wait("the server to be gone", "return require('aside').status().connection ~= 'ready'")
  editor:wait("another server", "return require('aside').status().connection == 'ready'")
  check.is(editor:server() ~= server, "another server")
end

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
    "a message that waits is seen to wait when the server is back",
    stage.with({
      S.parts({ text = "The first" }, S.gate("killed"), { text = " is never whole." }),
      S.say("The second."),
      S.say("The third."),
    }, function(s)
      local editor = s:editor()
      local function waits(count)
        editor:wait(("%d to wait"):format(count), "return #require('aside.chat.queue').list() == ...", count)
      end
      chat.open(editor)
      chat.say(editor, "One")
      s.script:at("killed")
      chat.say(editor, "Two")
      waits(1)
      restarted(editor)
      waits(1)
      check.has(editor:lua("return vim.wo.winbar"), "Waits: Two")
      chat.say(editor, "Three")
      chat.shows(editor, "The second.", "The third.")
      waits(0)
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
  {
    "the folder of a server that begins is known, and the draft is kept for it",
    stage.with({}, function(s)
      vim.fn.mkdir(s.world.work .. "/inner/.git", "p")
      s.world:write("inner/a.txt", "one\n")
      s.world:init("vim.g.aside = { cmd = { 'sleep', '600' } }")
      local editor = s:editor({ files = { "inner/a.txt" } })
      editor:wait("the server to begin", "return require('aside').status().connection == 'starting'")
      check.same(editor:lua("return require('aside.client').root()"), s.world.work .. "/inner")
    end),
  },
  {
    "hunks that wait outlive the server",
    stage.with({
      S.read("r", "a.txt"),
      S.edit("e", "a.txt", { { old_text = "two\n", new_text = "TWO\n" } }),
      S.say("It is done."),
    }, function(s)
      s.world:write("a.txt", "one\ntwo\nthree\n")
      local editor = s:editor({ files = { "a.txt" }, env = { ASIDE_PERMISSION_MODE = "acceptEdits" } })
      chat.open(editor)
      chat.say(editor, "Change it")
      chat.shows(editor, "It is done.")
      editor:type("<C-w>t")
      editor:wait("the hunk", "return require('aside.review').count(0) == 1")
      restarted(editor)
      editor:wait("the hunk again", "return require('aside.review').count(0) == 1")
      editor:type("gg]hghr")
      editor:wait("the old text", "return vim.fn.getline(2) == 'two'")
    end),
  },
  {
    "what is typed while no server is there is what the next one knows",
    stage.with({ S.read("r", "a.txt"), S.say("I see.") }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor({ files = { "a.txt" } })
      chat.open(editor)
      editor:wait("the server", "return require('aside').status().connection == 'ready'")
      editor:type("<C-w>t")
      vim.uv.kill(editor:server(), "sigkill")
      editor:type("Gotyped without a server<Esc>")
      editor:wait("another server", "return require('aside').status().connection == 'ready'")
      chat.open(editor)
      chat.say(editor, "What is there?")
      chat.shows(editor, "I see.")
      check.has(s.script:told("r"), "typed without a server")
    end),
  },
  {
    "a server ends with the editor, however that ends",
    stage.with({ S.parts({ text = "On and on" }, S.gate("never")) }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Go")
      s.script:at("never")
      local server = editor:server()
      vim.uv.kill(editor.process.pid, "sigkill")
      process.wait("the server to end", function()
        return not process.is_alive(server)
      end)
      editor.process:finish()
    end),
  },
}
