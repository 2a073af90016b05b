--- A Neovim that a test drives from outside: keys go in as if typed, and Lua looks at its state.

local bounds = require("lib.bounds")
local process = require("lib.process")
local settings = require("lib.settings")

local M = {}

---@class tests.Editor
---@field process tests.Process
---@field private world tests.World
---@field private channel integer?
local Editor = {}
Editor.__index = Editor

--- Starts one in a world, on these files of the workspace.
---@param world tests.World
---@param options? { files?: string[], env?: table<string, string|false>, arguments?: string[] }
---@return tests.Editor
function M.start(world, options)
  options = options or {}
  local command = { settings.nvim, "--embed", "--headless", "-i", "NONE", "-n" }
  vim.list_extend(command, options.arguments or {})
  vim.list_extend(command, options.files or {})
  local self = setmetatable({ world = world }, Editor)
  self.process = process.start(command, {
    cwd = world.work,
    env = world:environment(options.env),
    rpc = true,
  })
  -- A window of the size of a laptop's; there is no screen.
  self:lua("vim.o.columns, vim.o.lines = 120, 40")
  return self
end

--- One that runs already, on a channel to it.
---@param channel integer
---@param world tests.World
---@return tests.Editor
function M.attach(channel, world)
  return setmetatable({ world = world, process = { id = channel, errors = "" } }, Editor)
end

--- Answers of editors, by their numbers: `{ fine, value }`.
---@type table<integer, [boolean, any]>
local answers = {}
local asked = 0

--- Called by an editor.
---@param number integer
---@param fine boolean
---@param value any
function _G.tests_answer(number, fine, value)
  answers[number] = { fine, value }
end

--- Runs code in the editor, and sends back what comes of it.
local ASK = [[
  local code, arguments, channel, number = ...
  local run, wrong = loadstring(code)
  local fine, value = false, wrong
  if run then
    fine, value = pcall(run, unpack(arguments))
  end
  local answer = { number, fine, fine and value or not fine and tostring(value) or nil }
  vim.rpcnotify(channel, "nvim_exec_lua", "_G.tests_answer(...)", answer)
]]

--- Runs Lua in it, with arguments, and gives what it returns. An editor in the middle of a command
--- answers nothing, so that this is no request of Neovim's, which would wait for ever.
---@param code string
---@param ... any
---@return any
function Editor:lua(code, ...)
  asked = asked + 1
  local number = asked
  -- The channel's number on its side.
  self.channel = self.channel or vim.rpcrequest(self.process.id, "nvim_get_api_info")[1]
  vim.rpcnotify(self.process.id, "nvim_exec_lua", ASK, { code, { ... }, self.channel, number })
  vim.wait(bounds.PATIENCE_MS, function()
    return answers[number] ~= nil
  end, 1)
  local answer = answers[number]
  if not answer then
    local mode = vim.inspect(self:mode())
    error(("the editor does not answer; it is in mode %s\n%s"):format(mode, self.process.errors), 0)
  end
  answers[number] = nil
  assert(answer[1], answer[2])
  return answer[2] ~= vim.NIL and answer[2] or nil
end

--- Its mode, and whether it is in the middle of a command.
---@return { mode: string, blocking: boolean }?
function Editor:mode()
  local there, mode = pcall(vim.rpcrequest, self.process.id, "nvim_get_mode")
  return there and mode or nil
end

--- Runs a command line, and gives what it prints.
---@param line string
---@return string
function Editor:command(line)
  return self:lua("return vim.api.nvim_exec2(..., { output = true }).output", line)
end

--- Types keys, in the notation of mappings.
---@param keys string
function Editor:type(keys)
  local sent = 0
  -- The editor's queue of keys is bounded.
  process.wait("keys to be taken", function()
    sent = sent + vim.rpcrequest(self.process.id, "nvim_input", keys:sub(sent + 1))
    return sent == #keys
  end)
end

--- Waits until Lua in the editor gives something that is neither nil nor false, and gives that.
---@param what string
---@param code string
---@param ... any
---@return any
function Editor:wait(what, code, ...)
  local arguments = { ... }
  return process.wait(function()
    return what .. "; the editor shows:\n" .. self:report()
  end, function()
    return self:lua(code, unpack(arguments))
  end)
end

--- The text of a buffer, found by a pattern of its name; the current one's where none is given.
---@param name string?
---@return string
function Editor:text(name)
  return self:lua(
    [[
      local name = ...
      local buffer = 0
      for _, candidate in ipairs(vim.api.nvim_list_bufs()) do
        if name and vim.api.nvim_buf_get_name(candidate):find(name) then
          buffer = candidate
        end
      end
      return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "\n")
    ]],
    name
  )
end

--- What it said so far, errors included.
---@return string
function Editor:messages()
  return self:command("messages")
end

--- All windows with their text, and the messages, for the report of a failure.
---@return string
function Editor:report()
  local mode = self:mode()
  if mode and mode.blocking then
    return "it waits for a key in mode " .. mode.mode
  end
  local told, shown = pcall(
    self.lua,
    self,
    [[
      local shown = {}
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        local buffer = vim.api.nvim_win_get_buf(window)
        local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
        shown[#shown + 1] = ("--- window %d, buffer %d %s"):format(window, buffer, vim.api.nvim_buf_get_name(buffer))
        vim.list_extend(shown, lines, 1, math.min(#lines, 60))
      end
      shown[#shown + 1] = "--- mode " .. vim.api.nvim_get_mode().mode
      shown[#shown + 1] = "--- messages"
      shown[#shown + 1] = vim.api.nvim_exec2("messages", { output = true }).output
      return table.concat(shown, "\n")
    ]]
  )
  return told and shown or ("it does not answer: " .. tostring(shown) .. "\n" .. self.process.errors)
end

--- The process of the language server, once it runs.
---@return integer pid
function Editor:server()
  return process.wait(function()
    return "the server; the editor shows:\n" .. self:report()
  end, function()
    for _, child in ipairs(vim.api.nvim_get_proc_children(self.process.pid)) do
      local found = vim.api.nvim_get_proc(child)
      if found and found.name == "aside" then
        return child
      end
    end
  end)
end

--- What Neovim says of errors in code that runs in it; the plugin must cause none.
local FAULTS = { "E5108", "E5107", "Error executing", "Error detected", "stack traceback", "E%d+: " }

--- Fails where it told of an error in code.
function Editor:sound()
  local messages = self:messages()
  for _, fault in ipairs(FAULTS) do
    assert(not messages:find(fault), "the editor told of an error:\n" .. messages)
  end
end

--- Ends it, and fails where it told of an error in code, or where something it started lives on.
function Editor:close()
  if self.process.code ~= nil then
    return
  end
  local sound, problem = pcall(self.sound, self)
  local started = process.descendants(self.process.pid)
  pcall(vim.rpcnotify, self.process.id, "nvim_command", "qall!")
  local code = self.process:finish()
  assert(sound, tostring(problem) .. "\n" .. self.process.errors)
  assert(code == 0, ("the editor ended with %s:\n%s"):format(code or "a kill", self.process.errors))
  process.wait("all that the editor started to end", function()
    return vim.iter(started):all(function(pid)
      return not process.is_alive(pid)
    end)
  end)
end

return M
