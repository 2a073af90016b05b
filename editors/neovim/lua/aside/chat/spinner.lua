--- What turns while a turn runs: a sign and the elapsed time, behind the last line and in the
--- line above the transcript. Its timer runs only while there is something to show.
local M = {}

local config = require("aside.config")
local events = require("aside.events")
local reduce = require("aside.reduce")
local render = require("aside.chat.render")
local state = require("aside.state")

local FRAME_MS = 120

local namespace = vim.api.nvim_create_namespace("aside.spinner")
local timer ---@type uv.uv_timer_t?
local frame = 0
local since = {} ---@type table<string, integer> When turns and calls were first seen to run.
local draw_bar = function() end ---@type fun(spinner: string?)
local bar ---@type string?

---@param id string
---@return string
local function elapsed(id)
  since[id] = since[id] or vim.uv.now()
  local seconds = math.floor((vim.uv.now() - since[id]) / 1000)
  return seconds < 60 and ("%d s"):format(seconds) or render.duration(seconds * 1000)
end

---@param buffer integer
---@param row integer
---@param text string
local function mark(buffer, row, text)
  vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, {
    virt_text = { { text, "AsideSpinner" } },
    virt_text_pos = "eol",
    hl_mode = "combine",
  })
end

local function stop()
  if timer then
    timer:stop()
    timer:close()
    timer = nil
  end
  since = {}
end

--- Draws what there is to draw, and stops when there is nothing.
local function tick()
  local transcript = require("aside.chat.transcript")
  local buffer = transcript.buffer()
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  local store = state.shown()
  local turn = store and reduce.running(store)
  if not store or not turn then
    stop()
    bar = nil
    draw_bar(nil)
    return
  end
  frame = frame + 1
  local signs = config.get().icons.spinner
  local sign = vim.fn.strcharpart(signs, frame % vim.fn.strchars(signs), 1)
  local waiting = next(store.permissions) ~= nil
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local shown = false
  for index = #store.items, math.max(1, #store.items - 20), -1 do
    local item = store.items[index]
    if item.type == "toolCall" and item.status == "running" then
      local row = transcript.row_of(item.id)
      local block_row = row and row + (transcript.headline_offset(item.id) or 0)
      if block_row then
        mark(buffer, block_row, sign .. " " .. elapsed(item.id))
        shown = shown or block_row == last
      end
    end
  end
  if not shown and not waiting then
    mark(buffer, last, sign)
  end
  local text = waiting and "? waits for you" or sign .. " " .. elapsed(turn.id)
  if text ~= bar then
    bar = text
    draw_bar(text)
  end
end

local function start()
  if timer or #vim.fn.win_findbuf(require("aside.chat.transcript").buffer()) == 0 then
    return
  end
  timer = assert(vim.uv.new_timer())
  timer:start(
    0,
    FRAME_MS,
    vim.schedule_wrap(function()
      if timer then
        tick()
      end
    end)
  )
end

--- What is shown above the transcript while a turn runs.
---@return string?
function M.text()
  return bar
end

--- Starts drawing if a turn runs.
function M.update()
  local store = state.shown()
  if store and reduce.running(store) then
    start()
  end
end

--- Sets what draws the line above the transcript.
---@param draw fun(spinner: string?)
function M.setup(draw)
  draw_bar = draw
  for _, kind in ipairs({ "turnStarted", "session", "itemStarted" }) do
    events.on(kind, M.update)
  end
end

return M
