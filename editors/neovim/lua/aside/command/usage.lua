--- `:Aside usage`: what was used and what it cost, by day and model.

---@param count integer
---@return string
local function thousands(count)
  local text = tostring(count):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

---@param usage aside.Usage
---@return string
local function row(usage)
  local cost = usage.costUsd and ("$%.4f"):format(usage.costUsd) or "not known"
  return ("%s | %s | %s | %s"):format(
    thousands(usage.inputTokens),
    thousands(usage.cachedInputTokens),
    thousands(usage.outputTokens),
    cost
  )
end

---@param result aside.UsageGetResult
---@return string[]
local function lines(result)
  local list = {
    "# Usage of this workspace",
    "",
    "| day | model | requests | input | cached | output | cost |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
  }
  local requests = 0
  for _, day in ipairs(result.days) do
    requests = requests + day.requests
    local mark = day.estimated and " (estimated)" or ""
    local cells = { day.day, day.model .. mark, thousands(day.requests), row(day.usage) }
    list[#list + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  list[#list + 1] = ("| all | | %s | %s |"):format(thousands(requests), row(result.total))
  return list
end

return {
  desc = "Show what was used and what it cost; `session` for this session alone",
  complete = function()
    return { "session" }
  end,
  run = function(args)
    local params = vim.empty_dict()
    if args[1] == "session" then
      params = { sessionId = require("aside.state").current() }
    elseif args[1] then
      params = { since = args[1] }
    end
    require("aside.picker").ask("usage/get", params, function(result)
      local buffer = vim.api.nvim_create_buf(false, true)
      vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines(result))
      vim.bo[buffer].bufhidden = "wipe"
      vim.bo[buffer].modifiable = false
      vim.bo[buffer].filetype = "markdown"
      local height = math.min(vim.api.nvim_buf_line_count(buffer) + 1, math.floor(vim.o.lines / 2))
      vim.api.nvim_open_win(buffer, true, { split = "below", win = -1, height = height })
      vim.wo.wrap = false
      vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, desc = "Close" })
    end)
  end,
}
