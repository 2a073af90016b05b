--- `:Aside undo`: takes the last turn back, after asking; with `!` unasked; `undo redo` takes that back.
local M = { desc = "Take the last turn back; redo" }

---@param args string[]
---@param opts table
function M.run(args, opts)
  local undo = require("aside.review.undo")
  if args[1] == "redo" then
    undo.redo()
  elseif args[1] then
    require("aside.picker.say").error(("`%s` cannot be undone; there is `undo` and `undo redo`."):format(args[1]))
  else
    undo.undo(opts.bang == true)
  end
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching({ "redo" }, lead)
end

return M
