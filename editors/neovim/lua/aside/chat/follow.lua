--- Keeps the end of a growing buffer on the screen, in windows whose cursor is there.
local M = {}

--- The windows of a buffer that show its end, and go on doing so.
---@param buffer integer
---@return integer[]
function M.windows(buffer)
  local last = vim.api.nvim_buf_line_count(buffer)
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] >= last
  end, vim.fn.win_findbuf(buffer))
end

--- Shows the end of the buffer in windows.
---@param buffer integer
---@param windows integer[]
function M.show(buffer, windows)
  local last = vim.api.nvim_buf_line_count(buffer)
  local line = vim.api.nvim_buf_get_lines(buffer, last - 1, last, false)[1] or ""
  for _, window in ipairs(windows) do
    if vim.api.nvim_win_is_valid(window) then
      pcall(vim.api.nvim_win_set_cursor, window, { last, #line })
    end
  end
end

return M
