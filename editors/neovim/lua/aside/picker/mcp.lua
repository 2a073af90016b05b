--- MCP servers: what they do, started again, switched on and off.
local client = require("aside.client")
local picker = require("aside.picker")
local say = require("aside.picker.say")

local M = {}

--- The names last listed, for completion.
---@type string[]
M.known = {}

M.ACTIONS = { "restart", "enable", "disable", "tools" }

local MARKS = { ready = "✓", failed = "✗", needsAuth = "?", starting = "…", stopped = "·", disabled = "⊘" }

---@param server aside.McpServer
---@return string
local function describe(server)
  local parts = {
    ("%s %s"):format(MARKS[server.status] or " ", server.name),
    server.status == "needsAuth" and "wants a login" or server.status,
    server.transport,
    ("%d tool%s"):format(#server.tools, #server.tools == 1 and "" or "s"),
    server.origin,
  }
  if server.error then
    parts[#parts + 1] = (server.error:gsub("%s+", " "))
  end
  return table.concat(parts, " · ")
end

---@param server aside.McpServer
local function report(server)
  local text = ("The MCP server “%s” is %s."):format(server.name, server.status)
  if server.error then
    return say.warn(text .. " " .. server.error)
  end
  say.echo(text)
end

---@param server aside.McpServer
local function show_tools(server)
  if #server.tools == 0 then
    return say.info(("“%s” has listed no tools yet; it is %s."):format(server.name, server.status))
  end
  picker.select(server.tools, {
    prompt = ("Tools of “%s”"):format(server.name),
    kind = "mcp_tools",
    format = function(tool)
      local description = tool.description:gsub("%s+", " ")
      return ("%s%s  %s"):format(tool.name, tool.readOnly and " (reads)" or "", description)
    end,
  }, function() end)
end

---@param action string
---@param name string
local function act(action, name)
  local method, params = "mcp/restart", { name = name }
  if action ~= "restart" then
    method, params = "mcp/setEnabled", { name = name, enabled = action == "enable" }
  end
  client.request(method, params, function(err, server)
    if err then
      return say.failed(err)
    end
    report(server)
  end)
end

---@param server aside.McpServer
local function manage(server)
  local items = {}
  if server.status == "disabled" then
    items[1] = { label = "Enable", action = "enable" }
  else
    items[1] = { label = server.status == "stopped" and "Start" or "Start again", action = "restart" }
    items[2] = { label = "Disable, until the server of Aside ends", action = "disable" }
  end
  table.insert(items, { label = "Show its tools" })
  picker.select(items, { prompt = describe(server), kind = "mcp_action" }, function(item)
    if item.action then
      return act(item.action, server.name)
    end
    show_tools(server)
  end)
end

---@param use fun(servers: aside.McpServer[])
local function list(use)
  picker.ask("mcp/list", nil, function(result)
    M.known = vim.tbl_map(function(server)
      return server.name
    end, result.servers)
    if #result.servers == 0 then
      return say.info("No MCP server is configured. `aside mcp add` adds one.")
    end
    use(result.servers)
  end)
end

--- Lists the servers, or does what is named with one of them.
---@param action? string
---@param name? string
function M.run(action, name)
  if action and not vim.list_contains(M.ACTIONS, action) then
    return say.error(("There is no `%s` for MCP servers."):format(action))
  end
  if action and name and action ~= "tools" then
    return act(action, name)
  end
  list(function(servers)
    if action and name then
      for _, server in ipairs(servers) do
        if server.name == name then
          return show_tools(server)
        end
      end
      return say.error(("There is no MCP server “%s”."):format(name))
    end
    picker.select(servers, { prompt = "MCP servers", kind = "mcp", format = describe }, function(server)
      if action == "tools" then
        return show_tools(server)
      elseif action then
        return act(action, server.name)
      end
      manage(server)
    end)
  end)
end

--- Asks for the names of servers, for the next completion.
function M.learn()
  if #M.known == 0 and client.has("mcp/list") then
    client.request("mcp/list", nil, function(err, result)
      if not err then
        M.known = vim.tbl_map(function(server)
          return server.name
        end, result.servers)
      end
    end)
  end
end

return M
