--- The mappings of a buffer while hunks wait in it. The `<Plug>` mappings themselves are always
--- there; those here are for users who mapped nothing to them.
local M = {}

--- What is mapped where the user has nothing else on these keys.
---@type { lhs: string, plug: string, desc: string, hint?: string }[]
local DEFAULTS = {
  { lhs = "]h", plug = "aside-next-hunk", desc = "next pending hunk" },
  { lhs = "[h", plug = "aside-prev-hunk", desc = "previous pending hunk" },
  { lhs = "gha", plug = "aside-accept-hunk", desc = "accept this hunk", hint = "accept" },
  { lhs = "ghr", plug = "aside-reject-hunk", desc = "reject this hunk", hint = "reject" },
  { lhs = "ghA", plug = "aside-accept-file", desc = "accept all hunks of this file" },
  { lhs = "ghR", plug = "aside-reject-file", desc = "reject all hunks of this file" },
  { lhs = "ghd", plug = "aside-diff", desc = "compare this file with its base" },
}

--- What we mapped, by buffer.
---@type table<integer, string[]>
local mapped = {}

---@param plug string
---@return string
local function plugged(plug)
  return ("<Plug>(%s)"):format(plug)
end

--- The keys that lead to one of our mappings in a buffer.
---@param bufnr integer
---@param plug string
---@return string?
local function keys_of(bufnr, plug)
  local wanted = plugged(plug)
  for _, maps in ipairs({ vim.api.nvim_buf_get_keymap(bufnr, "n"), vim.api.nvim_get_keymap("n") }) do
    for _, map in ipairs(maps) do
      if map.rhs == wanted then
        return map.lhs
      end
    end
  end
end

--- Maps the keys of a buffer; what is mapped otherwise stays as it is.
---@param bufnr integer
function M.map(bufnr)
  if mapped[bufnr] then
    return
  end
  mapped[bufnr] = {}
  vim.api.nvim_buf_call(bufnr, function()
    for _, default in ipairs(DEFAULTS) do
      if not keys_of(bufnr, default.plug) and vim.fn.maparg(default.lhs, "n") == "" then
        vim.keymap.set("n", default.lhs, plugged(default.plug), {
          buffer = bufnr,
          remap = true,
          desc = "Aside: " .. default.desc,
        })
        table.insert(mapped[bufnr], default.lhs)
      end
    end
  end)
end

--- Maps the keys of the list of all hunks, where accepting and rejecting mean its lines.
---@param bufnr integer
function M.map_list(bufnr)
  for _, default in ipairs(DEFAULTS) do
    local resolves = default.plug:find("accept", 1, true) or default.plug:find("reject", 1, true)
    if resolves and not keys_of(bufnr, default.plug) then
      -- In Visual mode all lines that are selected are meant.
      local modes = vim.endswith(default.plug, "-hunk") and { "n", "x" } or "n"
      vim.keymap.set(modes, default.lhs, plugged(default.plug), {
        buffer = bufnr,
        remap = true,
        desc = "Aside: " .. default.desc,
      })
    end
  end
end

--- Takes our mappings away.
---@param bufnr integer
function M.unmap(bufnr)
  for _, lhs in ipairs(mapped[bufnr] or {}) do
    -- The user may have taken it away himself.
    pcall(vim.keymap.del, "n", lhs, { buffer = bufnr })
  end
  mapped[bufnr] = nil
end

--- What to press, for people: `gha accept · ghr reject`.
---@param bufnr integer
---@return string
function M.hint(bufnr)
  local parts = {}
  for _, default in ipairs(DEFAULTS) do
    local keys = default.hint and keys_of(bufnr, default.plug)
    if keys then
      parts[#parts + 1] = keys .. " " .. default.hint
    end
  end
  return table.concat(parts, " · ")
end

return M
