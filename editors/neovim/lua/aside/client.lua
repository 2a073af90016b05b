--- The server as Neovim's LSP client: its start, requests both ways, and the way back after it died.
local M = {}

--- Neovim's table of configurations, which is called too.
local configurations = vim.lsp.config --[[@as table<string, vim.lsp.Config>]]

local complain = require("aside.complain")
local documents = require("aside.documents")
local events = require("aside.events")
local rpc = require("aside.rpc")
local serve = require("aside.serve")

--- How often a server that dies is started again, and the first pause; each is twice the one before.
local MAX_RESTARTS = 5
local FIRST_PAUSE_MS = 250
--- A server that lived this long is given all its restarts again.
local STEADY_MS = 60000
--- A program that has not answered by then is not the server.
local START_MS = 15000

--- What announces the plugin to the server.
---@type aside.AsideClientCapabilities
local ANNOUNCED = {
  events = true,
  permission = true,
  elicitation = true,
  review = true,
  editor = { "diagnostics", "definition", "references", "documentSymbols" },
}

---@class aside.Failure
---@field code integer JSON-RPC's code.
---@field message string A sentence that says what to do.
---@field data? aside.ErrorData

---@class aside.Connection
---@field status "stopped"|"starting"|"ready"|"restarting"|"missing"|"failed"
---@field message? string A sentence: what is wrong and what to do.
---@field attempt? integer Which restart it is.
---@field version? string The server's version.

---@type aside.Connection
local connection = { status = "stopped" }
local client_id ---@type integer?
local methods = {} ---@type table<string, boolean>
local waiting = {} ---@type (fun(err: aside.Failure?, client: vim.lsp.Client?))[]
local restarts = 0
local started_at ---@type integer?
local root ---@type string?
local enabled = false
--- The connections that `spawn` has made.
local ours = setmetatable({}, { __mode = "k" }) ---@type table<vim.lsp.rpc.PublicClient, boolean>

---@param status aside.Connection
local function tell(status)
  connection = status
  events.emit("connection", vim.tbl_extend("force", { type = "connection" }, status))
end

--- How the server is.
---@return aside.Connection
function M.connection()
  return connection
end

--- The client, where it is connected.
---@return vim.lsp.Client?
function M.get()
  local client = client_id and vim.lsp.get_client_by_id(client_id)
  if client and connection.status == "ready" and not client:is_stopped() then
    return client
  end
end

--- Whether the server answers a method, by its handshake.
---@param method string
---@return boolean
function M.has(method)
  return M.get() ~= nil and methods[method] == true
end

--- The folder that the server works in.
---@return string
function M.root()
  return root or vim.fs.root(vim.fn.getcwd(), ".git") or vim.fn.getcwd()
end

---@param err aside.Failure?
---@param client vim.lsp.Client?
local function settle(err, client)
  local list = waiting
  waiting = {}
  for _, callback in ipairs(list) do
    callback(err, client)
  end
end

---@param buffer integer
---@param on_dir fun(dir?: string)
local function root_dir(buffer, on_dir)
  if not documents.is_document(buffer) or vim.fn.executable(M.command()[1]) == 0 then
    return
  end
  if connection.status == "restarting" or connection.status == "failed" then
    -- Files are attached when the server is back; one that does not work is started by hand.
    return
  end
  if root and M.get() then
    on_dir(root)
    return
  end
  local name = vim.api.nvim_buf_get_name(buffer)
  local cwd = vim.fn.getcwd()
  local inside = vim.startswith(name, cwd .. "/")
  on_dir(vim.fs.root(buffer, ".git") or (inside and cwd) or vim.fs.dirname(name))
end

local program ---@type string[]?

--- The server's command.
---@return string[]
function M.command()
  return program or require("aside.config").get().cmd
end

---@param pc vim.lsp.rpc.PublicClient
---@return vim.lsp.Client?
local function owner(pc)
  for _, client in ipairs(vim.lsp.get_clients({ name = "aside" })) do
    if client.rpc == pc then
      return client
    end
  end
end

---@param pc vim.lsp.rpc.PublicClient
---@param err any
---@param result any
local function connected(pc, err, result)
  local client = owner(pc)
  if err and err.code == rpc.ENDED then
    return
  end
  if err or not client then
    local message = err and err.message or "The server did not start."
    tell({ status = "failed", message = message })
    settle({ code = -32002, message = message })
    return
  end
  client_id = client.id
  root = client.root_dir or root
  local aside = vim.tbl_get(result, "capabilities", "experimental", "aside") or {}
  methods = {}
  for _, method in ipairs(type(aside.methods) == "table" and aside.methods or {}) do
    methods[method] = true
  end
  started_at = vim.uv.now()
  -- It draws pending hunks, and asks for them when the connection is there.
  require("aside.review")
  tell({ status = "ready", version = aside.version })
  documents.attach(function()
    local ready = M.get()
    return ready and ready.id
  end)
  settle(nil, client)
end

---@param folder string?
local function start(folder)
  local config = vim.deepcopy(configurations.aside)
  config.root_dir = folder or M.root()
  local ok, id = pcall(vim.lsp.start, config, { attach = false, silent = true })
  return ok and id ~= nil
end

---@param code integer
---@param signal integer
---@param stderr string
local function restart(code, signal, stderr)
  if started_at and vim.uv.now() - started_at > STEADY_MS then
    restarts = 0
  end
  started_at = nil
  local last = stderr:match("([^\n]+)\n*$")
  local why = signal ~= 0 and ("by signal %d"):format(signal) or ("with code %d"):format(code)
  if last then
    why = why .. ": " .. last
  end
  if restarts >= MAX_RESTARTS then
    local message = ("The server ended %s. It is not started again by itself; `:Aside` tries once more."):format(why)
    tell({ status = "failed", message = message })
    complain.say(message)
    settle({ code = -32002, message = message })
    return
  end
  local pause = FIRST_PAUSE_MS * 2 ^ restarts
  restarts = restarts + 1
  tell({
    status = "restarting",
    attempt = restarts,
    message = ("The server ended %s and is started again."):format(why),
  })
  vim.defer_fn(function()
    if connection.status ~= "restarting" then
      return
    end
    if not start(root) then
      restart(-1, 0, "")
    end
  end, pause)
end

---@param wanted boolean Whether Neovim asked it to end.
---@param code integer
---@param signal integer
---@param stderr string
local function on_end(wanted, code, signal, stderr)
  serve.forget()
  client_id = nil
  if wanted or vim.v.exiting ~= vim.NIL then
    tell({ status = "stopped" })
    settle({ code = -32002, message = "The server was stopped." })
    return
  end
  restart(code, signal, stderr)
end

--- Starts the program, as Neovim's client wants it.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param config vim.lsp.ClientConfig
---@return vim.lsp.rpc.PublicClient
local function spawn(dispatchers, config)
  local pc ---@type vim.lsp.rpc.PublicClient
  local answered, silent, wanted, refused = false, false, false, false
  root = config.root_dir or root
  pc = rpc.start(M.command(), dispatchers, { cwd = config.root_dir, env = config.cmd_env }, {
    on_cancel = serve.cancel,
    on_end = function(code, signal, stderr)
      if refused then
        return
      end
      if silent then
        restarts = MAX_RESTARTS
        stderr = ("`%s` did not answer for %d s"):format(M.command()[1], START_MS / 1000)
      end
      on_end(wanted, code, signal, stderr)
    end,
  })
  local request, terminate = pc.request, pc.terminate
  if connection.status ~= "restarting" then
    tell({ status = "starting" })
  end
  vim.defer_fn(function()
    if not answered and not pc.is_closing() then
      silent = true
      terminate()
    end
  end, START_MS)
  pc.terminate = function()
    wanted = true
    terminate()
  end
  pc.request = function(method, params, callback, replied)
    wanted = wanted or method == "shutdown"
    if method ~= "initialize" then
      return request(method, params, callback, replied)
    end
    return request(method, params, function(err, result)
      answered = true
      local ok, problem = pcall(callback, err, result)
      if not ok and not err then
        err = { message = tostring(problem) }
      end
      connected(pc, err, result)
      refused = err ~= nil and err.code ~= rpc.ENDED
      if refused then
        -- What was wrong is said; one that will not work is not left running.
        terminate()
      end
    end, replied)
  end
  ours[pc] = true
  return pc
end

--- Takes a client in that Neovim has started without our connection, since the user both named a
--- command and enabled it by `vim.lsp`. Only taking requests back is not known there.
---@param client vim.lsp.Client
---@param result lsp.InitializeResult
local function adopt(client, result)
  if not ours[client.rpc] then
    connected(client.rpc, nil, result)
  end
end

---@param code integer
---@param signal integer
---@param id integer
local function abandon(code, signal, id)
  local client = vim.lsp.get_client_by_id(id)
  if id == client_id and not (client and ours[client.rpc]) then
    vim.schedule(function()
      on_end(code == 0 and (signal == 0 or signal == 15), code, signal, "")
    end)
  end
end

--- Registers what answers a request of the server. `respond` may be called later, once.
---@param method string
---@param handler aside.RequestHandler
function M.on_request(method, handler)
  serve.on_request(method, handler)
end

--- The configuration that `lsp/aside.lua` gives to Neovim.
---@return vim.lsp.Config
function M.config()
  local settings = require("aside.config").get().settings
  if vim.tbl_isempty(settings) then
    settings = vim.empty_dict()
  end
  return {
    cmd = spawn,
    root_dir = root_dir,
    -- One server serves all that this Neovim has open.
    reuse_client = function(client, config)
      return client.name == config.name and not client:is_stopped()
    end,
    capabilities = { experimental = { aside = ANNOUNCED } },
    init_options = settings,
    settings = { aside = settings },
    -- The agent edits what is on the screen, so that changes are told at once.
    flags = { debounce_text_changes = 0 },
    handlers = serve.handlers(),
    on_init = adopt,
    on_exit = abandon,
  }
end

--- Lets Neovim start the server with the files it opens.
function M.enable()
  enabled = true
  local config = configurations.aside
  -- A command given by `vim.lsp.config` is run by our own connection too.
  if config and type(config.cmd) == "table" then
    program = config.cmd --[[@as string[] ]]
    vim.lsp.config("aside", { cmd = spawn })
  end
  vim.lsp.enable("aside")
end

--- Calls back once the server is there, and starts it if need be.
---@param callback fun(err: aside.Failure?, client: vim.lsp.Client?)
function M.ensure(callback)
  local client = M.get()
  if client then
    callback(nil, client)
    return
  end
  if vim.fn.executable(M.command()[1]) == 0 then
    local message = complain.missing(M.command()[1])
    tell({ status = "missing", message = message })
    complain.say(message)
    callback({ code = -32002, message = message })
    return
  end
  table.insert(waiting, callback)
  if connection.status == "starting" or connection.status == "restarting" then
    return
  end
  restarts = 0
  if not enabled then
    M.enable()
  end
  -- Enabling has started it where a file is open.
  vim.schedule(function()
    if connection.status == "stopped" or connection.status == "missing" or connection.status == "failed" then
      if not start() then
        local message = ("`%s` could not be started."):format(table.concat(M.command(), " "))
        tell({ status = "failed", message = message })
        settle({ code = -32002, message = message })
      end
    end
  end)
end

--- Sends a request, and starts the server for it if need be.
---@param method string
---@param params table?
---@param callback? fun(err: aside.Failure?, result: any)
function M.request(method, params, callback)
  callback = callback or function() end
  M.ensure(function(err, client)
    if err or not client then
      callback(err)
      return
    end
    local sent = client:request(method, params or vim.empty_dict(), function(failure, result)
      callback(failure, result)
    end)
    if not sent then
      callback({ code = rpc.ENDED, message = "The server is not there. Try again in a moment." })
    end
  end)
end

return M
