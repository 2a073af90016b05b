--- When a question may take the cursor: never while the user types, so that no key that was meant
--- for something else answers it.
local M = {}

--- Milliseconds without a key after which the user counts as at rest.
M.REST_MS = 400
--- How often it is looked, in milliseconds.
local LOOK_MS = 100

local ns = vim.api.nvim_create_namespace("aside.permission.gate")

--- When the last key was typed, while anybody waits.
local last_key = 0
--- Who waits, and for what beside that nothing is typed.
---@type table<table, { allowed: (fun(): boolean), call: fun() }>
local waiting = {}
---@type uv.uv_timer_t?
local timer

--- Whether a window may be opened and take the cursor.
local function is_free()
  local mode = vim.api.nvim_get_mode()
  return mode.mode == "n"
    and not mode.blocking
    and vim.fn.getcmdwintype() == ""
    and vim.fn.reg_recording() == ""
    and vim.fn.reg_executing() == ""
end

local function stop_if_idle()
  if next(waiting) == nil and timer then
    timer:stop()
    timer:close()
    timer = nil
    vim.on_key(nil, ns)
  end
end

local function look()
  if vim.uv.now() - last_key < M.REST_MS then
    return
  end
  for token, one in pairs(waiting) do
    if one.allowed() then
      waiting[token] = nil
      stop_if_idle()
      one.call()
      -- What was called may have taken the cursor, so that the others wait for the next look.
      return
    end
  end
end

local function start()
  -- Who comes now waits as long as if a key had been typed now.
  last_key = vim.uv.now()
  if timer then
    return
  end
  vim.on_key(function(_, typed)
    if typed ~= "" then
      last_key = vim.uv.now()
    end
  end, ns)
  timer = assert(vim.uv.new_timer())
  timer:start(LOOK_MS, LOOK_MS, vim.schedule_wrap(look))
end

--- Calls once the user has typed nothing for a moment, and it is allowed.
---@param allowed fun(): boolean
---@param call fun()
---@return fun() cancel
function M.quiet(allowed, call)
  local token = {}
  waiting[token] = { allowed = allowed, call = call }
  start()
  return function()
    waiting[token] = nil
    stop_if_idle()
  end
end

--- As `quiet`, once the user is in normal mode too.
---@param allowed fun(): boolean
---@param call fun()
---@return fun() cancel
function M.wait(allowed, call)
  return M.quiet(function()
    return is_free() and allowed()
  end, call)
end

--- Whether the cursor is in a window of Aside's own.
---@return boolean
function M.is_ours()
  return vim.startswith(vim.bo.filetype, "aside") or vim.startswith(vim.api.nvim_buf_get_name(0), "aside://")
end

return M
