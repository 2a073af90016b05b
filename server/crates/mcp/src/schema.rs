//! Whether the JSON Schema that a server gives for a tool can be shown to a model.
use std::sync::Arc;

use serde_json::{Map, Value, json};

/// Bytes of one schema, as text.
pub(crate) const MAX_SCHEMA_BYTES: usize = 64 * 1024;

/// How deep the values of a schema may lie in each other.
pub(crate) const MAX_SCHEMA_DEPTH: usize = 32;

/// References within one schema.
pub(crate) const MAX_SCHEMA_REFERENCES: usize = 256;

/// The schema, or one that takes any object and the reason why.
pub(crate) fn usable(given: Value) -> (Arc<Map<String, Value>>, Option<&'static str>) {
    match checked(given) {
        Ok(schema) => (Arc::new(schema), None),
        Err(reason) => (Arc::new(any_object()), Some(reason)),
    }
}

/// The schema of the structured result, if it is one.
pub(crate) fn output(given: Value) -> Option<Arc<Map<String, Value>>> {
    checked(given).ok().map(Arc::new)
}

fn any_object() -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema
}

fn checked(given: Value) -> Result<Map<String, Value>, &'static str> {
    let Value::Object(mut schema) = given else {
        return Err("it is not an object");
    };
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "object" => {}
        // Some servers leave it out, or give a schema of nothing but alternatives.
        None => {
            schema.insert("type".to_owned(), json!("object"));
        }
        Some(_) => return Err("its type is not `object`"),
    }
    match schema.get("properties") {
        None | Some(Value::Object(_)) => {}
        Some(_) => return Err("its `properties` are not an object"),
    }
    let whole = Value::Object(schema);
    // Depth first: what is deeper than this must not be written as text either.
    if depth(&whole) > MAX_SCHEMA_DEPTH {
        return Err("it is nested too deeply");
    }
    if whole.to_string().len() > MAX_SCHEMA_BYTES {
        return Err("it is too long");
    }
    if is_recursive(&whole) {
        return Err("its references cannot be followed");
    }
    match whole {
        Value::Object(schema) => Ok(schema),
        _ => Err("it is not an object"),
    }
}

/// How deep values lie in each other, counted no further than one past the bound.
fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, level)) = open.pop() {
        deepest = deepest.max(level);
        if level > MAX_SCHEMA_DEPTH {
            return deepest;
        }
        match value {
            Value::Object(fields) => open.extend(fields.values().map(|value| (value, level + 1))),
            Value::Array(items) => open.extend(items.iter().map(|value| (value, level + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    deepest
}

/// Whether some `$ref` leads to what it stands in. References that lead nowhere or out of the
/// schema count too, as nobody here follows them, and so do more than can be followed.
fn is_recursive(schema: &Value) -> bool {
    let mut found = Vec::new();
    // Each reference, with the pointers of everything that it stands in.
    let mut open = vec![(schema, String::new())];
    while let Some((value, at)) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    found.push((at.clone(), to.as_str()));
                }
                for (key, value) in fields {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    open.push((value, format!("{at}/{key}")));
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    open.push((value, format!("{at}/{index}")));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    if found.len() > MAX_SCHEMA_REFERENCES {
        return true;
    }
    let mut edges = Vec::new();
    for (at, to) in found {
        let Some(to) = to.strip_prefix('#') else {
            return true;
        };
        if schema.pointer(to).is_none() {
            return true;
        }
        edges.push((at, to.to_owned()));
    }
    has_circle(&edges)
}

/// Whether following references leads back: a reference leads to all references within its goal.
fn has_circle(edges: &[(String, String)]) -> bool {
    let is_within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Those are taken away that lead to nothing left, until none is left or none can go.
    let mut left: Vec<&(String, String)> = edges.iter().collect();
    loop {
        let next: Vec<_> = left
            .iter()
            .copied()
            .filter(|(_, to)| left.iter().any(|(at, _)| is_within(at, to)))
            .collect();
        if next.is_empty() {
            return false;
        }
        if next.len() == left.len() {
            return true;
        }
        left = next;
    }
}
