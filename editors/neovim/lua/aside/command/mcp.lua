--- `:Aside mcp [restart|enable|disable|tools [NAME]]`: the MCP servers and what they do.
local M = { desc = "MCP servers; restart, enable, disable, tools" }

---@param args string[]
function M.run(args)
  require("aside.picker.mcp").run(args[1], args[2])
end

---@param lead string
---@param args string[]
---@return string[]
function M.complete(lead, args)
  local mcp = require("aside.picker.mcp")
  mcp.learn()
  return require("aside.picker").matching(#args > 1 and mcp.known or mcp.ACTIONS, lead)
end

return M
