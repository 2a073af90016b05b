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

for name, line in pairs({
  toggle = "Aside",
  chat = "Aside chat",
  send = "Aside send",
  stop = "Aside stop",
  sessions = "Aside sessions",
  model = "Aside model",
  review = "Aside review",
  diff = "Aside review diff",
  ["next-hunk"] = "Aside review next",
  ["prev-hunk"] = "Aside review previous",
  ["accept-hunk"] = "Aside accept hunk",
  ["reject-hunk"] = "Aside reject hunk",
  ["accept-file"] = "Aside accept file",
  ["reject-file"] = "Aside reject file",
  undo = "Aside undo",
  answer = "Aside answer",
}) do
  vim.keymap.set("n", ("<Plug>(aside-%s)"):format(name), ("<Cmd>%s<CR>"):format(line))
end
vim.keymap.set({ "n", "x" }, "<Plug>(aside-ask)", ":Aside ask<CR>")
vim.keymap.set({ "n", "x" }, "<Plug>(aside-edit)", ":Aside edit<CR>")
vim.keymap.set("x", "<Plug>(aside-send)", ":Aside send<CR>")
vim.keymap.set("x", "<Plug>(aside-accept-hunk)", ":Aside accept hunk<CR>")
vim.keymap.set("x", "<Plug>(aside-reject-hunk)", ":Aside reject hunk<CR>")

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
