--- Taking the last turn back, its edits and its place in the conversation, and taking that back.
local client = require("aside.client")
local picker = require("aside.picker")
local say = require("aside.picker.say")
local state = require("aside.state")
local store = require("aside.review.store")

local M = {}

--- Files that are named in a question; a number stands for the rest.
local MAX_NAMED = 6

--- The last rewind of each session, which can be taken back.
---@type table<string, string>
local rewinds = {}

---@param edits aside.FileEdit[]
---@return string[]
local function files(edits)
  local seen, names = {}, {}
  for _, edit in ipairs(edits) do
    local name = vim.fn.fnamemodify(vim.uri_to_fname(store.uri(edit)), ":.")
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

---@param names string[]
---@return string
local function listed(names)
  if #names <= MAX_NAMED then
    return table.concat(names, ", ")
  end
  return ("%s and %d more"):format(table.concat(names, ", ", 1, MAX_NAMED), #names - MAX_NAMED)
end

--- What a rewind does, or did, in a sentence.
---@param result aside.SessionRewindResult
---@param done boolean
---@return string
function M.describe(result, done)
  local reverted, conflicts = files(result.reverted), files(result.conflicts)
  local parts = {}
  if #reverted > 0 then
    parts[1] = (done and "Taken back in %s." or "This takes back the edits of %s."):format(listed(reverted))
  else
    parts[1] = done and "No file was changed." or "No file changes."
  end
  if #conflicts > 0 then
    parts[2] = ("Left as it is, since later work would be lost: %s."):format(listed(conflicts))
  end
  return table.concat(parts, " ")
end

--- The last turn of a session, as far as this Neovim knows, else as the server says.
---@param id string
---@param use fun(turn: string)
local function last_turn(id, use)
  client.request("session/items", { sessionId = id, limit = 1 }, function(err, page)
    if err then
      return say.failed(err)
    end
    local turn = page.turns[#page.turns]
    if not turn then
      return say.info("There is no turn to undo.")
    end
    use(turn.id)
  end)
end

--- The chat shows what is left of the conversation.
---@param id string
local function reload(id)
  local known = state.sessions[id]
  if known then
    known.loaded = false
    if state.current() == id then
      state.open(id)
    end
  end
end

---@param params aside.SessionRewindParams
local function rewind(params)
  client.request("session/rewind", params, function(err, result)
    if err then
      return say.failed(err)
    end
    rewinds[params.sessionId] = result.rewindId
    reload(params.sessionId)
    require("aside.review").refresh_all()
    local text = M.describe(result, true)
    if result.rewindId then
      text = text .. " `:Aside undo redo` takes that back."
    end
    if #result.conflicts > 0 then
      say.warn(text)
    else
      say.info(text)
    end
  end)
end

---@param use fun(id: string)
local function with_session(use)
  local id = state.current()
  if not id then
    return say.info("No session is open, so there is nothing to undo. `:Aside sessions` opens one.")
  end
  use(id)
end

--- Undoes the last turn of the session that is shown.
---@param unasked boolean
function M.undo(unasked)
  with_session(function(id)
    last_turn(id, function(turn)
      if unasked then
        return rewind({ sessionId = id, turnId = turn })
      end
      picker.ask("session/rewind", { sessionId = id, turnId = turn, dryRun = true }, function(result)
        local items = { { label = "Its edits and messages", params = {} } }
        if #result.reverted > 0 then
          table.insert(items, { label = "Only its edits", params = { files = true } })
        end
        table.insert(items, { label = "Only its messages", params = { conversation = true } })
        table.insert(items, { label = "Cancel" })
        picker.select(
          items,
          { prompt = "Undo the last turn? " .. M.describe(result, false), kind = "undo" },
          function(item)
            if item.params then
              rewind(vim.tbl_extend("force", { sessionId = id, turnId = turn }, item.params))
            end
          end
        )
      end)
    end)
  end)
end

--- Takes the last undo of the session back.
function M.redo()
  with_session(function(id)
    local rewound = rewinds[id]
    if not rewound then
      return say.info("Nothing was undone here since Neovim started.")
    end
    client.request("session/unrewind", { rewindId = rewound }, function(err, result)
      if err then
        return say.failed(err)
      end
      rewinds[id] = nil
      reload(id)
      require("aside.review").refresh_all()
      local conflicts = files(result.conflicts)
      if #conflicts > 0 then
        return say.warn(("The turn is back, but not in %s, where later work would be lost."):format(listed(conflicts)))
      end
      say.info("The turn is back.")
    end)
  end)
end

return M
