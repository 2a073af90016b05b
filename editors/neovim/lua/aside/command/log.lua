--- `:Aside log`: opens the server's log.

--- Where the log is: beside the folder that the workspace's database is in.
---@param status aside.ServerStatusResult?
---@return string?
local function path(status)
  local data = vim.env.ASIDE_DATA_DIR
  if not data and status and status.databasePath then
    data = status.databasePath:match("^(.*)[/\\]workspaces[/\\]")
  end
  data = data or vim.fs.joinpath(vim.env.XDG_DATA_HOME or vim.fs.normalize("~/.local/share"), "aside")
  local file = vim.fs.joinpath(data, "logs", "aside.log")
  return vim.uv.fs_stat(file) and file or nil
end

return {
  desc = "Open the server's log",
  run = function()
    local client = require("aside.client")
    local function open(status)
      local file = path(status)
      if not file then
        vim.notify("Aside: there is no log yet.", vim.log.levels.INFO)
        return
      end
      vim.cmd.split(vim.fn.fnameescape(file))
      vim.bo.autoread = true
      -- It is no document of the workspace.
      vim.bo.buftype = "nowrite"
      vim.bo.modifiable = false
      vim.cmd.normal({ "G", bang = true })
    end
    if not client.has("server/status") then
      return open(nil)
    end
    require("aside.picker").ask("server/status", nil, open)
  end,
}
