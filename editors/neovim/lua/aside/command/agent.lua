--- `:Aside agent [NAME]`: which agent template the session works with.
return require("aside.picker.command").of("agent", "Choose the agent")
