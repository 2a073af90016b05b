--- The agent's edits in the user's buffers: made while the user types, reviewed hunk by hunk,
--- taken back.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local stage = require("lib.stage")

local UNASKED = { ASIDE_PERMISSION_MODE = "acceptEdits" }
local TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n"

--- A name of a file that would be a pattern of others.
local ODD = "[i]d {a,b}*.txt"

--- The model changes two lines that are far from each other, then says so.
local TWO_HUNKS = {
  S.read("r", "a.txt"),
  S.edit("e", "a.txt", {
    { old_text = "two\n", new_text = "TWO\n" },
    { old_text = "eight\n", new_text = "EIGHT\n" },
  }),
  S.say("Two lines are changed."),
}

---@param s tests.Stage
---@return tests.Editor
local function edited(s)
  s.world:write("a.txt", TEXT)
  s.world:init(chat.PICKER)
  local editor = s:editor({ files = { "a.txt" }, env = UNASKED })
  chat.open(editor)
  chat.say(editor, "Change two lines")
  chat.shows(editor, "Two lines are changed.")
  -- Back to the file.
  editor:type("<C-w>10h")
  editor:wait("both hunks", "return require('aside.review').count(0) == 2")
  return editor
end

--- What is drawn of hunks: the lines that are drawn above others, and what is written behind.
---@param editor tests.Editor
---@return string
local function drawn(editor)
  return editor:lua([[
    local found = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
      local details = mark[4]
      for _, line in ipairs(details.virt_lines or {}) do
        found[#found + 1] = ("%d - %s"):format(mark[2] + 1, vim.trim(line[1][1]))
      end
      for _, chunk in ipairs(details.virt_text or {}) do
        found[#found + 1] = ("%d: %s"):format(mark[2] + 1, vim.trim(chunk[1]))
      end
    end
    table.sort(found)
    return table.concat(found, "\n")
  ]])
end

---@param editor tests.Editor
---@param count integer
local function pending(editor, count)
  editor:wait(("%d hunks"):format(count), "return require('aside.review').count() == ...", count)
end

return {
  {
    "an edit lands in a buffer that is not saved, while the user types",
    stage.with({
      S.read("r", "a.txt"),
      S.parts(S.gate("typing"), {
        toolCall = {
          id = "e",
          name = "edit_file",
          arguments = { path = "a.txt", edits = { { old_text = "eight\n", new_text = "EIGHT\nand a half\n" } } },
        },
      }),
      S.parts({ text = "Done" }, S.gate("end")),
    }, function(s)
      s.world:write("a.txt", TEXT)
      local editor = s:editor({ files = { "a.txt" }, env = UNASKED })
      editor:type("Gotyped before<Esc>")
      chat.open(editor)
      chat.say(editor, "Change a line")
      s.script:at("typing")
      -- The user is in the middle of a word when the edit comes, and goes on.
      editor:type("<C-w>10hggOtyped whi")
      editor:wait("what is typed", "return vim.fn.getline(1) == 'typed whi'")
      s.script:open("typing")
      s.script:at("end")
      editor:wait("the edit", "return vim.fn.search('and a half', 'nw') > 0")
      editor:type("le<CR>and on<Esc>")
      editor:wait("the end of typing", "return vim.api.nvim_get_mode().mode == 'n'")
      check.same(
        editor:text("a%.txt"),
        "typed while\nand on\none\ntwo\nthree\nfour\nfive\nsix\nseven\nEIGHT\nand a half\nnine\ntyped before"
      )
      check.same(s.world:read("a.txt"), TEXT, "what is on the disk")
      check.same(editor:lua("return vim.bo.modified"), true)
      s.script:open("end")
      chat.is(editor, "idle")
      -- The model read what the user had not saved.
      check.has(s.script:told("r"), "typed before")
      pending(editor, 1)
    end),
  },
  {
    "hunks are drawn with the lines that were there",
    stage.with(TWO_HUNKS, function(s)
      local editor = edited(s)
      check.has(drawn(editor), "2 - two", "8 - eight", "accept", "reject")
      editor:type("gg]h")
      editor:wait("the first hunk", "return vim.fn.line('.') == 2")
      editor:type("]h")
      editor:wait("the second hunk", "return vim.fn.line('.') == 8")
      editor:type("[h")
      editor:wait("the first hunk again", "return vim.fn.line('.') == 2")
      -- What is drawn moves with the text.
      editor:type("ggOabove<Esc>")
      editor:wait("the hunks below", "return require('aside.review').count(0) == 2")
      check.has(drawn(editor), "3 - two", "9 - eight")
    end),
  },
  {
    "one hunk is accepted and one rejected",
    stage.with(TWO_HUNKS, function(s)
      local editor = edited(s)
      editor:type("gg]hgha")
      pending(editor, 1)
      check.lacks(drawn(editor), "- two")
      editor:type("]hghr")
      pending(editor, 0)
      check.same(editor:text("a%.txt"), (TEXT:gsub("two", "TWO"):gsub("\n$", "")))
      check.same(drawn(editor), "")
      -- The keys are the user's own again.
      check.same(editor:lua("return vim.fn.maparg('gha', 'n')"), "")
    end),
  },
  {
    "a whole file is accepted, or rejected, at once",
    stage.with(TWO_HUNKS, function(s)
      local editor = edited(s)
      editor:type(":Aside reject file<CR>")
      pending(editor, 0)
      check.same(editor:text("a%.txt") .. "\n", TEXT)
    end),
  },
  {
    "a hunk whose lines the user changed stays, with a word why",
    stage.with(TWO_HUNKS, function(s)
      local editor = edited(s)
      editor:type("2GA, typed<Esc>")
      editor:wait("the hunk to be followed", "return require('aside.review').count(0) == 2")
      editor:type("ghr")
      editor:wait(
        "a word why",
        [[
        return vim.api.nvim_exec2("messages", { output = true }).output:lower():find("change") ~= nil
      ]]
      )
      check.same(editor:lua("return vim.fn.getline(2)"), "TWO, typed")
    end),
  },
  {
    "a turn is taken back, and comes back",
    stage.with(TWO_HUNKS, function(s)
      local editor = edited(s)
      editor:type("Gotyped after<Esc>")
      editor:type(":Aside undo<CR>")
      local asked = chat.pick(editor, "Its edits and")
      check.has(asked.prompt, "a.txt")
      editor:wait("the files to be as before", "return vim.fn.getline(2) == 'two' and vim.fn.getline(8) == 'eight'")
      check.same(editor:text("a%.txt"), TEXT .. "typed after")
      pending(editor, 0)
      editor:wait(
        "the conversation to be empty",
        [[
        return vim.api.nvim_buf_line_count(vim.fn.bufnr("aside://chat")) == 1
      ]]
      )
      editor:type(":Aside undo redo<CR>")
      chat.shows(editor, "Two lines are changed.")
      check.same(editor:text("a%.txt"), TEXT:gsub("two", "TWO"):gsub("eight", "EIGHT") .. "typed after")
    end),
  },
  {
    "a file whose name looks like a pattern is a file",
    stage.with({
      S.read("r", ODD),
      S.edit("e", ODD, { { old_text = "two\n", new_text = "TWO\n" } }),
      S.say("It is done."),
    }, function(s)
      -- Another file that the name as a pattern would mean.
      s.world:write("id a1.txt", TEXT)
      s.world:write(ODD, TEXT)
      local editor = s:editor({ files = { "id a1.txt", ODD }, env = UNASKED })
      editor:lua("vim.cmd.buffer(vim.fn.bufnr('$'))")
      check.has(editor:lua("return vim.api.nvim_buf_get_name(0)"), ODD)
      editor:type("Gotyped<Esc>")
      chat.open(editor)
      chat.say(editor, "Change it")
      chat.shows(editor, "It is done.")
      editor:type("<C-w>t")
      editor:wait("the hunk", "return require('aside.review').count(0) == 1")
      check.has(drawn(editor), "2 - two")
      editor:type("gg]hgha")
      pending(editor, 0)
      check.same(editor:lua("return vim.fn.getline(2)"), "TWO")
      check.same(editor:lua("return vim.fn.getline('$')"), "typed")
    end),
  },
}
