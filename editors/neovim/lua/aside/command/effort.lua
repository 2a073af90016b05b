--- `:Aside effort [none|minimal|low|medium|high|max]`: how much models are to think.
local M = { desc = "Choose how much models think" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").effort(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching(require("aside.picker.settings").EFFORTS, lead)
end

return M
