--- A place to work in: a workspace, the server's folders, and a home in which the plugin is
--- installed the way a user would install it.

local settings = require("lib.settings")

local M = {}

--- The key that servers are given. It must never be seen on a screen or in a log.
M.SECRET = "sk-test-7c20b1d94e5f4a68"

---@class tests.World
---@field root string
---@field work string the workspace
---@field config string Aside's settings
---@field data string Aside's databases and logs
---@field home string
---@field url string the base URL of the model
local World = {}
World.__index = World

--- Makes one. Its names have a space and a letter outside ASCII, so that every URI needs escapes.
---@param url string
---@param name string? of the workspace's folder
---@return tests.World
function M.new(url, name)
  local root = vim.uv.fs_realpath(assert(vim.uv.fs_mkdtemp(vim.uv.os_tmpdir() .. "/aside-neovim-XXXXXX")))
  local self = setmetatable({
    root = root,
    work = root .. "/" .. (name or "work späce"),
    config = root .. "/config",
    data = root .. "/data",
    home = root .. "/home",
    url = url,
  }, World)
  for _, folder in ipairs({ self.work, self.config, self.data, self.home }) do
    vim.fn.mkdir(folder, "p")
  end
  vim.fn.mkdir(self.work .. "/.git")
  local packs = self.home .. "/.local/share/nvim/site/pack/aside/start"
  vim.fn.mkdir(packs, "p")
  assert(vim.uv.fs_symlink(settings.plugin, packs .. "/aside"))
  -- What fails in passing is tried again at once.
  self:write_at(self.config .. "/config.toml", "[providers]\nretry_base_ms = 1\n")
  return self
end

--- The environment of this world's programs.
---@param more table<string, string|false>? further variables; `false` takes one away
---@return table<string, string>
function World:environment(more)
  local variables = {
    ASIDE_CONFIG_DIR = self.config,
    ASIDE_DATA_DIR = self.data,
    ASIDE_MODEL = "openai/scripted",
    HOME = self.home,
    LANG = "C.UTF-8",
    OPENAI_API_KEY = M.SECRET,
    OPENAI_BASE_URL = self.url,
    PATH = settings.binaries .. ":" .. vim.env.PATH,
    SHELL = "/bin/sh",
    TERM = "xterm-256color",
    TMPDIR = vim.uv.os_tmpdir(),
  }
  for name, value in pairs(more or {}) do
    variables[name] = value or nil
  end
  return variables
end

---@param path string
---@param text string
function World:write_at(path, text)
  vim.fn.mkdir(vim.fs.dirname(path), "p")
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  file:close()
end

--- Writes a file of the workspace.
---@param name string
---@param text string
---@return string path
function World:write(name, text)
  local path = self.work .. "/" .. name
  self:write_at(path, text)
  return path
end

--- Reads a file of the workspace.
---@param name string
---@return string
function World:read(name)
  local file = assert(io.open(self.work .. "/" .. name))
  local text = assert(file:read("*a"))
  file:close()
  return text
end

--- What the user's `init.lua` says, in place of what is there.
---@param lua string
function World:init(lua)
  self:write_at(self.home .. "/.config/nvim/init.lua", lua)
end

--- Names of files below the data folder whose bytes contain a text.
---@param text string
---@return string[]
function World:leaks(text)
  local found = {}
  for name, kind in vim.fs.dir(self.root, { depth = 12 }) do
    local file = kind == "file" and io.open(self.root .. "/" .. name, "rb")
    if file then
      local all = file:read("*a") or ""
      file:close()
      if all:find(text, 1, true) then
        found[#found + 1] = name
      end
    end
  end
  return found
end

--- Removes it.
function World:close()
  vim.fn.delete(self.root, "rf")
end

return M
