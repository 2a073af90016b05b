--- Lines that are not in the buffer, as virtual lines in the colours of its language.
local text = require("aside.review.text")

local M = {}

--- How many lines of a hunk are shown; a number stands for the rest.
M.MAX_LINES = 200
--- How many characters of a line are shown.
local MAX_COLUMNS = 400
--- Bytes of a text that is coloured.
local MAX_COLOURED = 16 * 1024

--- Captures that say nothing about colours.
local PASSED = { spell = true, nospell = true, conceal = true, none = true }

--- Which group each byte of some lines has; later captures are more exact.
---@param lines string[]
---@param language string
---@return table<integer, table<integer, string>> by_line By line and byte, from 0.
local function colours(lines, language)
  local by_line = {}
  local source = table.concat(lines, "\n")
  local query = vim.treesitter.query.get(language, "highlights")
  if not query or #source > MAX_COLOURED then
    return by_line
  end
  local root = vim.treesitter.get_string_parser(source, language):parse()[1]:root()
  for id, node in query:iter_captures(root, source) do
    local name = query.captures[id]
    if not PASSED[name] and not vim.startswith(name, "_") then
      local first, from, last, to = node:range()
      for row = first, math.min(last, #lines - 1) do
        local cells = by_line[row] or {}
        by_line[row] = cells
        local group = ("@%s.%s"):format(name, language)
        for byte = row == first and from or 0, (row == last and to or #lines[row + 1]) - 1 do
          cells[byte] = group
        end
      end
    end
  end
  return by_line
end

--- The pieces of a line, each with its groups.
---@param line string
---@param cells table<integer, string>
---@param group string
---@param tab string
---@return [string, string|string[]][]
---@return string shown
local function pieces(line, cells, group, tab)
  local made, shown = {}, ""
  local at = 1
  while at <= #line do
    local behind = at + 1
    while behind <= #line and cells[behind - 1] == cells[at - 1] do
      behind = behind + 1
    end
    local piece = line:sub(at, behind - 1):gsub("\t", tab)
    local colour = cells[at - 1]
    made[#made + 1] = { piece, colour and { group, colour } or group }
    shown = shown .. piece
    at = behind
  end
  return made, shown
end

--- Lines for `virt_lines`, each as wide as the screen.
---@param bufnr integer
---@param source string
---@param group string
---@return [string, string|string[]][][]
function M.virtual(bufnr, source, group)
  local lines = text.lines(source)
  local count = #lines
  lines = vim.tbl_map(function(line)
    return vim.fn.strcharpart(line, 0, MAX_COLUMNS)
  end, vim.list_slice(lines, 1, M.MAX_LINES))
  local language = vim.treesitter.language.get_lang(vim.bo[bufnr].filetype)
  local coloured, by_line = false, {}
  if language and vim.treesitter.highlighter.active[bufnr] then
    -- A parser may be missing, or not fit its queries.
    coloured, by_line = pcall(colours, lines, language)
  end
  local tab = (" "):rep(vim.bo[bufnr].tabstop)
  local shown = {}
  for index, line in ipairs(lines) do
    local made, plain = pieces(line, coloured and by_line[index - 1] or {}, group, tab)
    local missing = vim.o.columns - vim.fn.strdisplaywidth(plain)
    if missing > 0 then
      made[#made + 1] = { (" "):rep(missing), group }
    end
    shown[index] = made
  end
  if count > M.MAX_LINES then
    shown[#shown + 1] = { { ("… and %d more lines"):format(count - M.MAX_LINES), group } }
  end
  return shown
end

return M
