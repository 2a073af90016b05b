-- `<Plug>` mappings of the review and of questions for permission.
if vim.g.loaded_aside_review or vim.fn.has("nvim-0.11") == 0 then
  return
end
vim.g.loaded_aside_review = true

for name, command in pairs({
  ["next-hunk"] = "review next",
  ["prev-hunk"] = "review previous",
  ["accept-hunk"] = "accept hunk",
  ["reject-hunk"] = "reject hunk",
  ["accept-file"] = "accept file",
  ["reject-file"] = "reject file",
  diff = "review diff",
  answer = "answer",
}) do
  vim.keymap.set("n", ("<Plug>(aside-%s)"):format(name), ("<Cmd>Aside %s<CR>"):format(command))
end
vim.keymap.set("x", "<Plug>(aside-accept-hunk)", ":Aside accept hunk<CR>")
vim.keymap.set("x", "<Plug>(aside-reject-hunk)", ":Aside reject hunk<CR>")
