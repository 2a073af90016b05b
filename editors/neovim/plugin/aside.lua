-- Defines `:Aside` and starts the server once Neovim is up. Nothing else is loaded here.
if vim.g.loaded_aside or vim.fn.has("nvim-0.11") == 0 then
  return
end
vim.g.loaded_aside = true

vim.api.nvim_create_user_command("Aside", function(opts)
  require("aside.command").run(opts)
end, {
  desc = "Aside: an AI agent beside the editor",
  nargs = "*",
  bang = true,
  range = true,
  complete = function(lead, line, column)
    return require("aside.command").complete(lead, line, column)
  end,
})

vim.keymap.set("n", "<Plug>(aside-toggle)", "<Cmd>Aside<CR>")
for _, name in ipairs({
  "chat",
  "send",
  "stop",
  "sessions",
  "model",
  "agent",
  "mode",
  "review",
  "accept",
  "reject",
  "undo",
  "mcp",
  "usage",
  "log",
}) do
  vim.keymap.set("n", ("<Plug>(aside-%s)"):format(name), ("<Cmd>Aside %s<CR>"):format(name))
end
vim.keymap.set({ "n", "x" }, "<Plug>(aside-ask)", ":Aside ask<CR>")
vim.keymap.set({ "n", "x" }, "<Plug>(aside-edit)", ":Aside edit<CR>")
vim.keymap.set("x", "<Plug>(aside-send)", ":Aside send<CR>")

--- Enabling reaches the buffers that are open by then.
local function enable()
  local settings = vim.g.aside
  if type(settings) == "table" and settings.autostart == false then
    return
  end
  vim.schedule(function()
    require("aside.client").enable()
  end)
end

if vim.v.vim_did_enter == 1 then
  enable()
else
  vim.api.nvim_create_autocmd("VimEnter", { once = true, callback = enable })
end
