//! JSON schemas cut down to the keywords that Gemini documents: one that it does not know makes
//! it refuse the whole request.
//!
//! The list stands at `responseJsonSchema` in <https://ai.google.dev/api/generate-content>; the
//! formats are those of <https://ai.google.dev/gemini-api/docs/structured-output>.
use serde_json::{Map, Value, json};

/// How deep a schema may be nested; below that anything goes.
pub(crate) const MAX_DEPTH: usize = 32;

/// Keywords that go through as they are.
const KEPT: &[&str] = &[
    "$id",
    "$anchor",
    "type",
    "title",
    "description",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "required",
    "propertyOrdering",
];

/// Formats that go through; others only say what the description should.
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "int32",
    "int64",
    "float",
    "double",
];

/// The schema of an object in the keywords that Gemini takes.
pub(super) fn of_object(schema: &Value) -> Value {
    let mut safe = match schema {
        Value::Object(schema) => of_map(schema, 0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    // Arguments and structured answers are objects, said or not.
    safe.entry("type").or_insert_with(|| "object".into());
    safe.entry("properties").or_insert_with(|| json!({}));
    Value::Object(safe)
}

fn of_value(schema: &Value, depth: usize) -> Value {
    match schema {
        Value::Object(schema) if depth < MAX_DEPTH => Value::Object(of_map(schema, depth)),
        // `true` and `false` are schemas too, but not here; whatever else it is says nothing.
        _ => json!({}),
    }
}

fn of_map(schema: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let mut safe = Map::new();
    if let Some(Value::String(target)) = schema.get("$ref") {
        // Nothing but definitions may stand beside a reference.
        let target = target.replacen("#/definitions/", "#/$defs/", 1);
        safe.insert("$ref".into(), target.into());
        definitions(schema, depth, &mut safe);
        return safe;
    }
    for (keyword, value) in schema {
        match keyword.as_str() {
            name if KEPT.contains(&name) => {
                safe.insert(keyword.clone(), value.clone());
            }
            "format" if value.as_str().is_some_and(|name| FORMATS.contains(&name)) => {
                safe.insert(keyword.clone(), value.clone());
            }
            "enum" => choices(value.as_array().into_iter().flatten(), &mut safe),
            "const" => choices([value], &mut safe),
            "properties" => {
                safe.insert(keyword.clone(), each_value(value, depth));
            }
            "items" if value.is_object() => {
                safe.insert(keyword.clone(), of_value(value, depth + 1));
            }
            // A list under `items` is how older drafts wrote `prefixItems`.
            "items" | "prefixItems" if value.is_array() => {
                safe.insert("prefixItems".into(), each(value, depth));
            }
            "anyOf" | "oneOf" if value.is_array() => {
                safe.insert(keyword.clone(), each(value, depth));
            }
            "additionalProperties" => {
                let value = match value {
                    Value::Bool(_) => value.clone(),
                    other => of_value(other, depth + 1),
                };
                safe.insert(keyword.clone(), value);
            }
            _ => {}
        }
    }
    definitions(schema, depth, &mut safe);
    exclusive(schema, "exclusiveMinimum", "minimum", 1, &mut safe);
    exclusive(schema, "exclusiveMaximum", "maximum", -1, &mut safe);
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Value::Object(part) = of_value(part, depth + 1) {
            merge(part, &mut safe);
        }
    }
    safe
}

fn definitions(schema: &Map<String, Value>, depth: usize, safe: &mut Map<String, Value>) {
    let all = schema.get("$defs").or_else(|| schema.get("definitions"));
    if let Some(all) = all {
        safe.insert("$defs".into(), each_value(all, depth));
    }
}

/// The schemas of a map, whose keys are names and no keywords.
fn each_value(schemas: &Value, depth: usize) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    schemas
        .map(|(name, schema)| (name.clone(), of_value(schema, depth + 1)))
        .collect::<Map<_, _>>()
        .into()
}

/// The schemas of a list.
fn each(schemas: &Value, depth: usize) -> Value {
    let schemas = schemas.as_array().into_iter().flatten();
    schemas.map(|schema| of_value(schema, depth + 1)).collect()
}

/// Choices may be strings and numbers only.
fn choices<'a>(values: impl IntoIterator<Item = &'a Value>, safe: &mut Map<String, Value>) {
    let values: Vec<Value> = values
        .into_iter()
        .filter(|value| value.is_string() || value.is_number())
        .cloned()
        .collect();
    if !values.is_empty() {
        safe.insert("enum".into(), values.into());
    }
}

/// A limit that is itself excluded, as one that is included: exact for whole numbers, and as near
/// as it can be for others.
fn exclusive(
    schema: &Map<String, Value>,
    keyword: &str,
    included: &str,
    step: i64,
    safe: &mut Map<String, Value>,
) {
    let Some(limit) = schema.get(keyword).filter(|limit| limit.is_number()) else {
        return;
    };
    if safe.contains_key(included) {
        return;
    }
    let whole = schema.get("type").and_then(Value::as_str) == Some("integer");
    let limit = match limit.as_i64().and_then(|limit| limit.checked_add(step)) {
        Some(limit) if whole => limit.into(),
        _ => limit.clone(),
    };
    safe.insert(included.into(), limit);
}

/// Adds one of the schemas that hold together; what stands there already stays.
fn merge(part: Map<String, Value>, into: &mut Map<String, Value>) {
    for (keyword, value) in part {
        match (into.get_mut(&keyword), value) {
            (None, value) => {
                into.insert(keyword, value);
            }
            (Some(Value::Object(all)), Value::Object(more)) => {
                for (name, schema) in more {
                    all.entry(name).or_insert(schema);
                }
            }
            (Some(Value::Array(all)), Value::Array(more)) if keyword == "required" => {
                for name in more {
                    if !all.contains(&name) {
                        all.push(name);
                    }
                }
            }
            (Some(_), _) => {}
        }
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
