--- Asks the user for a line where a command was given none.
local M = {}

---@param prompt string
---@param text string What was given.
---@param act fun(text: string)
function M.ask(prompt, text, act)
  if text:find("%S") then
    act(text)
    return
  end
  vim.ui.input({ prompt = prompt }, function(answer)
    if answer and answer:find("%S") then
      act(answer)
    end
  end)
end

return M
