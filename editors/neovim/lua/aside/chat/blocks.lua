--- A buffer made of blocks that stand below each other. A block knows how many lines it has, so
--- that its place is found from the end, where nearly all changes are.
local M = {}

local paint = require("aside.chat.paint")

---@class aside.Block
---@field id string
---@field kind string
---@field item? aside.Item
---@field height integer Lines.
---@field streamed? integer Bytes of the item's text that are shown, while it streams.
---@field markdown? { [1]: integer, [2]: integer? } Which of its lines are Markdown.
---@field settled? integer Lines of these that are painted for good, while it streams.
---@field painted? boolean Whether it is painted as it is.
---@field waits? boolean Whether it waits to be painted.
---@field rest_until? integer When it may be painted again, while it streams.

---@class aside.Blocks
---@field buffer integer
---@field namespace integer
---@field list aside.Block[]
---@field by_id table<string, aside.Block>
---@field painter aside.Painter
local Blocks = {}
Blocks.__index = Blocks

---@param buffer integer
---@return aside.Blocks
function M.new(buffer)
  local self = {
    buffer = buffer,
    namespace = vim.api.nvim_create_namespace("aside.chat"),
    list = {},
    by_id = {},
  }
  setmetatable(self, Blocks)
  self.painter = paint.new(self)
  return self
end

---@param self aside.Blocks
---@param first integer
---@param last integer
---@param lines string[]
local function set_lines(self, first, last, lines)
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, first, last, false, lines)
  vim.bo[self.buffer].modifiable = false
end

--- Empties the buffer.
function Blocks:clear()
  self.painter:clear()
  vim.api.nvim_buf_clear_namespace(self.buffer, self.namespace, 0, -1)
  set_lines(self, 0, -1, {})
  self.list, self.by_id = {}, {}
end

--- How many lines there are; an empty buffer has none.
---@return integer
function Blocks:count()
  return #self.list == 0 and 0 or vim.api.nvim_buf_line_count(self.buffer)
end

---@param block aside.Block
---@return integer index
---@return integer row The first line, from 0.
function Blocks:find(block)
  local row = self:count()
  for index = #self.list, 1, -1 do
    row = row - self.list[index].height
    if self.list[index] == block then
      return index, row
    end
  end
  error("the block is not in the buffer")
end

--- The block of a line.
---@param row integer From 0.
---@return aside.Block?
---@return integer start Its first line.
function Blocks:at(row)
  local start = 0
  for _, block in ipairs(self.list) do
    if row < start + block.height then
      return block, start
    end
    start = start + block.height
  end
  return nil, start
end

--- The blocks that have lines in a range, the last one first.
---@param first integer From 0.
---@param last integer
---@return aside.Block[]
function Blocks:between(first, last)
  local found = {}
  local row = self:count()
  for index = #self.list, 1, -1 do
    local block = self.list[index]
    if row <= first then
      break
    end
    row = row - block.height
    if row <= last then
      found[#found + 1] = block
    end
  end
  return found
end

---@param self aside.Blocks
---@param block aside.Block
---@param row integer
---@param drawn aside.Drawn
local function finish(self, block, row, drawn)
  block.height = #drawn.lines
  block.markdown = drawn.markdown
  block.settled = nil
  block.painted = nil
  for _, mark in ipairs(drawn.marks) do
    local options = mark[3]
    options.strict = false
    vim.api.nvim_buf_set_extmark(self.buffer, self.namespace, row + mark[1], mark[2], options)
  end
end

--- Puts a block below all others.
---@param block aside.Block
---@param drawn aside.Drawn
function Blocks:append(block, drawn)
  local row = self:count()
  -- The empty line of an empty buffer is taken, not kept.
  set_lines(self, row, -1, drawn.lines)
  self.list[#self.list + 1] = block
  self.by_id[block.id] = block
  finish(self, block, row, drawn)
end

--- Puts blocks above all others.
---@param blocks aside.Block[]
---@param drawings aside.Drawn[]
---@return integer lines How many lines came.
function Blocks:prepend(blocks, drawings)
  local lines = {}
  for index, drawn in ipairs(drawings) do
    self.by_id[blocks[index].id] = blocks[index]
    vim.list_extend(lines, drawn.lines)
  end
  if #lines == 0 then
    return 0
  end
  set_lines(self, 0, self:count() == 0 and -1 or 0, lines)
  local row = 0
  for index, drawn in ipairs(drawings) do
    finish(self, blocks[index], row, drawn)
    row = row + #drawn.lines
  end
  self.list = vim.list_extend(blocks, self.list)
  return #lines
end

--- Takes the first blocks away.
---@param count integer
function Blocks:drop(count)
  local height = 0
  for index = 1, count do
    height = height + self.list[index].height
    self.by_id[self.list[index].id] = nil
  end
  set_lines(self, 0, height, {})
  self.list = vim.list_slice(self.list, count + 1)
end

--- Draws a block anew; only lines that differ are set.
---@param block aside.Block
---@param drawn aside.Drawn
function Blocks:replace(block, drawn)
  local _, row = self:find(block)
  local old = vim.api.nvim_buf_get_lines(self.buffer, row, row + block.height, false)
  local new = drawn.lines
  local head = 0
  while head < #old and head < #new and old[head + 1] == new[head + 1] do
    head = head + 1
  end
  local tail = 0
  while tail < #old - head and tail < #new - head and old[#old - tail] == new[#new - tail] do
    tail = tail + 1
  end
  vim.api.nvim_buf_clear_namespace(self.buffer, self.namespace, row, row + #old)
  vim.api.nvim_buf_clear_namespace(self.buffer, self.painter.namespace, row, row + #old)
  if head < #old or head < #new then
    local middle = vim.list_slice(new, head + 1, #new - tail)
    set_lines(self, row + head, row + #old - tail, middle)
  end
  finish(self, block, row, drawn)
end

--- Adds text to the end of a block.
---@param block aside.Block
---@param text string
function Blocks:extend(block, text)
  local _, row = self:find(block)
  local last = row + block.height - 1
  local lines = vim.split(text, "\n", { plain = true })
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_text(self.buffer, last, -1, last, -1, lines)
  vim.bo[self.buffer].modifiable = false
  block.height = block.height + #lines - 1
  block.painted = nil
end

return M
