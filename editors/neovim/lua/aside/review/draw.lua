--- Pending hunks as extmarks: new lines highlighted, old ones as virtual lines above them, a sign,
--- and what to press behind the first line. The marks move with the text.
local old = require("aside.review.old")
local store = require("aside.review.store")
local text = require("aside.review.text")

local M = {}

--- How many hunks of a buffer are drawn.
local MAX_HUNKS = 1000
--- Below the syntax of treesitter (100), so that code keeps its colours.
local PRIORITY = 60

local ns = vim.api.nvim_create_namespace("aside.review")

--- A hunk in a buffer, where it is now. Lines are 0-based, `last` is not included.
---@class aside.review.Place
---@field entry aside.review.Entry
---@field first integer
---@field last integer

--- The entries of each buffer, by their extmarks.
---@type table<integer, table<integer, aside.review.Entry>>
local drawn = {}

--- Buffers whose old lines are shown otherwise, in a comparison.
---@type table<integer, true>
local compared = {}

---@param hunk? aside.Hunk
---@return "Add"|"Change"|"Delete"
local function kind_of(hunk)
  if not hunk or hunk.oldText == "" then
    return "Add"
  end
  return hunk.newText == "" and "Delete" or "Change"
end

---@param bufnr integer
---@param entry aside.review.Entry
---@param hint string
---@param is_below boolean Whether it is made on an older one, whose old lines are shown.
local function draw(bufnr, entry, hint, is_below)
  local count = vim.api.nvim_buf_line_count(bufnr)
  local hunk, proposed = entry.hunk, entry.proposed
  local first, last = 0, 0
  if hunk then
    local range = store.range(entry)
    first = math.min(range.start.line, count)
    last = math.max(first, math.min(range["end"].line, count))
  end
  local kind = kind_of(hunk)
  -- Behind the last line there is none to put a sign or a hint on.
  local row = math.min(first, count - 1)
  local mark = {
    end_row = last,
    end_col = 0,
    strict = false,
    end_right_gravity = false,
    priority = PRIORITY,
    virt_text = hint ~= "" and { { "  " .. hint, "AsideHint" } } or nil,
    virt_text_pos = "eol",
    hl_mode = "combine",
  }
  if last > first then
    mark.hl_group = proposed and "AsideDelete" or ("Aside" .. kind)
    mark.hl_eol = true
  end
  if hunk and not compared[bufnr] and not is_below then
    local lines = proposed and hunk.newText or hunk.oldText
    mark.virt_lines = old.virtual(bufnr, lines, proposed and "AsideAdd" or "AsideDelete")
    mark.virt_lines_above = true
  end
  if proposed and mark.virt_lines then
    -- What would come stands below what would go.
    local below = { strict = false, virt_lines = mark.virt_lines, virt_lines_above = last == first }
    below.virt_lines_above = below.virt_lines_above and first < count
    mark.virt_lines = nil
    local at = last > first and last - 1 or row
    vim.api.nvim_buf_set_extmark(bufnr, ns, at, 0, below)
  elseif first >= count and mark.virt_lines then
    mark.virt_lines_above = false
  end
  local id = vim.api.nvim_buf_set_extmark(bufnr, ns, row, 0, mark)
  drawn[bufnr][id] = entry
  vim.api.nvim_buf_set_extmark(bufnr, ns, row, 0, {
    end_row = math.max(row, last - 1),
    strict = false,
    sign_text = kind == "Delete" and "▁" or "▎",
    sign_hl_group = "AsideSign" .. kind,
    priority = PRIORITY,
  })
end

--- Virtual lines above the first line are only seen where the window has filler lines there.
---@param bufnr integer
function M.reveal(bufnr)
  local filler = 0
  for _, place in ipairs(M.places(bufnr)) do
    local hunk = place.entry.hunk
    if place.first > 0 then
      break
    end
    if hunk and not place.entry.proposed then
      filler = filler + math.min(#text.lines(hunk.oldText), old.MAX_LINES)
    end
  end
  if filler == 0 or compared[bufnr] then
    return
  end
  for _, win in ipairs(vim.fn.win_findbuf(bufnr == 0 and vim.api.nvim_get_current_buf() or bufnr)) do
    vim.api.nvim_win_call(win, function()
      if vim.fn.line("w0") == 1 then
        vim.fn.winrestview({ topline = 1, topfill = filler })
      end
    end)
  end
end

--- Draws what waits in a buffer, and nothing else.
---@param bufnr integer
---@param entries aside.review.Entry[]
---@param hint string What to press.
function M.show(bufnr, entries, hint)
  vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
  drawn[bufnr] = {}
  local hinted, places = {}, {}
  for index = 1, math.min(#entries, MAX_HUNKS) do
    local entry = entries[index]
    local range = entry.hunk and store.range(entry)
    local line, place = range and range.start.line or 0, range and vim.inspect(range) or ""
    draw(bufnr, entry, hinted[line] and "" or hint, range ~= nil and places[place] == true)
    hinted[line], places[place] = true, true
  end
  M.reveal(bufnr)
end

--- Leaves out the old lines of a buffer while it is compared with them, or shows them again.
---@param bufnr integer
---@param is_compared boolean
function M.set_compared(bufnr, is_compared)
  compared[bufnr] = is_compared or nil
end

--- Draws nothing any more.
---@param bufnr integer
function M.clear(bufnr)
  drawn[bufnr] = nil
  if vim.api.nvim_buf_is_loaded(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
  end
end

--- The hunks of a buffer, where they are now, in the order of its lines.
---@param bufnr integer
---@return aside.review.Place[]
function M.places(bufnr)
  bufnr = bufnr == 0 and vim.api.nvim_get_current_buf() or bufnr
  local entries = drawn[bufnr]
  if not entries or not vim.api.nvim_buf_is_loaded(bufnr) then
    return {}
  end
  local found = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, ns, 0, -1, { details = true })) do
    local id, row, details = mark[1], mark[2], mark[4] or {}
    if entries[id] then
      local last = math.max(row, details.end_row or row)
      found[#found + 1] = { entry = entries[id], first = row, last = last }
    end
  end
  return found
end

--- The hunks that touch some lines of a buffer; one that only removes lines touches those beside it.
---@param bufnr integer
---@param first integer 0-based.
---@param last integer 0-based, included.
---@return aside.review.Place[]
function M.at(bufnr, first, last)
  local exact, beside = {}, {}
  for _, place in ipairs(M.places(bufnr)) do
    if place.last > place.first then
      if place.first <= last and place.last > first then
        exact[#exact + 1] = place
      end
    elseif place.first >= first and place.first <= last then
      exact[#exact + 1] = place
    elseif place.first - 1 == last then
      beside[#beside + 1] = place
    end
  end
  return #exact > 0 and exact or beside
end

return M
