--- Answers the server's requests, later if need be: Neovim wants an answer at once.
local M = {}

local rpc = require("aside.rpc")

--- The server's requests, and the module that registers their handlers when it is loaded.
local SERVED = {
  ["chat/requestPermission"] = "aside.permission",
  ["chat/elicit"] = "aside.elicit",
  ["editor/diagnostics"] = "aside.editor",
  ["editor/definition"] = "aside.editor",
  ["editor/references"] = "aside.editor",
  ["editor/documentSymbols"] = "aside.editor",
}

---@class aside.RequestContext
---@field id any The request's id; nil where it is not known, and then it cannot be taken back.
---@field method string
---@field on_cancel? fun() Set by the handler: what to do when the server takes the request back.

---@alias aside.Respond fun(err: aside.Failure?, result: any)
---@alias aside.RequestHandler fun(params: any, respond: aside.Respond, ctx: aside.RequestContext)

local handlers = {} ---@type table<string, aside.RequestHandler>
--- Requests that are not answered yet, by their ids: how to take them back.
local open = {} ---@type table<any, fun()>

--- Registers what answers a request. `respond` may be called later, once.
---@param method string
---@param handler aside.RequestHandler
function M.on_request(method, handler)
  handlers[method] = handler
end

--- The server takes a request back.
---@param id any
function M.cancel(id)
  local cancel = open[id]
  if cancel then
    cancel()
  end
end

--- The server ended: nobody waits for an answer any more.
function M.forget()
  local list = open
  open = {}
  for _, cancel in pairs(list) do
    cancel()
  end
end

--- Answers a request of the server. Neovim calls handlers in a coroutine and sends what they
--- return; this one waits in it until the answer is there.
---@param method string
---@return lsp.Handler
local function handler(method)
  return function(_, params)
    local ctx = { id = rpc.current_id(), method = method } ---@type aside.RequestContext
    local thread = assert(coroutine.running())
    local done, asleep = false, false
    local failure, value

    local function respond(err, result)
      if done then
        return
      end
      done, failure, value = true, err, result
      if ctx.id ~= nil then
        open[ctx.id] = nil
      end
      if asleep then
        vim.schedule(function()
          assert(coroutine.resume(thread))
        end)
      end
    end

    local answer = handlers[method]
    if not answer then
      pcall(require, SERVED[method])
      answer = handlers[method]
    end
    if not answer then
      return nil, { code = -32601, message = method .. " is not answered by this client." }
    end
    if ctx.id ~= nil then
      open[ctx.id] = function()
        if ctx.on_cancel then
          pcall(ctx.on_cancel)
        end
        respond({ code = -32800, message = "The request was taken back." })
      end
    end
    local ok, problem = pcall(answer, params or {}, respond, ctx)
    if not ok then
      respond({ code = -32603, message = tostring(problem) })
    end
    if not done then
      asleep = true
      coroutine.yield()
    end
    if failure then
      return nil, failure
    end
    return value == nil and vim.NIL or value
  end
end

--- What answers the server's requests and hears its notifications, as Neovim's client wants it.
---@return table<string, lsp.Handler>
function M.handlers()
  local answered = {
    ["chat/event"] = function(_, params)
      require("aside.state").handle(params)
    end,
    ["workspace/applyEdit"] = function(...)
      return require("aside.apply").handler(...)
    end,
    ["mcp/event"] = function(_, params)
      require("aside.events").emit("mcp", { type = "mcp", server = params.server })
    end,
  }
  for _, method in ipairs(vim.tbl_keys(SERVED)) do
    answered[method] = handler(method)
  end
  return answered
end

return M
