--- What most tests need at once: a scripted model, a world, and an editor in it.

local Editor = require("lib.editor")
local Script = require("lib.script")
local Terminal = require("lib.terminal")
local World = require("lib.world")

---@class tests.Stage
---@field script tests.Script
---@field world tests.World
---@field private open { close: fun(self: any) }[]
local Stage = {}
Stage.__index = Stage

local M = {}

--- The model gives these replies.
---@param replies table[]
---@param name string? of the workspace's folder
---@return tests.Stage
function M.new(replies, name)
  local script = Script.start()
  script:reply(unpack(replies))
  local world = World.new(script.url, name)
  return setmetatable({ script = script, world = world, open = {} }, Stage)
end

--- Opens an editor on these files.
---@param options? { files?: string[], env?: table<string, string|false>, arguments?: string[] }
---@return tests.Editor
function Stage:editor(options)
  local editor = Editor.start(self.world, options)
  table.insert(self.open, 1, editor)
  return editor
end

--- Opens an editor in a terminal.
---@param files string[]
---@param more table<string, string|false>? further variables
---@return tests.Terminal
function Stage:terminal(files, more)
  local terminal = Terminal.start(self.world, files, more)
  table.insert(self.open, 1, terminal)
  return terminal
end

--- Ends all of it, also where one part fails to; the first failure is raised at the end.
function Stage:close()
  local first
  table.insert(self.open, self.script)
  for _, part in ipairs(self.open) do
    local closed, failure = pcall(part.close, part)
    first = first or (not closed and failure)
  end
  local leaks = self.world:leaks(World.SECRET)
  self.world:close()
  if first then
    error(first, 0)
  end
  assert(#leaks == 0, "the key stands in " .. table.concat(leaks, ", "))
end

--- A failure, with the lines of the test that led to it.
---@param failure any
---@return string
local function placed(failure)
  local lines = { tostring(failure) }
  for line in debug.traceback("", 2):gmatch("[^\n]+") do
    lines[#lines + 1] = line:match("specs/[%w_]+%.lua:%d+")
  end
  return table.concat(lines, "\n  at ")
end

--- A test on a stage that is taken down whatever happens.
---@param replies table[]
---@param body fun(stage: tests.Stage)
---@param name string? of the workspace's folder
---@return fun()
function M.with(replies, body, name)
  return function()
    local stage = M.new(replies, name)
    local passed, failure = xpcall(body, placed, stage)
    local closed, other = pcall(stage.close, stage)
    if not passed then
      error(failure, 0)
    end
    if not closed then
      error(other, 0)
    end
  end
end

return M
