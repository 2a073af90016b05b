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
  left[#left + 1] = "%<" .. M.plain(now.session and now.session ~= "" and now.session or "New chat")
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
  return " " .. table.concat(left, " ") .. " %=" .. table.concat(right, " · ") .. " "
end

return M
