--- What `:Aside accept` and `:Aside reject` have in common.
local M = {}

--- A subcommand for the hunk under the cursor, those of a scope, or those in the lines of a range.
---@param verb "accept"|"reject"
---@param desc string
---@return table
function M.of(verb, desc)
  local command = { desc = desc .. ": hunk, file, turn, all" }

  ---@param args string[]
  ---@param opts table
  function command.run(args, opts)
    local resolve = require("aside.review.resolve")
    local scope = args[1] or "hunk"
    if not vim.list_contains(resolve.SCOPES, scope) then
      require("aside.picker.say").error(("`%s` is none of %s."):format(scope, table.concat(resolve.SCOPES, ", ")))
      return
    end
    local lines = opts.range and opts.range > 0 and { opts.line1, opts.line2 } or nil
    resolve.resolve(verb, scope, lines)
  end

  ---@param lead string
  ---@return string[]
  function command.complete(lead)
    return require("aside.picker").matching(require("aside.review.resolve").SCOPES, lead)
  end

  return command
end

return M
