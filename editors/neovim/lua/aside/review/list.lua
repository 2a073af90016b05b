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
  local proposed = entry.proposed and "proposed " or ""
  local kind = edit.kind == "modify" and "" or edit.kind .. " "
  if not hunk then
    return vim.trim(proposed .. kind)
  end
  local lines = text.lines(hunk.newText ~= "" and hunk.newText or hunk.oldText)
  local first = vim.fn.strcharpart(vim.trim(lines[1] or ""), 0, MAX_SHOWN)
  return ("%s%s%s  %s"):format(proposed, kind, text.counts(hunk), first)
end

---@param entry aside.review.Entry
---@return vim.quickfix.entry
local function item(entry)
  local path = vim.uri_to_fname(entry.uri)
  local made = { text = describe(entry), user_data = { editId = entry.edit.id, hunkId = entry.hunk and entry.hunk.id } }
  if not vim.uv.fs_stat(path) and vim.fn.bufloaded(path) == 0 then
    -- Going there would make an empty file of it.
    made.text = ("%s: %s"):format(vim.fn.fnamemodify(path, ":."), made.text)
    made.valid = 0
    return made
  end
  local range = entry.hunk and store.range(entry)
  made.filename, made.col = path, 1
  made.lnum = range and range.start.line + 1 or 1
  made.end_lnum = range and math.max(made.lnum, range["end"].line) or 1
  return made
end

---@return vim.quickfix.entry[]
local function items()
  return vim.tbl_map(item, store.entries())
end

--- The entries behind some lines of the list; nil where the current window does not show it.
---@param first integer 0-based.
---@param last integer 0-based, included.
---@return aside.review.Entry[]?
function M.at(first, last)
  if vim.bo.buftype ~= "quickfix" then
    return nil
  end
  local list = vim.fn.getqflist({ title = 0, items = 0 })
  if list.title ~= TITLE then
    return nil
  end
  local wanted = {}
  for index = first + 1, last + 1 do
    local data = list.items[index] and list.items[index].user_data
    if type(data) == "table" then
      wanted[data.hunkId or data.editId] = true
    end
  end
  return vim.tbl_filter(function(entry)
    return wanted[entry.hunk and entry.hunk.id or entry.edit.id] == true
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
  if require("aside.config").get().review.keys then
    require("aside.review.keys").map_list(vim.api.nvim_get_current_buf())
  end
end

--- Brings the list up to date, where it is the current one. The cursor stays on its line.
function M.update()
  local list = vim.fn.getqflist({ title = 0, idx = 0, winid = 0 })
  if list.title ~= TITLE then
    return
  end
  local shown = list.winid ~= 0 and vim.api.nvim_win_is_valid(list.winid)
  local line = shown and vim.api.nvim_win_get_cursor(list.winid)[1] or 1
  local found = items()
  local at = math.max(1, math.min(list.idx, #found))
  vim.fn.setqflist({}, "r", { title = TITLE, items = found, idx = #found > 0 and at or nil })
  if shown then
    vim.api.nvim_win_set_cursor(list.winid, { math.max(1, math.min(line, #found)), 0 })
  end
end

return M
