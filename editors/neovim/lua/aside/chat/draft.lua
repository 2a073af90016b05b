--- What the user is writing: its text in the input buffer, and what goes along with it.
local buffers = require("aside.chat.buffers")
local keep = require("aside.chat.keep")

local M = {}

--- Messages that the history keeps.
local MAX_HISTORY = 200

local buffer ---@type integer?
local attachments = {} ---@type aside.ContentBlock[]
local history = {} ---@type string[]
local place = 0
local unsent = "" ---@type string
local watchers = {} ---@type fun()[]

--- Has the draft kept.
local function save()
  keep.save(function()
    return { text = M.text(), attachments = attachments }
  end)
end

--- The buffer of the input. What was written before Neovim ended is in it again.
---@return integer
function M.buffer()
  local is_new
  buffer, is_new = buffers.get("aside://input", buffer)
  if not is_new then
    return buffer
  end
  local options = vim.bo[buffer]
  options.filetype = "aside-input"
  options.completeopt = "menuone,noselect,popup"
  options.omnifunc = "v:lua.require'aside.chat.complete'.omnifunc"
  buffers.fill(buffer, function()
    -- What is in a buffer that was taken over was written later.
    local kept = M.text() == "" and keep.load()
    if kept then
      M.set_text(kept.text)
      attachments = kept.attachments
    end
  end, keep.flush, save)
  return buffer
end

local function changed()
  save()
  for _, watcher in ipairs(watchers) do
    watcher()
  end
end

--- Calls back whenever the attachments change.
---@param watcher fun()
function M.watch(watcher)
  table.insert(watchers, watcher)
end

---@return string
function M.text()
  local lines = vim.api.nvim_buf_get_lines(M.buffer(), 0, -1, false)
  return table.concat(lines, "\n")
end

---@param text string
function M.set_text(text)
  vim.api.nvim_buf_set_lines(M.buffer(), 0, -1, false, vim.split(text, "\n", { plain = true }))
end

---@return aside.ContentBlock[]
function M.attachments()
  return attachments
end

---@param block aside.ContentBlock
function M.attach(block)
  for _, other in ipairs(attachments) do
    if vim.deep_equal(other, block) then
      return
    end
  end
  table.insert(attachments, block)
  changed()
end

--- Takes an attachment away; the last one where no index is given.
---@param index? integer
function M.detach(index)
  table.remove(attachments, index or #attachments)
  changed()
end

--- Takes the draft: what is to be sent. The input is empty then.
---@return aside.ContentBlock[]? content nil where there is nothing to send.
function M.take()
  local text = M.text()
  if not text:find("%S") then
    return nil
  end
  local content = { { type = "text", text = vim.trim(text) } }
  vim.list_extend(content, attachments)
  for _, block in ipairs(require("aside.chat.complete").mentioned(text)) do
    local there = vim.tbl_contains(attachments, function(other)
      return other.uri == block.uri and other.range == nil
    end, { predicate = true })
    if not there then
      content[#content + 1] = block
    end
  end
  if history[#history] ~= text then
    table.insert(history, text)
    if #history > MAX_HISTORY then
      table.remove(history, 1)
    end
  end
  -- A message from the history was sent: what was being written is there again.
  local left = place > 0 and unsent or ""
  place, unsent = 0, ""
  attachments = {}
  M.set_text(left)
  changed()
  return content
end

--- Gives back what could not be sent, before what was written meanwhile.
---@param content aside.ContentBlock[]
function M.restore(content)
  for _, block in ipairs(content) do
    if block.type == "text" then
      local text = M.text()
      M.set_text(text:find("%S") and block.text .. "\n" .. text or block.text)
    else
      M.attach(block)
    end
  end
  changed()
end

--- Goes through what was sent before. What was written in its place meanwhile is the draft then.
---@param step -1|1 Towards older, or newer.
function M.recall(step)
  if place > 0 and M.text() ~= history[#history - place + 1] then
    place = 0
  end
  local wanted = place - step
  if wanted < 0 or wanted > #history then
    return
  end
  if place == 0 then
    unsent = M.text()
  end
  place = wanted
  M.set_text(place == 0 and unsent or history[#history - place + 1])
end

return M
