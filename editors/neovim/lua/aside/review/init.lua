--- Review of the agent's edits: what waits for the user is drawn in its buffers and follows the
--- text as the user types.
local client = require("aside.client")
local config = require("aside.config")
local colours = require("aside.review.colours")
local draw = require("aside.review.draw")
local events = require("aside.events")
local keys = require("aside.review.keys")
local store = require("aside.review.store")

local M = {}

--- Milliseconds of quiet after which hunks are asked for again.
local QUIET_MS = 200
--- Statuses of edits that may have hunks that wait.
local WAITING = { "applied", "partial", "proposed" }

--- The timers that wait for quiet, by file.
---@type table<aside.Uri, uv.uv_timer_t>
local timers = {}
--- Buffers whose changes are watched, each with what its watcher is known by.
---@type table<integer, table>
local watched = {}

---@param key aside.Uri
---@return integer? bufnr Where the file is in a loaded buffer.
local function buffer_of(key)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].buftype == "" and store.key_of(bufnr) == key then
      return bufnr
    end
  end
end

---@param uris table<aside.Uri, true>
local function told(uris)
  if next(uris) then
    require("aside.review.list").update()
    vim.api.nvim_exec_autocmds("User", { pattern = "AsideReview", modeline = false })
  end
end

---@param bufnr integer
local function watch(bufnr)
  if watched[bufnr] then
    return
  end
  local watcher = {}
  watched[bufnr] = watcher
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function()
      if watched[bufnr] ~= watcher then
        return true
      end
      M.refresh_soon(store.key_of(bufnr))
    end,
    on_reload = function()
      M.refresh_soon(store.key_of(bufnr))
    end,
    on_detach = function()
      if watched[bufnr] == watcher then
        watched[bufnr] = nil
      end
    end,
  })
end

---@param bufnr integer
local function forget(bufnr)
  watched[bufnr] = nil
  keys.unmap(bufnr)
  draw.clear(bufnr)
end

--- The text of a buffer as the server has it.
---@param bufnr integer
---@return string
local function text_of(bufnr)
  local ending = vim.bo[bufnr].fileformat == "dos" and "\r\n" or vim.bo[bufnr].fileformat == "mac" and "\r" or "\n"
  local text = table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), ending)
  return vim.bo[bufnr].eol and text .. ending or text
end

--- Draws what is known of a file, if it is in a buffer.
---@param uri aside.Uri
local function show(uri)
  local bufnr = buffer_of(uri)
  if not bufnr then
    return
  end
  store.judge(uri, function()
    return text_of(bufnr)
  end)
  local entries = store.entries(uri)
  if #entries == 0 then
    return forget(bufnr)
  end
  local wanted = config.get().review
  if wanted.keys then
    keys.map(bufnr)
  end
  draw.show(bufnr, entries, wanted.hint and keys.hint(bufnr) or "")
  watch(bufnr)
end

--- Whether what is known of a file fits the text of its buffer.
---@param uri aside.Uri
---@param bufnr integer
---@return boolean
local function fits(uri, bufnr)
  local own = client.get()
  if own and not vim.lsp.buf_is_attached(bufnr, own.id) then
    -- The server knows only the file.
    return not vim.bo[bufnr].modified
  end
  return #store.entries(uri) == 0 or store.version(uri) == vim.lsp.util.buf_versions[bufnr]
end

--- Shows what is known of a file where it fits the text of its buffer, else asks for it anew. What
--- is drawn meanwhile stays, and moves with the text.
---@param uri aside.Uri
local function settle(uri)
  local bufnr = buffer_of(uri)
  if not bufnr then
    return
  end
  if fits(uri, bufnr) then
    return show(uri)
  end
  M.refresh_soon(uri)
end

--- Asks for edits of some statuses, and calls back once all answers are there; not if one fails.
---@param statuses aside.FileEditStatus[]
---@param uri? aside.Uri
---@param done fun(edits: aside.FileEdit[], changed: table<string, true>) `changed` since it was asked.
local function list(statuses, uri, done)
  local found, left, changed = {}, #statuses, store.hear()
  for _, status in ipairs(statuses) do
    client.request("edit/list", { status = status, uri = uri }, function(err, result)
      if err or not result then
        return
      end
      vim.list_extend(found, result.edits)
      left = left - 1
      if left == 0 then
        done(found, changed)
      end
    end)
  end
end

--- Asks for what waits in a file, and draws it.
---@param uri aside.Uri
function M.refresh(uri)
  list(store.statuses(uri), store.named(uri), function(edits, changed)
    local touched = store.replace(edits, changed, uri)
    local bufnr = buffer_of(uri)
    -- Else the user typed on, and another answer is on its way.
    if bufnr and fits(uri, bufnr) then
      show(uri)
    end
    told(touched)
  end)
end

--- As `refresh`, once nothing has changed for a moment.
---@param uri aside.Uri
function M.refresh_soon(uri)
  local timer = timers[uri] or assert(vim.uv.new_timer())
  timers[uri] = timer
  timer:stop()
  timer:start(
    QUIET_MS,
    0,
    vim.schedule_wrap(function()
      if timers[uri] == timer and not timer:is_closing() then
        timers[uri] = nil
        timer:close()
        M.refresh(uri)
      end
    end)
  )
end

--- Asks for all that waits.
function M.refresh_all()
  if not client.has("edit/list") then
    return
  end
  list(WAITING, nil, function(edits, changed)
    local touched = store.replace(edits, changed)
    for uri in pairs(touched) do
      settle(uri)
    end
    told(touched)
  end)
end

--- Takes over what an answer or an event said.
---@param edits aside.FileEdit[]
function M.put(edits)
  local touched = store.put(edits)
  for uri in pairs(touched) do
    settle(uri)
  end
  told(touched)
end

--- The next or previous hunk from the cursor, around the end of the buffer.
---@param step 1|-1
---@param count? integer
function M.jump(step, count)
  local places = draw.places(0)
  if #places == 0 then
    require("aside.review.resolve").nothing_here()
    return
  end
  local last = vim.api.nvim_buf_line_count(0) - 1
  local lines = {}
  for _, place in ipairs(places) do
    local line = math.min(place.first, last)
    if lines[#lines] ~= line then
      lines[#lines + 1] = line
    end
  end
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local at
  if step == 1 then
    at = 1
    while lines[at] and lines[at] <= row do
      at = at + 1
    end
  else
    at = #lines
    while lines[at] and lines[at] >= row do
      at = at - 1
    end
  end
  at = (at - 1 + step * ((count or 1) - 1)) % #lines + 1
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { lines[at] + 1, 0 })
  vim.cmd("normal! zv")
  if lines[at] == 0 then
    draw.reveal(0)
  end
end

--- Draws a buffer anew from what is known.
---@param bufnr integer
function M.redraw(bufnr)
  if vim.api.nvim_buf_is_loaded(bufnr) then
    settle(store.key_of(bufnr))
  end
end

--- How many hunks wait, in a buffer or everywhere; for statuslines.
---@param bufnr? integer
---@return integer
function M.count(bufnr)
  if bufnr then
    return #draw.places(bufnr == 0 and vim.api.nvim_get_current_buf() or bufnr)
  end
  return #store.entries()
end

colours.define()
local group = vim.api.nvim_create_augroup("aside.review", { clear = true })
vim.api.nvim_create_autocmd("ColorScheme", { group = group, callback = colours.define })
vim.api.nvim_create_autocmd("LspAttach", {
  group = group,
  callback = function(args)
    local own = client.get()
    local uri = store.key_of(args.buf)
    if own and args.data and args.data.client_id == own.id and #store.entries(uri) > 0 then
      M.refresh_soon(uri)
    end
  end,
})
vim.api.nvim_create_autocmd({ "BufUnload", "BufDelete" }, {
  group = group,
  callback = function(args)
    forget(args.buf)
  end,
})
events.on("editUpdated", function(event)
  M.put({ event.event.edit })
end)
events.on("connection", function(event)
  if event.status == "ready" then
    M.refresh_all()
  end
end)

return M
