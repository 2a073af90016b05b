--- The picture of the README: a small piece of work in a real terminal, drawn by a browser.

local S = require("lib.script")
local check = require("lib.check")
local picture = require("lib.picture")
local stage = require("lib.stage")

--- How a user has set up the editor; nothing of it is the plugin's.
local INIT = [[
vim.o.number = true
vim.o.signcolumn = "yes"
vim.o.laststatus = 3
vim.o.cmdheight = 0
vim.o.ruler = false
vim.o.showmode = false
vim.o.shortmess = vim.o.shortmess .. "FWI"
vim.opt.fillchars = { eob = " ", vert = "│" }
function _G.statusline()
  local _, aside = require("aside").status()
  return " %f%( %m%)%=" .. aside:gsub("%%", "%%%%") .. " "
end
vim.o.statusline = "%!v:lua.statusline()"
]]

local BEFORE = [[
--- Asks again where a request fails in passing.
local M = {}

local ATTEMPTS = 3
local PAUSE_MS = 500

---@param request fun(done: fun(err: string?, answer: any))
---@param done fun(err: string?, answer: any)
function M.retry(request, done)
  local function attempt(number)
    request(function(err, answer)
      if not err or number == ATTEMPTS then
        return done(err, answer)
      end
      local pause = PAUSE_MS
      vim.defer_fn(function()
        attempt(number + 1)
      end, pause)
    end)
  end
  attempt(1)
end

return M
]]

--- A server that is not the provider's own has the prices that the user gives.
local PRICES = [[
[providers.openai.models.gpt-5-mini]
context_window = 272000
input_price = 0.25
cached_input_price = 0.025
output_price = 2.0
]]

--- Replies with tokens as those of real work.
---@param replies table[]
---@return table[]
local function spent(replies)
  for index, reply in ipairs(replies) do
    reply.usage = { input = 17000 + 900 * index, cached = 9000, output = 700, reasoning = 200 }
  end
  return replies
end

return {
  {
    "a picture for the README is drawn",
    stage.with(
      spent({
        S.parts({ reasoning = "First I look at how it waits." }, {
          toolCall = { id = "r", name = "read_file", arguments = { path = "retry.lua" } },
        }),
        S.edit("e", "retry.lua", {
          {
            old_text = "local PAUSE_MS = 500\n",
            new_text = "--- The first one, and the longest.\nlocal PAUSE_MS, MOST_MS = 250, 8000\n",
          },
          {
            old_text = "      local pause = PAUSE_MS\n",
            new_text = "      local pause = PAUSE_MS * 2 ^ (number - 1)\n      pause = math.min(pause, MOST_MS)\n",
          },
        }),
        S.parts({
          text = "Each pause is now **twice the one before**, from 250 ms up to 8 s:\n\n"
            .. "| attempt | waits |\n| ------- | ----- |\n| 2       | 250 ms |\n| 3       | 500 ms |\n\n"
            .. "With `ATTEMPTS = 3` the limit is never reached. To see it at work:\n\n"
            .. "```lua\nretry(flaky, function(err)\n  assert(not err)\nend)\n```\n\n"
            .. "Two hunks wait for you in `retry.lua`.",
        }),
      }),
      function(s)
        s.world:init(INIT)
        s.world:write("retry.lua", BEFORE)
        s.world:write_at(s.world.config .. "/config.toml", PRICES)
        local terminal = s:terminal({ "retry.lua" }, { ASIDE_MODEL = "openai/gpt-5-mini" })
        terminal:shows("function M.retry")
        terminal:type(":Aside chat")
        terminal:keys("Enter")
        terminal:shows("<C-s>")
        terminal:type("iLet it wait longer after each failure, with a limit.")
        terminal:keys("C-s", "Escape")
        terminal:shows("press a key")
        terminal:keys("y")
        terminal:shows("Two hunks wait for you", "gha accept")
        terminal:type("iAnd spread them a little, so that not all clients come at once")
        terminal:keys("Escape", "C-w", "t")
        terminal:type("gg]h")
        local screen = terminal:becomes("a chat at rest", function(now)
          local first = vim.split(now, "\n")[1]
          return now:find("retry.lua [+]", 1, true) and now:find("$0.0", 1, true) and not first:find(" s ", 1, true)
        end)
        check.has(
          screen,
          "PAUSE_MS * 2 ^",
          "local pause = PAUSE_MS",
          "local PAUSE_MS = 500",
          "all clients",
          "gpt-5-mini"
        )
        check.lacks(screen, "E5108", "Error")
        picture.draw(terminal:colours(), "neovim", s.world.root)
      end,
      "retry"
    ),
  },
}
