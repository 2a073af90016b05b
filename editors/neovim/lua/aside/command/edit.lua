--- `:Aside edit`: has the selection changed, or the file.
return {
  desc = "Have the selection changed, or this file",
  run = function(args, opts)
    local attach = require("aside.chat.attach")
    local selected = attach.of_command(opts)
    local about = selected or attach.lines(vim.api.nvim_get_current_buf())
    if not about then
      vim.notify("Aside: this buffer is no file that could be changed.", vim.log.levels.WARN)
      return
    end
    require("aside.chat.prompt").ask("Edit: ", table.concat(args, " "), function(text)
      local what = selected and "Change the attached lines of the file" or "Change the attached file"
      require("aside.chat").open({ stay = true })
      require("aside.chat.send").send({
        { type = "text", text = ("%s, and nothing else: %s"):format(what, text) },
        about,
      })
    end)
  end,
}
