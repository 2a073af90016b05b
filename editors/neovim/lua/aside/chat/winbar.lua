--- The line above the transcript: title, model, mode, context used, cost, and what goes on.
local M = {}

local status = require("aside.status")

local MODES = { ask = "ask", acceptEdits = "accept edits", readOnly = "read only", full = "full" }
local PROBLEMS = {
  missing = "not installed",
  failed = "server failed",
  restarting = "reconnecting",
  starting = "starting",
}

--- Text without what the option would take for its own.
---@param text string
---@return string
function M.plain(text)
  return (text:gsub("[%c]", " "):gsub("%%", "%%%%"))
end

--- Columns that a piece of the line takes.
---@param piece string
---@return integer
local function columns(piece)
  return vim.fn.strdisplaywidth((piece:gsub("%%#%w+#", ""):gsub("%%%*", ""):gsub("%%%%", "%%")))
end

--- A title that is no wider than there is room for.
---@param title string
---@param room integer
---@return string
local function cut(title, room)
  if vim.fn.strdisplaywidth(title) <= room then
    return title
  end
  local kept = title
  while kept ~= "" and vim.fn.strdisplaywidth(kept) >= room do
    kept = vim.fn.strcharpart(kept, 0, vim.fn.strchars(kept) - 1)
  end
  return vim.trim(kept) .. "…"
end

--- The text of the line, for the option `winbar`.
---@param spinner string? What turns while a turn runs.
---@return string
function M.text(spinner)
  local now = status.get()
  local left = {}
  if PROBLEMS[now.connection] then
    left[#left + 1] = "%#AsideWarning#" .. PROBLEMS[now.connection] .. "%*"
  end
  if spinner then
    left[#left + 1] = "%#AsideSpinner#" .. M.plain(spinner) .. "%*"
  elseif now.state == "waiting" then
    left[#left + 1] = "%#AsideToolWaiting#waits for you%*"
  end
  local right = {}
  if now.model then
    right[#right + 1] = M.plain(now.model:match("[^/]+$") or now.model)
  end
  if now.mode then
    right[#right + 1] = MODES[now.mode] or M.plain(now.mode)
  end
  if now.context then
    right[#right + 1] = now.context .. "%%"
  end
  if now.cost and now.cost > 0 then
    right[#right + 1] = ("$%.2f"):format(now.cost)
  end
  local before = " " .. table.concat(left, " ") .. (#left > 0 and " " or "")
  local behind = " " .. table.concat(right, " · ") .. " "
  local chat = package.loaded["aside.chat"]
  local window = type(chat) == "table" and chat.windows().transcript
  local width = window and vim.api.nvim_win_get_width(window) or vim.o.columns
  local title = now.session and now.session ~= "" and now.session or "New chat"
  title = cut(title:gsub("%c", " "), math.max(0, width - columns(before) - columns(behind)))
  return before .. "%<" .. M.plain(title) .. "%=" .. behind
end

return M
