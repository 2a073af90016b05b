--- The plugin is there without a word of configuration, documents itself, and costs next to
--- nothing until it is used.

local check = require("lib.check")
local settings = require("lib.settings")
local stage = require("lib.stage")

--- The subcommands that users are promised.
local PROMISED = {
  "accept",
  "agent",
  "ask",
  "chat",
  "edit",
  "log",
  "mcp",
  "mode",
  "model",
  "reject",
  "send",
  "sessions",
  "stop",
  "undo",
  "usage",
}

--- Milliseconds that loading the plugin may add to Neovim's start, as Neovim counts them.
local MAX_START_MS = 3

--- How often it is measured; the least counts, since the machine does other things too.
local STARTS = 5

return {
  {
    "all commands are there, and are completed",
    stage.with({}, function(s)
      local editor = s:editor()
      local names = editor:lua("return vim.fn.getcompletion('Aside ', 'cmdline')")
      for _, name in ipairs(PROMISED) do
        check.is(vim.list_contains(names, name), ("`:Aside %s` in %s"):format(name, table.concat(names, " ")))
      end
      check.same(editor:lua("return vim.fn.getcompletion('Aside sess', 'cmdline')"), { "sessions" })
      local modes = editor:lua("return vim.fn.sort(vim.fn.getcompletion('Aside mode ', 'cmdline'))")
      check.same(modes, { "acceptEdits", "ask", "full", "readOnly" })
      for _, plug in ipairs({ "toggle", "chat", "send", "ask", "edit", "stop", "accept-hunk", "reject-hunk" }) do
        check.is(editor:lua("return vim.fn.maparg(..., 'n') ~= ''", ("<Plug>(aside-%s)"):format(plug)), plug)
      end
    end),
  },
  {
    "starting costs nearly nothing",
    stage.with({}, function(s)
      local log = s.world.root .. "/startup"
      local spent = math.huge
      for run = 1, STARTS do
        local editor = s:editor({ arguments = { "--startuptime", log .. run } })
        -- Nothing of the windows is loaded before one is opened.
        check.same(
          editor:lua([[
            return vim.tbl_filter(function(name)
              return vim.startswith(name, "aside.chat") or vim.startswith(name, "aside.review")
            end, vim.tbl_keys(package.loaded))
          ]]),
          {}
        )
        editor:close()
        for line in io.lines(log .. run) do
          local own = line:match("^%S+%s+%S+%s+(%S+): sourcing .*/aside/plugin/aside%.lua")
          spent = math.min(spent, tonumber(own) or math.huge)
        end
      end
      print(("          plugin/aside.lua takes %.2f ms"):format(spent))
      check.is(spent < MAX_START_MS, ("less than %d ms, not %.2f ms"):format(MAX_START_MS, spent))
    end),
  },
  {
    "the help has its tags, and all of them lead somewhere",
    stage.with({}, function(s)
      local editor = s:editor()
      editor:command("helptags " .. settings.plugin .. "/doc")
      local tags = editor:lua("return vim.fn.getcompletion('aside', 'help')")
      check.is(#tags > 20, "more than 20 tags, not " .. #tags)
      for _, name in ipairs(PROMISED) do
        local tag = ":Aside-" .. name
        editor:command("help " .. tag)
        check.has(editor:lua("return vim.fn.expand('%:t') .. ' ' .. vim.fn.getline('.')"), "aside.txt")
      end
    end),
  },
  {
    "the health check finds a sound setup sound",
    stage.with({}, function(s)
      s.world:write("a.txt", "one\n")
      local editor = s:editor({ files = { "a.txt" } })
      editor:command("checkhealth aside")
      local report = editor:wait(
        "the report",
        [[
        local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
        return text:find("Neovim 0.11", 1, true) and text
      ]]
      )
      check.has(report, "openai/scripted", "Connected", s.world.data)
      check.lacks(report, "ERROR", "WARNING", "sk-test")
    end),
  },
}
