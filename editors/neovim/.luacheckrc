-- What luacheck knows of Neovim, whose Lua is LuaJIT with one more global.
std = "luajit"
cache = false
codes = true
-- What is generated is as long as its sentences are.
exclude_files = { "**/_meta/**" }
max_line_length = 120
read_globals = { "vim" }
-- Options and variables of the editor are set through the global.
globals = { "vim.g", "vim.b", "vim.w", "vim.o", "vim.bo", "vim.wo", "vim.opt", "vim.env", "vim.lsp", "vim.ui", "vim.notify" }
-- A method need not use its object.
self = false
