--- Where the programs are that the tests drive, as `cargo xtask neovim` says.

---@param name string
---@return string
local function need(name)
  local value = vim.env[name]
  if not value or value == "" then
    io.stderr:write(name .. " is not set: run `cargo xtask neovim`.\n")
    os.exit(2)
  end
  return value
end

return {
  --- The folder of `aside` and `aside-script`.
  binaries = need("ASIDE_BINARIES"),
  --- The plugin, copied, so that no test writes into the repository.
  plugin = need("ASIDE_PLUGIN"),
  --- Where pictures are put.
  pictures = need("ASIDE_PICTURES"),
  --- Neovim itself: the one that runs this.
  nvim = vim.v.progpath,
  tmux = need("ASIDE_TMUX"),
  --- The browser that makes pictures, and the MCP servers from npm.
  chromium = vim.env.ASIDE_CHROMIUM,
  mcp = vim.env.ASIDE_MCP_SERVERS,
  node = vim.env.ASIDE_NODE,
}
