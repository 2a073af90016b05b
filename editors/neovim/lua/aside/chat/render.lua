--- Draws one item as lines of Markdown and marks on them; knows nothing of buffers.
local M = {}

--- Lines of output that an unfolded tool call shows: its last ones.
local MAX_OUTPUT_LINES = 400
--- Characters of a title on one line.
local MAX_TITLE = 160

--- A mark: row from the first line drawn, column, and options of `nvim_buf_set_extmark`.
---@alias aside.Mark { [1]: integer, [2]: integer, [3]: table }

---@class aside.Drawn
---@field lines string[]
---@field marks aside.Mark[]
---@field markdown? { [1]: integer, [2]: integer? } Which lines are Markdown: the first, and the one behind the last.

---@class aside.DrawContext
---@field before? string The kind of block before it; nil at the top.
---@field expanded boolean
---@field queued boolean
---@field edits aside.FileEdit[]
---@field icons table<string, string>

local STATUS_GROUP = {
  pending = "AsideMeta",
  waiting = "AsideToolWaiting",
  running = "AsideToolRunning",
  inProgress = "AsideToolRunning",
  completed = "AsideToolOk",
  failed = "AsideToolFailed",
  rejected = "AsideToolFailed",
  cancelled = "AsideMeta",
  interrupted = "AsideMeta",
}

--- Kinds that take one line, and stand below each other without a gap.
local COMPACT = { toolCall = true, reasoning = true }

---@param text string
---@return string[]
function M.split(text)
  return vim.split((text:gsub("\r\n?", "\n"):gsub("%z", "␀")), "\n", { plain = true })
end

--- One line of what may be many.
---@param text string
---@return string
function M.line(text)
  local line = vim.trim((text:gsub("[%c%s]+", " ")))
  if vim.fn.strchars(line) > MAX_TITLE then
    line = vim.fn.strcharpart(line, 0, MAX_TITLE - 1) .. "…"
  end
  return line
end

--- Closes a fence that a message leaves open, so that what follows is not swallowed.
---@param lines string[]
local function close_fence(lines)
  local open ---@type string?
  for _, line in ipairs(lines) do
    local run = line:match("^ ? ? ?(```+)") or line:match("^ ? ? ?(~~~+)")
    if run then
      if not open then
        open = run
      elseif run:sub(1, 1) == open:sub(1, 1) and #run >= #open and line:match("^%s*[`~]+%s*$") then
        open = nil
      end
    end
  end
  if open then
    lines[#lines + 1] = open
  end
end

---@param lines string[]
---@param language string
---@param text string
local function fenced(lines, language, text)
  local longest = 2
  for run in text:gmatch("`+") do
    longest = math.max(longest, #run)
  end
  local fence = ("`"):rep(longest + 1)
  lines[#lines + 1] = fence .. language
  local body = M.split((text:gsub("\n+$", "")))
  local first = math.max(1, #body - MAX_OUTPUT_LINES + 1)
  if first > 1 then
    lines[#lines + 1] = ("… %d lines before"):format(first - 1)
  end
  vim.list_extend(lines, body, first)
  lines[#lines + 1] = fence
end

---@param milliseconds number
---@return string
function M.duration(milliseconds)
  if milliseconds < 1000 then
    return ("%d ms"):format(milliseconds)
  elseif milliseconds < 10000 then
    return ("%.1f s"):format(milliseconds / 1000)
  elseif milliseconds < 60000 then
    return ("%d s"):format(milliseconds / 1000)
  end
  return ("%d min %d s"):format(milliseconds / 60000, milliseconds / 1000 % 60)
end

--- What names an attached file: `main.rs:3-9`.
---@param block aside.ContentBlock
---@return string
function M.label(block)
  if block.type == "image" then
    return block.mimeType == "application/pdf" and "PDF" or "picture"
  end
  if type(block.uri) ~= "string" then
    return tostring(block.type)
  end
  local name = block.uri:match("([^/]+)/?$") or block.uri
  -- A line of a buffer holds no line end, and a file's name may have one.
  name = vim.uri_decode(name):gsub("%c", " ")
  local range = block.range
  if not range then
    return name
  end
  local last = range["end"].character == 0 and range["end"].line or range["end"].line + 1
  local first = range.start.line + 1
  return first >= last and ("%s:%d"):format(name, first) or ("%s:%d-%d"):format(name, first, last)
end

--- A mark over a line.
---@param row integer
---@param text string
---@param group string
---@return aside.Mark
function M.whole(row, text, group)
  return { row, 0, { end_col = #text, hl_group = group, priority = 150 } }
end

---@param row integer
---@param chunks { [1]: string, [2]: string }[]
---@return aside.Mark
local function behind(row, chunks)
  return { row, 0, { virt_text = chunks, virt_text_pos = "eol", hl_mode = "combine" } }
end

---@param item aside.Item.userMessage
---@param context aside.DrawContext
---@return aside.Drawn
local function user(item, context)
  local lines = context.before and { "" } or {}
  local head = "## " .. context.icons.user
  lines[#lines + 1] = head
  local marks = { M.whole(#lines - 1, head, "AsideUser") }
  marks[2] = { #lines - 1, 0, { end_col = 3, conceal = "" } }
  -- The signs that make it a heading of Markdown are for jumps, not for eyes.
  marks[2] = { #lines - 1, 0, { end_col = 3, conceal = "" } }
  if context.queued then
    marks[#marks + 1] = behind(#lines - 1, { { "queued", "AsideMeta" } })
  end
  lines[#lines + 1] = ""
  local attached = {}
  local said = {}
  for _, block in ipairs(item.content or {}) do
    if block.type == "text" then
      vim.list_extend(said, M.split(block.text))
    elseif block.type == "resource" or block.type == "image" then
      attached[#attached + 1] = M.label(block)
    end
  end
  close_fence(said)
  local part = { #lines, #lines + #said }
  vim.list_extend(lines, said)
  if #attached > 0 then
    lines[#lines + 1] = ""
    lines[#lines + 1] = "+ " .. table.concat(attached, "  ")
    marks[#marks + 1] = M.whole(#lines - 1, lines[#lines], "AsideAttachment")
  end
  return { lines = lines, marks = marks, markdown = part }
end

---@param item aside.Item.assistantMessage
---@param context aside.DrawContext
---@return aside.Drawn
local function assistant(item, context)
  local lines = context.before and { "" } or {}
  local marks = {}
  local streaming = item.status == "inProgress"
  local text = item.text or ""
  text = streaming and text or text:gsub("%s+$", "")
  local said = M.split(text)
  local part = { #lines }
  if not streaming then
    close_fence(said)
  end
  vim.list_extend(lines, said)
  if item.status == "interrupted" then
    marks[1] = behind(#lines - 1, { { "cut short", "AsideMeta" } })
  end
  return { lines = lines, marks = marks, markdown = part }
end

---@param context aside.DrawContext
---@param icon string
---@param title string
---@param group string
---@param notes { [1]: string, [2]: string }[]
---@return aside.Drawn
local function headline(context, icon, title, group, notes)
  local lines = (context.before and not COMPACT[context.before]) and { "" } or {}
  local line = icon .. " " .. M.line(title)
  lines[#lines + 1] = line
  local row = #lines - 1
  local marks = { { row, 0, { end_col = #icon, hl_group = group, priority = 160 } } }
  marks[2] = { row, #icon, { end_col = #line, hl_group = "AsideTool", priority = 150 } }
  if #notes > 0 then
    marks[3] = behind(row, notes)
  end
  return { lines = lines, marks = marks }
end

---@param item aside.Item.reasoning
---@param context aside.DrawContext
---@return aside.Drawn
local function reasoning(item, context)
  local streaming = item.status == "inProgress"
  local title = streaming and "Thinking" or "Thought"
  local drawn = headline(context, context.icons.reasoning, title, "AsideReasoning", {})
  drawn.marks[2][3].hl_group = "AsideReasoning"
  if context.expanded then
    local lines = drawn.lines
    lines[#lines + 1] = ""
    drawn.markdown = { #lines }
    for _, line in ipairs(M.split(((item.text or ""):gsub("%s+$", "")))) do
      lines[#lines + 1] = "> " .. line
    end
  end
  return drawn
end

---@param item aside.Item.toolCall
---@return string
local function output_of(item)
  if item.outputText and #(item.output or {}) == 0 then
    return item.outputText
  end
  local parts = {}
  for _, block in ipairs(item.output or {}) do
    parts[#parts + 1] = block.type == "text" and block.text or "[" .. M.label(block) .. "]"
  end
  return table.concat(parts, "\n")
end

---@param item aside.Item.toolCall
---@return string
local function arguments_of(item)
  if next(item.arguments or {}) == nil then
    return item.argumentsText or ""
  end
  local names = vim.tbl_keys(item.arguments)
  table.sort(names)
  local lines = {}
  for _, name in ipairs(names) do
    local value = item.arguments[name]
    local shown = type(value) == "string" and value or vim.json.encode(value)
    lines[#lines + 1] = shown:find("\n") and name .. ":\n  " .. shown:gsub("\n", "\n  ") or name .. ": " .. shown
  end
  return table.concat(lines, "\n")
end

--- Neovim brings no parser of diffs along.
local DIFF = { ["+"] = "Added", ["-"] = "Removed", ["@"] = "Changed" }

---@param item aside.Item.toolCall
---@param context aside.DrawContext
---@return aside.Drawn
local function tool(item, context)
  local group = STATUS_GROUP[item.status] or "AsideMeta"
  local notes = {}
  if item.status == "waiting" then
    notes[1] = { "waits for your answer", "AsideToolWaiting" }
  elseif item.status ~= "completed" and item.status ~= "running" then
    notes[1] = { item.status, group }
  end
  if item.durationMs then
    notes[#notes + 1] = { (#notes > 0 and ", " or "") .. M.duration(item.durationMs), "AsideMeta" }
  end
  local title = item.title ~= "" and item.title or item.name or "A tool"
  local icon = context.icons[item.status] or context.icons.pending
  local drawn = headline(context, icon, title, group, notes)
  if not context.expanded then
    return drawn
  end
  local lines = drawn.lines
  drawn.markdown = { #lines }
  local arguments, output = arguments_of(item), output_of(item)
  if arguments ~= "" then
    lines[#lines + 1] = ""
    fenced(lines, "arguments", arguments)
  end
  for _, edit in ipairs(context.edits) do
    lines[#lines + 1] = ""
    local first = #lines
    fenced(lines, "diff", edit.diff)
    for row = first + 1, #lines do
      local sign = DIFF[lines[row]:sub(1, 1)]
      if sign then
        drawn.marks[#drawn.marks + 1] = M.whole(row - 1, lines[row], sign)
      end
    end
  end
  if output ~= "" then
    lines[#lines + 1] = ""
    fenced(lines, "output", output)
  end
  return drawn
end

---@param item aside.Item.compaction
---@param context aside.DrawContext
---@return aside.Drawn
local function compaction(item, context)
  local title = ("%d older items were summed up"):format(item.droppedItems)
  local drawn = headline(context, "≡", title, "AsideMeta", {})
  if context.expanded then
    drawn.lines[#drawn.lines + 1] = ""
    drawn.markdown = { #drawn.lines }
    vim.list_extend(drawn.lines, M.split(item.summary))
  end
  return drawn
end

local DRAW = {
  userMessage = user,
  assistantMessage = assistant,
  reasoning = reasoning,
  toolCall = tool,
  compaction = compaction,
}

--- Draws an item; nil where its type is not known.
---@param item aside.Item
---@param context aside.DrawContext
---@return aside.Drawn?
function M.item(item, context)
  local draw = DRAW[item.type]
  return draw and draw(item, context)
end

return M
