--- Accepting and rejecting: the hunks under the cursor or in a selection, a file, a turn, or all.
local client = require("aside.client")
local draw = require("aside.review.draw")
local say = require("aside.picker.say")
local store = require("aside.review.store")

local M = {}

---@alias aside.review.Scope "hunk"|"file"|"turn"|"all"

---@type aside.review.Scope[]
M.SCOPES = { "hunk", "file", "turn", "all" }

---@param count integer
---@param one string
---@return string
local function counted(count, one)
  return ("%d %s%s"):format(count, one, count == 1 and "" or "s")
end

--- Says where hunks wait, when none does here.
function M.nothing_here()
  if #draw.places(0) > 0 then
    say.info("No pending hunk on this line; ]h goes to the next one.")
    return
  end
  local all = #store.entries()
  if all == 0 then
    say.info("No hunk is pending.")
  else
    say.info(("No hunk is pending in this file; `:Aside review` lists %s elsewhere."):format(counted(all, "hunk")))
  end
end

---@param entries aside.review.Entry[]
---@return aside.EditResolveParams
local function naming(entries)
  local hunks, edits = {}, {}
  for _, entry in ipairs(entries) do
    if entry.hunk then
      hunks[#hunks + 1] = entry.hunk.id
    else
      edits[#edits + 1] = entry.edit.id
    end
  end
  return { hunkIds = #hunks > 0 and hunks or nil, editIds = #edits > 0 and edits or nil }
end

--- The entries that a scope means from where the cursor is.
---@param scope aside.review.Scope
---@param first integer 0-based line.
---@param last integer 0-based line, included.
---@return aside.review.Entry[]
local function meant(scope, first, last)
  if scope == "all" then
    return store.entries()
  end
  local here = require("aside.review.list").at(first, last)
    or vim.tbl_map(function(place)
      return place.entry
    end, draw.at(0, first, last))
  if scope == "hunk" then
    return here
  end
  local entry = here[1]
  if scope == "file" then
    return store.entries(entry and entry.uri or store.key_of(0))
  end
  -- The turn of the hunk here, else the one that edited last.
  local turn = entry and entry.edit.turnId
  local all = store.entries()
  if not turn then
    for _, other in ipairs(all) do
      turn = (not turn or other.edit.turnId > turn) and other.edit.turnId or turn
    end
  end
  return vim
    .iter(all)
    :filter(function(other)
      return other.edit.turnId == turn
    end)
    :totable()
end

---@param done string
---@param entries aside.review.Entry[] What was asked for.
local function report(done, entries)
  local asked, waiting = {}, 0
  for _, entry in ipairs(entries) do
    asked[entry.hunk and entry.hunk.id or entry.edit.id] = true
  end
  local left = store.entries()
  for _, entry in ipairs(left) do
    if asked[entry.hunk and entry.hunk.id or entry.edit.id] then
      waiting = waiting + 1
    end
  end
  local resolved = #entries - waiting
  local parts = { ("%s %s"):format(counted(resolved, "hunk"), done) }
  if waiting > 0 then
    parts[#parts + 1] = ("%d still wait, since you changed their lines"):format(waiting)
  end
  parts[#parts + 1] = #left == 0 and "nothing is pending" or counted(#left, "hunk") .. " pending"
  local text = table.concat(parts, "; ") .. "."
  if waiting > 0 then
    say.warn(text)
  else
    say.echo(text)
  end
end

--- Keeps or takes back what a scope means.
---@param verb "accept"|"reject"
---@param scope aside.review.Scope
---@param lines? [integer, integer] 1-based lines, both included; the cursor's where absent.
function M.resolve(verb, scope, lines)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local entries = meant(scope, (lines and lines[1] or row) - 1, (lines and lines[2] or row) - 1)
  if #entries == 0 then
    return M.nothing_here()
  end
  client.request("edit/" .. verb, naming(entries), function(err, result)
    if err then
      return say.failed(err)
    end
    require("aside.review").put(result.edits)
    report(verb == "accept" and "accepted" or "rejected", entries)
  end)
end

return M
