--- What a statusline may show of Aside. It loads nothing that was not needed yet.
local M = {}

---@class aside.Status
---@field connection string How the server is, as in `aside.Connection`.
---@field message? string What is wrong and what to do.
---@field session? string The title of the session that is shown.
---@field state "idle"|"running"|"waiting" What that session does.
---@field model? string
---@field mode? aside.PermissionMode
---@field context? integer How much of the model's context is used, in percent.
---@field cost? number US dollars, of the session.
---@field pending integer Questions that wait for an answer.

---@return aside.Status
function M.get()
  local client = package.loaded["aside.client"]
  local state = package.loaded["aside.state"]
  local connection = client and client.connection() or { status = "stopped" }
  local status = {
    connection = connection.status,
    message = connection.message,
    state = "idle",
    pending = 0,
  }
  local store = state and state.shown()
  if not store then
    return status
  end
  local session = store.session
  if session then
    status.session = session.title
    status.model = session.model
    status.mode = session.permissionMode
    status.cost = session.usage and session.usage.costUsd
    -- Once the turns are known they count: a server that died has not said that the session is idle.
    status.state = store.loaded and "idle" or session.status
  end
  if next(store.permissions) then
    status.state = "waiting"
  elseif require("aside.reduce").running(store) then
    status.state = "running"
  end
  status.pending = vim.tbl_count(store.permissions)
  local context = store.context
  if context and (context.windowTokens or 0) > 0 then
    status.context = math.floor(100 * context.usedTokens / context.windowTokens + 0.5)
  end
  return status
end

local MODES = { ask = "ask", acceptEdits = "edits", readOnly = "read", full = "full" }

--- A status in a few characters, empty where there is nothing to say.
---@param status aside.Status
---@return string
function M.text(status)
  local parts = {}
  if status.connection ~= "ready" and status.connection ~= "stopped" then
    parts[#parts + 1] = status.connection
  end
  if status.model then
    parts[#parts + 1] = status.model:match("[^/]+$")
  end
  if status.mode then
    parts[#parts + 1] = MODES[status.mode] or status.mode
  end
  if status.context then
    parts[#parts + 1] = status.context .. "%"
  end
  if status.cost and status.cost > 0 then
    parts[#parts + 1] = ("$%.2f"):format(status.cost)
  end
  if status.state ~= "idle" then
    parts[#parts + 1] = status.state
  end
  return table.concat(parts, " ")
end

return M
