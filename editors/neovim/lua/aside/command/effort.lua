--- `:Aside effort [default|minimal|low|medium|high]`: how much the model is to think.
return require("aside.picker.command").of("effort", "Choose how much the model thinks")
