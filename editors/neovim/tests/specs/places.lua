--- Columns from one position encoding to another, and what answers of other servers are made of.

local check = require("lib.check")
local settings = require("lib.settings")

package.path = settings.plugin .. "/lua/?.lua;" .. package.path
local places = require("aside.editor.places")

--- Two bytes, one unit; four bytes, two units.
local LINE = "ä𝄞x"

---@param from aside.editor.Encoding
---@param to aside.editor.Encoding
---@param cases table<integer, integer>
---@return tests.Test
local function columns(from, to, cases)
  return {
    ("columns in %s are those in %s"):format(from, to),
    function()
      for column, expect in pairs(cases) do
        check.same(places.column(LINE, column, from, to), expect, ("column %d"):format(column))
      end
    end,
  }
end

local function range(line, first, last)
  return { start = { line = line, character = first }, ["end"] = { line = line, character = last } }
end

---@param value any
---@param expect any
---@param what string
---@return tests.Test
local function converts(what, value, expect)
  return {
    what,
    function()
      places.convert(value, "file:///a", function()
        return LINE
      end, "utf-16", "utf-8")
      check.same(value, expect)
    end,
  }
end

return {
  columns("utf-16", "utf-8", { [0] = 0, [1] = 2, [3] = 6, [4] = 7, [99] = 7 }),
  columns("utf-8", "utf-16", { [0] = 0, [2] = 1, [6] = 3, [7] = 4, [99] = 4 }),
  columns("utf-32", "utf-16", { [0] = 0, [1] = 1, [2] = 3, [3] = 4, [99] = 4 }),
  columns("utf-8", "utf-8", { [0] = 0, [99] = 99 }),
  converts("a location is converted", { uri = "file:///b", range = range(0, 1, 3) }, {
    uri = "file:///b",
    range = range(0, 2, 6),
  }),
  converts("links are converted, with where they come from", {
    {
      targetUri = "file:///b",
      targetRange = range(0, 0, 4),
      targetSelectionRange = range(0, 1, 3),
      originSelectionRange = range(0, 3, 4),
    },
  }, {
    {
      targetUri = "file:///b",
      targetRange = range(0, 0, 7),
      targetSelectionRange = range(0, 2, 6),
      originSelectionRange = range(0, 6, 7),
    },
  }),
  converts("symbols are converted, however deep", {
    { name = "a", range = range(0, 0, 4), children = { { name = "b", range = range(0, 1, 3), children = {} } } },
    { name = "c", location = { uri = "file:///b", range = range(0, 3, 4) } },
  }, {
    { name = "a", range = range(0, 0, 7), children = { { name = "b", range = range(0, 2, 6), children = {} } } },
    { name = "c", location = { uri = "file:///b", range = range(0, 6, 7) } },
  }),
  converts("what is no place is left alone", { range = { start = 7 }, children = "x", location = { 1, 2 } }, {
    range = { start = 7 },
    children = "x",
    location = { 1, 2 },
  }),
}
