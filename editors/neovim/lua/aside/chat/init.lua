--- The chat's windows: the transcript and, below it, the input.
local M = {}

local config = require("aside.config")
local draft = require("aside.chat.draft")
local events = require("aside.events")
local feed = require("aside.chat.feed")
local keys = require("aside.chat.keys")
local queue = require("aside.chat.queue")
local render = require("aside.chat.render")
local spinner = require("aside.chat.spinner")
local state = require("aside.state")
local transcript = require("aside.chat.transcript")
local winbar = require("aside.chat.winbar")

require("aside.highlight")

local transcript_window ---@type integer?
local input_window ---@type integer?
local wired = false

--- Whether a window of ours is there, and shows what it is for: the user may have opened another
--- file in it.
---@param window integer?
---@param part { buffer: fun(): integer }
---@return boolean
local function shows(window, part)
  return window ~= nil and vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_buf(window) == part.buffer()
end

---@return boolean
local function transcript_is_open()
  return shows(transcript_window, transcript)
end

---@return boolean
local function input_is_open()
  return shows(input_window, draft)
end

--- Whether the chat is on the screen of this tab page.
---@return boolean
function M.is_open()
  return transcript_is_open()
    and input_is_open()
    and vim.api.nvim_win_get_tabpage(transcript_window) == vim.api.nvim_get_current_tabpage()
end

---@param spinning string?
local function draw_winbar(spinning)
  if transcript_is_open() then
    local text = winbar.text(spinning)
    if vim.wo[transcript_window].winbar ~= text then
      vim.wo[transcript_window].winbar = text
    end
  end
end

local function draw_input_bar()
  if not input_is_open() then
    return
  end
  local parts = {}
  local waiting = queue.list()
  if #waiting > 0 then
    local first = render.line(waiting[1].text)
    local more = #waiting > 1 and (" and %d more"):format(#waiting - 1) or ""
    parts[1] = "%#AsideMeta#Waits: " .. winbar.plain(first) .. more .. "%*"
  end
  for _, block in ipairs(draft.attachments()) do
    parts[#parts + 1] = "%#AsideAttachment#+" .. winbar.plain(render.label(block)) .. "%*"
  end
  if #parts == 0 then
    parts[1] = "%#AsideMeta#Message: <C-s> sends%*"
  end
  local text = " %<" .. table.concat(parts, " ")
  vim.wo[input_window].winbar = text
end

--- As high as what is written, within bounds.
local function fit_input()
  if not input_is_open() then
    return
  end
  local chat = config.get().chat
  local lines = vim.api.nvim_win_text_height(input_window, {}).all
  -- The line above it counts as one of its lines.
  local height = math.min(math.max(lines, chat.input_height), chat.input_max) + 1
  if vim.api.nvim_win_get_height(input_window) ~= height then
    vim.api.nvim_win_set_height(input_window, height)
  end
end

---@param window integer
local function style(window)
  local options = vim.wo[window]
  options.number = false
  options.relativenumber = false
  options.signcolumn = "no"
  options.foldcolumn = "0"
  options.foldenable = false
  options.list = false
  options.spell = false
  options.wrap = true
  options.linebreak = true
  options.breakindent = true
  options.cursorline = false
  options.colorcolumn = ""
  options.statuscolumn = ""
  options.winfixwidth = true
  options.fillchars = "eob: "
  options.conceallevel = 2
  options.concealcursor = "nc"
end

---@return integer
local function width()
  local wanted = config.get().chat.width
  return math.floor(wanted <= 1 and vim.o.columns * wanted or wanted)
end

local function open_windows()
  local chat = config.get().chat
  local buffer = transcript.buffer()
  if chat.position == "float" then
    local height = math.floor(vim.o.lines * 0.8)
    local rows = chat.input_height + 1
    local columns = math.floor(vim.o.columns * 0.8)
    local top, left = math.floor((vim.o.lines - height) / 2) - 1, math.floor((vim.o.columns - columns) / 2)
    transcript_window = vim.api.nvim_open_win(buffer, false, {
      relative = "editor",
      row = math.max(0, top),
      col = left,
      width = columns,
      height = height - rows - 4,
      border = "rounded",
    })
    input_window = vim.api.nvim_open_win(draft.buffer(), true, {
      relative = "editor",
      row = math.max(0, top) + height - rows - 2,
      col = left,
      width = columns,
      height = rows,
      border = "rounded",
    })
  else
    transcript_window = vim.api.nvim_open_win(buffer, false, {
      split = chat.position == "left" and "left" or "right",
      win = -1,
      width = width(),
    })
    input_window = vim.api.nvim_open_win(draft.buffer(), true, {
      split = "below",
      win = transcript_window,
      height = chat.input_height + 1,
    })
    vim.wo[input_window].winfixheight = true
  end
  style(transcript_window)
  style(input_window)
  vim.wo[input_window].conceallevel = 0
end

--- Closes windows that were left: those of a restored session, and one that was the last of all.
local function close_others()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buffer = vim.api.nvim_win_get_buf(window)
    local is_ours = buffer == transcript.buffer() or buffer == draft.buffer()
    if is_ours and window ~= transcript_window and window ~= input_window then
      pcall(vim.api.nvim_win_close, window, true)
    end
  end
end

local function wire()
  if wired then
    return
  end
  wired = true
  feed.start()
  local function redraw()
    draw_winbar(spinner.text())
  end
  spinner.setup(draw_winbar)
  draft.watch(draw_input_bar)
  queue.watch(draw_input_bar)
  events.on("session", draw_input_bar)
  for _, kind in ipairs({
    "connection",
    "session",
    "sessionUpdated",
    "usageUpdated",
    "turnCompleted",
    "permissionRequested",
    "permissionResolved",
  }) do
    events.on(kind, redraw)
  end
  local group = vim.api.nvim_create_augroup("aside.chat", {})
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI" }, {
    group = group,
    pattern = "aside://input",
    callback = fit_input,
  })
  vim.api.nvim_create_autocmd({ "TextChangedI", "TextChangedP" }, {
    group = group,
    pattern = "aside://input",
    callback = function()
      require("aside.chat.complete").trigger()
    end,
  })
  vim.api.nvim_create_autocmd("WinScrolled", {
    group = group,
    callback = function()
      if not transcript_is_open() then
        return
      end
      if vim.fn.line("w0", transcript_window) <= 2 then
        transcript.older()
      end
      transcript.see()
    end,
  })
  vim.api.nvim_create_autocmd("WinClosed", {
    group = group,
    callback = function(args)
      local closed = tonumber(args.match)
      local pair = transcript_window
      if closed == transcript_window or closed == input_window then
        vim.schedule(function()
          if transcript_window == pair then
            M.close()
          end
        end)
      end
    end,
  })
end

--- Opens the chat, and puts the cursor into the input unless it is to stay.
---@param options? { stay?: boolean }
function M.open(options)
  local before = vim.api.nvim_get_current_win()
  wire()
  if not M.is_open() then
    M.close()
    open_windows()
    close_others()
    keys.transcript(transcript.buffer())
    keys.input(draft.buffer())
    M.to_end()
  end
  transcript.see()
  draw_winbar(spinner.text())
  draw_input_bar()
  fit_input()
  spinner.update()
  require("aside.client").ensure(function() end)
  if options and options.stay then
    vim.api.nvim_set_current_win(before)
  else
    M.focus()
  end
end

--- Puts the cursor into the input.
function M.focus()
  if input_is_open() then
    vim.api.nvim_set_current_win(input_window)
  end
end

--- Closes the chat; what was written stays.
function M.close()
  local windows = M.windows()
  transcript_window, input_window = nil, nil
  -- The last window of all stays.
  for _, window in pairs(windows) do
    pcall(vim.api.nvim_win_close, window, true)
  end
end

--- Opens the chat, or closes it.
function M.toggle()
  if M.is_open() then
    M.close()
  else
    M.open()
  end
end

--- Shows the end of the transcript, and follows it.
function M.to_end()
  if transcript_is_open() then
    local last = vim.api.nvim_buf_line_count(transcript.buffer())
    vim.api.nvim_win_set_cursor(transcript_window, { last, 0 })
  end
end

--- The windows, where they are open.
---@return { transcript: integer?, input: integer? }
function M.windows()
  return {
    transcript = transcript_is_open() and transcript_window or nil,
    input = input_is_open() and input_window or nil,
  }
end

--- Begins an empty chat.
function M.new()
  state.open(nil)
  M.open()
end

return M
