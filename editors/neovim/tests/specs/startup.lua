--- The plugin is there without a word of configuration, and costs next to nothing until used.

local check = require("lib.check")
local stage = require("lib.stage")

return {
  {
    "an editor opens and closes",
    stage.with({}, function(s)
      local editor = s:editor({})
      check.same(editor:lua("return vim.fn.exists(':Aside')"), 2)
      editor:type("iHello<Esc>")
      check.same(editor:text(), "Hello")
    end),
  },
  {
    "a terminal opens and closes",
    stage.with({}, function(s)
      local terminal = s:terminal({})
      terminal:type("iHello")
      terminal:shows("Hello", "INSERT")
    end),
  },
}
