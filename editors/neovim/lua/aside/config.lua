--- The plugin's settings: `vim.g.aside` over the defaults. The server's own settings go under
--- `settings`, in the shape of its `config.toml`.
local M = {}

---@class aside.ChatConfig
---@field position "right"|"left"|"float" Where the chat opens.
---@field width number Columns, or a share of the screen where 1 or less.
---@field input_height integer Lines of the input at least.
---@field input_max integer Lines of the input at most.
---@field frame_ms integer How often streamed text is drawn, in milliseconds.
---@field page integer How many items are fetched at once, 200 at most.

---@class aside.ReviewConfig
---@field keys boolean Whether keys are mapped where hunks are pending.
---@field hint boolean Whether what to press stands behind each hunk.

---@class aside.Config
---@field autostart boolean Whether the server starts with the first file.
---@field cmd string[] The server's command.
---@field settings table<string, any> Settings for the server.
---@field notify boolean Whether failures are shown as notifications.
---@field chat aside.ChatConfig
---@field prompt "float"|"select" How questions for permission are asked: in a window, or by `vim.ui.select`.
---@field review aside.ReviewConfig
---@field icons table<string, string>
---@field max_file integer Bytes; longer buffers are not attached to.
local defaults = {
  autostart = true,
  cmd = { "aside", "lsp" },
  settings = {},
  notify = true,
  chat = {
    position = "right",
    width = 0.4,
    input_height = 3,
    input_max = 12,
    frame_ms = 30,
    page = 100,
  },
  prompt = "float",
  review = { keys = true, hint = true },
  icons = {
    pending = "·",
    waiting = "?",
    running = "●",
    completed = "✓",
    failed = "✗",
    rejected = "⊘",
    cancelled = "⊘",
    interrupted = "⊘",
    reasoning = "∴",
    user = "You",
    assistant = "Aside",
    spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏",
  },
  max_file = 16 * 1024 * 1024,
}

--- What `setup` was given.
local given = {} ---@type table<string, any>
local merged ---@type aside.Config?
local source ---@type any

--- The settings in force.
---@return aside.Config
function M.get()
  local global = vim.g.aside
  if merged and vim.deep_equal(source, global) then
    return merged
  end
  source = global
  merged = vim.tbl_deep_extend("force", defaults, type(global) == "table" and global or {}, given)
  return merged --[[@as aside.Config]]
end

--- Sets what `vim.g.aside` does not.
---@param options table<string, any>?
function M.set(options)
  given = options or {}
  merged = nil
end

return M
