--- The plugin's front door. Nothing needs to be called: `:Aside` and `vim.g.aside` do.
local M = {}

--- Settings, as an alternative to `vim.g.aside`.
---@param options table<string, any>?
function M.setup(options)
  require("aside.config").set(options)
end

--- What a statusline may show: as a table, and in a few characters.
---@return aside.Status, string
function M.status()
  local status = require("aside.status")
  local now = status.get()
  return now, status.text(now)
end

--- Calls `listener` at each event of a kind, or at all of them for `*`.
---@param kind string
---@param listener aside.Listener
---@return fun() off
function M.on(kind, listener)
  return require("aside.events").on(kind, listener)
end

return M
