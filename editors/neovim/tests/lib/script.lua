--- The scripted model: its answers are pushed to it line by line, and wait at gates.

local process = require("lib.process")
local settings = require("lib.settings")

local M = {}

---@class tests.Script
---@field url string its base URL
---@field requests table[] the bodies of the requests that it got
---@field private reached table<string, boolean>
---@field private process tests.Process
---@field private errors string[]
local Script = {}
Script.__index = Script

---@return tests.Script
function M.start()
  local self = setmetatable({ requests = {}, reached = {}, errors = {} }, Script)
  self.process = process.start({ settings.binaries .. "/aside-script" }, {
    env = {},
    line = function(line)
      local said = vim.json.decode(line)
      if said.url then
        self.url = said.url
      elseif said.request then
        self.requests[#self.requests + 1] = said.body
      elseif said.reached then
        self.reached[said.reached] = true
      else
        self.errors[#self.errors + 1] = said.error or line
      end
    end,
  })
  process.wait("the scripted model", function()
    return self.url
  end)
  return self
end

--- Adds replies, which are given in order.
---@param ... table
function Script:reply(...)
  for _, reply in ipairs({ ... }) do
    self.process:write(vim.json.encode({ reply = reply }))
  end
end

--- Waits until a reply stands at this gate: everything before it has been written.
---@param gate string
function Script:at(gate)
  process.wait(function()
    return ("the gate %s; %d requests; %s"):format(gate, #self.requests, table.concat(self.errors, "; "))
  end, function()
    return self.reached[gate]
  end)
end

--- Opens a gate.
---@param gate string
function Script:open(gate)
  self.process:write(vim.json.encode({ open = gate }))
end

--- Waits until this many requests have come, and gives the last of them.
---@param count integer
---@return table
function Script:asked(count)
  return process.wait(("request %d of the model"):format(count), function()
    return self.requests[count]
  end)
end

--- What the model was told as the result of a tool call.
---@param id string
---@return string?
function Script:told(id)
  for _, request in ipairs(self.requests) do
    for _, message in ipairs(request.messages or {}) do
      if message.tool_call_id == id then
        return M.text(message)
      end
    end
  end
end

--- Ends it: what asks it from then on is refused by the system.
function Script:close()
  self.process:close()
  assert(#self.errors == 0, "the scripted model: " .. table.concat(self.errors, "; "))
end

--- The text of a chat message.
---@param message table
---@return string
function M.text(message)
  if type(message.content) == "string" then
    return message.content
  end
  local pieces = {}
  for _, block in ipairs(message.content or {}) do
    pieces[#pieces + 1] = block.text
  end
  return table.concat(pieces)
end

local USAGE = { input = 1200, cached = 400, output = 80, reasoning = 0 }

--- A reply of these parts.
---@param ... table
---@return table
function M.parts(...)
  return { parts = { ... }, usage = USAGE }
end

--- The model says this, whole.
---@param text string
---@return table
function M.say(text)
  return M.parts({ text = text })
end

--- The model calls one tool.
---@param id string
---@param name string
---@param arguments table
---@return table
function M.call(id, name, arguments)
  return M.parts({ toolCall = { id = id, name = name, arguments = arguments } })
end

--- The model reads a file.
---@param id string
---@param path string
---@return table
function M.read(id, path)
  return M.call(id, "read_file", { path = path })
end

--- The model replaces texts in a file.
---@param id string
---@param path string
---@param edits { old_text: string, new_text: string }[]
---@return table
function M.edit(id, path, edits)
  return M.call(id, "edit_file", { path = path, edits = edits })
end

--- A part at which the reply waits.
---@param name string
---@return table
function M.gate(name)
  return { gate = name }
end

return M
