--- What Neovim and its other language servers know, for the server: `editor/*` requests.
local client = require("aside.client")
local documents = require("aside.documents")
local places = require("aside.editor.places")

--- Milliseconds that other servers may take; Aside's own limit is 10 s unless set otherwise.
local LIMIT_MS = 8000
--- Diagnostics that are told at once.
local MAX_DIAGNOSTICS = 10000

---@return aside.editor.Encoding
local function own_encoding()
  local own = client.get()
  return own and own.offset_encoding or "utf-16"
end

--- Loads a file that is not open, without asking anything; it stays hidden.
---@param bufnr integer
---@return boolean loaded
local function load(bufnr)
  -- A swap file of another Neovim would ask the user.
  local group = vim.api.nvim_create_augroup("aside.editor", { clear = true })
  vim.api.nvim_create_autocmd("SwapExists", {
    group = group,
    callback = function()
      vim.api.nvim_set_vvar("swapchoice", "e")
    end,
  })
  local ok = pcall(vim.fn.bufload, bufnr)
  vim.api.nvim_del_augroup_by_id(group)
  return ok and vim.api.nvim_buf_is_loaded(bufnr)
end

--- The buffer of a file, loaded where it is not.
---@param uri string
---@return integer?
local function buffer_of(uri)
  local ok, path = pcall(vim.uri_to_fname, uri)
  if not ok then
    return nil
  end
  local bufnr = documents.buffer(path)
  if bufnr and vim.api.nvim_buf_is_loaded(bufnr) then
    return bufnr
  end
  local stat = vim.uv.fs_stat(path)
  if not stat or stat.type ~= "file" or stat.size > require("aside.config").get().max_file then
    return nil
  end
  bufnr = vim.uri_to_bufnr(uri)
  return load(bufnr) and bufnr or nil
end

--- The diagnostic as LSP has it. Neovim's columns are bytes.
---@param diagnostic vim.Diagnostic
---@param uri string
---@param read fun(uri: string, line: integer): string
---@param encoding aside.editor.Encoding
---@return table
local function as_lsp(diagnostic, uri, read, encoding)
  local function position(line, byte)
    line = math.max(0, line or 0)
    return { line = line, character = places.column(read(uri, line), math.max(0, byte or 0), "utf-8", encoding) }
  end
  return {
    range = {
      start = position(diagnostic.lnum, diagnostic.col),
      ["end"] = position(diagnostic.end_lnum or diagnostic.lnum, diagnostic.end_col or diagnostic.col),
    },
    severity = diagnostic.severity,
    message = diagnostic.message,
    source = diagnostic.source,
    code = diagnostic.code,
  }
end

---@param namespaces table<integer, true>
---@param bufnr? integer
---@return vim.Diagnostic[]
local function of_others(namespaces, bufnr)
  return vim.tbl_filter(function(diagnostic)
    return not namespaces[diagnostic.namespace] and diagnostic.source ~= "aside"
  end, vim.diagnostic.get(bufnr))
end

--- Whether anything here could report on a file: another language server, or a linter. Of a file on
--- which nobody reports nothing is to be waited for.
---@param own vim.lsp.Client?
---@param namespaces table<integer, true> Aside's own.
---@param bufnr? integer
---@return boolean
local function is_looked_at(own, namespaces, bufnr)
  for _, other in ipairs(vim.lsp.get_clients({ bufnr = bufnr })) do
    if not own or other.id ~= own.id then
      return true
    end
  end
  for id, namespace in pairs(vim.diagnostic.get_namespaces()) do
    -- Those of language servers are named so, of some versions with an `n`, and were looked at.
    if not namespaces[id] and not namespace.name:find("^n?vim%.lsp%.") then
      return true
    end
  end
  return #of_others(namespaces, bufnr) > 0
end

client.on_request("editor/diagnostics", function(params, respond)
  local own = client.get()
  local namespaces = {}
  if own then
    namespaces[vim.lsp.diagnostic.get_namespace(own.id)] = true
  end
  local wanted = type(params.textDocument) == "table" and params.textDocument.uri or nil
  local bufnr
  if wanted then
    bufnr = documents.buffer(vim.uri_to_fname(wanted))
    if not is_looked_at(own, namespaces, bufnr) then
      local message = "No language server and no linter of this Neovim looks at this file."
      return respond({ code = -32803, message = message })
    end
    if not bufnr then
      return respond(nil, { { uri = wanted, diagnostics = {} } })
    end
  end
  local read, encoding = places.reader(), own_encoding()
  local by_uri, left = {}, MAX_DIAGNOSTICS
  for _, diagnostic in ipairs(of_others(namespaces, bufnr)) do
    left = left - 1
    if left >= 0 and diagnostic.bufnr and vim.api.nvim_buf_is_valid(diagnostic.bufnr) then
      local uri = wanted or vim.uri_from_bufnr(diagnostic.bufnr)
      by_uri[uri] = by_uri[uri] or {}
      table.insert(by_uri[uri], as_lsp(diagnostic, uri, read, encoding))
    end
  end
  if wanted and not by_uri[wanted] then
    by_uri[wanted] = {}
  end
  local found = {}
  for uri, diagnostics in pairs(by_uri) do
    found[#found + 1] = { uri = uri, diagnostics = diagnostics }
  end
  respond(nil, found)
end)

--- The other clients that answer a method for a document. One that is not open is loaded, so that
--- they know it.
---@param uri string
---@param method string
---@return integer? bufnr
---@return vim.lsp.Client[]
local function others(uri, method)
  local bufnr = buffer_of(uri)
  if not bufnr then
    return nil, {}
  end
  local own = client.get()
  local clients = vim.lsp.get_clients({ bufnr = bufnr, method = method })
  return bufnr, vim.tbl_filter(function(other)
    return not own or other.id ~= own.id
  end, clients)
end

--- Asks all of the other clients, and calls back with their answers, converted, once all are there,
--- the time is over or the request is taken back.
---@param method string
---@param params { textDocument: aside.TextDocument, position?: aside.Position, context?: table }
---@param ctx aside.RequestContext
---@param done fun(err: aside.Failure?, results: any[])
local function ask(method, params, ctx, done)
  local uri = params.textDocument.uri
  local bufnr, clients = others(uri, method)
  if not bufnr or #clients == 0 then
    return done({ code = -32803, message = "No language server of the editor knows this of the file." }, {})
  end
  local read, encoding = places.reader(), own_encoding()
  local results, left, sent, failure = {}, #clients, {}, nil
  local finished = false
  local function finish()
    if not finished then
      finished = true
      done(#results == 0 and failure or nil, results)
    end
  end
  local function stop()
    for _, one in ipairs(sent) do
      one.client:cancel_request(one.id)
    end
  end
  for _, other in ipairs(clients) do
    local asked = vim.deepcopy(params)
    if asked.position then
      local line = read(uri, asked.position.line)
      asked.position.character =
        places.column(line, asked.position.character, encoding, other.offset_encoding --[[@as aside.editor.Encoding]])
    end
    local ok, id = other:request(method, asked, function(err, result)
      left = left - 1
      if err then
        failure = { code = -32803, message = ("%s: %s"):format(other.name, err.message) }
      elseif result then
        local copy = vim.deepcopy(result)
        places.convert(copy, uri, read, other.offset_encoding --[[@as aside.editor.Encoding]], encoding)
        results[#results + 1] = copy
      end
      if left == 0 then
        finish()
      end
    end, bufnr)
    if ok and id then
      sent[#sent + 1] = { client = other, id = id }
    else
      left = left - 1
    end
  end
  if left == 0 then
    return finish()
  end
  ctx.on_cancel = function()
    finished = true
    stop()
  end
  vim.defer_fn(function()
    if not finished then
      stop()
      failure = failure or { code = -32803, message = "The editor's language servers did not answer in time." }
      finish()
    end
  end, LIMIT_MS)
end

--- All places of several answers, each once.
---@param results any[]
---@return table[]
local function merged(results)
  local found, seen = {}, {}
  for _, result in ipairs(results) do
    for _, place in ipairs((result.uri or result.targetUri) and { result } or result) do
      local range = place.range or place.targetSelectionRange or place.targetRange
      local key = vim.json.encode({ place.uri or place.targetUri, range and range.start })
      if not seen[key] then
        seen[key] = true
        found[#found + 1] = place
      end
    end
  end
  return found
end

client.on_request("editor/definition", function(params, respond, ctx)
  ask("textDocument/definition", params, ctx, function(err, results)
    respond(err, merged(results))
  end)
end)

client.on_request("editor/references", function(params, respond, ctx)
  local asked = vim.tbl_extend("force", params, { context = { includeDeclaration = true } })
  ask("textDocument/references", asked, ctx, function(err, results)
    respond(err, merged(results))
  end)
end)

client.on_request("editor/documentSymbols", function(params, respond, ctx)
  ask("textDocument/documentSymbol", params, ctx, function(err, results)
    for _, result in ipairs(results) do
      if #result > 0 then
        return respond(nil, result)
      end
    end
    respond(err, {})
  end)
end)

return {}
