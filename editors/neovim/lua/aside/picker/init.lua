--- What all pickers share. They go through `vim.ui.select`, so that whatever the user put there
--- (telescope, fzf-lua, snacks, mini.pick) shows them; `kind` tells it what is picked.
local client = require("aside.client")
local gate = require("aside.permission.gate")
local say = require("aside.picker.say")

local M = {}

local keys = vim.api.nvim_create_namespace("aside.picker")
--- How many answers are awaited, and how many keys were typed meanwhile.
local awaited, typed = 0, 0

---@class aside.picker.Options
---@field prompt string
---@field kind string Behind `aside.`.
---@field format? fun(item: any): string The item's `label` where absent.

--- Asks the server for what is then shown. A window that opens takes the keys, so that where the user
--- typed on meanwhile it waits until he is in normal mode and rests.
---@param method string
---@param params table?
---@param show fun(result: any)
function M.ask(method, params, show)
  local before = typed
  awaited = awaited + 1
  vim.on_key(function(_, key)
    typed = typed + #key
  end, keys)
  client.request(method, params, function(err, result)
    awaited = awaited - 1
    if awaited == 0 then
      vim.on_key(nil, keys)
    end
    if err then
      return say.failed(err)
    end
    if typed == before then
      return show(result)
    end
    gate.wait(function()
      return true
    end, function()
      show(result)
    end)
  end)
end

--- Lets the user choose; nothing happens where he does not.
---@generic T
---@param items T[]
---@param options aside.picker.Options
---@param chosen fun(item: T)
function M.select(items, options, chosen)
  vim.ui.select(items, {
    prompt = options.prompt,
    kind = "aside." .. options.kind,
    format_item = options.format or function(item)
      return item.label
    end,
  }, function(item)
    if item ~= nil then
      chosen(item)
    end
  end)
end

--- Asks before something is done that cannot be taken back.
---@param question string
---@param yes string What doing it is called.
---@param act fun()
function M.confirm(question, yes, act)
  M.select({ { label = yes, act = act }, { label = "Cancel", act = function() end } }, {
    prompt = question,
    kind = "confirm",
  }, function(item)
    item.act()
  end)
end

--- Those of some words that begin so, for completion.
---@param names string[]
---@param lead string
---@return string[]
function M.matching(names, lead)
  return vim.tbl_filter(function(name)
    return vim.startswith(name:lower(), lead:lower())
  end, names)
end

--- Seconds since 1970 of a time in RFC 3339 and UTC, or nil.
---@param time string
---@return integer?
local function seconds(time)
  local year, month, day, hour, minute, second = time:match("^(%d+)-(%d+)-(%d+)[Tt ](%d+):(%d+):(%d+)")
  if not year then
    return nil
  end
  -- Days since 1970 by the civil calendar; `os.time` would take it for local time.
  local y, m = tonumber(year), tonumber(month)
  y = m <= 2 and y - 1 or y
  local era = math.floor(y / 400)
  local of_era = y - era * 400
  local of_year = math.floor((153 * (m + (m > 2 and -3 or 9)) + 2) / 5) + tonumber(day) - 1
  local days = era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
  return days * 86400 + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second)
end

--- How long ago something was, such as `5 min ago`.
---@param time string RFC 3339, UTC.
---@return string
function M.age(time)
  local at = seconds(time)
  if not at then
    return time
  end
  local passed = math.max(0, os.time() - at)
  if passed < 60 then
    return "just now"
  elseif passed < 3600 then
    return ("%d min ago"):format(passed / 60)
  elseif passed < 86400 then
    return ("%d h ago"):format(passed / 3600)
  elseif passed < 86400 * 30 then
    return ("%d d ago"):format(passed / 86400)
  end
  return time:sub(1, 10)
end

return M
