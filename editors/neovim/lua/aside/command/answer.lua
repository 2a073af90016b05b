--- `:Aside answer [OPTION]`: goes to the question that waits for permission, or answers it.
local M = { desc = "Answer the question that waits" }

---@param args string[]
function M.run(args)
  require("aside.permission").answer(args[1])
end

---@return string[]
function M.complete()
  local first = require("aside.permission").waiting()[1]
  return vim.tbl_map(function(option)
    return option.id
  end, first and first.options or {})
end

return M
