--- Expectations that say what was there instead.

local M = {}

--- Fails unless both are alike.
---@param got any
---@param expect any
---@param what string?
function M.same(got, expect, what)
  if not vim.deep_equal(got, expect) then
    error(("%s\nexpected: %s\n     got: %s"):format(what or "", vim.inspect(expect), vim.inspect(got)), 2)
  end
end

--- Fails unless a text contains all of these, as they stand.
---@param text string?
---@param ... string
function M.has(text, ...)
  for _, part in ipairs({ ... }) do
    if not (text and text:find(part, 1, true)) then
      error(("expected %q in:\n%s"):format(part, tostring(text)), 2)
    end
  end
end

--- Fails if a text contains one of these.
---@param text string
---@param ... string
function M.lacks(text, ...)
  for _, part in ipairs({ ... }) do
    if text:find(part, 1, true) then
      error(("expected no %q in:\n%s"):format(part, text), 2)
    end
  end
end

--- Fails unless it is neither nil nor false.
---@generic T
---@param got T?
---@param what string
---@return T
function M.is(got, what)
  if not got then
    error("expected: " .. what, 2)
  end
  return got
end

return M
