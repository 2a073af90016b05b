--- Draws what is no item: sentences, why a turn stopped, the plan.
local M = {}

local render = require("aside.chat.render")

local STOPPED = {
  maxTokens = "The answer reached the model's limit of tokens.",
  maxIterations = "The turn reached its limit of requests. Say `go on` to go on.",
  refusal = "The model refused.",
  cancelled = "Stopped.",
  interrupted = "The server ended while the turn ran.",
}

--- Why a turn stopped; nil where it is simply done, or was taken back before it began.
---@param turn aside.Turn
---@return string? text
---@return string? group
function M.stopped(turn)
  if turn.stopReason == "error" then
    return turn.error and turn.error.message or "The turn failed.", "AsideError"
  elseif turn.startedAt and STOPPED[turn.stopReason] then
    return STOPPED[turn.stopReason], "AsideWarning"
  end
end

--- Draws a sentence that is no item: a notice, why a turn stopped.
---@param text string
---@param group string
---@param before? string
---@return aside.Drawn
function M.note(text, group, before)
  local lines = (before and before ~= "note") and { "" } or {}
  local marks = {}
  for index, line in ipairs(render.split(text)) do
    local shown = index == 1 and "! " .. line or "  " .. line
    lines[#lines + 1] = shown
    marks[#marks + 1] = render.whole(#lines - 1, shown, group)
  end
  return { lines = lines, marks = marks }
end

local PLAN = {
  pending = { "- [ ] ", "AsidePlanPending" },
  inProgress = { "- [-] ", "AsidePlanActive" },
  completed = { "- [x] ", "AsidePlanDone" },
}

--- Draws the agent's plan.
---@param entries aside.PlanEntry[]
---@param before? string
---@return aside.Drawn
function M.plan(entries, before)
  local lines = before and { "" } or {}
  local marks = {}
  for _, entry in ipairs(entries) do
    local style = PLAN[entry.status] or PLAN.pending
    local line = style[1] .. vim.trim((entry.text:gsub("%s+", " ")))
    lines[#lines + 1] = line
    marks[#marks + 1] = render.whole(#lines - 1, line, style[2])
  end
  return { lines = lines, marks = marks }
end

return M
