--- Says what is wrong with the server.
local M = {}

--- Says it in a notification, unless the chat is open, which says it too.
---@param message string
function M.say(message)
  local chat = package.loaded["aside.chat"]
  if not chat or not chat.is_open() then
    vim.notify("Aside: " .. message, vim.log.levels.ERROR)
  end
end

--- What is said where the program is not there.
---@param program string
---@return string
function M.missing(program)
  return ("The program `%s` was not found. Install Aside, or name it: "):format(program)
    .. 'vim.g.aside = { cmd = { "/path/to/aside", "lsp" } }. `:checkhealth aside` tells more.'
end

return M
