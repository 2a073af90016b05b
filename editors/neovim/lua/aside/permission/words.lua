--- A question for permission in words: lines with their highlights, what is asked, why, what it
--- would do, the answers with their keys, and what its edits would change.
local M = {}

--- Lines of the changes that are shown.
local MAX_DIFF_LINES = 400
--- Lines of a command or an argument that are shown.
local MAX_WHOLE_LINES = 1000
--- Effects that are shown.
local MAX_EFFECTS = 500

--- A line: pieces of text with their highlight groups.
---@alias aside.permission.Line [string, string?][]

--- Letters of answers, by their kind. The first option of a kind has it.
---@type table<aside.PermissionOptionKind, string>
local LETTERS = {
  allowOnce = "y",
  allowSession = "s",
  allowAlways = "a",
  rejectOnce = "n",
  rejectAlways = "d",
}

--- An answer and the keys that give it.
---@class aside.permission.Choice
---@field option aside.PermissionOption
---@field keys string[]

---@param options aside.PermissionOption[]
---@return aside.permission.Choice[]
function M.choices(options)
  local taken, choices = {}, {}
  for index, option in ipairs(options) do
    local keys = {}
    if index <= 9 then
      keys[1] = tostring(index)
    end
    local letter = LETTERS[option.kind]
    if letter and not taken[letter] then
      taken[letter] = true
      keys[#keys + 1] = letter
    end
    choices[index] = { option = option, keys = keys }
  end
  return choices
end

--- The option that refuses once, which words for the model go with.
---@param options aside.PermissionOption[]
---@return aside.PermissionOption?
function M.refusal(options)
  for _, option in ipairs(options) do
    if option.kind == "rejectOnce" then
      return option
    end
  end
end

--- What would be done, in one line.
---@param item aside.Item.toolCall
---@return string
function M.title(item)
  local title = type(item.title) == "string" and item.title ~= "" and item.title or item.name
  return (title:gsub("%s*\n%s*", " "))
end

---@param effect aside.Effect
---@return string, string
local function describe(effect)
  if effect.type == "readPath" then
    return "reads", vim.fn.fnamemodify(effect.path, ":.")
  elseif effect.type == "writePath" then
    return "writes", vim.fn.fnamemodify(effect.path, ":.")
  elseif effect.type == "runProgram" then
    return "runs", table.concat(vim.list_extend({ effect.program }, effect.arguments or {}), " ")
  elseif effect.type == "network" then
    return "talks to", effect.host
  elseif effect.type == "mcpTool" then
    local readonly = effect.readOnly and "  (which says that it only reads)" or ""
    return "calls", ("%s of the server %s%s"):format(effect.tool, effect.server, readonly)
  end
  -- A later server may know further effects; the user must see that there is one.
  return "does", tostring(effect.type)
end

--- Control characters are made visible, so that no text can look like another.
---@param text string
---@return string
local function plain(text)
  return (text:gsub("\t", "  "):gsub("%c", function(char)
    return ("^%c"):format((char:byte() + 64) % 128)
  end))
end

--- What is shown of a question above its answers, which must be on the screen with it.
---@class aside.permission.Room
---@field lines integer Lines of what is done, at most.
---@field columns integer How long these are.
---@field effects integer

--- A text that was cut, to be shown whole below the answers.
---@alias aside.permission.Whole [string, string]

---@param rows integer Lines of the window.
---@param columns integer
---@param taken integer Lines that the rest takes.
---@return aside.permission.Room
local function room(rows, columns, taken)
  -- There are a title, a note that something was cut, and empty lines.
  local left = math.max(5, rows - taken - 6)
  return { lines = math.ceil(left * 0.6), effects = math.max(2, math.floor(left * 0.4)), columns = columns }
end

---@param lines aside.permission.Line[]
---@param text string
---@param group? string
---@param most integer
local function add(lines, text, group, most)
  for _, line in ipairs(vim.list_slice(vim.split(text, "\n", { plain = true, trimempty = true }), 1, most)) do
    lines[#lines + 1] = { { plain(line), group } }
  end
end

--- Adds a text as far as there is room for it.
---@param lines aside.permission.Line[]
---@param name string What it is.
---@param text string
---@param space aside.permission.Room
---@param whole aside.permission.Whole[]
local function add_cut(lines, name, text, space, whole)
  local all = vim.split(text, "\n", { plain = true, trimempty = true })
  local rows, is_cut = 0, false
  for index, line in ipairs(all) do
    local left = (space.lines - rows) * space.columns
    if left <= 0 or rows >= space.lines then
      is_cut = true
      break
    end
    local shown = plain(line)
    local cut = vim.fn.strcharpart(shown, 0, left)
    lines[#lines + 1] = { { cut, "String" } }
    rows = rows + math.max(1, math.ceil(vim.fn.strdisplaywidth(cut) / space.columns))
    is_cut = cut ~= shown or (is_cut and index < #all)
    if is_cut then
      break
    end
  end
  if is_cut then
    lines[#lines + 1] = { { "… and more: the whole is below the answers", "AsideWarning" } }
    whole[#whole + 1] = { name, text }
  end
end

---@param lines aside.permission.Line[]
---@param params aside.ChatRequestPermissionParams
---@param space aside.permission.Room
---@param whole aside.permission.Whole[]
local function add_call(lines, params, space, whole)
  local item = params.item --[[@as aside.Item.toolCall]]
  local arguments = type(item.arguments) == "table" and item.arguments or {}
  local command = arguments.command
  -- The title of a command is its first line.
  local title = type(command) == "string" and item.name or M.title(item)
  add(lines, title, "Title", 1)
  if params.preview and #params.preview > 0 then
    return
  end
  if type(command) == "string" then
    lines[#lines + 1] = {}
    add_cut(lines, "The command", command, space, whole)
  end
  local names = vim.tbl_filter(function(name)
    local value = arguments[name]
    return not (type(value) == "string" and (name == "command" or title:find(value, 1, true)))
  end, vim.tbl_keys(arguments))
  table.sort(names, function(one, other)
    return tostring(one) < tostring(other)
  end)
  local share = vim.tbl_extend("force", space, { lines = math.max(1, math.floor(space.lines / math.max(1, #names))) })
  for index, name in ipairs(names) do
    if index > space.lines then
      lines[#lines + 1] = { { ("… and %d more arguments"):format(#names - space.lines), "AsideWarning" } }
      return
    end
    local value = arguments[name]
    local text = type(value) == "string" and value or vim.json.encode(value)
    add_cut(lines, tostring(name), ("%s: %s"):format(name, text), share, whole)
  end
end

---@param lines aside.permission.Line[]
---@param effects aside.Effect[]
---@param first integer
---@param last integer
local function add_effects(lines, effects, first, last)
  for index = first, math.min(last, #effects) do
    local verb, what = describe(effects[index])
    lines[#lines + 1] = { { "  " .. verb .. " ", "AsideMeta" }, { plain((what:gsub("\n", " ⏎ "))) } }
  end
  if #effects > last then
    lines[#lines + 1] = { { ("  … and %d more, below the answers"):format(#effects - last), "AsideWarning" } }
  end
end

local DIFF_GROUPS = { ["+"] = "Added", ["-"] = "Removed", ["@"] = "Changed" }

--- What edits would change, as lines of their diffs.
---@param edits aside.FileEdit[]
---@return aside.permission.Line[]
function M.diff(edits)
  local lines = {}
  for _, edit in ipairs(edits) do
    for _, line in ipairs(vim.split(edit.diff or "", "\n", { plain = true, trimempty = true })) do
      if #lines >= MAX_DIFF_LINES then
        lines[#lines + 1] = { { "… and more", "AsideMeta" } }
        return lines
      end
      local head = line:match("^%-%-%- ") or line:match("^%+%+%+ ")
      lines[#lines + 1] = { { plain(line), head and "AsideMeta" or DIFF_GROUPS[line:sub(1, 1)] } }
    end
  end
  return lines
end

---@param params aside.ChatRequestPermissionParams
---@param choices aside.permission.Choice[]
---@return aside.permission.Line[]
local function answers(params, choices)
  local lines = {}
  for _, choice in ipairs(choices) do
    local keys = table.concat(choice.keys, " ")
    local group = vim.startswith(choice.option.kind, "allow") and "AsideToolOk" or "AsideToolFailed"
    lines[#lines + 1] = { { (" %-4s "):format(keys), group }, { plain(choice.option.label) } }
  end
  if M.refusal(params.options) then
    lines[#lines + 1] = { { " r    ", "AsideToolFailed" }, { "Reject, and say what to do instead" } }
  end
  lines[#lines + 1] = { { " c    ", "AsideToolFailed" }, { "Cancel the whole turn" } }
  lines[#lines + 1] = { { " q    ", "AsideMeta" }, { "Not now; `:Aside answer` comes back to it" } }
  return lines
end

--- How many lines of the window some lines take.
---@param lines aside.permission.Line[]
---@param columns integer
---@return integer
local function height(lines, columns)
  local rows = 0
  for _, line in ipairs(lines) do
    local width = 1
    for _, piece in ipairs(line) do
      width = width + vim.fn.strdisplaywidth(piece[1])
    end
    rows = rows + math.max(1, math.ceil(width / columns))
  end
  return rows
end

--- The whole question. What is long is cut above the answers, and whole below them.
---@param params aside.ChatRequestPermissionParams
---@param choices aside.permission.Choice[]
---@param rows integer Lines that the window has at most.
---@param columns integer
---@return aside.permission.Line[]
function M.lines(params, choices, rows, columns)
  local lines, whole = {}, {}
  local below = answers(params, choices)
  local reason = {}
  add(reason, params.reason, nil, 3)
  local space = room(rows, columns, height(below, columns) + height(reason, columns))
  local effects = params.effects or {}
  add_call(lines, params, space, whole)
  lines[#lines + 1] = {}
  vim.list_extend(lines, reason)
  add_effects(lines, effects, 1, space.effects)
  lines[#lines + 1] = {}
  vim.list_extend(lines, below)
  for _, part in ipairs(whole) do
    vim.list_extend(lines, { {}, { { part[1], "Title" } } })
    add(lines, part[2], "String", MAX_WHOLE_LINES)
  end
  if #effects > space.effects then
    vim.list_extend(lines, { {}, { { "It also", "Title" } } })
    add_effects(lines, effects, space.effects + 1, MAX_EFFECTS)
  end
  if params.preview and #params.preview > 0 then
    lines[#lines + 1] = {}
    vim.list_extend(lines, M.diff(params.preview))
  end
  return lines
end

return M
