--- What Aside has to say to the user outside of the chat.
local M = {}

---@param text string
---@param level integer
local function notify(text, level)
  vim.notify("Aside: " .. text, level, { title = "Aside" })
end

---@param text string
function M.info(text)
  notify(text, vim.log.levels.INFO)
end

---@param text string
function M.warn(text)
  notify(text, vim.log.levels.WARN)
end

---@param text string
function M.error(text)
  notify(text, vim.log.levels.ERROR)
end

--- A passing word, in one line, that needs no notification; an empty one takes the last away.
---@param text string
function M.echo(text)
  if text == "" then
    vim.api.nvim_echo({ { "" } }, false, {})
    return
  end
  vim.api.nvim_echo({ { vim.fn.strcharpart("Aside: " .. text, 0, math.max(20, vim.o.columns - 12)) } }, false, {})
end

--- Says what became of a request that failed. The server's messages say what to do.
---@param err any A `ResponseError`, or a text.
function M.failed(err)
  M.error(type(err) == "table" and tostring(err.message) or tostring(err))
end

return M
