--- Paints the blocks that are on the screen with Markdown highlighting, a little at a time.
local M = {}

local markdown = require("aside.chat.markdown")

--- Milliseconds of work between two pauses, and the pause.
local BUDGET_MS = 6
local PAUSE_MS = 15
--- A text that streams is painted again after so many times of what it took.
local REST = 10

---@class aside.Painter
---@field page aside.Blocks
---@field namespace integer
---@field stack aside.Block[]
---@field scheduled boolean
local Painter = {}
Painter.__index = Painter

---@param page aside.Blocks
---@return aside.Painter
function M.new(page)
  return setmetatable({
    page = page,
    namespace = vim.api.nvim_create_namespace("aside.paint"),
    stack = {},
    scheduled = false,
  }, Painter)
end

---@param self aside.Painter
---@param block aside.Block
local function paint(self, block)
  local part = block.markdown
  if not part or self.page.by_id[block.id] ~= block then
    return
  end
  block.painted = true
  local _, row = self.page:find(block)
  local first = row + part[1] + (block.settled or 0)
  local last = row + (part[2] or block.height)
  local buffer = self.page.buffer
  local lines = vim.api.nvim_buf_get_lines(buffer, first, last, false)
  vim.api.nvim_buf_clear_namespace(buffer, self.namespace, first, last)
  for _, mark in ipairs(markdown.marks(lines)) do
    local options = mark[3]
    options.end_row = options.end_row and first + options.end_row
    options.strict = false
    vim.api.nvim_buf_set_extmark(buffer, self.namespace, first + mark[1], mark[2], options)
  end
  if block.streamed then
    block.settled = (block.settled or 0) + markdown.settled(lines)
  end
end

---@param self aside.Painter
local function run(self)
  self.scheduled = false
  if not vim.api.nvim_buf_is_loaded(self.page.buffer) then
    self.stack = {}
    return
  end
  local began = vim.uv.hrtime()
  local later = {}
  while #self.stack > 0 and (vim.uv.hrtime() - began) / 1e6 < BUDGET_MS do
    local block = table.remove(self.stack)
    block.waits = nil
    if block.rest_until and vim.uv.now() < block.rest_until then
      later[#later + 1] = block
    else
      local start = vim.uv.hrtime()
      paint(self, block)
      local took = (vim.uv.hrtime() - start) / 1e6
      block.rest_until = block.streamed and vim.uv.now() + took * REST or nil
    end
  end
  for _, block in ipairs(later) do
    self:push(block)
  end
  self:schedule()
end

function Painter:schedule()
  if not self.scheduled and #self.stack > 0 then
    self.scheduled = true
    vim.defer_fn(function()
      run(self)
    end, PAUSE_MS)
  end
end

--- Has a block painted soon.
---@param block aside.Block
function Painter:push(block)
  if block.markdown and not block.painted and not block.waits then
    block.waits = true
    self.stack[#self.stack + 1] = block
    self:schedule()
  end
end

--- Has what windows show painted, and a screen above and below it.
---@param windows integer[]
function Painter:see(windows)
  for _, window in ipairs(windows) do
    local height = vim.api.nvim_win_get_height(window)
    local first = vim.fn.line("w0", window) - 1 - height
    for _, block in ipairs(self.page:between(first, vim.fn.line("w$", window) + height)) do
      self:push(block)
    end
  end
end

--- Forgets what there was to paint, with all paint.
function Painter:clear()
  for _, block in ipairs(self.stack) do
    block.waits = nil
  end
  self.stack = {}
  vim.api.nvim_buf_clear_namespace(self.page.buffer, self.namespace, 0, -1)
end

return M
