--- Makes a picture of a terminal's screen: its escapes become a page, which a browser draws.

local bounds = require("lib.bounds")
local settings = require("lib.settings")

local M = {}

--- Pixels of a cell, and around the screen. The letters are those of DejaVu Sans Mono.
local CELL_WIDTH, CELL_HEIGHT, MARGIN = 8, 17, 14
local FONT = "13.3px 'DejaVu Sans Mono'"
--- The picture has this many pixels for each of the page's.
local SCALE = 2

--- What the terminal has of its own: nothing, since the editor says all of its colours.
local FOREGROUND, BACKGROUND = "#e0e2ea", "#14161b"

---@class tests.Style
---@field fg? string
---@field bg? string
---@field bold? boolean
---@field italic? boolean
---@field underline? boolean
---@field strike? boolean
---@field reverse? boolean

---@param hex string[]
---@param at integer
---@return string
local function rgb(hex, at)
  return ("#%02x%02x%02x"):format(hex[at], hex[at + 1], hex[at + 2])
end

--- Takes the numbers of one escape into a style.
---@param style tests.Style
---@param codes string
---@return tests.Style
local function restyle(style, codes)
  local numbers = {}
  -- Colons stand within one attribute, such as `4:3`; only its first number counts here.
  for part in (codes == "" and "0" or codes):gmatch("[^;]+") do
    numbers[#numbers + 1] = tonumber(part:match("^%d+")) or 0
  end
  local new = vim.deepcopy(style)
  local at = 1
  while at <= #numbers do
    local code = numbers[at]
    if code == 0 then
      new = {}
    elseif code == 1 then
      new.bold = true
    elseif code == 3 then
      new.italic = true
    elseif code == 4 then
      new.underline = true
    elseif code == 7 then
      new.reverse = true
    elseif code == 9 then
      new.strike = true
    elseif code == 38 or code == 48 then
      assert(numbers[at + 1] == 2, "a colour that is not a true one: " .. codes)
      new[code == 38 and "fg" or "bg"] = rgb(numbers, at + 2)
      at = at + 4
    elseif code == 39 then
      new.fg = nil
    elseif code == 49 then
      new.bg = nil
    end
    at = at + 1
  end
  return new
end

---@param style tests.Style
---@return string
local function css(style)
  local fg, bg = style.fg or FOREGROUND, style.bg or BACKGROUND
  if style.reverse then
    fg, bg = bg, fg
  end
  local rules = { "color:" .. fg, "background:" .. bg }
  if style.bold then
    rules[#rules + 1] = "font-weight:bold"
  end
  if style.italic then
    rules[#rules + 1] = "font-style:italic"
  end
  if style.underline or style.strike then
    rules[#rules + 1] = "text-decoration:" .. (style.strike and "line-through" or "underline")
  end
  return table.concat(rules, ";")
end

---@param text string
---@return string
local function escape(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

--- A piece of text at its cell. Characters that the font may draw wider stand alone, so that
--- nothing behind them moves.
---@param out string[]
---@param row integer
---@param column integer
---@param text string
---@param style tests.Style
local function piece(out, row, column, text, style)
  local cells = vim.fn.strdisplaywidth(text)
  out[#out + 1] = ('<i style="left:%dpx;top:%dpx;width:%dpx;%s">%s</i>'):format(
    column * CELL_WIDTH,
    row * CELL_HEIGHT,
    cells * CELL_WIDTH,
    css(style),
    escape(text)
  )
end

local HEAD = [[<!doctype html><meta charset="utf-8"><style>
html, body { margin: 0; background: %s }
body { overflow: hidden }
main { position: absolute; left: %dpx; top: %dpx }
i { position: absolute; height: %dpx; font: %s; font-style: normal; line-height: %dpx; white-space: pre }
</style><main>]]

--- The page that shows a screen.
---@param screen string with escapes
---@return string
function M.page(screen)
  local out = {}
  local style = {} ---@type tests.Style
  for row, line in ipairs(vim.split(screen, "\n", { plain = true, trimempty = true })) do
    local column, at, plain = 0, 1, ""
    local function flush()
      if plain ~= "" then
        piece(out, row - 1, column, plain, style)
        column = column + #plain
        plain = ""
      end
    end
    while at <= #line do
      local codes, behind = line:match("^\27%[([%d;:]*)m()", at)
      local other = not codes and line:match("^\27[%(%)].()", at)
      if codes then
        flush()
        style = restyle(style, codes)
        at = behind
      elseif other then
        at = other
      else
        local char = line:match("^[%z\1-\127\194-\244][\128-\191]*", at)
        if #char == 1 then
          plain = plain .. char
        else
          flush()
          piece(out, row - 1, column, char, style)
          column = column + vim.fn.strdisplaywidth(char)
        end
        at = at + #char
      end
    end
    flush()
  end
  local head = HEAD:format(BACKGROUND, MARGIN, MARGIN, CELL_HEIGHT, FONT, CELL_HEIGHT)
  return head .. table.concat(out, "\n") .. "</main>"
end

--- Draws a screen into a PNG file of this name among the pictures.
---@param screen string with escapes
---@param name string
---@param folder string an empty one, for the browser
function M.draw(screen, name, folder)
  local page, to = folder .. "/screen.html", settings.pictures .. "/" .. name .. ".png"
  local file = assert(io.open(page, "w"))
  assert(file:write(M.page(screen)))
  file:close()
  vim.fn.delete(to)
  local size = ("%d,%d"):format(bounds.COLUMNS * CELL_WIDTH + 2 * MARGIN, bounds.ROWS * CELL_HEIGHT + 2 * MARGIN)
  local done = vim
    .system({
      settings.chromium,
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--hide-scrollbars",
      "--user-data-dir=" .. folder .. "/browser",
      "--force-device-scale-factor=" .. SCALE,
      "--window-size=" .. size,
      "--screenshot=" .. to,
      vim.uri_from_fname(page),
    }, { text = true })
    :wait(bounds.PATIENCE_MS)
  assert(vim.fn.getfsize(to) > 10000, "the browser drew nothing: " .. (done.stderr or ""))
end

return M
