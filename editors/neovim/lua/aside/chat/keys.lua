--- The keys of Aside's own buffers. Each is also a `<Plug>` mapping; no other buffer gets any.
local M = {}

---@param buffer integer
---@param modes string|string[]
---@param key string
---@param name string
---@param desc string
---@param action fun()
local function map(buffer, modes, key, name, desc, action)
  local plug = ("<Plug>(aside-%s)"):format(name)
  vim.keymap.set(modes, plug, action, { buffer = buffer, desc = "Aside: " .. desc })
  vim.keymap.set(modes, key, plug, { buffer = buffer, remap = true, desc = "Aside: " .. desc })
end

local function stop()
  require("aside.chat.send").stop()
end

---@param open? boolean
local function fold(open)
  return function()
    local transcript = require("aside.chat.transcript")
    local item = transcript.item_at(vim.api.nvim_win_get_cursor(0)[1] - 1)
    if item then
      require("aside.chat.folds").toggle(item, open)
    end
  end
end

---@param open boolean
local function fold_all(open)
  return function()
    require("aside.chat.folds").toggle_all(open)
  end
end

---@param flags string
local function jump(flags)
  return function()
    local head = "^## " .. vim.fn.escape(require("aside.config").get().icons.user, [[\.*^$~[]]) .. "$"
    vim.fn.search(head, flags .. "W")
  end
end

--- Keys of the transcript.
---@param buffer integer
function M.transcript(buffer)
  map(buffer, "n", "<CR>", "unfold", "unfold or fold a call", fold())
  map(buffer, "n", "za", "fold-toggle", "unfold or fold a call", fold())
  map(buffer, "n", "zo", "fold-open", "unfold a call", fold(true))
  map(buffer, "n", "zc", "fold-close", "fold a call", fold(false))
  map(buffer, "n", "zR", "unfold-all", "unfold all calls", fold_all(true))
  map(buffer, "n", "zM", "fold-all", "fold all calls", fold_all(false))
  map(buffer, "n", "]]", "next-message", "your next message", jump(""))
  map(buffer, "n", "[[", "previous-message", "your message before", jump("b"))
  map(buffer, "n", "<C-c>", "chat-stop", "stop the turn", stop)
  map(buffer, "n", "q", "chat-close", "close the chat", function()
    require("aside.chat").close()
  end)
  map(buffer, "n", "i", "chat-input", "write a message", function()
    require("aside.chat").open()
    vim.cmd.startinsert({ bang = true })
  end)
end

--- Keys of the input.
---@param buffer integer
function M.input(buffer)
  local function send(delivery)
    return function()
      require("aside.chat.send").draft(delivery)
    end
  end
  local function recall(step)
    return function()
      require("aside.chat.draft").recall(step)
    end
  end
  map(buffer, "n", "<CR>", "input-send", "send the message", send())
  map(buffer, "i", "<C-s>", "input-send", "send the message", send())
  map(buffer, "n", "<M-CR>", "input-steer", "send into the running turn", send("steer"))
  map(buffer, { "n", "i" }, "<C-c>", "input-stop", "stop the turn", stop)
  map(buffer, { "n", "i" }, "<M-Up>", "history-older", "the message before", recall(-1))
  map(buffer, { "n", "i" }, "<M-Down>", "history-newer", "the message after", recall(1))
  map(buffer, "n", "<C-p>", "history-older", "the message before", recall(-1))
  map(buffer, "n", "<C-n>", "history-newer", "the message after", recall(1))
  map(buffer, "n", "<C-x>", "detach", "take the last attachment away", function()
    require("aside.chat.draft").detach()
  end)
  map(buffer, "n", "q", "chat-close", "close the chat", function()
    require("aside.chat").close()
  end)
end

return M
