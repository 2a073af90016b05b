--- Makes blocks of content of what is on the screen: files and selections.
local M = {}

--- The file of a buffer, or lines of it; nil where the buffer is no file.
---@param buffer integer
---@param first? integer The first line, from 1.
---@param last? integer
---@return aside.ContentBlock.resource?
function M.lines(buffer, first, last)
  if vim.bo[buffer].buftype ~= "" or vim.api.nvim_buf_get_name(buffer) == "" then
    return nil
  end
  local block = { type = "resource", uri = vim.uri_from_bufnr(buffer) }
  if first and last then
    block.range = {
      start = { line = first - 1, character = 0 },
      ["end"] = { line = last, character = 0 },
    }
  end
  return block
end

--- What a command with a range is about.
---@param opts table That of `nvim_create_user_command`.
---@return aside.ContentBlock.resource?
function M.of_command(opts)
  if opts.range == 0 then
    return nil
  end
  return M.lines(vim.api.nvim_get_current_buf(), opts.line1, opts.line2)
end

return M
