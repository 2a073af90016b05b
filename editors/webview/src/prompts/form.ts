/** A form out of a flat JSON schema, and its values: pure. What a schema says and we do not know is text. */

/** One value that is asked for. */
export interface Field {
  name: string;
  label: string;
  description: string | undefined;
  required: boolean;
  input:
    | { kind: "text"; format: string | undefined; minLength: number; maxLength: number | undefined }
    | { kind: "number"; integer: boolean; minimum: number | undefined; maximum: number | undefined }
    | { kind: "boolean" }
    | { kind: "choice"; options: { value: string; label: string }[] }
    | { kind: "choices"; options: { value: string; label: string }[] };
  initial: Value;
}

/** What can be filled in; an empty text is nothing. */
export type Value = string | boolean | string[];

/** Fields that are shown at most. */
const MAX_FIELDS = 50;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const number = (value: unknown) => (typeof value === "number" ? value : undefined);

/** The fields of a schema; none where it is not an object of plain values. */
export function fieldsOf(schema: unknown): Field[] {
  if (!isObject(schema) || !isObject(schema.properties)) {
    return [];
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties)
    .slice(0, MAX_FIELDS)
    .flatMap(([name, property]) =>
      isObject(property) ? [fieldOf(name, property, required.includes(name))] : [],
    );
}

function fieldOf(name: string, property: Json, required: boolean): Field {
  const base = {
    name,
    label: text(property.title) ?? name,
    description: text(property.description),
    required,
  };
  const options = optionsOf(property);
  if (options !== undefined) {
    const initial = text(property.default) ?? "";
    return { ...base, input: { kind: "choice", options }, initial };
  }
  switch (property.type) {
    case "boolean":
      return { ...base, input: { kind: "boolean" }, initial: property.default === true };
    case "number":
    case "integer": {
      const initial = number(property.default);
      return {
        ...base,
        input: {
          kind: "number",
          integer: property.type === "integer",
          minimum: number(property.minimum),
          maximum: number(property.maximum),
        },
        initial: initial === undefined ? "" : String(initial),
      };
    }
    case "array": {
      const several = isObject(property.items) ? optionsOf(property.items) : undefined;
      const initial = Array.isArray(property.default)
        ? property.default.filter((one) => typeof one === "string")
        : [];
      return { ...base, input: { kind: "choices", options: several ?? [] }, initial };
    }
    default:
      return {
        ...base,
        input: {
          kind: "text",
          format: text(property.format),
          minLength: number(property.minLength) ?? 0,
          maxLength: number(property.maxLength),
        },
        initial: text(property.default) ?? "",
      };
  }
}

function optionsOf(property: Json): { value: string; label: string }[] | undefined {
  if (Array.isArray(property.enum)) {
    const names = Array.isArray(property.enumNames) ? property.enumNames : [];
    return property.enum.flatMap((value: unknown, index) =>
      typeof value === "string" ? [{ value, label: text(names[index]) ?? value }] : [],
    );
  }
  const members = property.oneOf ?? property.anyOf;
  if (Array.isArray(members)) {
    const options = members.flatMap((member: unknown) => {
      const value = isObject(member) ? text(member.const) : undefined;
      return value === undefined || !isObject(member)
        ? []
        : [{ value, label: text(member.title) ?? value }];
    });
    return options.length > 0 ? options : undefined;
  }
  return undefined;
}

/** What is filled in. A server may call a field as anything that every object has. */
export function filledIn(values: Readonly<Record<string, Value>>, field: Field): Value {
  return Object.hasOwn(values, field.name) ? (values[field.name] ?? field.initial) : field.initial;
}

/** What was filled in as the answer wants it, or what is wrong, by field. */
export function read(
  fields: readonly Field[],
  values: Readonly<Record<string, Value>>,
): { content: Record<string, unknown> } | { wrong: Record<string, string> } {
  const content: Record<string, unknown> = {};
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const value = filledIn(values, field);
    const problem = check(field, value);
    if (problem !== undefined) {
      wrong[field.name] = problem;
    } else if (value !== "" && !(Array.isArray(value) && value.length === 0)) {
      content[field.name] = field.input.kind === "number" ? Number(value) : value;
    }
  }
  return Object.keys(wrong).length > 0 ? { wrong } : { content };
}

function check(field: Field, value: Value): string | undefined {
  const empty = value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) {
    return field.required ? "This is needed." : undefined;
  }
  const { input } = field;
  if (input.kind === "number") {
    const amount = Number(value);
    if (!Number.isFinite(amount)) {
      return "This must be a number.";
    }
    if (input.integer && !Number.isInteger(amount)) {
      return "This must be a whole number.";
    }
    if (input.minimum !== undefined && amount < input.minimum) {
      return `This must be at least ${input.minimum}.`;
    }
    if (input.maximum !== undefined && amount > input.maximum) {
      return `This must be at most ${input.maximum}.`;
    }
  }
  if (input.kind === "text" && typeof value === "string") {
    if (value.length < input.minLength) {
      return `This must have at least ${input.minLength} characters.`;
    }
    if (input.maxLength !== undefined && value.length > input.maxLength) {
      return `This must have at most ${input.maxLength} characters.`;
    }
  }
  return undefined;
}
