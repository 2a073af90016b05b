--- `:Aside chat`: opens the chat.
return {
  desc = "Open the chat; `new` begins an empty one, `close` closes it",
  complete = function(lead)
    return vim.tbl_filter(function(word)
      return vim.startswith(word, lead)
    end, { "close", "new", "toggle" })
  end,
  run = function(args)
    local chat = require("aside.chat")
    if args[1] == "new" then
      chat.new()
    elseif args[1] == "close" then
      chat.close()
    elseif args[1] == "toggle" then
      chat.toggle()
    else
      chat.open()
    end
  end,
}
