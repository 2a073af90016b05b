--- `:Aside reject [hunk|file|turn|all]`: takes back pending hunks; those in the lines where a range is given.
local M = { desc = "Take back pending hunks: hunk, file, turn, all" }

---@param args string[]
---@param opts table
function M.run(args, opts)
  local resolve = require("aside.review.resolve")
  local scope = args[1] or "hunk"
  if not vim.list_contains(resolve.SCOPES, scope) then
    require("aside.picker.say").error(("`%s` is none of %s."):format(scope, table.concat(resolve.SCOPES, ", ")))
    return
  end
  local lines = opts.range and opts.range > 0 and { opts.line1, opts.line2 } or nil
  resolve.resolve("reject", scope, lines)
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching(require("aside.review.resolve").SCOPES, lead)
end

return M
