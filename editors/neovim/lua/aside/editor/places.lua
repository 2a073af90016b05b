--- Places in documents, from one position encoding to another.
local documents = require("aside.documents")

local M = {}

--- Bytes of a file that is read for its lines; longer ones keep their columns.
local MAX_FILE = 8 * 1024 * 1024

---@alias aside.editor.Encoding "utf-8"|"utf-16"|"utf-32"

--- Gives the lines of documents, each read once.
---@return fun(uri: string, line: integer): string
function M.reader()
  local known = {} ---@type table<string, string[]|integer>
  return function(uri, line)
    local held = known[uri]
    if held == nil then
      local ok, path = pcall(vim.uri_to_fname, uri)
      local bufnr = ok and documents.buffer(path) or nil
      if bufnr and vim.api.nvim_buf_is_loaded(bufnr) then
        held = bufnr
      else
        local stat = ok and vim.uv.fs_stat(path)
        local read = stat and stat.type == "file" and stat.size <= MAX_FILE
        local fine, lines = pcall(vim.fn.readfile, read and path or "/nonexistent")
        held = read and fine and lines or {}
      end
      known[uri] = held
    end
    if type(held) == "number" then
      return vim.api.nvim_buf_get_lines(held, line, line + 1, false)[1] or ""
    end
    return held[line + 1] or ""
  end
end

--- A column in another encoding; what is behind the end of the line is its end.
---@param text string The line.
---@param character integer
---@param from aside.editor.Encoding
---@param to aside.editor.Encoding
---@return integer
function M.column(text, character, from, to)
  if from == to then
    return character
  end
  local byte = from == "utf-8" and math.min(character, #text) or vim.str_byteindex(text, from, character, false)
  return to == "utf-8" and byte or vim.str_utfindex(text, to, byte, false)
end

---@param position any
---@param uri string
---@param read fun(uri: string, line: integer): string
---@param from aside.editor.Encoding
---@param to aside.editor.Encoding
local function convert_position(position, uri, read, from, to)
  if type(position) ~= "table" or type(position.line) ~= "number" or type(position.character) ~= "number" then
    return
  end
  position.character = M.column(read(uri, position.line), position.character, from, to)
end

local RANGES = { "range", "selectionRange", "targetRange", "targetSelectionRange", "originSelectionRange" }

--- Converts all ranges of an answer in place: locations, links and symbols, however deep.
---@param value any
---@param uri string The document that the ranges are in, unless they say another.
---@param read fun(uri: string, line: integer): string
---@param from aside.editor.Encoding
---@param to aside.editor.Encoding
---@param depth? integer
function M.convert(value, uri, read, from, to, depth)
  depth = depth or 0
  if from == to or type(value) ~= "table" or depth > 64 then
    return
  end
  local own = value.uri or value.targetUri or uri
  for _, name in ipairs(RANGES) do
    local range = value[name]
    if type(range) == "table" then
      local at = name == "originSelectionRange" and uri or own
      convert_position(range.start, at, read, from, to)
      convert_position(range["end"], at, read, from, to)
    end
  end
  M.convert(value.location, own, read, from, to, depth + 1)
  for _, child in ipairs(type(value.children) == "table" and value.children or value) do
    M.convert(child, own, read, from, to, depth + 1)
  end
end

return M
