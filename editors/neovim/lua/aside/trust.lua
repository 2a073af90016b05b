--- What a workspace brings along (settings, hooks, MCP servers), and whether it is to be active.
local client = require("aside.client")
local picker = require("aside.picker")
local say = require("aside.picker.say")

local M = {}

local STATUS = {
  nothing = "This workspace brings nothing along that needs your trust.",
  untrusted = "This workspace brings along what is not active, since you have not said that you trust it.",
  changed = "What this workspace brings along changed since you trusted it, so that none of it is active.",
  trusted = "You trust what this workspace brings along; it is active.",
  refused = "What this workspace brings along cannot be trusted as it is.",
}

--- The state as text, in Markdown.
---@param trust aside.TrustState
---@return string[]
function M.lines(trust)
  local lines = { "# " .. (trust.workspace:gsub("%c", " ")), "", STATUS[trust.status] or trust.status }
  if trust.reason then
    vim.list_extend(lines, { "", trust.reason })
  end
  local function section(title, entries)
    if entries and #entries > 0 then
      vim.list_extend(lines, { "", "## " .. title, "" })
      for _, entry in ipairs(entries) do
        -- Whoever wrote the workspace wrote these texts: they stay on their line.
        lines[#lines + 1] = "- " .. (entry:gsub("%c", " "))
      end
    end
  end
  section("Warnings", trust.warnings)
  section("Changed", trust.changed)
  section(
    trust.status == "trusted" and "Active" or "Would be active",
    vim.tbl_map(function(entry)
      return ("`%s` = %s"):format(entry.name, entry.value)
    end, trust.entries)
  )
  section("Files", trust.files)
  -- A line of a buffer holds no line end; a reason may have some.
  return vim.split(table.concat(lines, "\n"), "\n", { plain = true })
end

--- Shows the state in a window above the current one.
---@param trust aside.TrustState
---@return fun() close
local function show(trust)
  local lines = M.lines(trust)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].syntax = "markdown"
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = bufnr, nowait = true })
  local height = math.min(#lines, math.floor(vim.o.lines * 0.6))
  local win = vim.api.nvim_open_win(bufnr, false, { split = "above", win = -1, height = math.max(3, height) })
  vim.wo[win].wrap = true
  return function()
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_close(win, true)
    end
  end
end

---@param params aside.TrustSetParams
local function set(params)
  client.request("trust/set", params, function(err, trust)
    if err then
      return say.failed(err)
    end
    say.info(STATUS[trust.status] or trust.status)
  end)
end

--- Shows what there is, and asks.
function M.ask()
  picker.ask("trust/get", nil, function(trust)
    if trust.status == "nothing" then
      return say.info(STATUS.nothing)
    end
    local close = show(trust)
    local items = { { label = "Leave it as it is" } }
    if trust.status == "trusted" then
      table.insert(items, { label = "Trust it no more", params = { trusted = false } })
    elseif trust.hash and trust.status ~= "refused" then
      table.insert(items, 1, { label = "Trust it, as it is shown", params = { trusted = true, hash = trust.hash } })
    end
    if #items == 1 then
      return
    end
    vim.cmd.redraw()
    vim.ui.select(items, {
      prompt = STATUS[trust.status],
      kind = "aside.trust",
      format_item = function(item)
        return item.label
      end,
    }, function(item)
      close()
      if item and item.params then
        set(item.params)
      end
    end)
  end)
end

--- Shows what there is, and asks nothing.
function M.show()
  picker.ask("trust/get", nil, show)
end

--- Takes the trust away.
function M.revoke()
  set({ trusted = false })
end

return M
