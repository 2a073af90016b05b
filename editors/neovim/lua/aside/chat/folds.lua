--- Which items are unfolded. A folded one is drawn as one line, so that what it holds costs nothing.
local M = {}

local FOLDED = { toolCall = true, reasoning = true, compaction = true }

local expanded = {} ---@type table<string, boolean>

---@param id string
---@return boolean
function M.is_open(id)
  return expanded[id] == true
end

--- Unfolds an item, or folds it again.
---@param item aside.Item
---@param open? boolean
function M.toggle(item, open)
  if not FOLDED[item.type] then
    return
  end
  if open == nil then
    open = not M.is_open(item.id)
  end
  if open == M.is_open(item.id) then
    return
  end
  expanded[item.id] = open or nil
  local store = require("aside.state").shown()
  local missing = store
      and open
      and vim.tbl_filter(function(id)
        return not store.edits[id]
      end, item.editIds or {})
    or {}
  local transcript = require("aside.chat.transcript")
  transcript.refresh(item.id)
  transcript.see()
  if not store or #missing == 0 then
    return
  end
  local params = { sessionId = store.id }
  require("aside.client").request("edit/list", params, function(err, result)
    for _, edit in ipairs(not err and result.edits or {}) do
      store.edits[edit.id] = store.edits[edit.id] or edit
    end
    transcript.refresh(item.id)
    transcript.see()
  end)
end

--- Unfolds or folds all that is drawn.
---@param open boolean
function M.toggle_all(open)
  for _, item in ipairs(require("aside.chat.transcript").items()) do
    M.toggle(item, open)
  end
end

return M
