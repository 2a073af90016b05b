--- What events make of a session: a pure reducer, without Neovim and without a server.
local M = {}

--- Bytes that are kept of what streams into a call.
local MAX_STREAMED = 64 * 1024

--- What is known of one session.
---@class aside.Store
---@field id string
---@field session? aside.Session
---@field items aside.Item[] Oldest first. An item stays the same table while it changes.
---@field by_id table<string, aside.Item>
---@field turns table<string, aside.Turn>
---@field plan aside.PlanEntry[]
---@field usage? aside.Usage Of the turn that runs or ran last.
---@field context? aside.ContextUsage
---@field lastSeq integer
---@field edits table<string, aside.FileEdit>
---@field permissions table<string, aside.Item> Open questions by `requestId`.
---@field retrying? aside.Event.retrying While a failed request waits to be made again.
---@field older? string The cursor of the page before the oldest item.
---@field loaded boolean Whether a page of items was fetched.
---@field reading? boolean Whether a page of older items is on its way.

--- What streams into a call, beside what the protocol says of it.
---@class aside.Item.toolCall
---@field argumentsText? string
---@field outputText? string

---@param id string
---@return aside.Store
function M.new(id)
  return {
    id = id,
    items = {},
    by_id = {},
    turns = {},
    plan = {},
    lastSeq = 0,
    edits = {},
    permissions = {},
    loaded = false,
  }
end

--- Puts an item in its place; what is known already is overwritten in place.
---@param store aside.Store
---@param item aside.Item
function M.put(store, item)
  if type(item) ~= "table" or type(item.id) ~= "string" then
    return
  end
  local known = store.by_id[item.id]
  if not known then
    store.by_id[item.id] = item
    table.insert(store.items, item)
    return
  end
  if known == item then
    return
  end
  for key in pairs(known) do
    known[key] = nil
  end
  for key, value in pairs(item) do
    known[key] = value
  end
end

--- Puts a page of older items before the others.
---@param store aside.Store
---@param items aside.Item[]
---@return aside.Item[] added Those that were not there.
function M.prepend(store, items)
  local added = {}
  for _, item in ipairs(items) do
    if not store.by_id[item.id] then
      store.by_id[item.id] = item
      added[#added + 1] = item
    end
  end
  local count, old = #added, #store.items
  table.move(store.items, 1, old, count + 1)
  table.move(added, 1, count, 1, store.items)
  return added
end

---@type table<string, fun(store: aside.Store, event: table, turn_id: string?)>
local APPLY = {}

function APPLY.turnStarted(store, event)
  store.turns[event.turn.id] = event.turn
  store.usage = event.turn.usage
  store.retrying = nil
end

function APPLY.turnCompleted(store, event)
  store.turns[event.turn.id] = event.turn
  store.usage = event.turn.usage
  store.retrying = nil
end

function APPLY.itemStarted(store, event)
  store.retrying = nil
  M.put(store, event.item)
end

--- An update of a tool call says nothing of what streams; that is kept until the call is completed.
---@param store aside.Store
---@param item aside.Item
local function update(store, item)
  local known = store.by_id[item.id] --[[@as aside.Item.toolCall?]]
  local arguments_text, output_text
  if known then
    arguments_text, output_text = known.argumentsText, known.outputText
  end
  M.put(store, item)
  known = store.by_id[item.id] --[[@as aside.Item.toolCall]]
  known.argumentsText, known.outputText = arguments_text, output_text
end

function APPLY.itemUpdated(store, event)
  update(store, event.item)
end

function APPLY.itemCompleted(store, event)
  M.put(store, event.item)
end

--- Adds to what streams; of a long text its end is kept. What counts comes with the whole item.
---@param text string?
---@param more string
---@return string
local function grown(text, more)
  local all = (text or "") .. more
  if #all <= 2 * MAX_STREAMED then
    return all
  end
  -- Not from the middle of a letter on.
  return (all:sub(-MAX_STREAMED):gsub("^[\128-\191]+", ""))
end

function APPLY.itemDelta(store, event)
  local item = store.by_id[event.itemId]
  if not item then
    return
  end
  if type(event.text) == "string" then
    item.text = (item.text or "") .. event.text
  elseif type(event.argumentsText) == "string" then
    item.argumentsText = grown(item.argumentsText, event.argumentsText)
  elseif type(event.outputText) == "string" then
    item.outputText = grown(item.outputText, event.outputText)
  end
end

function APPLY.editUpdated(store, event)
  store.edits[event.edit.id] = event.edit
end

function APPLY.planUpdated(store, event)
  store.plan = event.entries
end

function APPLY.usageUpdated(store, event)
  store.usage = event.usage
  store.context = event.context
end

function APPLY.sessionUpdated(store, event)
  store.session = event.session
end

function APPLY.permissionRequested(store, event)
  store.permissions[event.requestId] = event.item
  update(store, event.item)
end

function APPLY.permissionResolved(store, event)
  store.permissions[event.requestId] = nil
  update(store, event.item)
end

function APPLY.retrying(store, event)
  store.retrying = event
end

function APPLY.notice() end

--- Applies an event. One that was applied before changes nothing, and of one that is not known, or
--- is not what the protocol says, only the number is kept.
---@param store aside.Store
---@param message aside.ChatEvent
---@return boolean changed
function M.apply(store, message)
  local seq = message.seq
  if type(seq) ~= "number" or seq <= store.lastSeq then
    return false
  end
  store.lastSeq = seq
  local event = message.event
  local apply = type(event) == "table" and APPLY[event.type]
  if not apply then
    return false
  end
  return (pcall(apply, store, event, message.turnId))
end

--- The turn that runs, if one does.
---@param store aside.Store
---@return aside.Turn?
function M.running(store)
  for _, turn in pairs(store.turns) do
    if turn.status == "running" then
      return turn
    end
  end
end

return M
