--- `:Aside agent [NAME]`: which agent template the session works with.
local M = { desc = "Choose the agent" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").agent(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching(require("aside.picker.settings").known.agent, lead)
end

return M
