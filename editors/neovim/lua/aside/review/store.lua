--- Which edits wait for the user, as the server said last.
local M = {}

--- How many edits are kept; the server lists no more either.
local MAX_EDITS = 500

--- A hunk that waits, or an edit without hunks (an empty file, a move) that waits as a whole.
---@class aside.review.Entry
---@field uri aside.Uri The key of the file that it is in now.
---@field edit aside.FileEdit
---@field hunk? aside.Hunk
---@field proposed boolean Whether it is not made yet, so that its lines are those of `oldRange`.

---@type table<string, aside.FileEdit>
local edits = {}

--- Edits that were only proposed: so are the hunks of theirs that still wait.
---@type table<string, true>
local proposals = {}

--- Those who hear which edits change, each as a set that is filled; who forgets it hears no more.
local heard = setmetatable({}, { __mode = "k" }) ---@type table<table<string, true>, true>

--- How many names of files are remembered.
local MAX_KEYS = 2000
local keys, keys_left = {}, MAX_KEYS ---@type table<aside.Uri, aside.Uri>

--- One name for a file, however its URI is written and whatever links lead to it.
---@param uri aside.Uri
---@return aside.Uri
function M.key(uri)
  local known = keys[uri]
  if known then
    return known
  end
  local ok, path = pcall(vim.uri_to_fname, uri)
  if not ok then
    return uri
  end
  local real = vim.uv.fs_realpath(path)
  local key = vim.uri_from_fname(real or path)
  -- A file that is not there may come as a link.
  if real then
    if keys_left == 0 then
      keys, keys_left = {}, MAX_KEYS
    end
    keys[uri], keys_left = key, keys_left - 1
  end
  return key
end

--- The key of a buffer's file.
---@param bufnr integer
---@return aside.Uri
function M.key_of(bufnr)
  return M.key(vim.uri_from_bufnr(bufnr))
end

---@param edit aside.FileEdit
---@return aside.Uri
local function place(edit)
  if edit.newUri and edit.status ~= "proposed" and not proposals[edit.id] then
    return edit.newUri
  end
  return edit.uri
end

--- The key of the file that the text of an edit is in now.
---@param edit aside.FileEdit
---@return aside.Uri
function M.uri(edit)
  return M.key(place(edit))
end

--- A file as the server names it.
---@param key aside.Uri
---@return aside.Uri
function M.named(key)
  for _, edit in pairs(edits) do
    if M.uri(edit) == key then
      return place(edit)
    end
  end
  return key
end

---@param edit aside.FileEdit
---@return aside.review.Entry[]
local function entries_of(edit)
  if edit.status ~= "applied" and edit.status ~= "partial" and edit.status ~= "proposed" then
    return {}
  end
  local uri = M.uri(edit)
  local proposed = proposals[edit.id] == true
  local hunks = edit.hunks or {}
  if #hunks == 0 then
    return edit.status == "partial" and {} or { { uri = uri, edit = edit, proposed = proposed } }
  end
  local found = {}
  for _, hunk in ipairs(hunks) do
    if hunk.status == "pending" then
      found[#found + 1] = { uri = uri, edit = edit, hunk = hunk, proposed = proposed }
    end
  end
  return found
end

--- The edits that change from now on, by their ids.
---@return table<string, true>
function M.hear()
  local changed = {}
  heard[changed] = true
  return changed
end

--- Takes over what the server said of some edits.
---@param said aside.FileEdit[]
---@return table<aside.Uri, true> touched The files that something changed in.
function M.put(said)
  local touched = {}
  for _, edit in ipairs(said) do
    for changed in pairs(heard) do
      changed[edit.id] = true
    end
    local before = edits[edit.id]
    if edit.status == "proposed" then
      proposals[edit.id] = true
    end
    local waits = #entries_of(edit) > 0
    if before or waits then
      touched[M.uri(edit)] = true
      if before then
        touched[M.uri(before)] = true
      end
    end
    edits[edit.id] = waits and edit or nil
    if not waits then
      proposals[edit.id] = nil
    end
  end
  local ids = vim.tbl_keys(edits)
  if #ids > MAX_EDITS then
    table.sort(ids)
    for index = 1, #ids - MAX_EDITS do
      touched[M.uri(edits[ids[index]])] = true
      edits[ids[index]], proposals[ids[index]] = nil, nil
    end
  end
  return touched
end

--- Takes over the whole list of a file, or of all files: what is not in it waits no more. Of what
--- changed since it was asked for, more is known than the list says.
---@param said aside.FileEdit[]
---@param changed table<string, true> What `hear` gave when the list was asked for.
---@param uri? aside.Uri
---@return table<aside.Uri, true> touched
function M.replace(said, changed, uri)
  local listed, touched = vim.deepcopy(changed), {}
  said = vim.tbl_filter(function(edit)
    return not changed[edit.id]
  end, said)
  for _, edit in ipairs(said) do
    listed[edit.id] = true
  end
  for id, edit in pairs(edits) do
    if not listed[id] and (not uri or M.uri(edit) == uri) then
      touched[M.uri(edit)] = true
      edits[id], proposals[id] = nil, nil
    end
  end
  return vim.tbl_extend("force", touched, M.put(said))
end

--- The lines of an entry's hunk in the file as it is.
---@param entry aside.review.Entry
---@return aside.Range
function M.range(entry)
  local hunk = assert(entry.hunk)
  return entry.proposed and hunk.oldRange or hunk.newRange
end

---@param entry aside.review.Entry
---@return integer
local function line_of(entry)
  local hunk = entry.hunk
  if not hunk then
    return 0
  end
  return M.range(entry).start.line
end

--- What waits in a file, or everywhere: by file, then in the order of its lines.
---@param uri? aside.Uri
---@return aside.review.Entry[]
function M.entries(uri)
  local found = {}
  for _, edit in pairs(edits) do
    if not uri or M.uri(edit) == uri then
      vim.list_extend(found, entries_of(edit))
    end
  end
  table.sort(found, function(a, b)
    if a.uri ~= b.uri then
      return a.uri < b.uri
    end
    local left, right = line_of(a), line_of(b)
    if left ~= right then
      return left < right
    end
    if a.edit.id ~= b.edit.id then
      return a.edit.id < b.edit.id
    end
    return a.hunk ~= nil and b.hunk ~= nil and a.hunk.oldRange.start.line < b.hunk.oldRange.start.line
  end)
  return found
end

--- The statuses of the edits that wait in a file, to ask for no others.
---@param uri aside.Uri
---@return aside.FileEditStatus[]
function M.statuses(uri)
  local seen = { applied = true }
  for _, edit in pairs(edits) do
    if M.uri(edit) == uri then
      seen[edit.status] = true
    end
  end
  return vim.tbl_keys(seen)
end

--- Finds out which of a file's edits are only proposed. One that is resolved in part does not say
--- so; but of a proposal the base is the text as it is.
---@param uri aside.Uri
---@param text fun(): string The text of the document.
function M.judge(uri, text)
  local hash
  for _, edit in pairs(edits) do
    if edit.status == "partial" and not proposals[edit.id] and M.uri(edit) == uri then
      hash = hash or vim.fn.sha256(text())
      proposals[edit.id] = hash == edit.baseHash or nil
    end
  end
end

--- The version of the document that all of a file's entries refer to; nil where they differ.
---@param uri aside.Uri
---@return integer?
function M.version(uri)
  local version
  for _, edit in pairs(edits) do
    if M.uri(edit) == uri then
      if not edit.version or (version and version ~= edit.version) then
        return nil
      end
      version = edit.version
    end
  end
  return version
end

return M
