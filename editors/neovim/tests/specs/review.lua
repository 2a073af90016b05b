--- The review beyond single hunks: proposals, files that come and go, hunks on hunks, the list of
--- all, the comparison, and what is left to review when the editor opens again.

local S = require("lib.script")
local chat = require("lib.chat")
local check = require("lib.check")
local stage = require("lib.stage")

local UNASKED = { ASIDE_PERMISSION_MODE = "full" }
local TEXT = "one\ntwo\nthree\nfour\nfive\n"

---@param s tests.Stage
---@param settings? string more of the server's settings
---@return tests.Editor
local function edited(s, settings)
  s.world:write("a.txt", TEXT)
  s.world:write("old.txt", "old\n")
  s.world:write_at(s.world.config .. "/config.toml", (settings or "") .. "\n[providers]\nretry_base_ms = 1\n")
  local editor = s:editor({ files = { "a.txt" }, env = UNASKED })
  chat.open(editor)
  chat.say(editor, "Change it")
  chat.shows(editor, "Done.")
  editor:type("<C-w>10h")
  return editor
end

--- What is drawn in the current buffer: lines that are highlighted, and virtual ones.
---@param editor tests.Editor
---@return string
local function drawn(editor)
  return editor:lua([[
    local found = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
      local details = mark[4]
      if details.hl_group and details.hl_group:find("^Aside") then
        found[#found + 1] = ("%s %d-%d"):format(details.hl_group, mark[2] + 1, details.end_row)
      end
      for _, line in ipairs(details.virt_lines or {}) do
        found[#found + 1] = ("%s %s"):format(line[1][2], vim.trim(line[1][1]))
      end
    end
    table.sort(found)
    return table.concat(found, "\n")
  ]])
end

---@param editor tests.Editor
---@param count integer
local function pending(editor, count)
  editor:wait(("%d hunks"):format(count), "return require('aside.review').count() == ...", count)
end

--- The texts of the list of all hunks.
---@param editor tests.Editor
---@return string
local function list(editor)
  return editor:lua([[
    return table.concat(vim.tbl_map(function(entry)
      local name = entry.bufnr > 0 and vim.fn.fnamemodify(vim.fn.bufname(entry.bufnr), ":t") or ""
      return name .. "|" .. entry.lnum .. "| " .. entry.text
    end, vim.fn.getqflist()), "\n")
  ]])
end

return {
  {
    "what is only proposed is drawn so, also when a part of it is accepted",
    stage.with({
      S.edit("e", "a.txt", {
        { old_text = "one\n", new_text = "ONE\n" },
        { old_text = "three\n", new_text = "" },
        { old_text = "five\n", new_text = "five\nsix\n" },
      }),
      S.say("Done."),
    }, function(s)
      local editor = edited(s, '[edits]\nmode = "propose"')
      pending(editor, 3)
      check.same(editor:text("a%.txt") .. "\n", TEXT)
      check.same(drawn(editor), "AsideAdd ONE\nAsideAdd six\nAsideDelete 1-1\nAsideDelete 3-3")
      editor:type("gg]hgha")
      pending(editor, 2)
      check.same(editor:text("a%.txt"), "one\ntwo\nfour\nfive")
      check.same(drawn(editor), "AsideAdd ONE\nAsideAdd six\nAsideDelete 1-1")
      editor:type(":Aside accept all<CR>")
      pending(editor, 0)
      check.same(editor:text("a%.txt"), "ONE\ntwo\nfour\nfive\nsix")
    end),
  },
  {
    "files that come, go and move are in the list, and are taken back from there",
    stage.with({
      S.call("c", "write_file", { path = "new.txt", content = "made\n" }),
      S.call("d", "delete_file", { path = "old.txt" }),
      S.edit("e", "a.txt", { { old_text = "two\n", new_text = "TWO\n" } }),
      S.say("Done."),
    }, function(s)
      local editor = edited(s)
      pending(editor, 3)
      editor:type(":Aside review<CR>")
      editor:wait("the list", "return vim.bo.buftype == 'quickfix'")
      check.same(list(editor), "a.txt|2| +1 -1  TWO\nnew.txt|1| create +1  made\n|0| old.txt: delete -1  old")
      editor:type("Gghr")
      pending(editor, 2)
      check.same(s.world:read("old.txt"), "old\n")
      editor:type("Vggghr")
      pending(editor, 0)
      check.same(list(editor), "")
      check.same(editor:text("a%.txt") .. "\n", TEXT)
    end),
  },
  {
    "a hunk on a hunk is one to look at, compared with what was there at first",
    stage.with({
      S.edit("e1", "a.txt", { { old_text = "two\n", new_text = "TWO\n" } }),
      S.edit("e2", "a.txt", { { old_text = "TWO\n", new_text = "TWO and more\n" } }),
      S.say("Done."),
    }, function(s)
      local editor = edited(s)
      pending(editor, 2)
      editor:wait("what was there at first", "return vim.fn.line('$') == 5")
      check.lacks(drawn(editor), "AsideDelete TWO")
      check.has(drawn(editor), "AsideDelete two")
      editor:type(":Aside review diff<CR>")
      editor:wait("the comparison", "return #vim.api.nvim_list_tabpages() == 2 and vim.wo.diff")
      check.same(editor:text("aside://base") .. "\n", TEXT)
      -- In it, old lines are on the other side, not above the new ones.
      editor:wait(
        "no old lines",
        [[
        local marks = vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })
        return vim.iter(marks):all(function(mark)
          return not mark[4].virt_lines
        end)
      ]]
      )
      editor:type("<C-w>hq")
      editor:wait("the file as before", "return #vim.api.nvim_list_tabpages() == 1 and not vim.wo.diff")
      editor:wait(
        "the old lines",
        [[
        for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
          if mark[4].virt_lines then
            return true
          end
        end
      ]]
      )
      editor:type("2Gghr")
      pending(editor, 0)
      check.same(editor:text("a%.txt") .. "\n", TEXT)
    end),
  },
  {
    "a buffer is watched once, however often hunks come and go",
    stage.with({}, function(s)
      s.world:write("a.txt", TEXT)
      local editor = s:editor({ files = { "a.txt" } })
      local told = editor:lua([[
        local review = require("aside.review")
        local range = { start = { line = 0, character = 0 }, ["end"] = { line = 1, character = 0 } }
        local hunk = { id = "h", oldText = "1\n", newText = "one\n", oldRange = range, newRange = range }
        local version = vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]
        local edit = { id = "e", turnId = "t", uri = vim.uri_from_bufnr(0), kind = "modify", version = version }
        for _, status in ipairs({ "pending", "accepted", "pending", "accepted", "pending" }) do
          local resolved = status == "accepted"
          local now = { status = resolved and "accepted" or "applied" }
          now.hunks = { vim.tbl_extend("force", hunk, { status = status }) }
          review.put({ vim.tbl_extend("force", edit, now) })
        end
        local told = 0
        review.refresh_soon = function()
          told = told + 1
        end
        vim.api.nvim_buf_set_lines(0, -1, -1, true, { "six" })
        return told
      ]])
      check.same(told, 1)
    end),
  },
  {
    "what is undone in the editor is rejected",
    stage.with({ S.edit("e", "a.txt", { { old_text = "two\n", new_text = "TWO\n" } }), S.say("Done.") }, function(s)
      local editor = edited(s)
      pending(editor, 1)
      editor:type("u")
      pending(editor, 0)
      check.same(editor:text("a%.txt") .. "\n", TEXT)
      check.same(drawn(editor), "")
    end),
  },
  {
    "an editor that opens again goes on with the review",
    stage.with({
      S.edit("e", "a.txt", {
        { old_text = "two\n", new_text = "TWO\n" },
        { old_text = "four\n", new_text = "FOUR\n" },
      }),
      S.say("Done."),
    }, function(s)
      local editor = edited(s)
      pending(editor, 2)
      editor:command("write")
      editor:close()
      local other = s:editor({ files = { "a.txt" }, env = UNASKED })
      other:wait("both hunks", "return package.loaded['aside.review'] and require('aside.review').count(0) == 2")
      other:type("gg]hghr")
      pending(other, 1)
      check.same(other:text("a%.txt"), "one\ntwo\nthree\nFOUR\nfive")
    end),
  },
}
