--- The sessions that this Neovim knows of, kept up to date by events, and which one is shown.
local M = {}

local client = require("aside.client")
local events = require("aside.events")
local reduce = require("aside.reduce")

--- Pages of missed events that are replayed; who missed more reads the session anew.
local MAX_REPLAYED = 8

M.sessions = {} ---@type table<string, aside.Store>

local current ---@type string?
--- Who waits for the session that is being started for the empty chat, if one is.
local starting ---@type aside.state.Started[]?
--- Events of sessions that are being read, until nobody reads them any more.
local held = {} ---@type table<string, { events: aside.ChatEvent[], readers: integer }>
--- Who read a session last: what others read is older.
local newest = {} ---@type table<string, integer>

--- Is given the session's id, and whether it was started with the params that were asked for.
---@alias aside.state.Started fun(err: aside.Failure?, id: string?, is_new: boolean?)

---@param id string
---@return aside.Store
function M.store(id)
  local store = M.sessions[id]
  if not store then
    store = reduce.new(id)
    M.sessions[id] = store
  end
  return store
end

--- The id of the session that is shown.
---@return string?
function M.current()
  return current
end

--- The session that is shown, as it is known.
---@return aside.Store?
function M.shown()
  return current and M.sessions[current] or nil
end

--- Takes an event in, and tells of it where it is new.
---@param message aside.ChatEvent
function M.handle(message)
  if type(message) ~= "table" or type(message.sessionId) ~= "string" then
    return
  end
  local hold = held[message.sessionId]
  if hold then
    table.insert(hold.events, message)
    return
  end
  if reduce.apply(M.store(message.sessionId), message) then
    events.emit(message.event.type, message)
  end
end

--- Keeps the events of a session back until it is released as often.
---@param id string
local function hold(id)
  held[id] = held[id] or { events = {}, readers = 0 }
  held[id].readers = held[id].readers + 1
end

---@param id string
local function release(id)
  local kept = held[id]
  kept.readers = kept.readers - 1
  if kept.readers > 0 then
    return
  end
  held[id] = nil
  for _, message in ipairs(kept.events) do
    M.handle(message)
  end
end

---@param id string
local function show(id)
  events.emit("session", { type = "session", sessionId = id })
end

--- Reads a session and its newest page; what happens meanwhile is applied behind it.
---@param id string
---@param done fun(err: aside.Failure?)
local function read(id, done)
  hold(id)
  local reader = (newest[id] or 0) + 1
  newest[id] = reader
  local page, session
  local function fail(err)
    release(id)
    done(err)
  end
  client.request("session/get", { sessionId = id }, function(err, result)
    if err then
      return fail(err)
    end
    session = result
    local limit = require("aside.config").get().chat.page
    client.request("session/items", { sessionId = id, limit = limit }, function(problem, items)
      if problem then
        return fail(problem)
      end
      if newest[id] ~= reader then
        return fail(nil)
      end
      page = items
      local store = reduce.new(id)
      local before = M.sessions[id]
      store.edits = before and before.edits or {}
      store.permissions = before and before.permissions or {}
      store.context = before and before.context or nil
      store.plan = before and before.plan or {}
      store.session = session
      store.items = page.items
      for _, item in ipairs(page.items) do
        store.by_id[item.id] = item
      end
      for _, turn in ipairs(page.turns) do
        store.turns[turn.id] = turn
        store.usage = turn.usage
      end
      store.lastSeq = page.seq
      store.older = page.prevCursor
      store.loaded = true
      M.sessions[id] = store
      if id == current then
        show(id)
      end
      release(id)
      done()
    end)
  end)
end

--- Shows a session; nil shows an empty chat, whose first message starts a session.
---@param id string?
---@param done? fun(err: aside.Failure?)
function M.open(id, done)
  done = done or function() end
  current, starting = id, nil
  if id and not M.store(id).loaded then
    return read(id, function(err)
      if err then
        vim.notify("Aside: " .. err.message, vim.log.levels.ERROR)
      end
      done(err)
    end)
  end
  show(id)
  done()
end

--- Gives the session that is shown. Where there is none one is started, once for all that ask
--- before it is there; it is shown unless the user went to another one meanwhile.
---@param params aside.SessionCreateParams? What a session that is started has.
---@param done aside.state.Started
function M.ensure(params, done)
  if current then
    return done(nil, current, false)
  end
  if starting then
    table.insert(starting, done)
    return
  end
  local waiting = { done }
  starting = waiting
  client.request("session/create", params, function(err, session)
    local is_awaited = starting == waiting
    if is_awaited then
      starting = nil
    end
    if session then
      local store = M.store(session.id)
      store.session = session
      store.loaded = true
      if is_awaited then
        current = session.id
        show(session.id)
      end
    end
    for index, callback in ipairs(waiting) do
      callback(err, session and session.id, index == 1)
    end
  end)
end

--- Reads the page before the oldest item that is known.
---@param id string
---@param done fun(added: aside.Item[])
function M.older(id, done)
  local store = M.store(id)
  local cursor = store.older
  if not cursor or store.reading then
    return
  end
  store.reading = true
  local limit = require("aside.config").get().chat.page
  local params = { sessionId = id, before = cursor, limit = limit }
  client.request("session/items", params, function(err, page)
    store.reading = nil
    if err then
      return vim.notify("Aside: " .. err.message, vim.log.levels.WARN)
    end
    store.older = page.prevCursor
    for _, turn in ipairs(page.turns) do
      store.turns[turn.id] = store.turns[turn.id] or turn
    end
    done(reduce.prepend(store, page.items))
  end)
end

--- Replays what was missed while the server was away.
---@param store aside.Store
---@param pages integer
local function replay(store, pages)
  local id = store.id
  if pages > MAX_REPLAYED then
    return read(id, function() end)
  end
  hold(id)
  local params = { sessionId = id, afterSeq = store.lastSeq }
  client.request("chat/events", params, function(err, result)
    -- Where it was read anew meanwhile there is nothing to replay.
    if err or M.sessions[id] ~= store then
      return release(id)
    end
    if #result.events == 0 then
      store.lastSeq = math.max(store.lastSeq, result.nextSeq or 0)
      return release(id)
    end
    for _, message in ipairs(result.events) do
      if reduce.apply(store, message) then
        events.emit(message.event.type, message)
      end
    end
    replay(store, pages + 1)
    release(id)
  end)
end

events.on("connection", function(connection)
  if connection.status ~= "ready" then
    return
  end
  for id, store in pairs(M.sessions) do
    if store.loaded then
      replay(store, 1)
    elseif id == current then
      M.open(id)
    end
  end
end)

return M
