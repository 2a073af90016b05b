--- Measures what streaming costs Neovim: 100 deltas a second into a transcript of 10,000 items, and
--- into an empty one, in a real terminal with the real server: `cargo xtask neovim --bench`.
---
--- Of each run two figures are taken. A frame is what the plugin draws in one go, and the screen
--- after it. The processor's time is all that Neovim spends, reading the deltas included.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, "S").source:sub(2)))
package.path = here .. "/?.lua;" .. package.path

local S = require("lib.script")
local chat = require("lib.chat")
local process = require("lib.process")
local stage = require("lib.stage")

--- Items of the long transcript, and how many of them each turn brings.
local ITEMS, PER_TURN = 10000, 200
--- How many of those are calls of tools.
local CALLS = 18
--- Deltas of a run, and milliseconds between two of them.
local DELTAS, PACE_MS = 400, 10
--- Runs of each sort; the medians are compared.
local ROUNDS = 5
--- What the long transcript may cost, where the empty one costs 1.
local MOST = 1.5

--- A turn of many items: thoughts, texts, and calls.
---@return table first
---@return table second
local function turn()
  local parts = {}
  for index = 1, (PER_TURN - CALLS - 2) / 2 do
    parts[#parts + 1] = { reasoning = ("Thought %d: it may be so, or otherwise."):format(index) }
    parts[#parts + 1] = {
      text = ("Step **%d** is about `value_%d`:\n\n- one\n- two, with [a link](https://example.com)\n\n"):format(
        index,
        index
      ) .. (index % 10 == 0 and "```lua\nlocal answer = 42\nreturn answer\n```\n" or "A line of plain text.\n"),
    }
  end
  for index = 1, CALLS do
    local path = ("%d.txt"):format(index)
    parts[#parts + 1] = { toolCall = { id = "c" .. index, name = "read_file", arguments = { path = path } } }
  end
  return { parts = parts, usage = { input = 100, cached = 0, output = 10, reasoning = 0 } }, S.say("Done.")
end

--- What is streamed: prose with a list and a piece of code in it.
---@param name string of the gates
---@return table
local function stream(name)
  local parts = { S.gate(name .. " begins") }
  for index = 1, DELTAS do
    local text = index % 40 == 0 and "\n\n- and another **point**: " or ("word%d and `more` "):format(index)
    parts[#parts + 1] = { text = { text } }
    parts[#parts + 1] = { delayMs = PACE_MS }
  end
  parts[#parts + 1] = { text = " END-OF-" .. name }
  return { parts = parts, usage = { input = 100, cached = 0, output = 10, reasoning = 0 } }
end

--- Counts frames and the processor's time from now on.
local MEASURE = [[
  local transcript = require("aside.chat.transcript")
  _G.measured = { frames = {}, began = vim.uv.getrusage() }
  _G.unmeasured = _G.unmeasured or transcript.flush
  transcript.flush = function()
    local start = vim.uv.hrtime()
    _G.unmeasured()
    vim.cmd.redraw()
    table.insert(_G.measured.frames, (vim.uv.hrtime() - start) / 1000)
  end
]]

--- Microseconds: of the processor for all, and of each frame.
local MEASURED = [[
  require("aside.chat.transcript").flush = _G.unmeasured
  local function micros(usage)
    return (usage.utime.sec + usage.stime.sec) * 1e6 + usage.utime.usec + usage.stime.usec
  end
  return { cpu = micros(vim.uv.getrusage()) - micros(_G.measured.began), frames = _G.measured.frames }
]]

---@param values number[]
---@param share number
---@return number
local function quantile(values, share)
  table.sort(values)
  return values[math.max(1, math.ceil(#values * share))]
end

--- Streams once into the chat that is shown.
---@param s tests.Stage
---@param terminal tests.Terminal
---@param name string
---@return { cpu: number, frame: number, worst: number }
local function run(s, terminal, name)
  local editor = terminal.editor
  s.script:reply(stream(name))
  terminal:keys("C-w", "b")
  terminal:type("i" .. name)
  terminal:keys("C-s", "Escape")
  s.script:at(name .. " begins")
  chat.is(editor, "running")
  editor:lua(MEASURE)
  s.script:open(name .. " begins")
  terminal:shows("END-OF-" .. name)
  local measured = editor:lua(MEASURED)
  chat.is(editor, "idle")
  return {
    cpu = measured.cpu / DELTAS,
    frame = quantile(measured.frames, 0.5),
    worst = quantile(measured.frames, 0.99),
  }
end

--- Makes the long session, and gives its id.
---@param s tests.Stage
---@param editor tests.Editor
---@return string
local function long(s, editor)
  local session = chat.request(editor, "session/create", { title = "A long one" })
  editor:lua("_G.turns = 0; require('aside').on('turnCompleted', function() _G.turns = _G.turns + 1 end)")
  local content = { { type = "text", text = "Go on with it." } }
  for number = 1, ITEMS / PER_TURN do
    s.script:reply(turn())
    chat.request(editor, "chat/send", { sessionId = session.id, content = content })
    editor:wait("the end of a turn", "return _G.turns == ...", number)
    if number % 10 == 0 then
      print(("%d of %d items are there"):format(number * PER_TURN, ITEMS))
    end
  end
  return session.id
end

--- Shows a session, with all of its items in the transcript, the cursor at its end.
---@param terminal tests.Terminal
---@param id string
---@return integer lines
local function show(terminal, id)
  local editor = terminal.editor
  editor:lua("require('aside.state').open(...)", id)
  editor:wait("the session", "return require('aside.state').shown() and require('aside.state').shown().loaded")
  -- As one who scrolls up, page by page.
  terminal:keys("Escape", "C-w", "b", "C-w", "k")
  process.wait("all items", function()
    terminal:type("gg")
    return editor:lua(
      [[
        local transcript, store = require("aside.chat.transcript"), require("aside.state").shown()
        transcript.older()
        return #store.items >= ... and transcript.row_of(store.items[1].id) == 0
      ]],
      ITEMS
    )
  end)
  terminal:type("G")
  return editor:lua("return vim.api.nvim_buf_line_count(vim.fn.bufnr('aside://chat'))")
end

local function bench(s)
  s.world:init("vim.g.aside = { chat = { page = 200 } }")
  s.world:write("a.txt", "one\n")
  for index = 1, CALLS do
    s.world:write(("%d.txt"):format(index), "one\n")
  end
  local terminal = s:terminal({ "a.txt" }, { ASIDE_PERMISSION_MODE = "full" })
  local editor = terminal.editor
  terminal:shows("one")
  local id = long(s, editor)
  terminal:type(":Aside chat")
  terminal:keys("Enter")
  terminal:shows("aside://input")
  local figures = { empty = {}, long = {} }
  for round = 0, ROUNDS do
    editor:lua("require('aside.state').open(nil)")
    local empty = run(s, terminal, "empty" .. round)
    local lines = show(terminal, id)
    local full = run(s, terminal, "long" .. round)
    -- The first round only warms up.
    if round > 0 then
      table.insert(figures.empty, empty)
      table.insert(figures.long, full)
      print(("round %d: empty %.0f µs a delta, %.0f µs a frame"):format(round, empty.cpu, empty.frame))
      print(("         %d lines %.0f µs a delta, %.0f µs a frame"):format(lines, full.cpu, full.frame))
    end
  end
  local failed = false
  for _, what in ipairs({
    { "cpu", "processor, µs a delta" },
    { "frame", "median frame, µs" },
    { "worst", "99 % frame, µs" },
  }) do
    local medians = {}
    for name, runs in pairs(figures) do
      medians[name] = quantile(
        vim.tbl_map(function(one)
          return one[what[1]]
        end, runs),
        0.5
      )
    end
    local ratio = medians.long / medians.empty
    local counts = what[1] ~= "worst"
    failed = failed or (counts and ratio > MOST)
    print(
      ("%-24s empty %6.0f   %d items %6.0f   ratio %.2f%s"):format(
        what[2],
        medians.empty,
        ITEMS,
        medians.long,
        ratio,
        counts and "" or " (not judged)"
      )
    )
  end
  assert(not failed, ("a long transcript costs more than %.1f times an empty one"):format(MOST))
end

local passed, failure = pcall(stage.with({}, bench))
if not passed then
  print("FAILED: " .. tostring(failure))
end
os.exit(passed and 0 or 1)
