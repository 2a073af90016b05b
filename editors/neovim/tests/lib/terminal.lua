--- A Neovim in a real terminal, tmux: keys go in, what the screen shows comes out.

local Editor = require("lib.editor")
local bounds = require("lib.bounds")
local process = require("lib.process")
local settings = require("lib.settings")

local M = {}

---@class tests.Terminal
---@field private socket string
---@field private world tests.World
---@field private pid integer of the tmux server
---@field editor tests.Editor what runs in it, for a look behind the screen
local Terminal = {}
Terminal.__index = Terminal

--- A screen with nothing of the terminal's own on it, in true colours.
local CONFIGURATION = [[
set -g default-terminal tmux-256color
set -g status off
set -s escape-time 0
]]

---@param socket string
---@param ... string
---@return string
local function tmux(socket, ...)
  local command = { settings.tmux, "-S", socket, ... }
  local done = vim.system(command, { text = true }):wait(bounds.PATIENCE_MS)
  assert(done.code == 0, table.concat(command, " ") .. ": " .. (done.stderr or ""))
  return done.stdout
end

--- Starts one in a world, on these files of the workspace.
---@param world tests.World
---@param files string[]
---@param more table<string, string|false>? further variables
---@return tests.Terminal
function M.start(world, files, more)
  local socket = world.root .. "/tmux"
  local self = setmetatable({ socket = socket, world = world }, Terminal)
  local variables = world:environment(vim.tbl_extend("error", { COLORTERM = "truecolor" }, more or {}))
  world:write_at(world.root .. "/tmux.conf", CONFIGURATION)
  local command = { settings.tmux, "-S", socket, "-f", world.root .. "/tmux.conf", "new-session", "-d" }
  vim.list_extend(command, { "-x", tostring(bounds.COLUMNS), "-y", tostring(bounds.ROWS), "-c", world.work })
  vim.list_extend(command, { "--", settings.nvim, "-i", "NONE", "-n", "--listen", world.root .. "/nvim" })
  vim.list_extend(command, files)
  local done = vim.system(command, { text = true, env = variables, clear_env = true }):wait(bounds.PATIENCE_MS)
  assert(done.code == 0, "tmux: " .. (done.stderr or ""))
  self.pid = assert(tonumber(vim.trim(tmux(socket, "display-message", "-p", "#{pid}"))))
  local channel = process.wait("the editor in the terminal", function()
    local connected, id = pcall(vim.fn.sockconnect, "pipe", world.root .. "/nvim", { rpc = true })
    return connected and id > 0 and id
  end)
  self.editor = Editor.attach(channel, world)
  return self
end

--- Presses keys, as tmux names them, such as `Escape`, `C-s`; anything else is typed as it stands.
---@param ... string
function Terminal:keys(...)
  tmux(self.socket, "send-keys", ...)
end

--- Types text as it stands.
---@param text string
function Terminal:type(text)
  tmux(self.socket, "send-keys", "-l", text)
end

--- What the screen shows.
---@return string
function Terminal:screen()
  return tmux(self.socket, "capture-pane", "-p")
end

--- The same with the escapes of its colours.
---@return string
function Terminal:colours()
  return tmux(self.socket, "capture-pane", "-p", "-e", "-N")
end

--- Waits until the screen shows all of these texts, and gives it.
---@param ... string
---@return string
function Terminal:shows(...)
  local texts = { ... }
  local screen = ""
  return process.wait(function()
    return ("the screen to show %s; it shows:\n%s"):format(vim.inspect(texts), screen)
  end, function()
    screen = self:screen()
    for _, text in ipairs(texts) do
      if not screen:find(text, 1, true) then
        return nil
      end
    end
    return screen
  end)
end

--- Waits until the screen is as `look` wants it.
---@param what string
---@param look fun(screen: string): boolean
---@return string
function Terminal:becomes(what, look)
  local screen = ""
  return process.wait(function()
    return ("the screen to show %s; it shows:\n%s"):format(what, screen)
  end, function()
    screen = self:screen()
    return look(screen) and screen
  end)
end

--- Ends the editor, the terminal, and all that they started.
function Terminal:close()
  local started = process.descendants(self.pid)
  local sound, problem = pcall(self.editor.sound, self.editor)
  pcall(tmux, self.socket, "kill-server")
  process.wait("all that ran in the terminal to end", function()
    return vim.iter(started):all(function(pid)
      return not process.is_alive(pid)
    end)
  end)
  assert(sound, problem)
end

return M
