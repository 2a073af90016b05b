--- `:Aside model [PROVIDER/MODEL]`: which model the session works with, from the next turn on.
local M = { desc = "Choose the model" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").model(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  local settings = require("aside.picker.settings")
  settings.learn_models()
  return require("aside.picker").matching(settings.known.model, lead)
end

return M
