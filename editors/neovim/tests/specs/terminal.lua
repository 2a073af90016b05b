--- What the user sees, in a real terminal: the screen is read, and keys are pressed.

local S = require("lib.script")
local check = require("lib.check")
local stage = require("lib.stage")

local TEXT = "one\ntwo\nthree\nfour\nfive\n"

--- How many words are streamed, one after another, and after how many it stops until these are seen.
local WORDS, PIECE = 60, 15

---@param number integer
---@return string
local function gate(number)
  return ("word %d is seen"):format(number)
end

---@return table
local function stream()
  local parts = { S.gate("begin") }
  for number = 1, WORDS do
    parts[#parts + 1] = { text = { ("word%d "):format(number) } }
    parts[#parts + 1] = number % PIECE == 0 and S.gate(gate(number)) or { delayMs = 20 }
  end
  return S.parts(unpack(parts))
end

--- Opens the chat on a file, and waits until the server is there.
---@param s tests.Stage
---@return tests.Terminal
local function opened(s)
  s.world:write("a.txt", TEXT)
  local terminal = s:terminal({ "a.txt" })
  terminal:shows("five")
  terminal:type(":Aside chat")
  terminal:keys("Enter")
  terminal:shows("aside://input")
  return terminal
end

return {
  {
    "an answer is seen while it comes",
    stage.with({
      S.parts({ reasoning = "Let me see." }, {
        toolCall = { id = "r", name = "read_file", arguments = { path = "a.txt" } },
      }),
      S.parts({ text = "There are **five** lines" }, S.gate("half"), { text = ", all told." }),
    }, function(s)
      local terminal = opened(s)
      terminal:type("iHow many lines are there?")
      terminal:keys("C-s")
      s.script:at("half")
      -- The stars of Markdown are not seen, the call is one line, and something turns.
      local screen = terminal:shows("How many lines are there?", "✓ ", "Read a.txt", "There are five lines")
      check.lacks(screen, "**", "one\\ntwo", "all told")
      terminal:becomes("the elapsed time", function(now)
        return now:find("%d+ s ") ~= nil
      end)
      s.script:open("half")
      terminal:shows("There are five lines, all told.")
      -- The line above: the title, the model, the mode and what of the context is used.
      terminal:becomes("a line above the chat", function(now)
        local first = vim.split(now, "\n")[1]
        return first:find("How many lines", 1, true) ~= nil and first:find("scripted · ask · %d+%%") ~= nil
      end)
    end),
  },
  {
    "a question is answered by one key, and the hunk is drawn with the old line",
    stage.with({
      S.read("r", "a.txt"),
      S.edit("e", "a.txt", { { old_text = "three\n", new_text = "THREE\nand a half\n" } }),
      S.say("It is louder now."),
    }, function(s)
      local terminal = opened(s)
      terminal:type("iMake three louder")
      terminal:keys("C-s")
      terminal:keys("Escape")
      local screen = terminal:shows("Aside asks", "Edit a.txt", "y", "Allow once", "+THREE", "-three")
      check.has(screen, "writes")
      terminal:shows("press a key")
      terminal:keys("y")
      screen = terminal:shows("It is louder now.", "THREE", "and a half", "gha accept")
      check.lacks(screen, "Aside asks")
      -- The old line stands above the new ones, and is another colour.
      local rows = vim.split(screen, "\n")
      local at = vim.iter(ipairs(rows)):find(function(_, row)
        return row:find("THREE", 1, true) ~= nil
      end)
      check.has(rows[at - 1], "three")
      check.has(rows[at - 2], "two")
      local colours = vim.split(terminal:colours(), "\n")
      check.is(colours[at - 1]:find("48;2;", 1, true), "a colour behind the old line: " .. colours[at - 1])
      terminal:keys("C-w", "t")
      terminal:type("]hghr")
      screen = terminal:becomes("the old text", function(now)
        return not now:find("THREE", 1, true)
      end)
      check.has(screen, "three")
    end),
  },
  {
    "nothing that is shown goes while more comes",
    stage.with({ stream() }, function(s)
      local terminal = opened(s)
      terminal:type("iSay a lot")
      terminal:keys("C-s")
      s.script:at("begin")
      terminal:shows("Say a lot", "scripted · ask")
      s.script:open("begin")
      local seen, looks, held = 0, 0, PIECE
      terminal:becomes("the whole answer", function(screen)
        check.has(screen, "Say a lot", "three", "scripted · ask")
        local last = 0
        for number in screen:gmatch("word(%d+)") do
          last = math.max(last, tonumber(number))
        end
        check.is(last >= seen, ("word%d, seen before, in:\n%s"):format(seen, screen))
        looks = looks + (last > seen and 1 or 0)
        seen = last
        if seen == held then
          s.script:open(gate(held))
          held = held + PIECE
        end
        return last == WORDS
      end)
      check.is(looks >= WORDS / PIECE, "it to come piece by piece, not in " .. looks)
    end),
  },
}
