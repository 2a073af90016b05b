--- Completion in the input: `/` for commands at the beginning of a message, `@` for files. What
--- the server can tell is asked of the server.
local M = {}

local client = require("aside.client")

--- Candidates that are offered at once, files that are looked through, and how long Git may take.
local MAX_SHOWN = 100
local MAX_FILES = 20000
local WAIT_MS = 500
--- The list of files is good for so long.
local FRESH_MS = 5000

---@class aside.Completion
---@field word string
---@field abbr? string
---@field menu? string
---@field equal? integer 1: it is offered whatever is typed.

local listed ---@type string[]?
local listed_at = 0

--- The files of the workspace, by their paths in it: those that are open first.
---@return string[]
local function files()
  if listed and vim.uv.now() - listed_at < FRESH_MS then
    return listed
  end
  local root = client.root()
  local seen, list = {}, {}
  local function add(path)
    if path ~= "" and not seen[path] and #list < MAX_FILES then
      seen[path] = true
      list[#list + 1] = path
    end
  end
  for _, buffer in ipairs(vim.fn.getbufinfo({ buflisted = 1 })) do
    if vim.startswith(buffer.name, root .. "/") then
      add(buffer.name:sub(#root + 2))
    end
  end
  local git = { "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard" }
  local ok, done = pcall(function()
    return vim.system(git, { text = true, timeout = WAIT_MS }):wait()
  end)
  if ok and done.code == 0 then
    for path in done.stdout:gmatch("[^\n]+") do
      add(path)
    end
  else
    for path, kind in vim.fs.dir(root, { depth = 4 }) do
      if kind == "file" then
        add(path)
      end
    end
  end
  listed, listed_at = list, vim.uv.now()
  return list
end

--- What candidates stand for, by what they insert: it goes along with a message that has them.
local resources = {} ---@type table<string, aside.ContentBlock>

---@param trigger "@"|"/"
---@param lead string
---@param offer fun(candidates: aside.Completion[])
local function find(trigger, lead, offer)
  if client.has("context/complete") then
    local params = { trigger = trigger, query = lead, sessionId = require("aside.state").current() }
    return client.request("context/complete", params, function(err, result)
      offer(vim.tbl_map(function(candidate)
        resources[candidate.insert] = candidate.resource
        local label, detail = candidate.label, candidate.detail
        return { word = candidate.insert, abbr = label, menu = detail, equal = 1, dup = 0 }
      end, not err and result.candidates or {}))
    end)
  end
  if trigger == "/" then
    return
  end
  local list = files()
  local matched = lead == "" and list or vim.fn.matchfuzzy(list, lead, { limit = MAX_SHOWN })
  offer(vim.tbl_map(function(path)
    return { word = "@" .. path, equal = 1 }
  end, vim.list_slice(matched, 1, MAX_SHOWN)))
end

--- The word that is being written, if it is one that can be completed.
---@param before string The line up to the cursor.
---@param row integer The line's number, from 1.
---@return integer? start Its first byte, from 0.
---@return "@"|"/"|nil trigger
---@return string? lead
local function word(before, row)
  local start, lead = before:match("()@(%S*)$")
  if start and (start == 1 or before:sub(start - 1, start - 1):match("[%s%(]")) then
    return start - 1, "@", lead
  end
  lead = row == 1 and before:match("^/(%S*)$")
  if lead then
    return 0, "/", lead
  end
end

--- What is written before the cursor.
---@return string before
---@return integer row
---@return integer buffer
local function cursor()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return vim.api.nvim_get_current_line():sub(1, column), row, vim.api.nvim_get_current_buf()
end

--- Whether the user writes, and has chosen nothing of what is offered.
---@return boolean
local function is_writing()
  local menu = vim.fn.complete_info({ "selected" })
  return vim.fn.mode():sub(1, 1) == "i" and not (vim.fn.pumvisible() == 1 and menu.selected >= 0)
end

--- The `omnifunc` of the input. Neovim wants it to answer at once, and lets nothing be drawn meanwhile:
--- what fits is offered when it is there.
---@return integer
function M.omnifunc()
  vim.schedule(M.trigger)
  return -3
end

--- Offers what fits, unless the user has written on when it is there.
function M.trigger()
  if not is_writing() then
    return
  end
  local before, row, buffer = cursor()
  local start, trigger, lead = word(before, row)
  if not start or not lead or not trigger then
    return
  end
  find(trigger, lead, function(candidates)
    if #candidates > 0 and is_writing() and vim.deep_equal({ cursor() }, { before, row, buffer }) then
      vim.fn.complete(start + 1, candidates)
    end
  end)
end

--- What a message speaks of: files as `@path`, and what was chosen from what was offered.
---@param text string
---@return aside.ContentBlock.resource[]
function M.mentioned(text)
  local blocks, seen = {}, {}
  for insert, block in pairs(resources) do
    if text:find(insert, 1, true) and block.type == "resource" and not seen[block.uri] then
      seen[block.uri] = true
      blocks[#blocks + 1] = block
    end
  end
  resources = {}
  for before, path in (" " .. text):gmatch("([%s%(])@([^%s]+)") do
    local _ = before
    local name = path:gsub("[%.,;:!%?%)]+$", "")
    for _, candidate in ipairs({ path, name }) do
      local full = vim.fs.joinpath(client.root(), candidate)
      local uri = vim.uri_from_fname(full)
      if vim.uv.fs_stat(full) then
        if not seen[uri] then
          seen[uri] = true
          blocks[#blocks + 1] = { type = "resource", uri = uri }
        end
        break
      end
    end
  end
  return blocks
end

return M
