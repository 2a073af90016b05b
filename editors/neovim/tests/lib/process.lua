--- Programs that the tests start: lines in, lines out, and an end that is certain.

local bounds = require("lib.bounds")

local M = {}

--- Waits until `look` gives something, and gives that; fails with `what` after a bound.
---@generic T
---@param what string|fun(): string what is waited for, for the report
---@param look fun(): T?
---@return T
function M.wait(what, look)
  -- What looks may wait itself, which must not happen inside of `vim.wait`.
  local deadline = vim.uv.hrtime() + bounds.PATIENCE_MS * 1e6
  local found = look()
  while found == nil or found == false do
    if vim.uv.hrtime() > deadline then
      local told = type(what) == "function" and what() or what
      error(("waited %d s for %s"):format(bounds.PATIENCE_MS / 1000, told), 0)
    end
    vim.wait(bounds.LOOK_MS)
    found = look()
  end
  return found
end

---@class tests.Process
---@field id integer Neovim's channel
---@field pid integer
---@field code integer? how it ended
---@field errors string the end of what it wrote to its standard error
local Process = {}
Process.__index = Process

--- Starts a program.
---@param command string[]
---@param options { cwd?: string, env: table<string, string>, rpc?: boolean, line?: fun(line: string) }
---@return tests.Process
function M.start(command, options)
  local self = setmetatable({ errors = "" }, Process)
  local rest = ""
  local function on_stdout(_, pieces)
    pieces[1] = rest .. pieces[1]
    rest = table.remove(pieces)
    for _, line in ipairs(pieces) do
      options.line(line)
    end
  end
  self.id = vim.fn.jobstart(command, {
    cwd = options.cwd,
    env = next(options.env) and options.env or vim.empty_dict(),
    clear_env = true,
    rpc = options.rpc,
    on_stdout = options.line and on_stdout or nil,
    on_stderr = function(_, pieces)
      self.errors = (self.errors .. table.concat(pieces, "\n")):sub(-bounds.MAX_KEPT)
    end,
    on_exit = function(_, code)
      self.code = code
    end,
  })
  assert(self.id > 0, "cannot start " .. command[1])
  self.pid = vim.fn.jobpid(self.id)
  return self
end

--- Writes one line to its standard input.
---@param line string
function Process:write(line)
  vim.fn.chansend(self.id, line .. "\n")
end

--- Waits until it has ended, and kills it where it does not.
---@return integer? code none where it had to be killed
function Process:finish()
  local function ended()
    return self.code ~= nil
  end
  if vim.wait(bounds.FAREWELL_MS, ended, bounds.LOOK_MS) then
    return self.code
  end
  vim.uv.kill(self.pid, "sigkill")
  vim.wait(bounds.FAREWELL_MS, ended, bounds.LOOK_MS)
  return nil
end

--- Closes its input and waits until it has ended.
---@return integer? code
function Process:close()
  if self.code == nil then
    pcall(vim.fn.chanclose, self.id)
  end
  return self:finish()
end

--- Whether a process of this id is there and no zombie.
---@param pid integer
---@return boolean
function M.is_alive(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  if not file then
    return false
  end
  local stat = file:read("*a") or ""
  file:close()
  return stat:match("^%d+ %(.*%) (%a)") ~= "Z"
end

--- All processes below one, itself not included.
---@param pid integer
---@return integer[]
function M.descendants(pid)
  local all = {}
  for _, child in ipairs(vim.api.nvim_get_proc_children(pid)) do
    all[#all + 1] = child
    vim.list_extend(all, M.descendants(child))
  end
  return all
end

return M
