--- The highlight groups of the plugin, each a link that a colour scheme may set otherwise.
local M = {}

--- Groups and what they are linked to.
M.groups = {
  AsideUser = "Title",
  AsideAssistant = "Function",
  AsideReasoning = "Comment",
  AsideTool = "Identifier",
  AsideToolOk = "DiagnosticOk",
  AsideToolFailed = "DiagnosticError",
  AsideToolWaiting = "DiagnosticWarn",
  AsideToolRunning = "DiagnosticInfo",
  AsideMeta = "Comment",
  AsideNotice = "DiagnosticInfo",
  AsideWarning = "DiagnosticWarn",
  AsideError = "DiagnosticError",
  AsidePlanDone = "Comment",
  AsidePlanActive = "DiagnosticInfo",
  AsidePlanPending = "Normal",
  AsideSpinner = "DiagnosticInfo",
  AsideAttachment = "Special",
  AsideCode = "CursorLine",
}

--- Defines what is not defined; also after another colour scheme was chosen.
function M.define()
  for group, link in pairs(M.groups) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

M.define()
vim.api.nvim_create_autocmd("ColorScheme", {
  group = vim.api.nvim_create_augroup("aside.highlight", {}),
  callback = M.define,
})

return M
