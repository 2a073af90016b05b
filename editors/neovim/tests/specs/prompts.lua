--- The first prompt and the answers to it: streamed, folded, queued, stopped.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local stage = require("lib.stage")

return {
  {
    "a first prompt is answered piece by piece",
    stage.with({
      S.parts({ text = "The answer **begins**" }, S.gate("middle"), { text = " and ends." }),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "What is this?")
      s.script:at("middle")
      local text = chat.shows(editor, "## You", "What is this?", "The answer **begins**")
      check.lacks(text, "and ends")
      chat.is(editor, "running")
      check.same(editor:text("aside://input"), "", "the draft is sent")
      s.script:open("middle")
      chat.shows(editor, "The answer **begins** and ends.")
      chat.is(editor, "idle")
      local _, statusline = unpack(editor:lua("return { require('aside').status() }"))
      check.has(statusline, "scripted", "ask")
    end),
  },
  {
    "what is streamed is drawn as Markdown, with the code in it",
    stage.with({
      S.parts({ text = "A list:\n\n- one\n\n```lua\nlocal answer = 42\n```\n" }, S.gate("end")),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Show me")
      s.script:at("end")
      chat.shows(editor, "local answer = 42")
      local groups = editor:wait(
        "highlights of the code",
        [[
          local buffer = vim.fn.bufnr("aside://chat")
          local space = vim.api.nvim_create_namespace("aside.paint")
          for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, true)) do
            if line == "local answer = 42" then
              local place = { row - 1, 0 }
              local marks = vim.api.nvim_buf_get_extmarks(buffer, space, place, place, { details = true })
              local groups = vim.tbl_map(function(mark)
                return mark[4].hl_group
              end, marks)
              return #groups > 0 and groups or nil
            end
          end
        ]]
      )
      check.is(vim.list_contains(groups, "@keyword.lua"), "Lua's keyword in " .. vim.inspect(groups))
      s.script:open("end")
      chat.is(editor, "idle")
    end),
  },
  {
    "a call of a tool is one line until it is unfolded",
    stage.with({
      S.parts({ reasoning = "I should look at the file." }, {
        toolCall = { id = "c1", name = "read_file", arguments = { path = "a.txt" } },
      }),
      S.say("It has two lines."),
    }, function(s)
      s.world:write("a.txt", "first of all\nsecond\n")
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Read a.txt")
      local text = chat.shows(editor, "It has two lines.", "✓ ")
      check.lacks(text, "first of all", "I should look")
      editor:type("<C-w>k")
      editor:type("/✓<CR><CR>")
      chat.shows(editor, "first of all", "path: a.txt")
      editor:type("za")
      editor:wait(
        "the call to be folded",
        [[
        local lines = vim.api.nvim_buf_get_lines(vim.fn.bufnr("aside://chat"), 0, -1, true)
        return not table.concat(lines, "\n"):find("first of all", 1, true)
      ]]
      )
      editor:type("zR")
      chat.shows(editor, "first of all", "I should look at the file.")
      editor:type("zM")
      editor:wait(
        "all to be folded",
        [[
        local lines = vim.api.nvim_buf_get_lines(vim.fn.bufnr("aside://chat"), 0, -1, true)
        return not table.concat(lines, "\n"):find("I should look", 1, true)
      ]]
      )
    end),
  },
  {
    "a turn is stopped by one key, and what was said is kept",
    stage.with({
      S.parts({ text = "So far so good." }, S.gate("never"), { text = " No more." }),
      S.say("Again."),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Go")
      s.script:at("never")
      chat.shows(editor, "So far so good.")
      editor:type("<C-c>")
      chat.is(editor, "idle")
      local text = chat.shows(editor, "So far so good.", "Stopped.")
      check.lacks(text, "No more.")
      chat.say(editor, "And now?")
      chat.shows(editor, "Again.")
    end),
  },
  {
    "a message that is sent while a turn runs waits for its own",
    stage.with({
      S.parts({ text = "First" }, S.gate("first"), { text = " done." }),
      S.say("Second done."),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "One")
      s.script:at("first")
      chat.say(editor, "Two")
      editor:wait(
        "the waiting message",
        "return vim.tbl_get(require('aside.chat.queue').list(), 1, 'text') == 'Two' or nil"
      )
      check.same(#s.script.requests, 1)
      s.script:open("first")
      chat.shows(editor, "First done.", "Two", "Second done.")
      chat.is(editor, "idle")
      check.same(editor:lua("return #require('aside.chat.queue').list()"), 0, "nothing waits any more")
    end),
  },
  {
    "a message that waits comes back whole when it is taken back",
    stage.with({}, function(s)
      local editor = s:editor()
      editor:lua([[
        local queue = require("aside.chat.queue")
        require("aside.state").current = function()
          return "s"
        end
        require("aside.client").request = function(_, _, done)
          done(nil, { cancelled = true })
        end
        local content = { { type = "text", text = "Two" }, { type = "resource", uri = "file:///project/a.rs" } }
        queue.add({ content = content, clientMessageId = "m" }, { sessionId = "s", turnId = "t", status = "queued" })
        queue.cancel()
      ]])
      check.same(editor:text("aside://input"), "Two")
      check.same(editor:lua("return require('aside.chat.draft').attachments()[1].uri"), "file:///project/a.rs")
    end),
  },
  {
    "a message may join the turn that runs",
    stage.with({
      S.parts({ text = "At work." }, S.gate("first"), {
        toolCall = { id = "r", name = "read_file", arguments = { path = "a.txt" } },
      }),
      S.say("With that in mind."),
    }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Read it")
      s.script:at("first")
      editor:type("iMind the tests<Esc><M-CR>")
      editor:wait(
        "a line that says so",
        [[
          return vim.iter(vim.api.nvim_list_wins()):any(function(window)
            return vim.wo[window].winbar:find("Mind the tests", 1, true) ~= nil
          end)
        ]]
      )
      s.script:open("first")
      chat.shows(editor, "With that in mind.")
      chat.is(editor, "idle")
      check.same(#s.script.requests, 2)
      check.has(vim.json.encode(s.script.requests[2].messages), "Mind the tests")
      check.same(select(2, chat.text(editor):gsub("Mind the tests", "")), 1, "the message stands there once")
    end),
  },
  {
    "the draft outlives the window, and sent messages come back",
    stage.with({ S.say("Yes."), S.say("No.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      editor:type("iHalf a thought<Esc>q")
      editor:wait("the chat to be closed", "return #vim.api.nvim_list_wins() == 1")
      chat.open(editor)
      check.same(editor:text("aside://input"), "Half a thought")
      editor:type("<CR>")
      chat.shows(editor, "## You", "Half a thought", "Yes.")
      editor:type("<C-p>")
      chat.writes(editor, "Half a thought")
      editor:type("<C-n>")
      chat.writes(editor, "")
    end),
  },
  {
    "what was being written is there again behind a message from the history",
    stage.with({ S.say("Yes."), S.say("Yes again.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "One")
      chat.shows(editor, "Yes.")
      editor:type("iHalf a thought<Esc><C-p>")
      chat.writes(editor, "One")
      editor:type("<CR>")
      chat.shows(editor, "Yes again.")
      chat.writes(editor, "Half a thought")
      -- A message from the history that is changed is a draft too.
      editor:type("<C-p>A and a half<Esc><C-p>")
      chat.writes(editor, "One")
      editor:type("<C-n>")
      chat.writes(editor, "One and a half")
    end),
  },
  {
    "messages that are sent at once go into one session",
    stage.with({ S.say("First."), S.say("Second.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      editor:type("iOne<C-s>Two<C-s><Esc>")
      chat.shows(editor, "One", "First.", "Two", "Second.")
      check.same(#chat.request(editor, "session/list", vim.empty_dict()).sessions, 1)
    end),
  },
  {
    "a message is sent, and the chat is found again, whatever its windows show",
    stage.with({ S.say("First."), S.say("Second.") }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "One")
      chat.shows(editor, "First.")
      editor:type("<C-w>k:edit a.txt<CR>:Aside send Two<CR>")
      editor:wait("the file", "return vim.fn.expand('%:t') == 'a.txt'")
      chat.open(editor)
      chat.shows(editor, "Two", "Second.")
      check.same(editor:text("a%.txt"), "one")
      local shown = editor:lua([[
        return vim.tbl_map(function(window)
          return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(window)), ":t")
        end, vim.api.nvim_list_wins())
      ]])
      table.sort(shown)
      check.same(shown, { "", "a.txt", "chat", "input" })
    end),
  },
  {
    "a transcript that the user wipes is there again with the next window",
    stage.with({
      S.read("r", "a.txt"),
      S.parts({ text = "So far" }, S.gate("wiped"), { text = " so good." }),
    }, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Go")
      s.script:at("wiped")
      chat.shows(editor, "So far")
      editor:command("bwipeout aside://chat")
      -- As by an answer that comes late.
      editor:lua("require('aside.chat.folds').toggle_all(true)")
      s.script:open("wiped")
      chat.is(editor, "idle")
      chat.open(editor)
      chat.shows(editor, "Go", "So far so good.")
    end),
  },
  {
    "what is written is there again after `:edit` and `:bdelete`, and the transcript is too",
    stage.with({ S.say("Yes."), S.say("Yes again.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "One")
      chat.shows(editor, "Yes.")
      editor:type("<C-w>k:edit<CR><C-w>j")
      chat.shows(editor, "One", "Yes.")
      editor:type("iHalf a thought<Esc>:edit<CR>")
      chat.writes(editor, "Half a thought")
      editor:type("A and a half<Esc>:bdelete<CR>")
      chat.open(editor)
      chat.writes(editor, "Half a thought and a half")
      editor:type("<CR>")
      chat.shows(editor, "Half a thought and a half", "Yes again.")
    end),
  },
  {
    "a session of Neovim's that is restored has room for the chat",
    stage.with({ S.say("Yes.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      editor:type("iHalf a thought<Esc>:mksession there.vim<CR>")
      editor:wait("the session", "return vim.uv.fs_stat('there.vim')")
      editor:close()
      local again = s:editor({ arguments = { "-S", "there.vim" } })
      again:type(":Aside chat<CR>")
      chat.writes(again, "Half a thought")
      check.same(again:lua("return #vim.api.nvim_list_wins()"), 3, "the windows")
      again:type("<CR>")
      chat.shows(again, "Half a thought", "Yes.")
    end),
  },
  {
    "a draft of one that had the same number is taken over too",
    stage.with({}, function(s)
      local draft = s:editor():lua([[
        local folder = vim.fs.joinpath(vim.fn.stdpath("state"), "aside", "drafts")
        vim.fn.mkdir(folder, "p")
        local root = vim.fn.sha256(require("aside.client").root()):sub(1, 16)
        local name = ("%s.%d.json"):format(root, vim.uv.os_getpid())
        vim.fn.writefile({ '{ "text": "Mine", "attachments": [] }' }, vim.fs.joinpath(folder, name))
        return require("aside.chat.keep").load()
      ]])
      check.same(draft and draft.text, "Mine")
    end),
  },
  {
    "a draft that another Neovim takes first is not there twice",
    stage.with({}, function(s)
      local draft = s:editor():lua([[
        local folder = vim.fs.joinpath(vim.fn.stdpath("state"), "aside", "drafts")
        vim.fn.mkdir(folder, "p")
        local root = vim.fn.sha256(require("aside.client").root()):sub(1, 16)
        local path = vim.fs.joinpath(folder, root .. ".999999999.json")
        vim.fn.writefile({ '{ "text": "Mine", "attachments": [] }' }, path)
        local rename = vim.uv.fs_rename
        vim.uv.fs_rename = function(from, to)
          rename(from, path .. ".taken")
          return rename(from, to)
        end
        return require("aside.chat.keep").load()
      ]])
      check.same(draft, nil)
    end),
  },
  {
    "the draft outlives Neovim, however that ends",
    stage.with({ S.say("Yes.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      editor:type("iHalf a thought<Esc>")
      editor:wait(
        "the draft to be kept",
        [[
          local folder = vim.fs.joinpath(vim.fn.stdpath("state"), "aside", "drafts")
          local name = vim.fs.dir(folder)()
          local path = name and vim.fs.joinpath(folder, name)
          return path and vim.fn.readblob(path):find("Half a thought") and vim.fn.getfperm(path) == "rw-------"
        ]]
      )
      vim.uv.kill(editor.process.pid, "sigkill")
      editor.process:finish()
      local again = s:editor()
      chat.open(again)
      check.same(again:text("aside://input"), "Half a thought")
      -- A second one at the same time has a draft of its own.
      local beside = s:editor()
      chat.open(beside)
      check.same(beside:text("aside://input"), "")
      again:type("<CR>")
      chat.shows(again, "Half a thought", "Yes.")
      again:wait(
        "nothing to be kept",
        'return vim.fs.dir(vim.fs.joinpath(vim.fn.stdpath("state"), "aside", "drafts"))() == nil'
      )
    end),
  },
  {
    "a selection goes along with a question",
    stage.with({ S.say("They are letters.") }, function(s)
      s.world:write("a.txt", "alpha\nbeta\ngamma\n")
      local editor = s:editor({ files = { "a.txt" } })
      editor:type("jV:Aside send What is it?<CR>")
      chat.open(editor)
      chat.shows(editor, "What is it?", "a.txt:2", "They are letters.")
      check.has(S.text(s.script:asked(1).messages[2]), "What is it?", "a.txt, line 2")
    end),
  },
  {
    "a file that is named goes along",
    stage.with({ S.say("It says one.") }, function(s)
      s.world:write("notes about it.txt", "one\n")
      s.world:write("src/lines.txt", "two\n")
      local editor = s:editor()
      chat.open(editor)
      editor:wait("the server", "return require('aside').status().connection == 'ready'")
      editor:type("iWhat is in @lin")
      editor:wait(
        "what fits",
        [[
        return vim.fn.pumvisible() == 1 and vim.iter(vim.fn.complete_info({ "items" }).items):any(function(item)
          return item.word:find("src/lines.txt", 1, true) ~= nil
        end)
      ]]
      )
      editor:type("<C-n><C-y><C-s><Esc>")
      chat.shows(editor, "src/lines.txt", "It says one.")
      check.has(S.text(s.script:asked(1).messages[2]), "src/lines.txt")
    end),
  },
  {
    "statuslines and others hear of what happens",
    stage.with({ S.say("Yes.") }, function(s)
      s.world:init([[
        _G.heard, _G.told = {}, {}
        vim.api.nvim_create_autocmd("User", {
          pattern = "AsideEvent",
          callback = function(args)
            _G.heard[args.data.kind] = true
          end,
        })
        _G.off = require("aside").on("turnCompleted", function(event)
          table.insert(_G.told, event.event.turn.stopReason)
        end)
      ]])
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Are you there?")
      chat.is(editor, "idle")
      editor:wait("the events", "return #_G.told == 1")
      check.same(editor:lua("return _G.told"), { "endTurn" })
      local heard = editor:lua("return vim.tbl_keys(_G.heard)")
      for _, kind in ipairs({ "connection", "session", "turnStarted", "itemStarted", "turnCompleted" }) do
        check.is(vim.list_contains(heard, kind), kind .. " in " .. vim.inspect(heard))
      end
    end),
  },
  {
    "text that is made to confuse is only text",
    stage.with({
      S.parts(
        { reasoning = "%#Error#%{system('touch harm')} \27[31m\0" },
        { text = { "A\0B \27[2J\27]0;title\7 \r\nC\rD\n" } },
        { text = { "```\nnever closed\n", "## You\n", ("x"):rep(200000), "\n<lt>Esc>:qa!\n" } }
      ),
      S.say("And it goes on."),
    }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "%{%system('touch harm')%} `:!touch harm`")
      chat.shows(editor, "never closed", ":qa!")
      chat.is(editor, "idle")
      editor:type("<C-w>kzRzM<C-w>j")
      editor:command("redraw")
      chat.say(editor, "Go on")
      chat.shows(editor, "And it goes on.")
      check.is(not vim.uv.fs_stat(s.world.work .. "/harm"), "nothing to have been run")
    end),
  },
}
