--- `:Aside stop`: stops the turn that runs.
return {
  desc = "Stop the turn that runs",
  run = function()
    require("aside.chat.send").stop()
  end,
}
