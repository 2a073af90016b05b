--- The connection's framing: messages cut out of a stream of bytes, however it is cut.

local check = require("lib.check")
local settings = require("lib.settings")

package.path = settings.plugin .. "/lua/?.lua;" .. package.path
local rpc = require("aside.rpc")

---@param body string
---@return string
local function framed(body)
  return ("Content-Length: %d\r\n\r\n%s"):format(#body, body)
end

--- Feeds chunks, and gives all bodies and the first problem.
---@param chunks string[]
---@return string[] bodies
---@return string? problem
local function feed(chunks)
  local framer = rpc.framer()
  local bodies = {}
  for _, chunk in ipairs(chunks) do
    local some, problem = framer(chunk)
    vim.list_extend(bodies, some)
    if problem then
      return bodies, problem
    end
  end
  return bodies
end

---@param name string
---@param chunks string[]
---@param expect string[]
---@param problem string?
---@return tests.Test
local function case(name, chunks, expect, problem)
  return {
    name,
    function()
      local bodies, got = feed(chunks)
      check.same(bodies, expect)
      if problem then
        check.has(got, problem)
      else
        check.same(got, nil)
      end
    end,
  }
end

local three = { '{"a":1}', "", '{"text":"ä\r\n\r\nContent-Length: 9"}' }
local stream = table.concat(vim.tbl_map(framed, three))

return {
  case("messages that come at once", { stream }, three),
  case("a message that comes byte by byte", vim.split(stream, ""), three),
  case("a header in any case, with others beside it", { "X: 1\r\ncontent-length:  2\r\nY: z\r\n\r\n{}" }, { "{}" }),
  case("a message that is not whole yet", { "Content-Length: 9\r\n\r\n{}" }, {}),
  case("a header that is not whole yet", { "Content-Le" }, {}),
  case("a message without a length", { "X: 1\r\n\r\n{}" }, {}, "without a length"),
  case("what is no message", { ("no message\n"):rep(1000) }, {}, "no message"),
  case("what is no message behind one that is", { framed("{}") .. ("x"):rep(5000) }, { "{}" }, "no message"),
  {
    "a stream that is cut anywhere",
    function()
      for at = 1, #stream - 1 do
        check.same(feed({ stream:sub(1, at), stream:sub(at + 1) }), three, "cut behind byte " .. at)
      end
    end,
  },
}
