--- The sessions that this Neovim knows of, kept up to date by events, and which one is shown.
local M = {}

local client = require("aside.client")
local events = require("aside.events")
local reduce = require("aside.reduce")

--- Pages of missed events that are replayed; who missed more reads the session anew.
local MAX_REPLAYED = 8

M.sessions = {} ---@type table<string, aside.Store>

local current ---@type string?
--- Events of sessions that are being read, until they are.
local held = {} ---@type table<string, aside.ChatEvent[]>

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
  local queue = held[message.sessionId]
  if queue then
    queue[#queue + 1] = message
    return
  end
  if reduce.apply(M.store(message.sessionId), message) then
    events.emit(message.event.type, message)
  end
end

---@param id string
local function release(id)
  local queue = held[id] or {}
  held[id] = nil
  for _, message in ipairs(queue) do
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
  held[id] = held[id] or {}
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
  current = id
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

--- Starts a session and shows it.
---@param params aside.SessionCreateParams?
---@param done fun(err: aside.Failure?, id: string?)
function M.create(params, done)
  client.request("session/create", params, function(err, session)
    if err then
      return done(err)
    end
    local store = M.store(session.id)
    store.session = session
    store.loaded = true
    current = session.id
    show(session.id)
    done(nil, session.id)
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
  held[id] = held[id] or {}
  if pages > MAX_REPLAYED then
    return read(id, function() end)
  end
  local params = { sessionId = id, afterSeq = store.lastSeq }
  client.request("chat/events", params, function(err, result)
    if err then
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
