--- A question for permission in words: lines with their highlights, what is asked, why, what it
--- would do, the answers with their keys, and what its edits would change.
local M = {}

--- Lines of the changes that are shown.
local MAX_DIFF_LINES = 400
--- Lines of a command that are shown.
local MAX_COMMAND_LINES = 30
--- Effects that are shown.
local MAX_EFFECTS = 30

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

---@param lines aside.permission.Line[]
---@param text string
---@param group? string
---@param most? integer
local function add(lines, text, group, most)
  local all = vim.split(text, "\n", { plain = true, trimempty = true })
  for index, line in ipairs(all) do
    if most and index > most then
      lines[#lines + 1] = { { ("… and %d more lines"):format(#all - most), "AsideMeta" } }
      return
    end
    lines[#lines + 1] = { { plain(line), group } }
  end
end

---@param lines aside.permission.Line[]
---@param item aside.Item.toolCall
local function add_call(lines, item)
  local arguments = item.arguments or {}
  if type(arguments.command) == "string" then
    -- The title of a command is its first line.
    add(lines, item.name, "Title", 1)
    lines[#lines + 1] = {}
    add(lines, arguments.command, "String", MAX_COMMAND_LINES)
    for _, name in ipairs({ "cwd", "workdir", "directory" }) do
      if type(arguments[name]) == "string" then
        add(lines, "in " .. arguments[name], "AsideMeta", 1)
      end
    end
    return
  end
  add(lines, M.title(item), "Title", 3)
  if item.source and item.source.type == "mcp" and next(arguments) then
    lines[#lines + 1] = {}
    for _, name in ipairs(vim.fn.sort(vim.tbl_keys(arguments))) do
      local value = arguments[name]
      local text = type(value) == "string" and value or vim.json.encode(value)
      add(lines, ("%s: %s"):format(name, text), "String", MAX_COMMAND_LINES)
    end
  end
end

---@param lines aside.permission.Line[]
---@param effects aside.Effect[]
local function add_effects(lines, effects)
  for index, effect in ipairs(effects) do
    if index > MAX_EFFECTS then
      lines[#lines + 1] = { { ("  … and %d more"):format(#effects - MAX_EFFECTS), "AsideMeta" } }
      return
    end
    local verb, what = describe(effect)
    local shown = plain((what:gsub("\n", " ⏎ ")))
    lines[#lines + 1] = { { "  " .. verb .. " ", "AsideMeta" }, { shown } }
  end
end

local DIFF_GROUPS = { ["+"] = "Added", ["-"] = "Removed", ["@"] = "Changed" }

--- What edits would change, as lines of their diffs.
---@param edits aside.FileEdit[]
---@return aside.permission.Line[]
function M.diff(edits)
  local lines = {}
  for _, edit in ipairs(edits) do
    for _, line in ipairs(vim.split(edit.diff, "\n", { plain = true, trimempty = true })) do
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

--- The whole question.
---@param params aside.ChatRequestPermissionParams
---@param choices aside.permission.Choice[]
---@return aside.permission.Line[]
function M.lines(params, choices)
  local lines = {}
  add_call(lines, params.item --[[@as aside.Item.toolCall]])
  lines[#lines + 1] = {}
  add(lines, params.reason, nil, 6)
  add_effects(lines, params.effects or {})
  lines[#lines + 1] = {}
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
  if params.preview and #params.preview > 0 then
    lines[#lines + 1] = {}
    vim.list_extend(lines, M.diff(params.preview))
  end
  return lines
end

return M
