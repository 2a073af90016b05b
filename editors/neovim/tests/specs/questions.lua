--- Questions of the agent and of MCP servers: a text, a choice, a form, a page.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local stage = require("lib.stage")

--- A user who answers what `vim.ui` asks from a list; what was asked is kept.
local USER = [[
  local answers = ...
  _G.asked = {}
  local function next_answer()
    local answer = table.remove(answers, 1)
    return answer ~= vim.NIL and answer or nil
  end
  vim.ui.select = function(items, options, choose)
    local labels = vim.tbl_map(options.format_item, items)
    table.insert(_G.asked, options.prompt .. " [" .. table.concat(labels, ", ") .. "]")
    local wanted = next_answer()
    for index, label in ipairs(labels) do
      if label == wanted then
        return choose(items[index], index)
      end
    end
    choose(nil)
  end
  vim.ui.input = function(options, done)
    table.insert(_G.asked, options.prompt)
    done(next_answer())
  end
  vim.ui.open = function(url)
    table.insert(_G.asked, "opened " .. url)
  end
]]

--- A question as an MCP server has it, and what becomes of it.
---@param params table
---@param answers string[]
---@param expect { asked: string[], answer: table }
---@return fun()
local function asked(params, answers, expect)
  return stage.with({}, function(s)
    local editor = s:editor()
    editor:lua(USER, answers)
    params = vim.tbl_extend("force", { requestId = "r", sessionId = "s", message = "Well?", server = "shop" }, params)
    editor:lua(
      [[
        local params = ...
        require("aside.client").on_request = function(_, handler)
          handler(params, function(_, answer)
            _G.answer = answer
          end, {})
        end
        package.loaded["aside.elicit"] = nil
        require("aside.elicit")
      ]],
      params
    )
    check.same(editor:wait("an answer", "return _G.answer"), expect.answer)
    check.same(editor:lua("return _G.asked"), expect.asked)
  end)
end

local ASKER = "The MCP server “shop” asks: Well?"
local REFUSE = "(refuse to answer)"

local FORM = {
  type = "object",
  required = { "mail", "count" },
  properties = {
    mail = { type = "string", format = "email", title = "Mail" },
    count = { type = "integer", minimum = 1, maximum = 6 },
    gift = { type = "boolean" },
    sizes = { type = "array", items = { enum = { "S", "M" } } },
  },
}

return {
  {
    "the agent's question is answered in words",
    stage.with({ S.call("q", "ask_user", { question = "Which one?" }), S.say("Thanks.") }, function(s)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Go on")
      editor:wait("the question", "return vim.api.nvim_get_mode().mode == 'c'")
      editor:type("the red one<CR>")
      chat.shows(editor, "Thanks.")
      check.has(s.script:told("q"), "the red one")
    end),
  },
  {
    "the agent's question with options is a choice",
    stage.with({
      S.call("q", "ask_user", { question = "Which one?", options = { "red", "blue" } }),
      S.say("Thanks."),
    }, function(s)
      s.world:init(chat.PICKER)
      local editor = s:editor()
      chat.open(editor)
      chat.say(editor, "Go on")
      local question = chat.pick(editor, "blue")
      check.has(question.prompt, "Which one?")
      check.same(question.labels, { "red", "blue", REFUSE })
      chat.shows(editor, "Thanks.")
      check.has(s.script:told("q"), "blue")
    end),
  },
  {
    "a form is filled in, checked, and shown before it is sent",
    asked({ schema = FORM }, { "Answer", "nobody", "a@b.org", "7", "2.5", "2", "No", "[ ] M", "Done", "Send" }, {
      asked = {
        ASKER .. " [Answer, " .. REFUSE .. "]",
        "Mail: ",
        "Mail: ",
        "count: ",
        "count: ",
        "count: ",
        "gift, optional [Yes, No, (leave it out)]",
        "sizes, optional [Done, [ ] S, [ ] M]",
        "sizes, optional [Done, [ ] S, [x] M]",
        "Mail: a@b.org; count: 2; gift: No; sizes: M – send this?  [Send, Fill it in again, Refuse]",
      },
      answer = {
        action = "accept",
        content = { mail = "a@b.org", count = 2, gift = false, sizes = { "M" } },
      },
    }),
  },
  {
    "a form that is left is dismissed",
    asked({ schema = FORM }, { "Answer" }, {
      asked = { ASKER .. " [Answer, " .. REFUSE .. "]", "Mail: " },
      answer = { action = "cancel" },
    }),
  },
  {
    "a question that is taken back makes room, whatever became of its window",
    stage.with({}, function(s)
      local editor = s:editor()
      editor:lua([[
        _G.asked = {}
        vim.ui.select = function(_, options)
          table.insert(_G.asked, options.prompt)
        end
        require("aside.client").on_request = function(_, handler)
          _G.ask = handler
        end
        package.loaded["aside.elicit"] = nil
        require("aside.elicit")
        _G.first = {}
        _G.ask({ message = "One?" }, function() end, _G.first)
        _G.ask({ message = "Two?" }, function() end, {})
      ]])
      editor:wait("the first question", "return #_G.asked == 1")
      editor:lua("_G.first.on_cancel()")
      editor:wait("the second question", "return #_G.asked == 2")
      check.same(editor:lua("return _G.asked"), { "Aside asks: One?", "Aside asks: Two?" })
    end),
  },
  {
    "a question may be refused",
    asked({ schema = FORM }, { REFUSE }, {
      asked = { ASKER .. " [Answer, " .. REFUSE .. "]" },
      answer = { action = "decline" },
    }),
  },
  {
    "a page is opened after asking",
    asked({ url = "https://example.org/a" }, { "Open https://example.org/a" }, {
      asked = { ASKER .. " [Open https://example.org/a, " .. REFUSE .. "]", "opened https://example.org/a" },
      answer = { action = "accept" },
    }),
  },
  {
    "what is no page is never opened",
    asked({ url = "file:///etc/passwd" }, { "Open file:///etc/passwd" }, {
      asked = { ASKER .. " [Open file:///etc/passwd, " .. REFUSE .. "]" },
      answer = { action = "decline" },
    }),
  },
  {
    "a schema that is none is a yes or no",
    asked({ schema = { type = "object", properties = 7 } }, { "Yes" }, {
      asked = { ASKER .. " [Yes, " .. REFUSE .. "]" },
      answer = { action = "accept", content = vim.empty_dict() },
    }),
  },
}
