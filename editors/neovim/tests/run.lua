--- Runs the tests: `nvim --headless --clean -l run.lua [WORD…]`, which `cargo xtask neovim` calls.
--- With words, only tests run whose file and name together contain one of them.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, "S").source:sub(2)))
package.path = here .. "/?.lua;" .. package.path

--- A test: its name, and what fails by an error.
---@alias tests.Test [string, fun()]

---@param file string
---@param name string
---@return boolean
local function is_asked(file, name)
  local asked = #arg == 0
  for _, word in ipairs(arg) do
    asked = asked or (file .. ": " .. name):find(word, 1, true) ~= nil
  end
  return asked
end

local function say(text)
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

local files = {}
for name in vim.fs.dir(here .. "/specs") do
  files[#files + 1] = name:match("^(.+)%.lua$")
end
table.sort(files)

local failed, passed = {}, 0
local began = vim.uv.hrtime()
for _, file in ipairs(files) do
  ---@type tests.Test[]
  local tests = require("specs." .. file)
  assert(#tests > 0, file .. " has no tests")
  for _, test in ipairs(tests) do
    local name, body = test[1], test[2]
    if is_asked(file, name) then
      local start = vim.uv.hrtime()
      local fine, failure = pcall(body)
      local seconds = (vim.uv.hrtime() - start) / 1e9
      if fine then
        passed = passed + 1
        say(("  ok      %s: %s (%.1f s)"):format(file, name, seconds))
      else
        failed[#failed + 1] = file .. ": " .. name
        say(("  FAILED  %s: %s (%.1f s)\n%s"):format(file, name, seconds, tostring(failure)))
      end
    end
  end
end
say(("%d passed, %d failed in %.1f s"):format(passed, #failed, (vim.uv.hrtime() - began) / 1e9))
for _, name in ipairs(failed) do
  say("  " .. name)
end
-- A run in which nothing ran has shown nothing.
os.exit((#failed == 0 and passed > 0) and 0 or 1)
