--- `:Aside send`: sends a message, with the selection where there is one.
return {
  desc = "Send a message, or the draft; `!` sends it into the running turn",
  run = function(args, opts)
    local chat = require("aside.chat")
    local draft = require("aside.chat.draft")
    local send = require("aside.chat.send")
    local delivery = opts.bang and "steer" or nil
    local selected = require("aside.chat.attach").of_command(opts)
    local text = table.concat(args, " ")
    if text == "" and selected then
      -- There is nothing to say yet: it goes along with what will be written.
      draft.attach(selected)
      chat.open()
      return
    end
    if text == "" then
      send.draft(delivery)
      return
    end
    local content = { { type = "text", text = text } }
    content[2] = selected
    send.send(content, { delivery = delivery })
  end,
}
