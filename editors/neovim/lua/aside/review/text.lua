--- Texts of hunks as lines, and the text of a file without its pending hunks.
local M = {}

--- The lines of a text; a newline at its end begins no further one.
---@param text string
---@return string[]
function M.lines(text)
  if text == "" then
    return {}
  end
  local lines = vim.split(text, "\n", { plain = true })
  if lines[#lines] == "" then
    lines[#lines] = nil
  end
  for index, line in ipairs(lines) do
    lines[index] = line:gsub("\r$", "")
  end
  return lines
end

--- How many lines a hunk adds and removes, as `+2 -1`.
---@param hunk aside.Hunk
---@return string
function M.counts(hunk)
  local added, removed = #M.lines(hunk.newText), #M.lines(hunk.oldText)
  local parts = {}
  if added > 0 then
    parts[#parts + 1] = "+" .. added
  end
  if removed > 0 then
    parts[#parts + 1] = "-" .. removed
  end
  return table.concat(parts, " ")
end

---@param lines string[]
---@param wanted string[]
---@param from integer 0-based.
---@return boolean
local function is_at(lines, wanted, from)
  for index, line in ipairs(wanted) do
    if lines[from + index] ~= line then
      return false
    end
  end
  return true
end

---@param lines string[]
---@param first integer 0-based.
---@param last integer 0-based, not included.
---@param put string[]
---@return string[]
local function splice(lines, first, last, put)
  local made = vim.list_slice(lines, 1, first)
  vim.list_extend(made, put)
  return vim.list_extend(made, lines, last + 1, #lines)
end

--- A file's lines without its pending hunks: its base. Newer edits are taken back first, since
--- they may stand on older ones; a hunk that is not where it is said to be stays.
---@param lines string[] The lines of the buffer.
---@param entries aside.review.Entry[]
---@return string[]
function M.base(lines, entries)
  local hunks = {}
  for _, entry in ipairs(entries) do
    if entry.hunk and not entry.proposed then
      hunks[#hunks + 1] = {
        id = entry.edit.id,
        first = entry.hunk.newRange.start.line,
        last = entry.hunk.newRange["end"].line,
        old = M.lines(entry.hunk.oldText),
        new = M.lines(entry.hunk.newText),
      }
    end
  end
  table.sort(hunks, function(a, b)
    if a.id ~= b.id then
      return a.id > b.id
    end
    return a.first > b.first
  end)
  for index, hunk in ipairs(hunks) do
    local last = hunk.first + #hunk.new
    if last == hunk.last and is_at(lines, hunk.new, hunk.first) then
      lines = splice(lines, hunk.first, last, hunk.old)
      local grown = #hunk.old - #hunk.new
      for later = index + 1, #hunks do
        local other = hunks[later]
        if other.first >= last and not (other.first == hunk.first and other.last == last) then
          other.first, other.last = other.first + grown, other.last + grown
        elseif other.first <= hunk.first and other.last >= last then
          -- The older one is below this one: its text is what it was before this one.
          other.new = splice(other.new, hunk.first - other.first, last - other.first, hunk.old)
          other.last = other.last + grown
        end
      end
    end
  end
  return lines
end

--- What a file would be with its proposed hunks.
---@param lines string[]
---@param entries aside.review.Entry[]
---@return string[]
function M.proposed(lines, entries)
  for index = #entries, 1, -1 do
    local entry = entries[index]
    if entry.hunk and entry.proposed then
      local range, old = entry.hunk.oldRange, M.lines(entry.hunk.oldText)
      if is_at(lines, old, range.start.line) then
        lines = splice(lines, range.start.line, range.start.line + #old, M.lines(entry.hunk.newText))
      end
    end
  end
  return lines
end

return M
