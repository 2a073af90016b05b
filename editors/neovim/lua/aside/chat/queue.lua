--- Messages that wait for their turn: the server keeps them, and tells when each begins.
local M = {}

local events = require("aside.events")
local state = require("aside.state")

---@class aside.Queued
---@field sessionId string
---@field turnId string
---@field text string

local list = {} ---@type aside.Queued[]
local begun = {} ---@type table<string, boolean> Turns whose beginning overtook the answer.
local watcher = function() end

--- The messages that wait in the session that is shown.
---@return aside.Queued[]
function M.list()
  local id = state.current()
  return vim.tbl_filter(function(entry)
    return entry.sessionId == id
  end, list)
end

--- Notes a message that the server has put into its queue.
---@param result aside.ChatSendResult
---@param content aside.ContentBlock[]
function M.add(result, content)
  if result.status ~= "queued" or begun[result.turnId] then
    return
  end
  local text = content[1] and content[1].text or ""
  list[#list + 1] = { sessionId = result.sessionId, turnId = result.turnId, text = text }
  watcher()
end

---@param message aside.ChatEvent
local function leave(message)
  local id = message.event.turn.id
  begun = { [id] = true }
  for index, entry in ipairs(list) do
    if entry.turnId == id then
      table.remove(list, index)
      return watcher()
    end
  end
end

events.on("turnStarted", leave)
events.on("turnCompleted", leave)

--- Sets who is told when the list changes.
---@param changed fun()
function M.watch(changed)
  watcher = changed
end

--- Takes all messages back that wait; they go into the input again.
function M.cancel()
  for _, entry in ipairs(M.list()) do
    local params = { sessionId = entry.sessionId, turnId = entry.turnId }
    require("aside.client").request("chat/cancel", params, function(err, result)
      if not err and result.cancelled then
        require("aside.chat.draft").restore({ { type = "text", text = entry.text } })
      end
    end)
  end
end

return M
