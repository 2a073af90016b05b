--- `:Aside sessions [new|search|archived|rename|pin|archive|fork|export|delete]`: opens a session.
local M = { desc = "Open a session; new, search, rename, pin, archive, fork, export, delete" }

---@param args string[]
function M.run(args)
  require("aside.picker.sessions").run(args[1], table.concat(args, " ", 2))
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = { "new", "search", "archived" }
  vim.list_extend(names, require("aside.picker.sessions").actions())
  return require("aside.picker").matching(names, lead)
end

return M
