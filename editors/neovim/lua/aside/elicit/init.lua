--- Questions of tools and MCP servers: forms by `vim.ui.input` and `vim.ui.select`, pages by
--- `vim.ui.open`. One is asked at a time, and none while the user types.
local client = require("aside.client")
local events = require("aside.events")
local fields = require("aside.elicit.fields")
local gate = require("aside.permission.gate")
local say = require("aside.picker.say")

--- Questions that wait at most.
local MAX_WAITING = 20

---@class aside.elicit.Question
---@field params aside.ChatElicitParams
---@field respond aside.Respond
---@field gone? boolean Taken back or answered.

---@type aside.elicit.Question[]
local queue = {}
--- The one that the user is asked.
local current ---@type aside.elicit.Question?
local next_question

---@param question aside.elicit.Question
---@param answer? aside.ChatElicitResult nil where nobody waits for it any more.
local function finish(question, answer)
  if not question.gone and answer then
    question.gone = true
    question.respond(nil, answer)
  end
  if current == question then
    current = nil
    next_question()
  end
end

--- Nobody waits for the answer any more. What asks the user may never call back.
---@param question aside.elicit.Question
local function take_back(question)
  question.gone = true
  finish(question)
end

---@param question aside.elicit.Question
---@return string
local function asker(question)
  local server = question.params.server
  return server and ("The MCP server “%s” asks"):format(server) or "Aside asks"
end

--- Asks for a value of a list.
---@param asked aside.elicit.Field
---@param prompt string
---@param done fun(value: any, dismissed: boolean?)
local function ask_choice(asked, prompt, done)
  local items = vim.list_extend({}, asked.options)
  if not asked.required then
    table.insert(items, { label = "(leave it out)" })
  end
  vim.ui.select(items, {
    prompt = prompt,
    kind = "aside.elicit",
    format_item = function(item)
      local is_default = item.value ~= nil and item.value == asked.default
      return item.label .. (is_default and "  (default)" or "")
    end,
  }, function(item)
    if not item then
      return done(nil, true)
    end
    done(item.value)
  end)
end

--- Asks for several values of a list, one after the other.
---@param asked aside.elicit.Field
---@param prompt string
---@param done fun(value: any, dismissed: boolean?)
local function ask_choices(asked, prompt, done)
  local chosen = {}
  for _, value in ipairs(type(asked.default) == "table" and asked.default or {}) do
    chosen[value] = true
  end
  local function again()
    local items = { { label = "Done" } }
    for _, option in ipairs(asked.options) do
      items[#items + 1] = { label = (chosen[option.value] and "[x] " or "[ ] ") .. option.label, option = option }
    end
    vim.ui.select(items, {
      prompt = prompt,
      kind = "aside.elicit",
      format_item = function(item)
        return item.label
      end,
    }, function(item)
      if not item then
        return done(nil, true)
      end
      if item.option then
        chosen[item.option.value] = not chosen[item.option.value] or nil
        return again()
      end
      local values = {}
      for _, option in ipairs(asked.options) do
        if chosen[option.value] then
          values[#values + 1] = option.value
        end
      end
      local schema = asked.schema
      local least = math.max(tonumber(schema.minItems) or 0, asked.required and 1 or 0)
      if #values < least or #values > (tonumber(schema.maxItems) or math.huge) then
        say.warn(("%s: another number of them is needed."):format(asked.label))
        return again()
      end
      done(#values > 0 and values or nil)
    end)
  end
  again()
end

--- Asks for a text or a number until it is as it is to be.
---@param asked aside.elicit.Field
---@param prompt string
---@param done fun(value: any, dismissed: boolean?)
local function ask_text(asked, prompt, done)
  local function again(default)
    vim.ui.input({ prompt = prompt .. ": ", default = default }, function(text)
      if not text then
        return done(nil, true)
      end
      local value, problem = fields.read(asked, text)
      if problem then
        say.warn(("%s: %s."):format(asked.label, problem))
        return again(text)
      end
      done(value)
    end)
  end
  again(asked.default ~= nil and tostring(asked.default) or nil)
end

---@param asked aside.elicit.Field
---@param prompt string
---@param done fun(value: any, dismissed: boolean?)
local function ask(asked, prompt, done)
  if asked.kind == "choices" then
    return ask_choices(asked, prompt, done)
  elseif asked.options then
    return ask_choice(asked, prompt, done)
  end
  ask_text(asked, prompt, done)
end

---@param asked aside.elicit.Field
---@return string
local function prompt_of(asked)
  local prompt = asked.label
  if asked.description then
    prompt = ("%s (%s)"):format(prompt, asked.description)
  end
  return asked.required and prompt or prompt .. ", optional"
end

--- Shows what was filled in, and asks whether it is to be sent.
---@param question aside.elicit.Question
---@param form aside.elicit.Field[]
---@param content table<string, any>
---@param again fun()
local function confirm(question, form, content, again)
  local shown = vim.tbl_map(function(asked)
    return ("%s: %s"):format(asked.label, fields.show(asked, content[asked.name]))
  end, form)
  local items = {
    { label = "Send", action = "accept" },
    { label = "Fill it in again" },
    { label = "Refuse", action = "decline" },
  }
  vim.ui.select(items, {
    prompt = ("%s – send this? "):format(table.concat(shown, "; ")),
    kind = "aside.elicit",
    format_item = function(item)
      return item.label
    end,
  }, function(item)
    if not item then
      return finish(question, { action = "cancel" })
    end
    if not item.action then
      return again()
    end
    finish(question, { action = item.action, content = item.action == "accept" and content or nil })
  end)
end

---@param question aside.elicit.Question
local function fill_in(question)
  local form = fields.of(question.params.schema)
  local content = vim.empty_dict()
  local function step(index)
    if question.gone then
      return finish(question)
    end
    local asked = form[index]
    if #form == 0 then
      return finish(question, { action = "accept", content = content })
    elseif not asked then
      return confirm(question, form, content, function()
        fill_in(question)
      end)
    end
    ask(asked, prompt_of(asked), function(value, dismissed)
      if dismissed then
        return finish(question, { action = "cancel" })
      end
      content[asked.name] = value
      step(index + 1)
    end)
  end
  step(1)
end

---@param question aside.elicit.Question
local function visit(question)
  local url = question.params.url
  if not url:match("^https?://[^%s%c]+$") then
    say.error(("%s to open something that is no page: %s"):format(asker(question), vim.inspect(url)))
    return finish(question, { action = "decline" })
  end
  local _, err = vim.ui.open(url)
  if err then
    say.warn(("The page could not be opened (%s). Visit it yourself: %s"):format(err, url))
  end
  finish(question, { action = "accept" })
end

--- Asks for a single answer, whose field says no more than the question does.
---@param question aside.elicit.Question
---@param asked aside.elicit.Field
local function ask_one(question, asked)
  local prompt = question.params.message:gsub("%s*\n%s*", " ")
  ask(asked, prompt, function(value, dismissed)
    local content = vim.empty_dict()
    content[asked.name] = value
    finish(question, dismissed and { action = "cancel" } or { action = "accept", content = content })
  end)
end

--- Offers the answers there are, with a way to refuse.
---@param question aside.elicit.Question
---@param items { label: string, call?: fun(), action?: aside.ElicitAction }[]
local function offer(question, items)
  table.insert(items, { label = "(refuse to answer)", action = "decline" })
  vim.ui.select(items, {
    prompt = ("%s: %s"):format(asker(question), question.params.message),
    kind = "aside.elicit",
    format_item = function(item)
      return item.label
    end,
  }, function(item)
    if question.gone then
      return finish(question)
    elseif not item then
      return finish(question, { action = "cancel" })
    elseif item.action then
      return finish(question, { action = item.action })
    end
    item.call()
  end)
end

--- Asks. Where more than one answer is wanted, or the user is at work in a file, it is first asked
--- whether there is to be an answer at all.
---@param question aside.elicit.Question
local function begin(question)
  local params = question.params
  if params.url then
    return offer(question, {
      {
        label = "Open " .. params.url,
        call = function()
          visit(question)
        end,
      },
    })
  end
  local form = fields.of(params.schema)
  local single = #form == 1 and form[1] or nil
  if single and single.options and single.kind ~= "choices" and single.required then
    return offer(
      question,
      vim.tbl_map(function(option)
        return {
          label = option.label,
          call = function()
            local content = vim.empty_dict()
            content[single.name] = option.value
            finish(question, { action = "accept", content = content })
          end,
        }
      end, single.options)
    )
  end
  if single and gate.is_ours() then
    return ask_one(question, single)
  end
  offer(question, {
    {
      label = #form == 0 and "Yes" or "Answer",
      call = function()
        if single then
          ask_one(question, single)
        else
          fill_in(question)
        end
      end,
    },
  })
end

function next_question()
  if current then
    return
  end
  local question = table.remove(queue, 1)
  if not question then
    return
  end
  if question.gone then
    return next_question()
  end
  current = question
  local mode = vim.api.nvim_get_mode().mode
  if mode ~= "n" then
    say.info(("%s something; it comes once you are in normal mode."):format(asker(question)))
  end
  gate.wait(function()
    return true
  end, function()
    if question.gone then
      return finish(question)
    end
    begin(question)
  end)
end

client.on_request("chat/elicit", function(params, respond, ctx)
  if #queue >= MAX_WAITING then
    return respond(nil, { action = "cancel" })
  end
  local question = { params = params, respond = respond }
  ctx.on_cancel = function()
    take_back(question)
  end
  table.insert(queue, question)
  next_question()
end)

events.on("connection", function(event)
  if event.status ~= "ready" then
    for _, question in ipairs(queue) do
      question.gone = true
    end
    queue = {}
    if current then
      take_back(current)
    end
  end
end)

return {}
