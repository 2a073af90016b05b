--- The connection to the server: JSON-RPC over its standard input and output. Neovim's own client
--- does not say which id a request of the server has, and so cannot take one back; this one does,
--- and answers what is still open when the server ends.
local M = {}

local uv = vim.uv

--- A header is never longer; what claims to be is no message.
local MAX_HEADER = 4096
--- Lines of the server's standard error that are kept.
local MAX_ERRORS = 50
--- What pending requests are answered when the server ends (JSON-RPC's range of a server's own).
M.ENDED = -32099

---@class aside.RpcHooks
---@field on_cancel fun(id: any) The server takes a request back.
---@field on_end fun(code: integer, signal: integer, stderr: string) The server ended.

--- The id of the request of the server whose handler is being called.
local current ---@type any

--- The id of the request of the server that is being handled; only good before its handler yields.
---@return any
function M.current_id()
  return current
end

--- Cuts a byte stream into messages; `feed` returns the bodies that are whole.
---@return fun(chunk: string): string[], string?
function M.framer()
  local chunks = {} ---@type string[]
  local size = 0
  local wanted ---@type integer?
  return function(chunk)
    chunks[#chunks + 1] = chunk
    size = size + #chunk
    local bodies = {}
    while true do
      if wanted and size < wanted then
        return bodies
      end
      local all = #chunks == 1 and chunks[1] or table.concat(chunks)
      chunks = { all }
      if not wanted then
        local first, last = all:find("\r\n\r\n", 1, true)
        if not first then
          if size > MAX_HEADER then
            return bodies, "the server wrote something that is no message"
          end
          return bodies
        end
        local length = ("\r\n" .. all:sub(1, first)):lower():match("\r\ncontent%-length:%s*(%d+)")
        if not length then
          return bodies, "the server wrote a message without a length"
        end
        wanted = tonumber(length)
        all = all:sub(last + 1)
      end
      if #all >= wanted then
        bodies[#bodies + 1] = all:sub(1, wanted)
        all = all:sub(wanted + 1)
        wanted = nil
      end
      chunks, size = { all }, #all
      if wanted or size == 0 then
        return bodies
      end
    end
  end
end

---@param err any
---@return string
local function describe(err)
  return type(err) == "table" and tostring(err.message) or tostring(err)
end

--- Starts the server. Raises where its program cannot be started.
---@param cmd string[]
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param options { cwd?: string, env?: table<string, string> }
---@param hooks aside.RpcHooks
---@return vim.lsp.rpc.PublicClient
function M.start(cmd, dispatchers, options, hooks)
  local next_id = 0
  local callbacks = {} ---@type table<integer, fun(err: any, result: any)>
  local replied = {} ---@type table<integer, fun(id: integer)>
  local inbox = {} ---@type table[]
  local scheduled = false
  local errors = {} ---@type string[]
  local ended = false
  local process ---@type vim.SystemObj

  local function send(message)
    if ended or process:is_closing() then
      return false
    end
    message.jsonrpc = "2.0"
    local body = vim.json.encode(message)
    process:write(("Content-Length: %d\r\n\r\n%s"):format(#body, body))
    return true
  end

  local function serve(message)
    coroutine.wrap(function()
      current = message.id
      local ok, result, err = pcall(dispatchers.server_request, message.method, message.params)
      if not ok then
        result, err = nil, { code = -32603, message = describe(result) }
      elseif result == nil and err == nil then
        result = vim.NIL
      end
      send({ id = message.id, result = result, error = err })
    end)()
    current = nil
  end

  local function answer(message)
    local id = tonumber(message.id) --[[@as integer?]]
    local callback = id and callbacks[id]
    if not id or not callback then
      return
    end
    callbacks[id] = nil
    if replied[id] then
      replied[id](id)
      replied[id] = nil
    end
    callback(message.error, message.result)
  end

  local function handle(message)
    if type(message.method) == "string" then
      if message.id ~= nil then
        serve(message)
      elseif message.method == "$/cancelRequest" then
        hooks.on_cancel(type(message.params) == "table" and message.params.id or nil)
      else
        dispatchers.notification(message.method, message.params)
      end
    elseif message.id ~= nil then
      answer(message)
    end
  end

  --- Messages are handled in the order in which they came, all that are there in one go.
  local function drain()
    scheduled = false
    local batch = inbox
    inbox = {}
    for _, message in ipairs(batch) do
      local ok, err = xpcall(handle, debug.traceback, message)
      if not ok then
        dispatchers.on_error(vim.lsp.rpc.client_errors.NOTIFICATION_HANDLER_ERROR, err)
      end
    end
  end

  local feed = M.framer()

  local function on_stdout(err, chunk)
    if err or not chunk then
      return
    end
    local bodies, problem = feed(chunk)
    for _, body in ipairs(bodies) do
      local ok, message = pcall(vim.json.decode, body, { luanil = { object = true } })
      if ok and type(message) == "table" then
        inbox[#inbox + 1] = message
      end
    end
    if problem then
      errors[#errors + 1] = problem
      process:kill("sigterm")
    end
    if #inbox > 0 and not scheduled then
      scheduled = true
      vim.schedule(drain)
    end
  end

  local function on_stderr(_, chunk)
    if not chunk then
      return
    end
    for line in chunk:gmatch("[^\n]+") do
      errors[#errors + 1] = line
      if #errors > MAX_ERRORS then
        table.remove(errors, 1)
      end
    end
  end

  local function on_exit(code, signal)
    drain()
    ended = true
    local open = callbacks
    callbacks, replied = {}, {}
    for _, callback in pairs(open) do
      pcall(callback, { code = M.ENDED, message = "The server ended before it answered." }, nil)
    end
    hooks.on_end(code, signal, table.concat(errors, "\n"))
    -- What there is to say is said by the hook; Neovim is told of a quiet end.
    dispatchers.on_exit(0, 15)
  end

  process = vim.system(cmd, {
    stdin = true,
    stdout = on_stdout,
    stderr = on_stderr,
    cwd = options.cwd and uv.fs_stat(options.cwd) and options.cwd or nil,
    env = options.env,
    detach = vim.fn.has("win32") == 0,
  }, function(done)
    vim.schedule(function()
      on_exit(done.code, done.signal)
    end)
  end)

  return {
    request = function(method, params, callback, notify_reply)
      next_id = next_id + 1
      local id = next_id
      if not send({ id = id, method = method, params = params }) then
        return false
      end
      callbacks[id] = callback
      replied[id] = notify_reply
      return true, id
    end,
    notify = function(method, params)
      return send({ method = method, params = params })
    end,
    is_closing = function()
      return ended or process:is_closing()
    end,
    terminate = function()
      if not ended then
        pcall(process.kill, process, "sigterm")
      end
    end,
  }
end

return M
