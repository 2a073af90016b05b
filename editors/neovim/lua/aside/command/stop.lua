--- `:Aside stop`: stops the turn that runs.
return {
  desc = "Stop the turn that runs; `queued` takes back what waits",
  complete = function()
    return { "queued" }
  end,
  run = function(args)
    if args[1] == "queued" then
      require("aside.chat.queue").cancel()
    else
      require("aside.chat.send").stop()
    end
  end,
}
