--- `:Aside mode [ask|acceptEdits|readOnly|full]`: what the agent may do unasked.
local M = { desc = "Choose what the agent may do unasked" }

---@param args string[]
function M.run(args)
  require("aside.picker.settings").mode(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = vim.tbl_map(function(mode)
    return mode[1]
  end, require("aside.picker.settings").MODES)
  return require("aside.picker").matching(names, lead)
end

return M
