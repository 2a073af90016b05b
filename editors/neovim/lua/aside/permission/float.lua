--- The window in which a question is shown. It is opened beside where the user works and takes the
--- cursor only when told to.
local M = {}

--- Shares of the screen that it takes at most.
local MAX_WIDTH, MAX_HEIGHT = 0.7, 0.75
local MIN_WIDTH = 44

local ns = vim.api.nvim_create_namespace("aside.permission")

---@class aside.permission.Float
---@field bufnr integer
---@field win integer
---@field lines aside.permission.Line[]

---@param lines aside.permission.Line[]
---@return string[]
local function texts(lines)
  return vim.tbl_map(function(line)
    local parts = vim.tbl_map(function(piece)
      return piece[1]
    end, line)
    return " " .. table.concat(parts)
  end, lines)
end

---@param bufnr integer
---@param lines aside.permission.Line[]
local function fill(bufnr, lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, texts(lines))
  vim.bo[bufnr].modifiable = false
  for row, line in ipairs(lines) do
    local column = 1
    for _, piece in ipairs(line) do
      if piece[2] then
        vim.api.nvim_buf_set_extmark(bufnr, ns, row - 1, column, {
          end_col = column + #piece[1],
          hl_group = piece[2],
        })
      end
      column = column + #piece[1]
    end
  end
end

--- How large the window may be, in lines and columns.
---@return integer rows
---@return integer columns
function M.size()
  return math.max(4, math.floor(vim.o.lines * MAX_HEIGHT)), math.max(20, math.floor(vim.o.columns * MAX_WIDTH))
end

--- Where the window goes: right, in the half of the screen that the cursor is not in.
---@param lines aside.permission.Line[]
---@param title string
---@param footer string
---@return vim.api.keyset.win_config
local function place(lines, title, footer)
  local width = MIN_WIDTH
  local rows, columns = M.size()
  for _, text in ipairs(texts(lines)) do
    width = math.max(width, vim.fn.strdisplaywidth(text) + 1)
  end
  width = math.max(width, vim.fn.strdisplaywidth(title) + 4, vim.fn.strdisplaywidth(footer) + 4)
  width = math.min(width, columns)
  local height = 0
  for _, text in ipairs(texts(lines)) do
    height = height + math.max(1, math.ceil(vim.fn.strdisplaywidth(text) / width))
  end
  height = math.min(height, rows)
  local position = vim.api.nvim_win_get_position(0)
  local below = position[1] + vim.fn.winline() > vim.o.lines / 2
  return {
    relative = "editor",
    anchor = below and "NE" or "SE",
    row = below and 1 or vim.o.lines - vim.o.cmdheight - 1,
    col = vim.o.columns - 1,
    width = width,
    height = height,
    style = "minimal",
    border = vim.o.winborder ~= "" and vim.o.winborder or "rounded",
    title = " " .. title .. " ",
    footer = footer ~= "" and " " .. footer .. " " or nil,
    zindex = 60,
  }
end

--- Opens the window, without the cursor.
---@param lines aside.permission.Line[]
---@param title string
---@param footer string
---@return aside.permission.Float
function M.open(lines, title, footer)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].filetype = "aside-permission"
  fill(bufnr, lines)
  local config = place(lines, title, footer)
  config.noautocmd = true
  local win = vim.api.nvim_open_win(bufnr, false, config)
  vim.wo[win].wrap = true
  vim.wo[win].linebreak = false
  vim.wo[win].winhighlight = "NormalFloat:AsidePermission,FloatBorder:AsidePermissionBorder"
  return { bufnr = bufnr, win = win, lines = lines }
end

--- Keys that start something in other windows, and nothing here.
local IDLE = { "i", "a", "I", "A", "o", "O", "R", "x", "p", "P", "u", "<CR>" }

--- Lets keys that start something do nothing, but for those that are mapped in the window.
---@param float aside.permission.Float
function M.still(float)
  local mapped = {}
  for _, map in ipairs(vim.api.nvim_buf_get_keymap(float.bufnr, "n")) do
    mapped[map.lhs] = true
  end
  for _, key in ipairs(IDLE) do
    if not mapped[key] then
      vim.keymap.set("n", key, "<Nop>", { buffer = float.bufnr, nowait = true })
    end
  end
end

--- Puts the window where it belongs on a screen of another size.
---@param float aside.permission.Float
function M.fit(float)
  if M.is_open(float) then
    local config = place(float.lines, "", "")
    vim.api.nvim_win_set_config(float.win, {
      relative = "editor",
      anchor = config.anchor,
      row = config.row,
      col = config.col,
      width = config.width,
      height = config.height,
    })
  end
end

---@param float aside.permission.Float
---@return boolean
function M.is_open(float)
  return vim.api.nvim_win_is_valid(float.win) and vim.api.nvim_win_get_buf(float.win) == float.bufnr
end

--- Sets what the border says.
---@param float aside.permission.Float
---@param title string
---@param footer string
function M.label(float, title, footer)
  if M.is_open(float) then
    vim.api.nvim_win_set_config(float.win, { title = " " .. title .. " ", footer = " " .. footer .. " " })
  end
end

---@param float aside.permission.Float
function M.close(float)
  if vim.api.nvim_win_is_valid(float.win) then
    vim.api.nvim_win_close(float.win, true)
  end
end

require("aside.highlight")
vim.api.nvim_set_hl(0, "AsidePermission", { link = "NormalFloat", default = true })
vim.api.nvim_set_hl(0, "AsidePermissionBorder", { link = "DiagnosticWarn", default = true })

return M
