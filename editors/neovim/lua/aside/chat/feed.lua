--- Events into the transcript: what each of them changes there.
local M = {}

local events = require("aside.events")
local render = require("aside.chat.render")
local state = require("aside.state")
local transcript = require("aside.chat.transcript")

local NOTICE = { error = "AsideError", warning = "AsideWarning" }

---@param event { item: aside.Item }
local function changed(event)
  transcript.enqueue(function(store)
    transcript.append(store and store.by_id[event.item.id] or event.item)
  end)
  transcript.touch(event.item.id)
end

---@type table<string, fun(event: table, message: aside.ChatEvent)>
local ON = {
  itemStarted = changed,
  itemUpdated = changed,
  itemCompleted = changed,
  permissionRequested = changed,
  permissionResolved = changed,
  itemDelta = function(event)
    transcript.touch(event.itemId)
  end,
  planUpdated = function()
    transcript.enqueue(transcript.plan)
  end,
  turnStarted = function(event)
    -- What was queued is not any more.
    transcript.touch_turn(event.turn)
  end,
  turnCompleted = function(event)
    transcript.enqueue(function()
      transcript.finish(event.turn)
    end)
  end,
  notice = function(event, message)
    transcript.enqueue(function()
      local group = NOTICE[event.level] or "AsideNotice"
      transcript.note(("note:%d"):format(message.seq), event.message, group)
    end)
  end,
  retrying = function(event, message)
    local text = ("%s Request %d of %d follows in %s."):format(
      event.reason,
      event.attempt,
      event.maxAttempts,
      render.duration(event.delayMs)
    )
    transcript.enqueue(function(store)
      -- The attempts of one request take one place.
      local id = ("retry:%s:%d"):format(message.turnId or "", store and #store.items or 0)
      transcript.note(id, text, "AsideWarning")
    end)
  end,
}

local told = ""
local count = 0

--- Says in the transcript what is wrong with the server, if anything.
---@param connection aside.Connection
function M.explain(connection)
  if connection.status ~= "missing" and connection.status ~= "failed" then
    return
  end
  M.fail(connection.message or "The server failed.")
end

--- Says in the transcript that something failed, once where it is said again.
---@param message string
function M.fail(message)
  if message ~= told then
    told, count = message, count + 1
  end
  local id = "failure:" .. count
  transcript.enqueue(function()
    transcript.note(id, message, "AsideError")
  end)
end

local wired = false

--- Lets events draw from now on.
function M.start()
  if wired then
    return
  end
  wired = true
  events.on("*", function(message)
    local event = message.event
    if not event or not transcript.exists() or message.sessionId ~= state.current() then
      return
    end
    told = ""
    local handle = ON[event.type]
    if handle then
      handle(event, message)
    end
  end)
  events.on("session", transcript.rebuild)
  events.on("connection", M.explain)
end

return M
