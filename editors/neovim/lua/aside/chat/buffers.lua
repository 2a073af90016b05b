--- The chat's own buffers: each is made once, and outlives its windows and the server.
local M = {}

---@param name string
---@return integer?
local function named(name)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
end

--- The buffer of a name. One that is there already, since a session of Neovim's was restored, is
--- taken over with the text that is in it; one that was unloaded is made anew.
---@param name string
---@param known integer? What this gave before.
---@return integer buffer
---@return boolean is_new Whether it has yet to be set up.
function M.get(name, known)
  if known and vim.api.nvim_buf_is_loaded(known) then
    return known, false
  end
  local buffer = named(name)
  if buffer and not vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_buf_delete(buffer, { force = true })
    buffer = nil
  end
  if not buffer then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
  end
  local options = vim.bo[buffer]
  options.buflisted = false
  options.buftype = "nofile"
  options.bufhidden = "hide"
  options.swapfile = false
  return buffer, true
end

--- Fills a buffer, and does so again where `:edit` has emptied it.
---@param buffer integer
---@param fill fun()
---@param gone fun() Its text is about to go, by `:edit` or for good.
---@param changed? fun() Its text was changed.
function M.fill(buffer, fill, gone, changed)
  fill()
  vim.api.nvim_buf_attach(buffer, false, {
    on_lines = changed,
    on_detach = function()
      gone()
      vim.schedule(function()
        if vim.api.nvim_buf_is_loaded(buffer) then
          M.fill(buffer, fill, gone, changed)
        end
      end)
    end,
  })
end

return M
