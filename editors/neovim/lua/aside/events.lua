--- What happened, for whoever wants to hear of it: each event of the protocol by its `type`,
--- `connection` when the server comes or goes, `session` when another session is shown, and `mcp`.
local M = {}

---@alias aside.Listener fun(event: table)

local listeners = {} ---@type table<string, aside.Listener[]>

--- Calls `listener` at each event of a kind, or at all of them for `*`. Events of the protocol come
--- as `aside.ChatEvent`; the others are tables with a `type`.
---@param kind string
---@param listener aside.Listener
---@return fun() off Stops it.
function M.on(kind, listener)
  local list = listeners[kind] or {}
  listeners[kind] = list
  table.insert(list, listener)
  return function()
    for index, other in ipairs(list) do
      if other == listener then
        table.remove(list, index)
        return
      end
    end
  end
end

---@param kind string
---@param event table
local function call(kind, event)
  local list = listeners[kind]
  if not list or #list == 0 then
    return
  end
  -- A copy, since a listener may stop itself.
  for _, listener in ipairs({ unpack(list) }) do
    local ok, message = xpcall(listener, debug.traceback, event)
    if not ok then
      vim.schedule(function()
        vim.notify_once("Aside: " .. tostring(message), vim.log.levels.ERROR)
      end)
    end
  end
end

--- Tells of an event: to listeners, and as `User AsideEvent`, whose `data` is the event with its
--- kind as `kind`.
---@param kind string
---@param event table
function M.emit(kind, event)
  call(kind, event)
  call("*", event)
  if vim.fn.exists("#User#AsideEvent") == 1 then
    vim.api.nvim_exec_autocmds("User", {
      pattern = "AsideEvent",
      modeline = false,
      data = vim.tbl_extend("force", { kind = kind }, event),
    })
  end
end

return M
