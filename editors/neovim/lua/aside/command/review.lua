--- `:Aside review [diff|next|previous|refresh]`: lists the pending hunks, or goes through them.
local M = { desc = "List pending hunks; diff, next, previous" }

---@type table<string, fun()>
local actions = {
  list = function()
    require("aside.review.list").open()
  end,
  diff = function()
    require("aside.review.diff").open()
  end,
  next = function()
    require("aside.review").jump(1, vim.v.count1)
  end,
  previous = function()
    require("aside.review").jump(-1, vim.v.count1)
  end,
  refresh = function()
    require("aside.review").refresh_all()
  end,
}

---@param args string[]
function M.run(args)
  local action = actions[args[1] or "list"]
  if not action then
    require("aside.picker.say").error(("`%s` is no part of the review."):format(args[1]))
    return
  end
  action()
end

---@param lead string
---@return string[]
function M.complete(lead)
  return require("aside.picker").matching(vim.fn.sort(vim.tbl_keys(actions)), lead)
end

return M
