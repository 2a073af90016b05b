--- Keeps the draft on disk, so that it outlives Neovim, however that ends.
---
--- Each Neovim writes a file of its own, named by the workspace and the process. One that starts takes
--- over what a process left that is gone; the files of those that run are left alone.
local M = {}

--- How long after a change it is written, in milliseconds.
local DELAY_MS = 300
--- A draft with more in it, pictures for example, is not kept, in bytes.
local MAX_BYTES = 8 * 1024 * 1024
--- How many files of others are looked at.
local MAX_FILES = 100

local timer ---@type uv.uv_timer_t?
local waiting ---@type fun(): aside.Draft What the draft is when it is written.

---@class aside.Draft
---@field text string
---@field attachments aside.ContentBlock[]

---@return string
local function folder()
  return vim.fs.joinpath(vim.fn.stdpath("state") --[[@as string]], "aside", "drafts")
end

local workspace ---@type string? What the names of this workspace's files begin with.

---@return string
local function prefix()
  workspace = workspace or vim.fn.sha256(require("aside.client").root()):sub(1, 16) .. "."
  return workspace
end

---@return string
local function own()
  return vim.fs.joinpath(folder(), ("%s%d.json"):format(prefix(), vim.uv.os_getpid()))
end

---@param path string
---@return aside.Draft?
local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read(MAX_BYTES)
  file:close()
  local ok, draft = pcall(vim.json.decode, text or "")
  if not ok or type(draft) ~= "table" or type(draft.text) ~= "string" then
    return nil
  end
  return { text = draft.text, attachments = vim.islist(draft.attachments) and draft.attachments or {} }
end

--- Whether the process that wrote a file still runs. One of our own number has ended: in a container
--- each Neovim may have the same.
---@param name string
---@return boolean
local function is_alive(name)
  local pid = tonumber(name:match("%.(%d+)%.json$"))
  return pid ~= nil and pid ~= vim.uv.os_getpid() and vim.uv.kill(pid, 0) == 0
end

--- Takes over the newest draft that was left in this workspace.
---@return aside.Draft?
function M.load()
  local newest, newest_time ---@type string?, integer?
  local count = 0
  for name in vim.fs.dir(folder()) do
    count = count + 1
    if count > MAX_FILES then
      break
    end
    if vim.startswith(name, prefix()) and not is_alive(name) then
      local path = vim.fs.joinpath(folder(), name)
      local stat = vim.uv.fs_stat(path)
      if stat and (not newest_time or stat.mtime.sec > newest_time) then
        newest, newest_time = path, stat.mtime.sec
      end
    end
  end
  -- Of those that start at once only one can rename it.
  if not newest or not vim.uv.fs_rename(newest, own()) then
    return nil
  end
  return read(own())
end

local function write()
  if not waiting then
    return
  end
  local draft = waiting()
  if not draft.text:find("%S") and #draft.attachments == 0 then
    vim.uv.fs_unlink(own())
    return
  end
  local text = vim.json.encode(draft)
  if #text > MAX_BYTES then
    text = vim.json.encode({ text = draft.text, attachments = {} })
  end
  vim.fn.mkdir(folder(), "p", tonumber("700", 8))
  local path = own()
  local fd = vim.uv.fs_open(path .. ".new", "w", tonumber("600", 8))
  if not fd then
    return
  end
  local written = vim.uv.fs_write(fd, text)
  vim.uv.fs_close(fd)
  if written == #text then
    vim.uv.fs_rename(path .. ".new", path)
  else
    vim.uv.fs_unlink(path .. ".new")
  end
end

--- Writes the draft now, if it has changed.
function M.flush()
  if timer and timer:is_active() then
    timer:stop()
    write()
  end
end

--- Writes the draft soon.
---@param draft fun(): aside.Draft What it is by then.
function M.save(draft)
  if not timer then
    timer = assert(vim.uv.new_timer())
    vim.api.nvim_create_autocmd("VimLeavePre", { callback = write, desc = "Keep the draft" })
  end
  waiting = draft
  timer:start(DELAY_MS, 0, vim.schedule_wrap(write))
end

return M
