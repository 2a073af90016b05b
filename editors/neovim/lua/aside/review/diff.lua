--- A tab that compares a file with what it would be without the agent's pending hunks, or with them
--- where they are only proposed.
local draw = require("aside.review.draw")
local review = require("aside.review")
local say = require("aside.picker.say")
local store = require("aside.review.store")
local text = require("aside.review.text")

local M = {}

---@param name string
---@param lines string[]
---@param filetype string
---@return integer bufnr
local function scratch(name, lines, filetype)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].modifiable = false
  -- The name is taken where the same file is compared twice.
  pcall(vim.api.nvim_buf_set_name, bufnr, name)
  -- No language server is to attach, but the colours are to be the same.
  local language = vim.treesitter.language.get_lang(filetype)
  if not (language and pcall(vim.treesitter.start, bufnr, language)) then
    vim.bo[bufnr].syntax = filetype
  end
  return bufnr
end

--- Opens the comparison of a buffer, in a tab of its own; `q` in its other side closes it.
---@param bufnr? integer
function M.open(bufnr)
  bufnr = (bufnr == nil or bufnr == 0) and vim.api.nvim_get_current_buf() or bufnr
  local entries = store.entries(store.key_of(bufnr))
  if #entries == 0 then
    return require("aside.review.resolve").nothing_here()
  end
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local proposed = vim.iter(entries):all(function(entry)
    return entry.proposed
  end)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ":.")
  local other = proposed and text.proposed(lines, entries) or text.base(lines, entries)
  local side = scratch(("aside://%s/%s"):format(proposed and "proposed" or "base", name), other, vim.bo[bufnr].filetype)
  draw.set_compared(bufnr, true)
  review.redraw(bufnr)
  local from = vim.api.nvim_get_current_tabpage()
  vim.cmd.tabnew()
  local empty = vim.api.nvim_get_current_buf()
  vim.api.nvim_win_set_buf(0, bufnr)
  if vim.api.nvim_buf_is_valid(empty) and empty ~= bufnr then
    vim.api.nvim_buf_delete(empty, { force = true })
  end
  vim.cmd.diffthis()
  local file = vim.api.nvim_get_current_win()
  vim.cmd(proposed and "rightbelow vsplit" or "leftabove vsplit")
  vim.api.nvim_win_set_buf(0, side)
  vim.cmd.diffthis()
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = side, nowait = true, desc = "Close this comparison" })
  vim.api.nvim_create_autocmd("BufWipeout", {
    pattern = ("<buffer=%d>"):format(side),
    once = true,
    callback = vim.schedule_wrap(function()
      draw.set_compared(bufnr, false)
      review.redraw(bufnr)
      for _, win in ipairs(vim.fn.win_findbuf(bufnr)) do
        if win == file then
          vim.api.nvim_win_call(win, vim.cmd.diffoff)
        end
      end
      if vim.api.nvim_tabpage_is_valid(from) and vim.api.nvim_get_current_tabpage() ~= from then
        pcall(vim.api.nvim_set_current_tabpage, from)
      end
    end),
  })
  vim.api.nvim_set_current_win(file)
  say.echo(
    proposed and "The right side has what is proposed." or "`do` takes old lines back; `q` on the left closes this."
  )
end

return M
