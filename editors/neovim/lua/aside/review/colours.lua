--- How hunks look: tints of the colour scheme's own colours for what was added and removed, since
--- its groups for comparisons are often too loud, or too faint, for lines that one goes on editing.
local M = {}

--- How much of the colour is in a tint.
local SHARE = 0.18

--- Tinted groups: the group whose text colour is taken, and what is linked to where there is none.
local TINTS = {
  AsideAdd = { "Added", "DiffAdd" },
  AsideChange = { "Added", "DiffChange" },
  AsideDelete = { "Removed", "DiffDelete" },
}

local LINKS = {
  AsideSignAdd = "Added",
  AsideSignChange = "Changed",
  AsideSignDelete = "Removed",
  AsideHint = "Comment",
}

--- Between two colours, channel by channel.
---@param from integer
---@param to integer
---@return integer
local function blend(from, to)
  local mixed = 0
  for _, unit in ipairs({ 0x10000, 0x100, 1 }) do
    local one, other = math.floor(from / unit) % 0x100, math.floor(to / unit) % 0x100
    mixed = mixed + unit * math.floor(one + (other - one) * SHARE + 0.5)
  end
  return mixed
end

--- Says how hunks look, unless the colour scheme or the user does.
function M.define()
  local normal = vim.api.nvim_get_hl(0, { name = "Normal", link = false })
  local ground = normal.bg or (vim.o.background == "light" and 0xffffff or 0x000000)
  for name, tint in pairs(TINTS) do
    local source = vim.api.nvim_get_hl(0, { name = tint[1], link = false })
    local fallback = vim.api.nvim_get_hl(0, { name = tint[2], link = false })
    if source.fg then
      -- Terminals without true colours have those of the group for comparisons.
      vim.api.nvim_set_hl(0, name, {
        bg = blend(ground, source.fg),
        ctermfg = fallback.ctermfg,
        ctermbg = fallback.ctermbg,
        default = true,
      })
    else
      vim.api.nvim_set_hl(0, name, { link = tint[2], default = true })
    end
  end
  for name, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

return M
