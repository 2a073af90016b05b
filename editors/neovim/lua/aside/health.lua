--- `:checkhealth aside`: what is there, what is missing, and how to mend it.
local M = {}

--- Milliseconds that a program or the server may take to answer.
local WAIT_MS = 6000

local health = vim.health

--- Waits for an answer of the server.
---@param method string
---@return any result
---@return string? problem
local function ask(method)
  local done, failure, answer = false, nil, nil
  require("aside.client").request(method, nil, function(err, result)
    done, failure, answer = true, err and tostring(err.message), result
  end)
  local came = vim.wait(WAIT_MS, function()
    return done
  end, 20)
  if not came then
    return nil, "The server did not answer in time."
  end
  return answer, failure
end

local function check_neovim()
  health.start("Neovim")
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.11") == 1 then
    health.ok("Neovim " .. version)
  else
    health.error(("Neovim %s is too old."):format(version), { "Install Neovim 0.11 or later." })
  end
  if vim.g.loaded_aside then
    health.ok("The plugin is loaded.")
  else
    health.error("plugin/aside.lua was not loaded.", {
      "Put the plugin's folder on 'runtimepath', as `:help aside-install` says.",
      "With a plugin manager that loads lazily, do not load it by an event.",
    })
  end
end

---@return boolean found
local function check_program()
  health.start("The server's program")
  local command = require("aside.client").command()
  local path = vim.fn.exepath(command[1])
  if path == "" then
    health.error(("`%s` was not found."):format(command[1]), {
      "Install Aside, so that `aside` is on the PATH of Neovim.",
      'Or say where it is: vim.g.aside = { cmd = { "/path/to/aside", "lsp" } }',
    })
    return false
  end
  local ok, ran = pcall(function()
    return vim.system({ path, "--version" }, { text = true, timeout = WAIT_MS }):wait()
  end)
  if not ok or ran.code ~= 0 then
    local why = ok and vim.trim((ran.stderr or "") .. (ran.stdout or "")) or tostring(ran)
    health.error(("%s does not run: %s"):format(path, why), { "Run it in a shell to see what is wrong." })
    return false
  end
  health.ok(("%s (%s)"):format(vim.trim(ran.stdout or ""), path))
  return true
end

---@return boolean connected
local function check_connection()
  health.start("The connection")
  local client = require("aside.client")
  local failure
  local done = false
  client.ensure(function(err)
    done, failure = true, err
  end)
  vim.wait(WAIT_MS, function()
    return done
  end, 20)
  local connection = client.connection()
  if not done or failure or connection.status ~= "ready" then
    health.error(failure and failure.message or connection.message or ("The server is %s."):format(connection.status), {
      "`:Aside log` shows what it wrote.",
      "`aside doctor` in a shell tells what is wrong with its setup.",
    })
    return false
  end
  local own = assert(client.get())
  health.ok(("Connected, in %s, columns in %s."):format(client.root(), own.offset_encoding))
  local missing = vim.tbl_filter(function(method)
    return not client.has(method)
  end, { "chat/send", "session/list", "edit/list", "edit/accept", "edit/reject", "session/rewind", "trust/get" })
  if #missing > 0 then
    health.warn(("This version of the server cannot: %s."):format(table.concat(missing, ", ")), {
      "Bring the server and the plugin to the same version.",
    })
  end
  return true
end

local function check_models()
  health.start("Models")
  local result, problem = ask("model/list")
  if not result then
    health.error(problem or "The models could not be listed.")
    return
  end
  local available, reasons = {}, {}
  for _, model in ipairs(result.models) do
    if model.available then
      available[#available + 1] = model.id
    elseif model.reason and not vim.list_contains(reasons, model.reason) then
      reasons[#reasons + 1] = model.reason
    end
  end
  if #available == 0 then
    health.error(
      "No model can be used.",
      vim.list_extend({
        "Keep a provider's key: `aside auth add openai` (or anthropic, gemini, …), then restart Neovim.",
        "Or run a model of your own: set OPENAI_BASE_URL, and `model` in config.toml.",
      }, vim.list_slice(reasons, 1, 4))
    )
    return
  end
  local shown = table.concat(available, ", ", 1, math.min(#available, 5))
  health.ok(("%d can be used: %s%s"):format(#available, shown, #available > 5 and ", …" or ""))
end

local function check_providers()
  local result = ask("server/status")
  if not result then
    return
  end
  for _, provider in ipairs(result.providers) do
    if provider.available then
      health.ok(("%s is set up."):format(provider.name))
    elseif provider.reason then
      health.info(("%s: %s"):format(provider.name, provider.reason))
    end
  end
  if result.databasePath then
    health.info("The conversations of this workspace are in " .. result.databasePath)
  end
end

local function check_workspace()
  health.start("The workspace")
  local trust = ask("trust/get")
  if trust then
    if trust.status == "untrusted" or trust.status == "changed" then
      health.warn("What this workspace brings along is not active.", { "`:Aside trust` shows it and asks." })
    elseif trust.status == "refused" then
      health.warn(trust.reason or "What this workspace brings along cannot be trusted as it is.")
    else
      health.ok(trust.status == "trusted" and "What it brings along is trusted." or "It brings nothing along.")
    end
    for _, warning in ipairs(trust.warnings or {}) do
      health.warn(warning)
    end
  end
  if not require("aside.client").has("mcp/list") then
    return
  end
  local mcp = ask("mcp/list")
  for _, server in ipairs(mcp and mcp.servers or {}) do
    if server.status == "failed" or server.status == "needsAuth" then
      health.warn(("MCP server %s: %s"):format(server.name, server.error or "it wants a login."), {
        "`:Aside mcp` starts it again or switches it off.",
      })
    else
      health.ok(("MCP server %s: %s, %d tools"):format(server.name, server.status, #server.tools))
    end
  end
end

local function check_looks()
  health.start("What the chat looks like")
  local has_markdown = pcall(vim.treesitter.language.inspect, "markdown")
  local has_inline = pcall(vim.treesitter.language.inspect, "markdown_inline")
  if has_markdown and has_inline then
    health.ok("The treesitter parsers for Markdown are there.")
  else
    health.warn("The treesitter parsers for Markdown are missing, so that the chat is less colourful.", {
      "They come with Neovim: is `lib/nvim/parser` of its installation there?",
      "Or install them with nvim-treesitter: `:TSInstall markdown markdown_inline`.",
    })
  end
  if not vim.o.termguicolors and vim.fn.has("gui_running") == 0 then
    health.info("'termguicolors' is off: added and removed lines have the terminal's colours.")
  end
end

function M.check()
  check_neovim()
  check_looks()
  if not check_program() or not check_connection() then
    return
  end
  check_models()
  check_providers()
  check_workspace()
end

return M
