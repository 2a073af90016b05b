--- The list of all pending hunks, as a quickfix list that is kept up to date.
local store = require("aside.review.store")
local text = require("aside.review.text")

local M = {}

local TITLE = "Aside: pending hunks"
--- Characters of a line that are shown.
local MAX_SHOWN = 80

---@param entry aside.review.Entry
---@return string
local function describe(entry)
  local edit, hunk = entry.edit, entry.hunk
  local proposed = edit.status == "proposed" and "proposed " or ""
  local kind = edit.kind == "modify" and "" or edit.kind .. " "
  if not hunk then
    return vim.trim(proposed .. kind)
  end
  local lines = text.lines(hunk.newText ~= "" and hunk.newText or hunk.oldText)
  local first = vim.fn.strcharpart(vim.trim(lines[1] or ""), 0, MAX_SHOWN)
  return ("%s%s%s  %s"):format(proposed, kind, text.counts(hunk), first)
end

---@return vim.quickfix.entry[]
local function items()
  return vim.tbl_map(function(entry)
    local line, last = 0, 0
    if entry.hunk then
      local range = entry.edit.status == "proposed" and entry.hunk.oldRange or entry.hunk.newRange
      line, last = range.start.line, range["end"].line
    end
    return {
      filename = vim.uri_to_fname(entry.uri),
      lnum = line + 1,
      end_lnum = math.max(line + 1, last),
      col = 1,
      text = describe(entry),
      user_data = { editId = entry.edit.id, hunkId = entry.hunk and entry.hunk.id },
    }
  end, store.entries())
end

--- Fills the quickfix list and opens it.
function M.open()
  local found = items()
  if #found == 0 then
    require("aside.review.resolve").nothing_here()
    return
  end
  local ours = vim.fn.getqflist({ title = 0 }).title == TITLE
  vim.fn.setqflist({}, ours and "r" or " ", { title = TITLE, items = found })
  vim.cmd("botright copen")
end

--- Brings the list up to date, where it is the current one.
function M.update()
  local list = vim.fn.getqflist({ title = 0, idx = 0 })
  if list.title == TITLE then
    local found = items()
    local at = math.max(1, math.min(list.idx, #found))
    vim.fn.setqflist({}, "r", { title = TITLE, items = found, idx = #found > 0 and at or nil })
  end
end

return M
