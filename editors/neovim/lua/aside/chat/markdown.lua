--- Highlights Markdown once, as marks that stay. A highlighter that follows the whole buffer gets
--- slower with each line of it; this one costs what is new.
local M = {}

--- Bytes that are highlighted at once; longer text stays plain.
local MAX_BYTES = 256 * 1024
--- Below the marks that the transcript sets itself.
local PRIORITY = 100

---@param metadata table
---@param id integer
---@return string?
local function conceal_of(metadata, id)
  return metadata.conceal or (metadata[id] and metadata[id].conceal)
end

---@param marks aside.Mark[]
---@param tree TSTree
---@param language string
---@param text string
local function collect(marks, tree, language, text)
  local ok, query = pcall(vim.treesitter.query.get, language, "highlights")
  if not ok or not query then
    return
  end
  local places = {} ---@type table<string, table>
  for id, node, metadata in query:iter_captures(tree:root(), text) do
    local name = query.captures[id]
    local conceal = conceal_of(metadata, id)
    local plain = name == "spell" or name == "nospell" or name == "conceal" or name:sub(1, 1) == "_"
    if not plain or conceal then
      local first, column, last, end_column = node:range()
      if metadata[id] and metadata[id].range then
        local range = metadata[id].range
        first, column, last, end_column = unpack(range, 1, 4)
        if #range == 6 then
          last, end_column = range[4], range[5]
          column = range[2]
        end
      end
      local group = not plain and ("@%s.%s"):format(name, language) or nil
      local place = ("%d %d %d %d"):format(first, column, last, end_column)
      local known = places[place]
      if known and group and not conceal then
        -- Of several captures of one piece of text the last is the one that says most.
        known.hl_group = group
        known.priority = math.max(known.priority, tonumber(metadata.priority) or PRIORITY)
      else
        local options = {
          end_row = last,
          end_col = end_column,
          hl_group = group,
          conceal = conceal,
          priority = tonumber(metadata.priority) or PRIORITY,
        }
        marks[#marks + 1] = { first, column, options }
        places[place] = group and options or nil
      end
    end
  end
end

--- Tints blocks of code, and names their languages, since their fences are not shown.
---@param marks aside.Mark[]
---@param lines string[]
local function tint(marks, lines)
  local fence ---@type string?
  for index, line in ipairs(lines) do
    local run, language = line:match("^%s*(```+)%s*([^%s`]*)")
    if not run then
      run, language = line:match("^%s*(~~~+)%s*(%S*)")
    end
    if run and not fence then
      fence = run
      if language ~= "" then
        marks[#marks + 1] = {
          index - 1,
          0,
          { virt_text = { { language, "AsideMeta" } }, virt_text_pos = "right_align", hl_mode = "combine" },
        }
      end
      marks[#marks + 1] = { index - 1, 0, { line_hl_group = "AsideCode" } }
    elseif fence then
      marks[#marks + 1] = { index - 1, 0, { line_hl_group = "AsideCode" } }
      if run and language == "" and run:sub(1, 1) == fence:sub(1, 1) and #run >= #fence then
        fence = nil
      end
    end
  end
end

--- The marks of some lines; `end_row` of each counts from the first line too.
---@param lines string[]
---@return aside.Mark[]
function M.marks(lines)
  local text = table.concat(lines, "\n") .. "\n"
  if #text > MAX_BYTES then
    return {}
  end
  local marks = {}
  local ok, parser = pcall(vim.treesitter.get_string_parser, text, "markdown")
  if not ok or not parser then
    return {}
  end
  parser:parse(true)
  parser:for_each_tree(function(tree, language)
    collect(marks, tree, language:lang(), text)
  end)
  tint(marks, lines)
  return marks
end

--- How many of the first lines no later line can change the meaning of: those before the last
--- empty line that stands outside of a fence and before a new paragraph.
---@param lines string[]
---@return integer
function M.settled(lines)
  local fence ---@type string?
  local settled = 0
  for index, line in ipairs(lines) do
    local run = line:match("^%s*(```+)") or line:match("^%s*(~~~+)")
    if run and not fence then
      fence = run
    elseif run and fence and run:sub(1, 1) == fence:sub(1, 1) and #run >= #fence then
      fence = nil
    end
    local following = lines[index + 1]
    if not fence and following and not line:find("%S") and following:find("^%S") then
      settled = index
    end
  end
  return settled
end

return M
