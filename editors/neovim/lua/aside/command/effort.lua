--- `:Aside effort [default|minimal|low|medium|high]`: how much the model is to think.
local M = { desc = "Choose how much the model thinks" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").effort(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = vim.tbl_map(function(effort)
    return effort[1]
  end, require("aside.picker.settings").EFFORTS)
  return require("aside.picker").matching(names, lead)
end

return M
