--- The fields of a form: read from a flat JSON schema, and checked as it says.
local M = {}

--- Fields of a form that are asked for.
M.MAX_FIELDS = 50

--- A field to fill in.
---@class aside.elicit.Field
---@field name string
---@field label string
---@field description? string
---@field required boolean
---@field kind "text"|"number"|"integer"|"boolean"|"choice"|"choices"
---@field options? { value: any, label: string }[]
---@field default? any
---@field schema table

---@param schema table
---@return { value: any, label: string }[]?
local function options_of(schema)
  local named = schema.oneOf or schema.anyOf
  if type(named) == "table" then
    local options = {}
    for _, one in ipairs(named) do
      if type(one) == "table" and one.const ~= nil then
        options[#options + 1] = { value = one.const, label = tostring(one.title or one.const) }
      end
    end
    return #options > 0 and options or nil
  end
  if type(schema.enum) == "table" then
    local labels = type(schema.enumNames) == "table" and schema.enumNames or {}
    local options = {}
    for index, value in ipairs(schema.enum) do
      options[index] = { value = value, label = tostring(labels[index] or value) }
    end
    return options
  end
end

---@param name string
---@param schema table
---@param required boolean
---@return aside.elicit.Field
local function field(name, schema, required)
  local made = {
    name = name,
    label = type(schema.title) == "string" and schema.title or name,
    description = type(schema.description) == "string" and schema.description or nil,
    required = required,
    default = schema.default,
    schema = schema,
    kind = "text",
  }
  local options = options_of(schema)
  if schema.type == "array" then
    made.kind, made.options = "choices", options_of(type(schema.items) == "table" and schema.items or {}) or {}
  elseif options then
    made.kind, made.options = "choice", options
  elseif schema.type == "boolean" then
    made.kind = "boolean"
    made.options = { { value = true, label = "Yes" }, { value = false, label = "No" } }
  elseif schema.type == "integer" or schema.type == "number" then
    made.kind = schema.type
  end
  return made
end

--- The fields of a schema, those that are needed first. JSON objects have no order, so that the
--- rest is by name.
---@param schema any
---@return aside.elicit.Field[]
function M.of(schema)
  local fields, needed = {}, {}
  if type(schema) ~= "table" or type(schema.properties) ~= "table" then
    return fields
  end
  for index, name in ipairs(type(schema.required) == "table" and schema.required or {}) do
    needed[name] = index
  end
  for name, property in pairs(schema.properties) do
    if type(name) == "string" and type(property) == "table" then
      fields[#fields + 1] = field(name, property, needed[name] ~= nil)
    end
  end
  table.sort(fields, function(a, b)
    local left, right = needed[a.name] or math.huge, needed[b.name] or math.huge
    if left ~= right then
      return left < right
    end
    return a.name < b.name
  end)
  return vim.list_slice(fields, 1, M.MAX_FIELDS)
end

--- Patterns of LSP's formats, for people rather than for machines: the asker checks again.
local FORMATS = {
  email = { "^%S+@%S+$", "an address such as name@example.org" },
  uri = { "^%a[%w+.-]*:%S+$", "an address such as https://example.org" },
  date = { "^%d%d%d%d%-%d%d%-%d%d$", "a day such as 2026-01-31" },
  ["date-time"] = { "^%d%d%d%d%-%d%d%-%d%d[Tt ]%d%d:%d%d", "a time such as 2026-01-31T12:00:00Z" },
}

---@param asked aside.elicit.Field
---@param text string
---@return number? value
---@return string? problem
local function number_of(asked, text)
  local schema = asked.schema
  local value = tonumber(text)
  if not value or value ~= value or math.abs(value) == math.huge then
    return nil, "a number is needed"
  end
  if asked.kind == "integer" and value ~= math.floor(value) then
    return nil, "a whole number is needed"
  end
  if type(schema.minimum) == "number" and value < schema.minimum then
    return nil, ("it is to be %s at least"):format(schema.minimum)
  end
  if type(schema.maximum) == "number" and value > schema.maximum then
    return nil, ("it is to be %s at most"):format(schema.maximum)
  end
  return value
end

--- Reads what was typed for a text or a number.
---@param asked aside.elicit.Field
---@param text string
---@return any value nil where it is left out.
---@return string? problem What is wrong with it.
function M.read(asked, text)
  if text == "" then
    if asked.required then
      return nil, "it is needed"
    end
    return nil
  end
  if asked.kind ~= "text" then
    return number_of(asked, text)
  end
  local schema = asked.schema
  local length = vim.fn.strchars(text)
  if type(schema.minLength) == "number" and length < schema.minLength then
    return nil, ("it is to have %d characters at least"):format(schema.minLength)
  end
  if type(schema.maxLength) == "number" and length > schema.maxLength then
    return nil, ("it is to have %d characters at most"):format(schema.maxLength)
  end
  local format = FORMATS[schema.format]
  if format and not text:match(format[1]) then
    return nil, "it is to be " .. format[2]
  end
  return text
end

--- A value for people.
---@param asked aside.elicit.Field
---@param value any
---@return string
function M.show(asked, value)
  if value == nil then
    return "(left out)"
  end
  if asked.kind == "choices" then
    return table.concat(vim.tbl_map(tostring, value), ", ")
  end
  for _, option in ipairs(asked.options or {}) do
    if option.value == value then
      return option.label
    end
  end
  return tostring(value)
end

return M
