-- What luacheck knows of Neovim, whose Lua is LuaJIT with one more global.
std = "luajit"
cache = false
codes = true
max_line_length = 120
read_globals = { "vim" }
-- Options and variables of the editor are set through the global.
globals = { "vim.g", "vim.b", "vim.w", "vim.o", "vim.bo", "vim.wo", "vim.go", "vim.opt", "vim.env", "vim.lsp", "vim.ui", "vim.notify", "vim.opt_local" }
-- A method need not use its object.
self = false
