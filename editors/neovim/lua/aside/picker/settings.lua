--- What a session works with: its model, agent and mode, and how much models think.
local client = require("aside.client")
local picker = require("aside.picker")
local say = require("aside.picker.say")
local state = require("aside.state")

local M = {}

--- The names last listed, for completion.
---@type table<"model"|"agent", string[]>
local listed = { model = {}, agent = {} }

--- The modes, and what they mean.
---@type [aside.PermissionMode, string][]
M.MODES = {
  { "ask", "asks before everything but reading" },
  { "acceptEdits", "edits files unasked, asks before the rest" },
  { "readOnly", "only reads" },
  { "full", "does all unasked, inside the workspace" },
}

--- How much the model may be told to think, and what that means.
---@type [aside.Effort, string][]
M.EFFORTS = {
  { "default", "as the settings say" },
  { "minimal", "as little as it can" },
  { "low", "little" },
  { "medium", "neither little nor much" },
  { "high", "much" },
}

---@return aside.Session?
local function session()
  local store = state.shown()
  return store and store.session
end

--- Changes the session that is shown; where there is none, one is started with it.
---@param change { model?: string, agent?: string, permissionMode?: aside.PermissionMode, effort?: aside.Effort }
---@param said string
local function set(change, said)
  local function finish(err)
    if err then
      return say.failed(err)
    end
    say.echo(said)
  end
  state.ensure(change, function(err, id, is_new)
    if err or is_new then
      return finish(err)
    end
    client.request("session/update", vim.tbl_extend("force", { sessionId = id }, change), finish)
  end)
end

---@param tokens integer
---@return string
local function size(tokens)
  if tokens >= 1000000 then
    return ("%.3gM"):format(tokens / 1000000)
  end
  return ("%dk"):format(math.floor(tokens / 1000 + 0.5))
end

---@param model aside.ModelInfo
---@return string
local function describe(model)
  local current = session()
  local mark = current and current.model == model.id and "▸ " or "  "
  local can = {}
  if model.contextWindow > 0 then
    can[#can + 1] = size(model.contextWindow)
  end
  for _, name in ipairs({ "tools", "vision", "reasoning" }) do
    if model[name] then
      can[#can + 1] = name
    end
  end
  return ("%s%s  %s"):format(mark, model.id, table.concat(can, ", "))
end

---@param id string
local function set_model(id)
  set({ model = id }, ("The model is %s from the next turn on."):format(id))
end

---@param models aside.ModelInfo[]
local function offer_unavailable(models)
  picker.select(models, {
    prompt = "Models that cannot be used yet; choosing one tells why",
    kind = "models",
    format = describe,
  }, function(model)
    say.warn(model.reason or ("%s cannot be used."):format(model.id))
  end)
end

--- Offers the models that can be used, then ways to others.
---@param models aside.ModelInfo[]
local function offer_models(models)
  local items, others = {}, {}
  for _, model in ipairs(models) do
    if model.available then
      items[#items + 1] = {
        label = describe(model),
        call = function()
          set_model(model.id)
        end,
      }
    else
      others[#others + 1] = model
    end
  end
  if #items == 0 then
    say.warn("No model can be used yet. `aside auth add` keeps a provider's key; `:checkhealth aside` tells more.")
  end
  table.insert(items, {
    label = "  … another one, by its name",
    call = function()
      vim.ui.input({ prompt = "Model (provider/model): " }, function(id)
        if id and id ~= "" then
          set_model(id)
        end
      end)
    end,
  })
  if #others > 0 then
    table.insert(items, {
      label = ("  … %d that cannot be used yet"):format(#others),
      call = function()
        offer_unavailable(others)
      end,
    })
  end
  picker.select(items, { prompt = "Model", kind = "models" }, function(item)
    item.call()
  end)
end

---@param models aside.ModelInfo[]
---@return string[]
local function ids(models)
  return vim.tbl_map(function(model)
    return model.id
  end, models)
end

--- Asks for the models. Their servers may take a moment to say which they have: until then this is said.
---@param said string
---@param done fun(models: aside.ModelInfo[])
local function list_models(said, done)
  say.echo(said)
  picker.ask("model/list", nil, function(result)
    say.echo("")
    done(result.models)
  end)
end

--- Lets the user pick a model, or sets the one named.
---@param id? string `provider/model`.
function M.model(id)
  if id then
    return set_model(id)
  end
  list_models("Asking for the models …", function(models)
    listed.model = ids(models)
    offer_models(models)
  end)
end

---@param kind "model"|"agent"
---@param method string
---@param names fun(result: any): string[]
local function learn(kind, method, names)
  if #listed[kind] > 0 or not client.has(method) then
    return
  end
  client.request(method, nil, function(err, result)
    if not err then
      listed[kind] = names(result)
    end
  end)
end

---@param choices [string, string][]
---@return string[]
local function firsts(choices)
  return vim.tbl_map(function(choice)
    return choice[1]
  end, choices)
end

--- The names to complete. Those of models and agents are asked for, and are there the next time.
---@param kind "agent"|"effort"|"mode"|"model"
---@return string[]
function M.names(kind)
  if kind == "mode" then
    return firsts(M.MODES)
  elseif kind == "effort" then
    return firsts(M.EFFORTS)
  elseif kind == "model" then
    learn(kind, "model/list", function(result)
      return ids(result.models)
    end)
  else
    learn(kind, "agent/list", function(result)
      return vim.tbl_map(function(agent)
        return agent.name
      end, result.agents)
    end)
  end
  return listed[kind]
end

--- Lets the user pick an agent, or sets the one named.
---@param name? string
function M.agent(name)
  if name then
    return set({ agent = name }, ("The agent is %s."):format(name))
  end
  client.ensure(function(failure)
    if failure then
      return
    end
    if not client.has("agent/list") then
      local current = session()
      local text = "The agent is %s. This version of the server lists no others; `:Aside agent NAME` sets one."
      return say.info(text:format(current and current.agent or "default"))
    end
    picker.ask("agent/list", nil, function(result)
      picker.select(result.agents, {
        prompt = "Agent",
        kind = "agents",
        format = function(agent)
          local current = session()
          local mark = current and current.agent == agent.name and "▸ " or "  "
          return ("%s%s  %s"):format(mark, agent.name, agent.description or "")
        end,
      }, function(agent)
        M.agent(agent.name)
      end)
    end)
  end)
end

--- Lets the user pick what the agent may do unasked, or sets it.
---@param mode? string
function M.mode(mode)
  if mode then
    for _, known in ipairs(M.MODES) do
      if known[1] == mode then
        return set({ permissionMode = mode }, ("The agent %s."):format(known[2]))
      end
    end
    return say.error(("`%s` is no mode."):format(mode))
  end
  local current = session()
  picker.select(M.MODES, {
    prompt = "What the agent may do unasked",
    kind = "modes",
    format = function(known)
      local mark = current and current.permissionMode == known[1] and "▸ " or "  "
      return ("%s%s: it %s"):format(mark, known[1], known[2])
    end,
  }, function(known)
    M.mode(known[1])
  end)
end

---@param effort aside.Effort
local function set_effort(effort)
  for _, known in ipairs(M.EFFORTS) do
    if known[1] == effort then
      return set({ effort = effort }, ("The model thinks %s, from the next turn on."):format(known[2]))
    end
  end
  say.error(("`%s` is no effort."):format(effort))
end

--- The efforts that a model knows, `default` among them.
---@param model? aside.ModelInfo
---@return [aside.Effort, string][]
local function efforts_of(model)
  local efforts = model and model.efforts
  if not efforts then
    return M.EFFORTS
  end
  return vim.tbl_filter(function(known)
    return known[1] == "default" or vim.list_contains(efforts, known[1])
  end, M.EFFORTS)
end

--- Lets the user pick how much the model thinks, or sets it.
---@param effort? string
function M.effort(effort)
  if effort then
    return set_effort(effort)
  end
  list_models("Asking what the model can …", function(models)
    local current = session()
    local model
    for _, one in ipairs(models) do
      if current and one.id == current.model then
        model = one
      end
    end
    local efforts = efforts_of(model)
    if #efforts <= 1 then
      return say.info(("%s cannot be told how much to think."):format(current and current.model or "The model"))
    end
    picker.select(efforts, {
      prompt = "How much the model is to think",
      kind = "effort",
      format = function(known)
        local mark = current and (current.effort or "default") == known[1] and "▸ " or "  "
        return ("%s%s: %s"):format(mark, known[1], known[2])
      end,
    }, function(known)
      set_effort(known[1])
    end)
  end)
end

return M
