--- The transcript of the session that is shown: a buffer that events draw into, once per frame.
local M = {}

local blocks = require("aside.chat.blocks")
local buffers = require("aside.chat.buffers")
local config = require("aside.config")
local folds = require("aside.chat.folds")
local follow = require("aside.chat.follow")
local notes = require("aside.chat.notes")
local reduce = require("aside.reduce")
local render = require("aside.chat.render")
local state = require("aside.state")

--- Blocks that are drawn at most while new ones come; half of them go when there are more. What
--- goes is drawn again when the user scrolls up.
local MAX_BLOCKS = 20000

local buffer ---@type integer?
local drawn_blocks ---@type aside.Blocks?
--- The index of the first item of the store that is drawn.
local from = 1
local dirty = {} ---@type table<string, boolean>
local queue = {} ---@type fun(store: aside.Store?)[]
local scheduled = false

---@param block_before aside.Block?
---@param item aside.Item
---@param store aside.Store
---@return aside.Drawn?
local function draw_item(block_before, item, store)
  local turn = store.turns[item.turnId]
  local edits = {}
  if folds.is_open(item.id) and item.type == "toolCall" then
    for _, id in ipairs(item.editIds or {}) do
      edits[#edits + 1] = store.edits[id]
    end
  end
  return render.item(item, {
    before = block_before and block_before.kind,
    expanded = folds.is_open(item.id),
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
    block.streamed = #(item.text or "")
  end
  return block
end

---@param block aside.Block?
---@return string?
local function kind_of(block)
  return block and block.kind
end

---@param list aside.Block[]
---@return aside.Block?
local function last_of(list)
  return list[#list]
end

--- Puts an item below the others.
---@param item aside.Item
function M.append(item)
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

--- Puts a sentence below the others, or another one in the place of that with the same id.
---@param id string
---@param text string
---@param group string
function M.note(id, text, group)
  local page = drawn_blocks
  if not page then
    return
  end
  local block = page.by_id[id]
  if block then
    local index = page:find(block)
    page:replace(block, notes.note(text, group, kind_of(page.list[index - 1])))
    return
  end
  local drawn = notes.note(text, group, kind_of(last_of(page.list)))
  page:append({ id = id, kind = "note", height = 0 }, drawn)
end

--- Says why a turn stopped, unless it is simply done.
---@param turn aside.Turn
function M.finish(turn)
  local text, group = notes.stopped(turn)
  if text and group then
    M.note("end:" .. turn.id, text, group)
  end
end

--- Draws the plan of the session.
---@param store aside.Store?
function M.plan(store)
  local page = drawn_blocks
  if not page or not store or #store.plan == 0 then
    return
  end
  local turn = reduce.running(store)
  local id = "plan:" .. (turn and turn.id or "last")
  local block = page.by_id[id]
  if block then
    local index = page:find(block)
    page:replace(block, notes.plan(store.plan, kind_of(page.list[index - 1])))
    return
  end
  local drawn = notes.plan(store.plan, kind_of(last_of(page.list)))
  page:append({ id = id, kind = "plan", height = 0 }, drawn)
end

--- Draws one item that has changed.
---@param id string
function M.refresh(id)
  local store, page = state.shown(), drawn_blocks
  local block = page and page.by_id[id]
  local item = block and block.item
  if not store or not page or not block or not item then
    return
  end
  if block.streamed and item.status == "inProgress" then
    local more = (item.text or ""):sub(block.streamed + 1)
    block.streamed = #(item.text or "")
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

--- Takes the oldest blocks away where there are too many, unless the user looks at them.
local function trim()
  local page = drawn_blocks
  if not page or #page.list <= MAX_BLOCKS then
    return
  end
  local count = #page.list - math.floor(MAX_BLOCKS / 2)
  local items = 0
  for index = 1, count do
    if page.list[index].item then
      items = items + 1
    end
  end
  from = from + items
  page:drop(count)
end

--- Has what is on the screen highlighted.
function M.see()
  if drawn_blocks then
    drawn_blocks.painter:see(vim.fn.win_findbuf(buffer))
  end
end

--- Draws what has changed since the last frame.
function M.flush()
  scheduled = false
  if not buffer or not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  local windows = follow.windows(buffer)
  local steps, ids = queue, dirty
  queue, dirty = {}, {}
  local store = state.shown()
  for _, step in ipairs(steps) do
    step(store)
  end
  for id in pairs(ids) do
    M.refresh(id)
  end
  if #windows == #vim.fn.win_findbuf(buffer) then
    trim()
  end
  follow.show(buffer, windows)
  M.see()
end

local function schedule()
  if not scheduled and buffer then
    scheduled = true
    vim.defer_fn(M.flush, config.get().chat.frame_ms)
  end
end

--- Draws the whole session anew: its newest items.
function M.rebuild()
  if not buffer or not vim.api.nvim_buf_is_loaded(buffer) then
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
    M.append(item)
    local following = store.items[index + 1]
    if not following or following.turnId ~= item.turnId then
      local turn = store.turns[item.turnId]
      if turn and turn.status == "completed" then
        M.finish(turn)
      end
    end
  end
  local open = vim.tbl_filter(function(entry)
    return entry.status ~= "completed"
  end, store.plan)
  if #open > 0 then
    M.plan(store)
  end
  follow.show(buffer, vim.fn.win_findbuf(buffer))
  M.see()
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
    M.refresh(first.id)
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

--- The items that are drawn, in order.
---@return aside.Item[]
function M.items()
  local items = {}
  for _, block in ipairs(drawn_blocks and drawn_blocks.list or {}) do
    items[#items + 1] = block.item
  end
  return items
end

--- Does something with the next frame.
---@param step fun(store: aside.Store?) It is given the session that is shown, if one is.
function M.enqueue(step)
  queue[#queue + 1] = step
  schedule()
end

--- Draws an item anew with the next frame.
---@param id string
function M.touch(id)
  dirty[id] = true
  schedule()
end

--- Draws all items of a turn anew with the next frame.
---@param turn aside.Turn
function M.touch_turn(turn)
  local list = drawn_blocks and drawn_blocks.list or {}
  for index = #list, 1, -1 do
    local item = list[index].item
    if item and item.turnId == turn.id then
      M.touch(item.id)
    elseif item and item.turnId < turn.id then
      return
    end
  end
end

--- Whether there is a buffer to draw into.
---@return boolean
function M.exists()
  return buffer ~= nil and vim.api.nvim_buf_is_loaded(buffer)
end

--- The transcript's buffer, made when it is first asked for.
---@return integer
function M.buffer()
  local is_new
  buffer, is_new = buffers.get("aside://chat", buffer)
  if not is_new then
    return buffer
  end
  drawn_blocks = nil
  local options = vim.bo[buffer]
  options.modifiable = false
  options.undolevels = -1
  vim.treesitter.language.register("markdown", "aside")
  options.filetype = "aside"
  buffers.fill(buffer, M.rebuild, function()
    if drawn_blocks then
      drawn_blocks.painter.stack = {}
      drawn_blocks = nil
    end
  end)
  return buffer
end

return M
