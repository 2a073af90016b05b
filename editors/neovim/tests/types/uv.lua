---@meta
--- What Neovim's own annotations leave out, for the type check: libuv, of which nothing is checked.

---@alias uv.uv_timer_t any
---@alias uv.uv_process_t any
---@alias uv.uv_pipe_t any

---@type any
vim.uv = nil -- luacheck: ignore 122
