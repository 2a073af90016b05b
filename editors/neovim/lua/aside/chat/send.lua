--- Sends messages: to the session that is shown, or to a new one.
local M = {}

local client = require("aside.client")
local state = require("aside.state")

--- A message that may have arrived is sent once more with the same id, after a pause.
local RETRY_PAUSE_MS = 1000

local sent = 0

--- An id by which the server knows a message that comes twice.
---@return string
local function message_id()
  sent = sent + 1
  return ("nvim-%d-%d-%d"):format(vim.uv.os_getpid(), vim.uv.hrtime(), sent)
end

---@param err aside.Failure
local function explain(err)
  if require("aside.chat").is_open() then
    require("aside.chat.feed").fail(err.message)
    return
  end
  vim.notify("Aside: " .. err.message, vim.log.levels.ERROR)
end

--- Does something, and once more where the server ended meanwhile.
---@generic T
---@param act fun(done: fun(err: aside.Failure?, result: T?))
---@param done fun(err: aside.Failure?, result: T?)
local function twice(act, done)
  act(function(err, result)
    if not err or err.code ~= require("aside.rpc").ENDED then
      return done(err, result)
    end
    vim.defer_fn(function()
      act(done)
    end, RETRY_PAUSE_MS)
  end)
end

--- Sends a message. What cannot be sent is told, and goes into the draft.
---@param content aside.ContentBlock[]
---@param options? { delivery?: aside.Delivery, done?: fun(err: aside.Failure?) }
function M.send(content, options)
  options = options or {}
  local done = options.done or function() end
  local params = {
    content = content,
    delivery = options.delivery,
    clientMessageId = message_id(),
  }
  local queue = require("aside.chat.queue")
  local function finish(err, result)
    if err then
      explain(err)
      require("aside.chat.draft").restore(content)
    elseif result then
      queue.add(params, result)
    end
    done(err)
  end
  require("aside.chat").to_end()
  local function go(id)
    params.sessionId = id
    twice(function(answered)
      client.request("chat/send", params, answered)
    end, finish)
  end
  twice(function(answered)
    state.ensure(nil, answered)
  end, function(err, id)
    if err then
      return finish(err)
    end
    go(id)
  end)
end

--- Sends the draft.
---@param delivery? aside.Delivery
function M.draft(delivery)
  local draft = require("aside.chat.draft")
  local content = draft.take()
  if not content then
    vim.notify("Aside: write a message first.", vim.log.levels.INFO)
    return
  end
  M.send(content, { delivery = delivery })
end

--- Stops the turn that runs, or all that wait.
function M.stop()
  local id = state.current()
  if not id then
    vim.notify("Aside: nothing runs.", vim.log.levels.INFO)
    return
  end
  client.request("chat/cancel", { sessionId = id }, function(err, result)
    if err then
      return explain(err)
    end
    if not result.cancelled then
      vim.notify("Aside: nothing runs.", vim.log.levels.INFO)
    end
  end)
end

return M
