--- `:Aside answer [OPTION]`: goes to the question that waits for permission, or answers it.
local M = { desc = "Answer the question that waits" }

---@param args string[]
function M.run(args)
  require("aside.permission").answer(args[1])
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = vim.tbl_map(function(option)
    return option.id
  end, require("aside.permission").options())
  return require("aside.picker").matching(names, lead)
end

return M
