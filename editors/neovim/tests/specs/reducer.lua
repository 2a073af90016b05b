--- What events make of a session: the pure reducer, without Neovim's windows and without a server.

local check = require("lib.check")
local settings = require("lib.settings")

package.path = settings.plugin .. "/lua/?.lua;" .. package.path
local reduce = require("aside.reduce")

---@param events table[]
---@return aside.Store
local function after(events)
  local store = reduce.new("s")
  for seq, event in ipairs(events) do
    reduce.apply(store, { sessionId = "s", seq = seq, turnId = "t", event = vim.deepcopy(event) })
  end
  return store
end

local function message(status, text)
  return { id = "m", turnId = "t", createdAt = "", type = "assistantMessage", text = text, status = status }
end

local function call(status, output)
  return { id = "c", turnId = "t", createdAt = "", type = "toolCall", name = "bash", status = status, output = output }
end

local function turn(status)
  return { id = "t", sessionId = "s", status = status, createdAt = "", usage = {} }
end

--- Looks at a store after events: paths with dots, and what is to be there.
---@param name string
---@param events table[]
---@param expect table<string, any>
---@return tests.Test
local function case(name, events, expect)
  return {
    name,
    function()
      local store = after(events)
      for path, value in pairs(expect) do
        local got = vim.tbl_get(store, unpack(vim.split(path, ".", { plain = true })))
        check.same(got, value ~= vim.NIL and value or nil, path)
      end
    end,
  }
end

local function output(text)
  return { type = "itemDelta", itemId = "c", outputText = text }
end

local begun = { type = "itemStarted", item = message("inProgress", "") }
local NONE = vim.NIL

local tests = {
  case("deltas are put together", {
    begun,
    { type = "itemDelta", itemId = "m", text = "Hel" },
    { type = "itemDelta", itemId = "m", text = "lo" },
  }, { ["by_id.m.text"] = "Hello", ["by_id.m.status"] = "inProgress" }),
  case("the whole counts, whatever the deltas were", {
    begun,
    { type = "itemDelta", itemId = "m", text = "Hel" },
    { type = "itemCompleted", item = message("completed", "Goodbye") },
  }, { ["by_id.m.text"] = "Goodbye", ["by_id.m.status"] = "completed" }),
  case("a delta of an item that is not known does nothing", {
    { type = "itemDelta", itemId = "x", text = "Hel" },
  }, { items = {}, lastSeq = 1 }),
  case("output streams into a call, and an update of the call keeps it", {
    { type = "itemStarted", item = call("pending") },
    { type = "itemDelta", itemId = "c", argumentsText = '{"command"' },
    { type = "itemDelta", itemId = "c", outputText = "one\n" },
    { type = "itemUpdated", item = call("running") },
    { type = "itemDelta", itemId = "c", outputText = "two\n" },
  }, {
    ["by_id.c.outputText"] = "one\ntwo\n",
    ["by_id.c.argumentsText"] = '{"command"',
    ["by_id.c.status"] = "running",
  }),
  case("of much output the end is kept", {
    { type = "itemStarted", item = call("running") },
    output(("é"):rep(65536) .. "b"),
    output("c"),
  }, { ["by_id.c.outputText"] = ("é"):rep(32767) .. "bc" }),
  case("a completed call has the output that was sent with it", {
    { type = "itemStarted", item = call("running") },
    { type = "itemDelta", itemId = "c", outputText = "one\n" },
    { type = "itemCompleted", item = call("completed", { { type = "text", text = "all" } }) },
  }, { ["by_id.c.outputText"] = NONE, ["by_id.c.output"] = { { type = "text", text = "all" } } }),
  case("a question is open until it is settled", {
    { type = "itemStarted", item = call("pending") },
    { type = "permissionRequested", requestId = "r", item = call("waiting") },
  }, { ["permissions.r.id"] = "c", ["by_id.c.status"] = "waiting" }),
  case("a question that is settled is gone", {
    { type = "permissionRequested", requestId = "r", item = call("waiting") },
    { type = "permissionResolved", requestId = "r", item = call("rejected"), outcome = "rejected" },
  }, { permissions = {}, ["by_id.c.status"] = "rejected" }),
  case("the plan, the edits and the usage are the last that were sent", {
    { type = "planUpdated", entries = { { text = "a", status = "pending" } } },
    { type = "planUpdated", entries = { { text = "a", status = "completed" } } },
    { type = "editUpdated", edit = { id = "e", status = "applied" } },
    { type = "editUpdated", edit = { id = "e", status = "accepted" } },
    { type = "usageUpdated", usage = { inputTokens = 3 }, context = { usedTokens = 5, windowTokens = 10 } },
  }, {
    plan = { { text = "a", status = "completed" } },
    ["edits.e.status"] = "accepted",
    ["usage.inputTokens"] = 3,
    ["context.usedTokens"] = 5,
  }),
  case("a retry is over when an item begins", {
    { type = "retrying", attempt = 2, maxAttempts = 5, delayMs = 10, reason = "It failed." },
    begun,
  }, { retrying = NONE }),
  case("what a later server may send changes nothing", {
    begun,
    { type = "somethingNew", item = message("completed", "?") },
    { type = "itemStarted", item = { id = "n", turnId = "t", type = "hologram" } },
  }, { ["by_id.m.text"] = "", lastSeq = 3 }),
}

local function add(name, body)
  tests[#tests + 1] = { name, body }
end

add("an event that comes twice counts once", function()
  local store = after({ begun, { type = "itemDelta", itemId = "m", text = "Hello" } })
  for seq = 1, 2 do
    local again = { sessionId = "s", seq = seq, event = { type = "itemDelta", itemId = "m", text = "?" } }
    check.same(reduce.apply(store, again), false)
  end
  check.same(store.by_id.m.text, "Hello")
end)

add("a turn runs from its start to its end", function()
  local store = after({ { type = "turnStarted", turn = turn("running") } })
  check.same(reduce.running(store).id, "t")
  reduce.apply(store, { sessionId = "s", seq = 2, event = { type = "turnCompleted", turn = turn("completed") } })
  check.same(reduce.running(store), nil)
end)

add("older items go before the others, each once", function()
  local store = after({ begun })
  local one, two = { id = "1", type = "userMessage" }, { id = "2", type = "userMessage" }
  check.same(reduce.prepend(store, { one, two, { id = "m" } }), { one, two })
  local ids = vim.tbl_map(function(item)
    return item.id
  end, store.items)
  check.same(ids, { "1", "2", "m" })
  check.same(store.by_id.m.type, "assistantMessage")
end)

add("a replay that begins anywhere ends alike", function()
  local events = {
    { type = "turnStarted", turn = turn("running") },
    begun,
    { type = "itemDelta", itemId = "m", text = "Hel" },
    { type = "itemDelta", itemId = "m", text = "lo" },
    { type = "itemCompleted", item = message("completed", "Hello") },
    { type = "itemStarted", item = call("pending") },
    { type = "permissionRequested", requestId = "r", item = call("waiting") },
    { type = "permissionResolved", requestId = "r", item = call("running"), outcome = "allowed" },
    { type = "itemDelta", itemId = "c", outputText = "one\n" },
    { type = "itemCompleted", item = call("completed", {}) },
    { type = "turnCompleted", turn = turn("completed") },
  }
  local whole = after(vim.deepcopy(events))
  for cut = 0, #events do
    for overlap = 0, cut do
      local store = after(vim.deepcopy(vim.list_slice(events, 1, cut)))
      for seq = cut - overlap + 1, #events do
        reduce.apply(store, { sessionId = "s", seq = seq, event = vim.deepcopy(events[seq]) })
      end
      check.same(store, whole, ("cut at %d, %d again"):format(cut, overlap))
    end
  end
end)

--- Values of every shape, none of which an event may rely on.
local SHAPES = { vim.NIL, true, 7, "m", {}, { "m" }, { id = 7 }, { id = "m" }, { id = "c", status = {} } }
local KINDS = {
  "turnStarted",
  "turnCompleted",
  "itemStarted",
  "itemCompleted",
  "itemDelta",
  "itemUpdated",
  "editUpdated",
  "planUpdated",
  "usageUpdated",
  "sessionUpdated",
  "permissionRequested",
  "permissionResolved",
  "retrying",
  "notice",
}
local FIELDS = {
  "turn",
  "item",
  "itemId",
  "text",
  "argumentsText",
  "outputText",
  "edit",
  "entries",
  "usage",
  "context",
  "session",
  "requestId",
}

add("no event, however wrong, is an error", function()
  -- A generator of our own, so that each run is the same.
  local state = 1
  local function below(limit)
    state = (state * 16807) % 2147483647
    return state % limit + 1
  end
  local store = after({ begun, { type = "itemStarted", item = call("running") } })
  for seq = 3, 20000 do
    local event = { type = KINDS[below(#KINDS)] }
    for _ = 1, below(3) do
      event[FIELDS[below(#FIELDS)]] = vim.deepcopy(SHAPES[below(#SHAPES)])
    end
    local sound, problem = pcall(reduce.apply, store, { sessionId = "s", seq = seq, event = event })
    check.is(sound, ("no error of %s: %s"):format(vim.inspect(event), tostring(problem)))
    check.same(store.lastSeq, seq)
  end
  for _, wrong in ipairs({ {}, { seq = "1" }, { seq = 1e9, event = "?" }, { seq = vim.NIL, event = {} } }) do
    check.same(reduce.apply(store, wrong), false)
  end
  check.same((pcall(reduce.running, store)), true)
end)

return tests
