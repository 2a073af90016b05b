--- Applies the server's edits to buffers.
local documents = require("aside.documents")

local M = {}

--- Whether a document is no longer the one that an edit was made for. Neovim passes over such an
--- edit, and says that it was applied.
---@param document { uri: string, version?: integer }
---@return boolean
local function is_stale(document)
  if type(document.version) ~= "number" then
    return false
  end
  local buffer = documents.buffer(vim.uri_to_fname(document.uri))
  return buffer ~= nil and vim.api.nvim_buf_is_loaded(buffer) and vim.lsp.util.buf_versions[buffer] > document.version
end

--- Lets one undo take back what was done since, and no more.
---@param buffer integer
local function break_undo(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd("let &g:undolevels = &g:undolevels")
    end)
  end
end

--- Handles `workspace/applyEdit`.
---@param err lsp.ResponseError?
---@param params table
---@param ctx lsp.HandlerContext
---@return table result
function M.handler(err, params, ctx)
  local changes = type(params.edit) == "table" and params.edit.documentChanges or {}
  local buffers = {}
  for _, change in ipairs(changes) do
    local document = change.textDocument
    if document then
      if is_stale(document) then
        return { applied = false, failureReason = "the document has changed since" }
      end
      buffers[#buffers + 1] = documents.buffer(vim.uri_to_fname(document.uri))
    end
  end
  vim.iter(buffers):each(break_undo)
  -- Neovim prints a label over what the user types.
  params.label = nil
  local result = vim.lsp.handlers["workspace/applyEdit"](err, params, ctx)
  vim.iter(buffers):each(break_undo)
  return result
end

return M
