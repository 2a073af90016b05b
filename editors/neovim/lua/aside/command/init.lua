--- `:Aside <subcommand> …`: each file of this folder is a subcommand.
local M = {}

---@class aside.Command
---@field desc string One line: what it does.
---@field run fun(args: string[], opts: table) `opts` is that of `nvim_create_user_command`.
---@field complete? fun(lead: string, args: string[]): string[]

--- The subcommands that there are.
---@return string[]
function M.names()
  local names = {}
  for _, file in ipairs(vim.api.nvim_get_runtime_file("lua/aside/command/*.lua", true)) do
    local name = vim.fn.fnamemodify(file, ":t:r")
    if name ~= "init" and not vim.list_contains(names, name) then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

---@param name string
---@return aside.Command?
function M.find(name)
  if not name:match("^[%w_-]+$") or name == "init" then
    return nil
  end
  local ok, command = pcall(require, "aside.command." .. name)
  if ok and type(command) == "table" then
    return command
  end
  if not ok and not tostring(command):find("module 'aside.command." .. name .. "' not found", 1, true) then
    error(command, 0)
  end
end

--- Runs what was written behind `:Aside`.
---@param opts table
function M.run(opts)
  local args = vim.deepcopy(opts.fargs)
  local name = table.remove(args, 1)
  if not name then
    require("aside.chat").toggle()
    return
  end
  -- `:Aside send! …` is what `:Aside! send …` is.
  if name:sub(-1) == "!" then
    name = name:sub(1, -2)
    opts = vim.tbl_extend("force", opts, { bang = true })
  end
  local command = M.find(name)
  if not command then
    local text = ("Aside: there is no `%s`. `:Aside` and Tab list what there is."):format(name)
    vim.notify(text, vim.log.levels.ERROR)
    return
  end
  command.run(args, opts)
end

--- Completes a command line.
---@param lead string
---@param line string
---@param column integer
---@return string[]
function M.complete(lead, line, column)
  local before = line:sub(1, column):gsub("^.-Aside!?%s+", "", 1)
  local words = vim.split(before, "%s+")
  if #words <= 1 then
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, M.names())
  end
  local command = M.find((words[1]:gsub("!$", "")))
  if not command or not command.complete then
    return {}
  end
  return command.complete(lead, vim.list_slice(words, 2))
end

return M
