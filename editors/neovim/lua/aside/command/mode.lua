--- `:Aside mode [ask|acceptEdits|readOnly|full]`: what the agent may do unasked.
return require("aside.picker.command").of("mode", "Choose what the agent may do unasked")
