--- `:Aside model [PROVIDER/MODEL]`: which model the session works with, from the next turn on.
return require("aside.picker.command").of("model", "Choose the model")
