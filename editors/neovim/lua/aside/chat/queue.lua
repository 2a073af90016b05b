--- Messages that wait for their turn: the server keeps them, and tells when each begins.
local M = {}

local events = require("aside.events")
local state = require("aside.state")

--- Messages whose beginning overtook the answer that they wait; so many are remembered.
local MAX_SEEN = 64

---@class aside.Queued
---@field id string The `clientMessageId`.
---@field sessionId string
---@field turnId string
---@field steers boolean Whether it joins the running turn, and cannot be taken back.
---@field text string
---@field content aside.ContentBlock[] All that was sent.

local list = {} ---@type aside.Queued[]
local seen = {} ---@type string[]
local watcher = function() end

--- The messages that wait in the session that is shown.
---@return aside.Queued[]
function M.list()
  local id = state.current()
  return vim.tbl_filter(function(entry)
    return entry.sessionId == id
  end, list)
end

--- Notes a message that the server has taken, until its item comes.
---@param params aside.ChatSendParams
---@param result aside.ChatSendResult
function M.add(params, result)
  local id = params.clientMessageId or ""
  if vim.list_contains(seen, id) then
    return
  end
  list[#list + 1] = {
    id = id,
    sessionId = result.sessionId,
    turnId = result.turnId,
    steers = result.status == "running",
    text = params.content[1] and params.content[1].text or "",
    content = params.content,
  }
  watcher()
end

---@param test fun(entry: aside.Queued): boolean
local function drop(test)
  for index, entry in ipairs(list) do
    if test(entry) then
      table.remove(list, index)
      return watcher()
    end
  end
end

events.on("itemStarted", function(message)
  local id = message.event.item.clientMessageId
  if id then
    table.insert(seen, id)
    if #seen > MAX_SEEN then
      table.remove(seen, 1)
    end
    drop(function(entry)
      return entry.id == id
    end)
  end
end)

-- A turn that was cancelled before it began has no item.
events.on("turnCompleted", function(message)
  drop(function(entry)
    return not entry.steers and entry.turnId == message.event.turn.id
  end)
end)

---@param test fun(entry: aside.Queued): boolean
local function keep(test)
  list = vim.tbl_filter(test, list)
  watcher()
end

-- What was to join a turn ended with it; the others outlive the server, and go on waiting.
events.on("connection", function(connection)
  if connection.status ~= "ready" then
    keep(function(entry)
      return not entry.steers
    end)
  end
end)

-- What happened while the server was away may have been read as a page.
events.on("session", function(event)
  local store = state.sessions[event.sessionId]
  keep(function(entry)
    local turn = store and store.turns[entry.turnId]
    return entry.steers or not turn or turn.status == "queued"
  end)
end)

--- Sets who is told when the list changes.
---@param changed fun()
function M.watch(changed)
  watcher = changed
end

--- Takes all messages back that wait; they go into the input again.
function M.cancel()
  for _, entry in ipairs(M.list()) do
    local params = { sessionId = entry.sessionId, turnId = entry.turnId }
    if not entry.steers then
      require("aside.client").request("chat/cancel", params, function(err, result)
        if not err and result.cancelled then
          require("aside.chat.draft").restore(entry.content)
        end
      end)
    end
  end
end

return M
