--- Questions for permission: one at a time is shown, the others wait. A question takes the cursor
--- only in a window of Aside's own and while nothing is typed; elsewhere it is only seen, and
--- `:Aside answer` or `<Plug>(aside-answer)` goes to it.
local client = require("aside.client")
local config = require("aside.config")
local events = require("aside.events")
local float = require("aside.permission.float")
local gate = require("aside.permission.gate")
local say = require("aside.picker.say")
local state = require("aside.state")
local words = require("aside.permission.words")

local M = {}

--- Questions that wait at most; the server asks no more at once.
local MAX_WAITING = 100

---@class aside.permission.Question
---@field params aside.ChatRequestPermissionParams
---@field choices aside.permission.Choice[]
---@field respond aside.Respond
---@field float? aside.permission.Float
---@field hidden? boolean Put off by the user.
---@field busy? boolean The user is asked for words.
---@field armed? boolean Keys answer it.
---@field stop? fun() Stops waiting for the user to be at rest.

---@type aside.permission.Question[]
local queue = {}

--- Whether the user went to a question that is announced and not there yet.
local awaited = false

local show_next

--- The question that is shown.
---@return aside.permission.Question?
local function shown()
  for _, question in ipairs(queue) do
    if question.float and float.is_open(question.float) then
      return question
    end
  end
end

---@param question aside.permission.Question
local function hide(question)
  if question.stop then
    question.stop()
    question.stop = nil
  end
  question.armed = nil
  if question.float then
    vim.api.nvim_create_augroup("aside.permission", { clear = true })
    float.close(question.float)
    question.float = nil
  end
end

--- Takes a question out of the queue.
---@param question aside.permission.Question
---@return boolean was_there
local function drop(question)
  for index, other in ipairs(queue) do
    if other == question then
      table.remove(queue, index)
      local had_cursor = question.float ~= nil and vim.api.nvim_get_current_win() == question.float.win
      hide(question)
      vim.schedule(function()
        show_next(had_cursor)
      end)
      return true
    end
  end
  return false
end

---@param question aside.permission.Question
---@param answer aside.ChatRequestPermissionResult
local function settle(question, answer)
  if drop(question) then
    question.respond(nil, answer)
  end
end

---@param question aside.permission.Question
---@param option aside.PermissionOption
local function choose(question, option)
  settle(question, { optionId = option.id })
end

---@param question aside.permission.Question
local function reject_with_words(question)
  local option = words.refusal(question.params.options)
  if not option or question.busy then
    return
  end
  question.busy = true
  vim.ui.input({ prompt = "What is Aside to do instead? " }, function(text)
    question.busy = nil
    if text then
      settle(question, { optionId = option.id, feedback = text ~= "" and text or nil })
    end
  end)
end

---@param question aside.permission.Question
local function later(question)
  question.hidden = true
  hide(question)
  say.echo("The question waits; `:Aside answer` comes back to it.")
  show_next(false)
end

---@param question aside.permission.Question
---@return string
local function title(question)
  local text = "Aside asks"
  local store = question.params.sessionId ~= state.current() and state.sessions[question.params.sessionId]
  if store and store.session then
    text = ("%s in “%s”"):format(text, vim.fn.strcharpart(store.session.title, 0, 30))
  end
  if #queue > 1 then
    text = ("%s (1 of %d)"):format(text, #queue)
  end
  return text
end

---@return string
local function how_to_come_here()
  for _, map in ipairs(vim.api.nvim_get_keymap("n")) do
    local rhs = (map.rhs or ""):lower()
    local leads = rhs == "<plug>(aside-answer)" or rhs == "<cmd>aside answer<cr>"
    if leads and not vim.startswith(map.lhs, "<Plug>") then
      return map.lhs .. " to answer"
    end
  end
  return gate.is_ours() and vim.fn.mode() ~= "n" and "<Esc> to answer" or ":Aside answer"
end

---@param question aside.permission.Question
local function map_keys(question)
  local bufnr = question.float.bufnr
  local function map(key, act)
    vim.keymap.set("n", key, function()
      -- Keys that were on their way when the window took the cursor were meant for another.
      if question.armed and not question.busy then
        act()
      end
    end, { buffer = bufnr, nowait = true })
  end
  for _, choice in ipairs(question.choices) do
    for _, key in ipairs(choice.keys) do
      map(key, function()
        choose(question, choice.option)
      end)
    end
  end
  map("r", function()
    reject_with_words(question)
  end)
  map("c", function()
    settle(question, { cancelled = true })
  end)
  for _, key in ipairs({ "q", "<Esc>" }) do
    map(key, function()
      later(question)
    end)
  end
  float.still(question.float)
end

--- The window has the cursor: its keys answer once no more come that were meant for another.
---@param question aside.permission.Question
local function arm(question)
  if question.stop then
    question.stop()
  end
  local window = question.float
  if not window then
    return
  end
  question.armed = nil
  vim.b[window.bufnr].aside_armed = nil
  float.label(window, title(question), how_to_come_here())
  question.stop = gate.quiet(function()
    return vim.api.nvim_get_current_win() == window.win
  end, function()
    question.stop = nil
    question.armed = true
    vim.b[window.bufnr].aside_armed = true
    float.label(window, title(question), "press a key")
  end)
end

---@param question aside.permission.Question
local function take_cursor(question)
  if question.float and float.is_open(question.float) then
    vim.api.nvim_set_current_win(question.float.win)
  end
end

---@param question aside.permission.Question
local function open(question)
  local lines = words.lines(question.params, question.choices, float.size())
  local window = float.open(lines, title(question), how_to_come_here())
  question.float = window
  map_keys(question)
  local group = vim.api.nvim_create_augroup("aside.permission", { clear = true })
  vim.api.nvim_create_autocmd("WinEnter", {
    group = group,
    callback = function()
      if vim.api.nvim_get_current_win() == window.win then
        arm(question)
      end
    end,
  })
  vim.api.nvim_create_autocmd("WinClosed", {
    group = group,
    pattern = tostring(window.win),
    callback = function()
      -- The user closed it by other means than our keys.
      vim.api.nvim_create_augroup("aside.permission", { clear = true })
      question.float = nil
      question.hidden = true
      hide(question)
    end,
  })
  vim.api.nvim_create_autocmd("VimResized", {
    group = group,
    callback = function()
      float.fit(window)
    end,
  })
  vim.api.nvim_create_autocmd("ModeChanged", {
    group = group,
    callback = function()
      if not question.armed then
        float.label(window, title(question), how_to_come_here())
      end
    end,
  })
  if vim.fn.mode() == "c" then
    vim.cmd.redraw()
  end
end

--- Asks by `vim.ui.select`, the details in a window beside it.
---@param question aside.permission.Question
local function ask_by_select(question)
  local items = vim.tbl_map(function(choice)
    return {
      label = choice.option.label,
      call = function()
        choose(question, choice.option)
      end,
    }
  end, question.choices)
  if words.refusal(question.params.options) then
    table.insert(items, {
      label = "Reject, and say what to do instead",
      call = function()
        reject_with_words(question)
      end,
    })
  end
  table.insert(items, {
    label = "Cancel the whole turn",
    call = function()
      settle(question, { cancelled = true })
    end,
  })
  question.busy = true
  vim.cmd.redraw()
  vim.ui.select(items, {
    prompt = words.title(question.params.item --[[@as aside.Item.toolCall]]),
    kind = "aside.permission",
    format_item = function(item)
      return item.label
    end,
  }, function(item)
    question.busy = nil
    if not vim.list_contains(queue, question) then
      return
    end
    if item then
      item.call()
    else
      later(question)
    end
  end)
end

---@return boolean
local function always()
  return true
end

--- Shows the first question that is not put off.
---@param with_cursor boolean Whether the one before it had the cursor.
function show_next(with_cursor)
  local visible = shown()
  if visible then
    float.label(visible.float, title(visible), visible.armed and "press a key" or how_to_come_here())
    return
  end
  local question = vim.iter(queue):find(function(other)
    return not other.hidden
  end)
  if not question or question.busy then
    return
  end
  if vim.fn.getcmdwintype() ~= "" then
    -- No window can be opened beside the command-line window.
    question.stop = gate.wait(always, function()
      show_next(with_cursor)
    end)
    return
  end
  open(question)
  if config.get().prompt == "select" then
    question.stop = gate.wait(always, function()
      ask_by_select(question)
    end)
  elseif with_cursor and vim.api.nvim_get_mode().mode == "n" then
    take_cursor(question)
  else
    question.stop = gate.wait(with_cursor and always or gate.is_ours, function()
      take_cursor(question)
    end)
  end
end

--- The question that is shown, else the first one that waits.
---@return aside.permission.Question?
local function first()
  return shown() or queue[1]
end

--- The answers to the first question.
---@return aside.PermissionOption[]
function M.options()
  local question = first()
  return question and question.params.options or {}
end

--- Goes to the first question, or answers it.
---@param answer? string The id of an option, or its number.
function M.answer(answer)
  local question = first()
  if not question then
    local store = state.shown()
    awaited = store ~= nil and next(store.permissions) ~= nil
    if not awaited then
      say.info("Nothing waits for an answer.")
    end
    return
  end
  if answer then
    for index, option in ipairs(question.params.options) do
      if option.id == answer or tostring(index) == answer then
        return choose(question, option)
      end
    end
    return say.error(("`%s` is no answer to this question."):format(answer))
  end
  for _, other in ipairs(queue) do
    other.hidden = nil
  end
  if not question.float then
    show_next(true)
  end
  if question.float and config.get().prompt ~= "select" then
    take_cursor(question)
  end
end

---@param requestId string
local function withdraw(requestId)
  for _, question in ipairs(queue) do
    if question.params.requestId == requestId then
      drop(question)
      return
    end
  end
end

client.on_request("chat/requestPermission", function(params, respond, ctx)
  if #queue >= MAX_WAITING then
    return respond({ code = -32803, message = "Too many questions wait for the user." })
  end
  table.insert(queue, { params = params, choices = words.choices(params.options), respond = respond })
  ctx.on_cancel = function()
    withdraw(params.requestId)
  end
  show_next(awaited)
  awaited = false
end)

events.on("permissionResolved", function(event)
  awaited = false
  withdraw(event.event.requestId)
end)

events.on("connection", function(event)
  if event.status == "ready" then
    return
  end
  -- Nobody waits for these answers any more.
  local gone = queue
  queue = {}
  for _, question in ipairs(gone) do
    hide(question)
  end
end)

return M
