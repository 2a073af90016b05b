--- `:Aside trust [show|revoke]`: what the workspace brings along, and whether it is to be active.
local M = { desc = "Trust what the workspace brings along; show, revoke" }

---@param args string[]
function M.run(args)
  local trust = require("aside.trust")
  if not args[1] then
    trust.ask()
  elseif args[1] == "show" then
    trust.show()
  elseif args[1] == "revoke" then
    trust.revoke()
  else
    require("aside.picker.say").error(("`%s` is neither `show` nor `revoke`."):format(args[1]))
  end
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching({ "show", "revoke" }, lead)
end

return M
