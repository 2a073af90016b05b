--- What `:Aside agent`, `effort`, `mode` and `model` have in common.
local M = {}

--- A subcommand that lets the user pick a setting of the session, or sets the one named.
---@param name "agent"|"effort"|"mode"|"model"
---@param desc string
---@return aside.Command
function M.of(name, desc)
  return {
    desc = desc,
    run = function(args)
      require("aside.picker.settings")[name](args[1])
    end,
    complete = function(lead)
      return require("aside.picker").matching(require("aside.picker.settings").names(name), lead)
    end,
  }
end

return M
