--- Sessions: opened, named, pinned, archived, forked, deleted, and searched.
local client = require("aside.client")
local picker = require("aside.picker")
local say = require("aside.picker.say")
local state = require("aside.state")

local M = {}

--- Sessions that are listed at once.
local PAGE = 100

---@param session aside.Session
---@return string
local function describe(session)
  local marks = {
    session.id == state.current() and "▸" or " ",
    session.status == "running" and "●" or session.status == "waiting" and "?" or " ",
    session.pinned and "★" or " ",
  }
  local title = session.title ~= "" and session.title or "(untitled)"
  local turns = ("%d turn%s"):format(session.turnCount, session.turnCount == 1 and "" or "s")
  local parts = { title, session.model:match("[^/]+$") or session.model, turns, picker.age(session.updatedAt) }
  return table.concat(marks) .. " " .. table.concat(parts, " · ")
end

--- Shows a session in the chat.
---@param id string?
function M.open(id)
  require("aside.chat").open()
  state.open(id)
end

---@param id string
---@param change table
---@param done? fun(session: aside.Session)
local function update(id, change, done)
  client.request("session/update", vim.tbl_extend("force", { sessionId = id }, change), function(err, session)
    if err then
      return say.failed(err)
    end
    if done then
      done(session)
    end
  end)
end

---@type table<string, fun(session: aside.Session)>
local actions = {
  open = function(session)
    M.open(session.id)
  end,
  rename = function(session)
    vim.ui.input({ prompt = "Title: ", default = session.title }, function(title)
      if title and title ~= "" then
        update(session.id, { title = title })
      end
    end)
  end,
  pin = function(session)
    update(session.id, { pinned = not session.pinned }, function(now)
      say.echo(("“%s” is %s."):format(now.title, now.pinned and "pinned" or "no longer pinned"))
    end)
  end,
  archive = function(session)
    update(session.id, { archived = not session.archived }, function(now)
      say.echo(("“%s” is %s."):format(now.title, now.archived and "archived" or "no longer archived"))
    end)
  end,
  fork = function(session)
    picker.ask("session/fork", { sessionId = session.id }, function(fork)
      M.open(fork.id)
    end)
  end,
  export = function(session)
    picker.ask("session/export", { sessionId = session.id, format = "markdown" }, function(result)
      vim.cmd.tabedit(vim.fn.fnameescape(vim.uri_to_fname(result.uri)))
    end)
  end,
  delete = function(session)
    picker.confirm(("Delete “%s” with all its messages and edits?"):format(session.title), "Delete it", function()
      client.request("session/delete", { sessionId = session.id }, function(err)
        if err then
          return say.failed(err)
        end
        state.sessions[session.id] = nil
        if state.current() == session.id then
          state.open(nil)
        end
        say.echo(("“%s” is deleted."):format(session.title))
      end)
    end)
  end,
}

--- What each action is called, in the order of the menu, and the method that it needs.
---@type [string, string, string][]
local MENU = {
  { "open", "Open", "session/get" },
  { "rename", "Rename…", "session/update" },
  { "pin", "Pin, or unpin", "session/update" },
  { "archive", "Archive, or take back from the archive", "session/update" },
  { "fork", "Fork: go on from here in a copy", "session/fork" },
  { "export", "Export: write it as Markdown, and open that", "session/export" },
  { "delete", "Delete…", "session/delete" },
}

--- The actions that the server can do.
---@return string[]
function M.actions()
  local names = {}
  for _, entry in ipairs(MENU) do
    if client.has(entry[3]) then
      names[#names + 1] = entry[1]
    end
  end
  return names
end

---@param session aside.Session
local function manage(session)
  local items = {}
  for _, entry in ipairs(MENU) do
    if client.has(entry[3]) then
      items[#items + 1] = { label = entry[2], act = actions[entry[1]] }
    end
  end
  picker.select(items, { prompt = ("“%s”"):format(session.title), kind = "session_action" }, function(item)
    item.act(session)
  end)
end

local pick

---@param filter aside.SessionListParams
---@param act fun(session: aside.Session)
---@param plain boolean Whether only sessions are offered.
---@return table[]
local function entries_below(filter, act, plain)
  local items = {}
  if not plain then
    items[1] = {
      label = "  … rename, pin, archive, fork, export, delete",
      act = function()
        pick(filter, manage, true)
      end,
    }
  end
  if not filter.archived then
    table.insert(items, {
      label = "  … archived sessions",
      act = function()
        pick({ query = filter.query, archived = true }, act, plain)
      end,
    })
  end
  return items
end

--- Lets the user pick a session for an action.
---@param filter aside.SessionListParams
---@param act fun(session: aside.Session)
---@param plain boolean Whether only sessions are offered, not the further entries.
function pick(filter, act, plain)
  local params = vim.tbl_extend("force", { limit = PAGE, archived = false }, filter)
  picker.ask("session/list", params, function(result)
    local items = {}
    if not plain and not filter.archived and not filter.cursor and not filter.query then
      items[1] = {
        label = "  + a new session",
        act = function()
          M.open(nil)
        end,
      }
    end
    for _, session in ipairs(result.sessions) do
      items[#items + 1] = {
        label = describe(session),
        session = session,
        act = function()
          act(session)
        end,
      }
    end
    if result.nextCursor then
      table.insert(items, {
        label = "  … older sessions",
        act = function()
          pick(vim.tbl_extend("force", filter, { cursor = result.nextCursor }), act, plain)
        end,
      })
    end
    if #result.sessions == 0 and filter.archived then
      return say.info("There is no such session.")
    elseif #result.sessions == 0 and (plain or filter.query) then
      pick({ query = filter.query, archived = true }, act, plain)
      return
    end
    vim.list_extend(items, entries_below(filter, act, plain))
    picker.select(
      items,
      { prompt = filter.archived and "Archived sessions" or "Sessions", kind = "sessions" },
      function(item)
        item.act()
      end
    )
  end)
end

--- Searches what was said, where the server can; else titles.
---@param query string
local function search(query)
  if not client.has("session/search") then
    return pick({ query = query }, actions.open, true)
  end
  picker.ask("session/search", { query = query }, function(result)
    local hits = result and result.hits or {}
    if #hits == 0 then
      return say.info(("Nothing was found for “%s”."):format(query))
    end
    picker.select(hits, {
      prompt = ("Sessions with “%s”"):format(query),
      kind = "search",
      format = function(hit)
        return ("%s · %s"):format(tostring(hit.title), (tostring(hit.snippet):gsub("%s+", " ")))
      end,
    }, function(hit)
      M.open(hit.sessionId)
    end)
  end)
end

--- Picks a session and opens it, or does what is named with it.
---@param action? string One of `actions()`, or `new`, `archived`, `search`.
---@param words? string What is searched.
function M.run(action, words)
  if not action then
    return pick({}, actions.open, false)
  elseif action == "new" then
    return M.open(nil)
  elseif action == "archived" then
    return pick({ archived = true }, actions.open, false)
  elseif action == "search" then
    if words and words ~= "" then
      return search(words)
    end
    return vim.ui.input({ prompt = "Search: " }, function(query)
      if query and query ~= "" then
        search(query)
      end
    end)
  elseif not actions[action] then
    return say.error(("There is no `%s` for sessions."):format(action))
  end
  -- The handshake says what the server can do.
  client.ensure(function(err)
    if err then
      return
    end
    if not vim.list_contains(M.actions(), action) then
      return say.info(("This version of the server cannot %s sessions."):format(action))
    end
    pick({}, actions[action], true)
  end)
end

return M
