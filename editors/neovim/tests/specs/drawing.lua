--- How items are drawn, and that the transcript's buffer is always what its blocks say.

local check = require("lib.check")
local settings = require("lib.settings")

package.path = settings.plugin .. "/lua/?.lua;" .. settings.plugin .. "/lua/?/init.lua;" .. package.path
local blocks = require("aside.chat.blocks")
local markdown = require("aside.chat.markdown")
local notes = require("aside.chat.notes")
local render = require("aside.chat.render")

local ICONS = { completed = "ok", failed = "no", running = "..", pending = "-", reasoning = "~", user = "You" }

---@param item table
---@param context table?
---@return string
local function drawn(item, context)
  local base = { before = "assistantMessage", expanded = false, queued = false, edits = {}, icons = ICONS }
  local result = render.item(item, vim.tbl_extend("force", base, context or {}))
  return result and table.concat(result.lines, "\n") or "nothing"
end

---@param name string
---@param item table
---@param context table?
---@param expect string
---@return tests.Test
local function case(name, item, context, expect)
  return {
    name,
    function()
      check.same(drawn(item, context), expect)
    end,
  }
end

local function call(fields)
  local base = { type = "toolCall", name = "bash", title = "ls *", status = "completed", output = {}, arguments = {} }
  return vim.tbl_extend("force", base, fields)
end

local function said(text, status)
  return { type = "assistantMessage", text = text, status = status or "completed" }
end

---@param text string
---@param expect integer
---@return tests.Test
local function settled(text, expect)
  return {
    ("lines of %s that nothing changes any more"):format(vim.inspect(text)),
    function()
      check.same(markdown.settled(vim.split(text, "\n")), expect)
    end,
  }
end

--- Draws blocks in a random order of steps beside a list of lists, and compares.
local function random_steps()
  math.randomseed(20)
  local buffer = vim.api.nvim_create_buf(false, true)
  local page = blocks.new(buffer)
  local model = {} ---@type { block: aside.Block, lines: string[] }[]
  local made = 0
  local function some()
    local lines = {}
    for index = 1, math.random(4) do
      lines[index] = ("line %d"):format(math.random(5))
    end
    return lines
  end
  local function drawing(lines)
    return { lines = vim.deepcopy(lines), marks = { { #lines - 1, 0, { hl_group = "Comment", end_col = 1 } } } }
  end
  local function new()
    made = made + 1
    return { block = { id = "b" .. made, kind = "note", height = 0 }, lines = some() }
  end
  local steps = {
    function()
      local one = new()
      page:append(one.block, drawing(one.lines))
      table.insert(model, one)
    end,
    function()
      local one, two = new(), new()
      page:prepend({ one.block, two.block }, { drawing(one.lines), drawing(two.lines) })
      table.insert(model, 1, two)
      table.insert(model, 1, one)
    end,
    function()
      local one = model[math.random(#model)]
      one.lines = some()
      page:replace(one.block, drawing(one.lines))
    end,
    function()
      local one = model[math.random(#model)]
      page:extend(one.block, "more\nand more")
      one.lines[#one.lines] = one.lines[#one.lines] .. "more"
      table.insert(one.lines, "and more")
    end,
    function()
      if #model > 8 then
        page:drop(3)
        model = vim.list_slice(model, 4)
      end
    end,
  }
  for step = 1, 600 do
    steps[#model == 0 and 1 or math.random(#steps)]()
    local lines, row = {}, 0
    for _, one in ipairs(model) do
      local _, found = page:find(one.block)
      check.same(found, row, "the row of a block in step " .. step)
      check.same(page:at(row + one.block.height - 1), one.block, "the block of a row in step " .. step)
      vim.list_extend(lines, one.lines)
      row = row + one.block.height
    end
    check.same(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), lines, "step " .. step)
  end
end

return {
  case("a message of the user", {
    type = "userMessage",
    content = {
      { type = "text", text = "Why?\nSay." },
      {
        type = "resource",
        uri = "file:///project/a%20b.rs",
        range = { start = { line = 3, character = 0 }, ["end"] = { line = 9, character = 0 } },
      },
      { type = "image", mimeType = "image/png", data = "" },
      { type = "hologram" },
    },
  }, { before = false }, "## You\n\nWhy?\nSay.\n\n+ a b.rs:4-9  picture"),
  case("an attached file whose name has a line end", {
    type = "userMessage",
    content = { { type = "resource", uri = "file:///project/a%0Ab%00.rs" } },
  }, { before = false }, "## You\n\n\n+ a b .rs"),
  case("output of a kind that is not known", call({ output = { { type = "hologram" } } }), {
    expanded = true,
    before = "toolCall",
  }, "ok ls *\n\n```output\n[hologram]\n```"),
  case("an answer, without the space behind it", said("One.\n\nTwo.\n\n"), nil, "\nOne.\n\nTwo."),
  case("an answer that streams, as it is", said("One.\n\n", "inProgress"), nil, "\nOne.\n\n"),
  case("a fence that is left open ends with its answer", said("```lua\nx"), nil, "\n```lua\nx\n```"),
  case("a longer fence holds a shorter one", said("````\n```\nx"), nil, "\n````\n```\nx\n````"),
  case("line ends and zeros that a buffer cannot hold", said("a\r\nb\rc\0d"), nil, "\na\nb\nc␀d"),
  case("a call is one line, whatever its title is", call({ title = "a\nb\tc" }), nil, "\nok a b c"),
  case("calls stand below each other", call({}), { before = "toolCall" }, "ok ls *"),
  case("a call of a status that is not known", call({ status = "dreaming" }), nil, "\n- ls *"),
  case("a call without anything", { type = "toolCall" }, { expanded = true }, "\n- A tool"),
  case(
    "a call unfolded, in a fence that its output does not end",
    call({ arguments = { command = "ls" }, output = { { type = "text", text = "a\n```\nb" } } }),
    { expanded = true, before = "toolCall" },
    "ok ls *\n\n```arguments\ncommand: ls\n```\n\n````output\na\n```\nb\n````"
  ),
  case("output that streams", call({ status = "running", outputText = "one\n" }), {
    expanded = true,
    before = "toolCall",
  }, ".. ls *\n\n```output\none\n```"),
  case("thoughts", { type = "reasoning", text = "Hm.", status = "completed" }, nil, "\n~ Thought"),
  case(
    "thoughts unfolded",
    { type = "reasoning", text = "Hm.\nSo.", status = "completed" },
    { expanded = true },
    "\n~ Thought\n\n> Hm.\n> So."
  ),
  case("an item that is not known", { type = "hologram" }, nil, "nothing"),
  {
    "the plan",
    function()
      local plan = notes.plan({ { text = "a\nb", status = "completed" }, { text = "c", status = "later" } })
      check.same(plan.lines, { "- [x] a b", "- [ ] c" })
    end,
  },
  {
    "durations in the unit that fits",
    function()
      local texts = vim.tbl_map(render.duration, { 7, 999, 1500, 59000, 61000 })
      check.same(texts, { "7 ms", "999 ms", "1.5 s", "59 s", "1 min 1 s" })
    end,
  },
  settled("one", 0),
  settled("one\n\ntwo", 2),
  settled("one\n\n  indented", 0),
  settled("```\n\none", 0),
  settled("```\n\n```\n\none", 4),
  { "a buffer of blocks is what its blocks say", random_steps },
}
