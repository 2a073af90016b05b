--- What a user does with the chat, key by key, and what there is to see of it.

local process = require("lib.process")

local M = {}

--- Opens the chat; the cursor is in the input then.
---@param editor tests.Editor
function M.open(editor)
  editor:type(":Aside chat<CR>")
  editor:wait(
    "the input to have the cursor",
    [[
    return vim.api.nvim_buf_get_name(0) == "aside://input"
  ]]
  )
end

--- Writes a message and sends it; the cursor is in the input before and after.
---@param editor tests.Editor
---@param text string
function M.say(editor, text)
  editor:type("i" .. text:gsub("<", "<lt>") .. "<C-s><Esc>")
end

--- Waits until this is the first line of the buffer that has the cursor, which is the input.
---@param editor tests.Editor
---@param text string
function M.writes(editor, text)
  editor:wait("the input " .. text, "return vim.api.nvim_buf_get_lines(0, 0, -1, true)[1] == ...", text)
end

--- The transcript, with what is drawn behind its lines, and below all what is drawn between them.
---@param editor tests.Editor
---@return string
function M.text(editor)
  return editor:lua([[
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_get_name(buffer) == "aside://chat" then
        local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
        for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, -1, 0, -1, { details = true })) do
          for _, chunk in ipairs(mark[4].virt_text or {}) do
            lines[mark[2] + 1] = (lines[mark[2] + 1] or "") .. " " .. chunk[1]
          end
          for _, line in ipairs(mark[4].virt_lines or {}) do
            for _, chunk in ipairs(line) do
              lines[#lines + 1] = chunk[1]
            end
          end
        end
        return table.concat(lines, "\n")
      end
    end
    return ""
  ]])
end

--- Waits until the transcript contains all of these texts, and gives it.
---@param editor tests.Editor
---@param ... string
---@return string
function M.shows(editor, ...)
  local texts = { ... }
  return process.wait(function()
    return ("the chat to show %s; the editor shows:\n%s"):format(vim.inspect(texts), editor:report())
  end, function()
    local chat = M.text(editor)
    for _, text in ipairs(texts) do
      if not chat:find(text, 1, true) then
        return nil
      end
    end
    return chat
  end)
end

--- Waits until the session that is shown does this, as statuslines are told.
---@param editor tests.Editor
---@param state "idle"|"running"|"waiting"
function M.is(editor, state)
  editor:wait("the session to be " .. state, "return require('aside').status().state == ...", state)
end

--- Waits for a question that takes keys, and gives its text.
---@param editor tests.Editor
---@return string
function M.question(editor)
  editor:wait(
    "a question that takes keys",
    [[
    return vim.bo.filetype == "aside-permission" and vim.b.aside_armed
  ]]
  )
  return editor:text()
end

--- Answers the next question by a key.
---@param editor tests.Editor
---@param key string
---@return string question
function M.answer(editor, key)
  local text = M.question(editor)
  editor:type(key)
  return text
end

--- For a user's `init.lua`: a picker whose choices `pick` makes.
M.PICKER = [[
  vim.ui.select = function(items, options, choose)
    _G.asked = {
      prompt = options.prompt,
      labels = vim.tbl_map(options.format_item, items),
      choose = function(label)
        _G.asked = nil
        for _, item in ipairs(items) do
          if options.format_item(item):find(label, 1, true) then
            return choose(item)
          end
        end
      end,
    }
  end
]]

--- Waits for the picker, chooses what has this in its label, and gives what was asked.
---@param editor tests.Editor
---@param label string
---@return { prompt: string, labels: string[] }
function M.pick(editor, label)
  local asked = editor:wait(
    "a picker with " .. label,
    [[
    local label = ...
    for _, there in ipairs(_G.asked and _G.asked.labels or {}) do
      if there:find(label, 1, true) then
        return { prompt = _G.asked.prompt, labels = _G.asked.labels }
      end
    end
  ]],
    label
  )
  editor:lua("_G.asked.choose(...)", label)
  return asked
end

--- Sends a request of the protocol by the plugin's own client, and gives the result.
---@param editor tests.Editor
---@param method string
---@param params table
---@return any
function M.request(editor, method, params)
  editor:lua(
    [[
      local method, params = ...
      _G.answered = nil
      require("aside.client").request(method, params, function(err, result)
        _G.answered = { err = err, result = result }
      end)
    ]],
    method,
    params
  )
  local answered = editor:wait("an answer to " .. method, "return _G.answered")
  assert(not answered.err, vim.inspect(answered.err))
  return answered.result
end

--- The id of the session that is shown.
---@param editor tests.Editor
---@return string
function M.session(editor)
  return editor:wait("a session", "return require('aside.state').current()")
end

return M
