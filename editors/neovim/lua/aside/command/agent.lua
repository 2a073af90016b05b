--- `:Aside agent [NAME]`: which agent template the session works with.
local M = { desc = "Choose the agent" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").agent(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  local settings = require("aside.picker.settings")
  settings.learn_agents()
  return require("aside.picker").matching(settings.known.agent, lead)
end

return M
