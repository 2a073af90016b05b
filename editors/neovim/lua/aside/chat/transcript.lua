--- The transcript of the session that is shown: a buffer that events draw into, once per frame.
local M = {}

local blocks = require("aside.chat.blocks")
local config = require("aside.config")
local events = require("aside.events")
local reduce = require("aside.reduce")
local render = require("aside.chat.render")
local state = require("aside.state")

--- Blocks that are drawn at most while new ones come; half of them go when there are more. What
--- goes is drawn again when the user scrolls up.
local MAX_BLOCKS = 1000

local STOPPED = {
  maxTokens = "The answer reached the model's limit of tokens.",
  maxIterations = "The turn reached its limit of requests. Say `go on` to go on.",
  refusal = "The model refused.",
  cancelled = "Stopped.",
  interrupted = "The server ended while the turn ran.",
}

local buffer ---@type integer?
local drawn_blocks ---@type aside.Blocks?
--- The index of the first item of the store that is drawn.
local from = 1
local expanded = {} ---@type table<string, boolean>
local dirty = {} ---@type table<string, boolean>
local queue = {} ---@type fun()[]
local scheduled = false

---@param block_before aside.Block?
---@param item aside.Item
---@param store aside.Store
---@return aside.Drawn?
local function draw_item(block_before, item, store)
  local turn = store.turns[item.turnId]
  local edits = {}
  if expanded[item.id] and item.type == "toolCall" then
    for _, id in ipairs(item.editIds or {}) do
      edits[#edits + 1] = store.edits[id]
    end
  end
  return render.item(item, {
    before = block_before and block_before.kind,
    expanded = expanded[item.id] == true,
    queued = turn ~= nil and turn.status == "queued",
    edits = edits,
    icons = config.get().icons,
  })
end

---@param item aside.Item
---@return aside.Block
local function block_of(item)
  local block = { id = item.id, kind = item.type, item = item, height = 0 }
  if item.type == "assistantMessage" and item.status == "inProgress" then
    block.streamed = #item.text
  end
  return block
end

---@param list aside.Block[]
---@return aside.Block?
local function last_of(list)
  return list[#list]
end

---@param item aside.Item
local function append(item)
  local store = state.shown()
  local page = drawn_blocks
  if not store or not page or page.by_id[item.id] then
    return
  end
  local drawn = draw_item(last_of(page.list), item, store)
  if drawn then
    page:append(block_of(item), drawn)
  end
end

---@param id string
---@param text string
---@param group string
local function note(id, text, group)
  local page = drawn_blocks
  if not page or page.by_id[id] then
    return
  end
  local before = last_of(page.list)
  local drawn = render.note(text, group, before and before.kind)
  page:append({ id = id, kind = "note", height = 0 }, drawn)
end

---@param turn aside.Turn
local function finish(turn)
  if turn.stopReason == "error" then
    local message = turn.error and turn.error.message or "The turn failed."
    note("end:" .. turn.id, message, "AsideError")
  elseif STOPPED[turn.stopReason] then
    note("end:" .. turn.id, STOPPED[turn.stopReason], "AsideWarning")
  end
end

---@param store aside.Store
local function plan(store)
  local page = drawn_blocks
  if not page or #store.plan == 0 then
    return
  end
  local turn = reduce.running(store)
  local id = "plan:" .. (turn and turn.id or "last")
  local block = page.by_id[id]
  if block then
    local index = page:find(block)
    local before = page.list[index - 1]
    page:replace(block, render.plan(store.plan, before and before.kind))
    return
  end
  local before = last_of(page.list)
  page:append(
    { id = id, kind = "plan", height = 0 },
    render.plan(store.plan, before and before.kind)
  )
end

--- Draws one item that has changed.
---@param id string
local function refresh(id)
  local store, page = state.shown(), drawn_blocks
  local block = page and page.by_id[id]
  local item = block and block.item
  if not store or not page or not block or not item then
    return
  end
  if block.streamed and item.status == "inProgress" then
    local more = item.text:sub(block.streamed + 1)
    block.streamed = #item.text
    if more ~= "" then
      page:extend(block, (more:gsub("\r", ""):gsub("%z", "␀")))
    end
    return
  end
  if item.status ~= "inProgress" then
    block.streamed = nil
  end
  -- A folded line says nothing of what streams into it.
  local index = page:find(block)
  local drawn = draw_item(page.list[index - 1], item, store)
  if drawn then
    page:replace(block, drawn)
  end
end

--- Windows that show the end of the buffer, and go on doing so.
---@return integer[]
local function followers()
  local last = vim.api.nvim_buf_line_count(buffer)
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] >= last
  end, vim.fn.win_findbuf(buffer))
end

---@param windows integer[]
local function follow(windows)
  local last = vim.api.nvim_buf_line_count(buffer)
  local line = vim.api.nvim_buf_get_lines(buffer, last - 1, last, false)[1] or ""
  for _, window in ipairs(windows) do
    if vim.api.nvim_win_is_valid(window) then
      pcall(vim.api.nvim_win_set_cursor, window, { last, #line })
    end
  end
end

--- Takes the oldest blocks away where there are too many, unless the user looks at them.
local function trim()
  local page = drawn_blocks
  if not page or #page.list <= MAX_BLOCKS then
    return
  end
  local count = math.floor(MAX_BLOCKS / 2)
  local items = 0
  for index = 1, count do
    if page.list[index].item then
      items = items + 1
    end
  end
  from = from + items
  page:drop(count)
end

--- Draws what has changed since the last frame.
function M.flush()
  scheduled = false
  if not buffer or not vim.api.nvim_buf_is_valid(buffer) then
    return
  end
  local windows = followers()
  local steps, ids = queue, dirty
  queue, dirty = {}, {}
  for _, step in ipairs(steps) do
    step()
  end
  for id in pairs(ids) do
    refresh(id)
  end
  if #windows == #vim.fn.win_findbuf(buffer) then
    trim()
  end
  follow(windows)
end

local function schedule()
  if not scheduled and buffer then
    scheduled = true
    vim.defer_fn(M.flush, config.get().chat.frame_ms)
  end
end

--- Draws the whole session anew: its newest items.
function M.rebuild()
  if not buffer or not vim.api.nvim_buf_is_valid(buffer) then
    return
  end
  queue, dirty = {}, {}
  drawn_blocks = drawn_blocks or blocks.new(buffer)
  drawn_blocks:clear()
  local store = state.shown()
  if not store then
    from = 1
    return
  end
  from = math.max(1, #store.items - config.get().chat.page + 1)
  for index = from, #store.items do
    local item = store.items[index]
    append(item)
    local following = store.items[index + 1]
    if not following or following.turnId ~= item.turnId then
      local turn = store.turns[item.turnId]
      if turn and turn.status == "completed" then
        finish(turn)
      end
    end
  end
  local open = vim.tbl_filter(function(entry)
    return entry.status ~= "completed"
  end, store.plan)
  if #open > 0 then
    plan(store)
  end
  follow(vim.fn.win_findbuf(buffer))
end

---@param items aside.Item[]
local function show_above(items)
  local store, page = state.shown(), drawn_blocks
  if not store or not page or #items == 0 then
    return
  end
  local list, drawings = {}, {}
  for _, item in ipairs(items) do
    local drawn = draw_item(list[#list], item, store)
    if drawn then
      list[#list + 1] = block_of(item)
      drawings[#drawings + 1] = drawn
    end
  end
  local first = page.list[1]
  local lines = page:prepend(list, drawings)
  -- The block that was first has something above it now.
  if first and first.item then
    refresh(first.id)
  end
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    vim.api.nvim_win_call(window, function()
      local view = vim.fn.winsaveview()
      if view.topline <= lines then
        view.topline = view.topline + lines
        vim.fn.winrestview(view)
      end
    end)
  end
end

--- Shows what is above the first item that is drawn.
function M.older()
  local store = state.shown()
  if not store or not drawn_blocks then
    return
  end
  if from > 1 then
    local first = math.max(1, from - config.get().chat.page)
    local items = vim.list_slice(store.items, first, from - 1)
    from = first
    return show_above(items)
  end
  state.older(store.id, function(items)
    if state.current() == store.id then
      show_above(items)
    else
      from = from + #items
    end
  end)
end

--- The item in a line of the buffer.
---@param row integer From 0.
---@return aside.Item?
function M.item_at(row)
  local block = drawn_blocks and drawn_blocks:at(row)
  return block and block.item
end

--- The line that an item begins in, from 0.
---@param id string
---@return integer?
function M.row_of(id)
  local block = drawn_blocks and drawn_blocks.by_id[id]
  if not block or not drawn_blocks then
    return nil
  end
  local _, row = drawn_blocks:find(block)
  return row
end

--- How many lines an item leaves empty above its first one.
---@param id string
---@return integer
function M.headline_offset(id)
  local row = M.row_of(id)
  local line = row and vim.api.nvim_buf_get_lines(M.buffer(), row, row + 1, false)[1]
  return line == "" and 1 or 0
end

--- Unfolds an item, or folds it again.
---@param item aside.Item
---@param open? boolean
function M.toggle(item, open)
  if item.type ~= "toolCall" and item.type ~= "reasoning" and item.type ~= "compaction" then
    return
  end
  if open == nil then
    open = not expanded[item.id]
  end
  expanded[item.id] = open or nil
  local store = state.shown()
  local missing = store
      and open
      and vim.tbl_filter(function(id)
        return not store.edits[id]
      end, item.editIds or {})
    or {}
  refresh(item.id)
  if not store or #missing == 0 then
    return
  end
  local params = { sessionId = store.id }
  require("aside.client").request("edit/list", params, function(err, result)
    for _, edit in ipairs(not err and result.edits or {}) do
      store.edits[edit.id] = store.edits[edit.id] or edit
    end
    refresh(item.id)
  end)
end

--- Unfolds or folds all that is drawn.
---@param open boolean
function M.toggle_all(open)
  for _, block in ipairs(drawn_blocks and vim.list_slice(drawn_blocks.list) or {}) do
    if block.item and (expanded[block.id] or false) ~= open then
      M.toggle(block.item, open)
    end
  end
end

---@param step fun()
local function enqueue(step)
  queue[#queue + 1] = step
  schedule()
end

---@type table<string, fun(event: table, message: aside.ChatEvent)>
local ON = {
  itemStarted = function(event)
    enqueue(function()
      local store = state.shown()
      append(store and store.by_id[event.item.id] or event.item)
    end)
  end,
  itemDelta = function(event)
    dirty[event.itemId] = true
    schedule()
  end,
  planUpdated = function()
    enqueue(function()
      local store = state.shown()
      if store then
        plan(store)
      end
    end)
  end,
  turnCompleted = function(event)
    enqueue(function()
      finish(event.turn)
    end)
  end,
  notice = function(event, message)
    local group = event.level == "error" and "AsideError"
      or event.level == "warning" and "AsideWarning"
      or "AsideNotice"
    enqueue(function()
      note(("note:%d"):format(message.seq), event.message, group)
    end)
  end,
  retrying = function(event, message)
    local text = ("%s Request %d of %d follows in %s."):format(
      event.reason,
      event.attempt,
      event.maxAttempts,
      render.duration(event.delayMs)
    )
    enqueue(function()
      note(("note:%d"):format(message.seq), text, "AsideWarning")
    end)
  end,
}

local function changed(event)
  enqueue(function()
    local store = state.shown()
    append(store and store.by_id[event.item.id] or event.item)
  end)
  dirty[event.item.id] = true
end
ON.itemUpdated, ON.itemCompleted = changed, changed
ON.permissionRequested, ON.permissionResolved = changed, changed
ON.turnStarted = function(event)
  local page = drawn_blocks
  -- What was queued is not any more.
  for index = page and #page.list or 0, 1, -1 do
    local item = page and page.list[index].item
    if item and item.turnId == event.turn.id then
      dirty[item.id] = true
    end
    if item and item.turnId < event.turn.id then
      break
    end
  end
  schedule()
end

events.on("*", function(message)
  local event = message.event
  if not buffer or not event or message.sessionId ~= state.current() then
    return
  end
  local handle = ON[event.type]
  if handle then
    handle(event, message)
  end
end)

events.on("session", function()
  if buffer then
    M.rebuild()
  end
end)

--- The transcript's buffer, made when it is first asked for.
---@return integer
function M.buffer()
  if buffer and vim.api.nvim_buf_is_valid(buffer) then
    return buffer
  end
  buffer = vim.api.nvim_create_buf(false, true)
  drawn_blocks = nil
  vim.api.nvim_buf_set_name(buffer, "aside://chat")
  local options = vim.bo[buffer]
  options.buftype = "nofile"
  options.bufhidden = "hide"
  options.swapfile = false
  options.modifiable = false
  options.undolevels = -1
  vim.treesitter.language.register("markdown", "aside")
  options.filetype = "aside"
  pcall(vim.treesitter.start, buffer, "markdown")
  M.rebuild()
  return buffer
end

return M
