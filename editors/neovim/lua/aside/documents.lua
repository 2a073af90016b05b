--- Which buffers the server knows as documents: all that are files.
local M = {}

--- Whether a buffer is a file that the server may read.
---@param buffer integer
---@return boolean
function M.is_document(buffer)
  if not vim.api.nvim_buf_is_loaded(buffer) or vim.bo[buffer].buftype ~= "" then
    return false
  end
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == "" or name:match("^%a[%w+.-]+://") or name:find("/.git/", 1, true) then
    return false
  end
  local size = vim.api.nvim_buf_get_offset(buffer, vim.api.nvim_buf_line_count(buffer))
  return size <= require("aside.config").get().max_file
end

--- The buffer of a file; nil where there is none.
---@param path string
---@return integer?
function M.buffer(path)
  local bufnr = vim.fn.bufnr(vim.fn.fnameescape(path))
  if bufnr < 1 then
    return nil
  end
  -- Neovim also finds a buffer whose name only has the path in it: `main.c` in `main.cpp`.
  local name = vim.api.nvim_buf_get_name(bufnr)
  local real = vim.uv.fs_realpath(path)
  return (name == path or (real and real == vim.uv.fs_realpath(name))) and bufnr or nil
end

--- Attaches the client to all files that are open, and to those that will be, also to those without
--- a file type, which `vim.lsp.enable` passes over.
---@param client fun(): integer? The client's id while it is there.
function M.attach(client)
  local function one(buffer)
    local id = client()
    if id and vim.api.nvim_buf_is_valid(buffer) and M.is_document(buffer) then
      vim.lsp.buf_attach_client(buffer, id)
    end
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    one(buffer)
  end
  vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "BufFilePost" }, {
    group = vim.api.nvim_create_augroup("aside.attach", {}),
    callback = function(args)
      vim.schedule(function()
        one(args.buf)
      end)
    end,
  })
end

return M
