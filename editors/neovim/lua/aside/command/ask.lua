--- `:Aside ask`: asks about the selection, or about the file.
return {
  desc = "Ask about the selection, or about this file",
  run = function(args, opts)
    local attach = require("aside.chat.attach")
    local about = attach.of_command(opts) or attach.lines(vim.api.nvim_get_current_buf())
    require("aside.chat.prompt").ask("Ask: ", table.concat(args, " "), function(text)
      local content = { { type = "text", text = text } }
      content[2] = about
      require("aside.chat").open({ stay = true })
      require("aside.chat.send").send(content)
    end)
  end,
}
