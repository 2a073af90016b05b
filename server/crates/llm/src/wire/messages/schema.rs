//! JSON schemas as Anthropic takes them. One tool with another would fail every request.
use std::borrow::Cow;

use serde_json::{Map, Value, json};

/// Refused at the top of a tool's schema.
const NOT_AT_TOP: [&str; 3] = ["oneOf", "anyOf", "allOf"];
/// How deep objects are looked for.
const MAX_DEPTH: usize = 64;

/// The schema of a tool's arguments: an object, with no alternatives at its top.
pub(super) fn of_arguments(schema: &Value) -> Cow<'_, Value> {
    let Value::Object(object) = schema else {
        return Cow::Owned(json!({"type": "object"}));
    };
    let is_object = object.get("type").is_some_and(|kind| kind == "object");
    if is_object && !NOT_AT_TOP.iter().any(|word| object.contains_key(*word)) {
        return Cow::Borrowed(schema);
    }
    let mut object = object.clone();
    for word in NOT_AT_TOP {
        object.remove(word);
    }
    object.insert("type".into(), "object".into());
    Cow::Owned(Value::Object(object))
}

/// The schema of an answer: objects have no other properties than those named, which must be
/// said. <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>.
pub(super) fn of_answer(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema, 0);
    schema
}

fn close(schema: &mut Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match schema {
        Value::Object(object) => {
            if is_schema_of_object(object) {
                object.insert("additionalProperties".into(), false.into());
            }
            for (_, value) in object.iter_mut() {
                close(value, depth + 1);
            }
        }
        Value::Array(values) => {
            for value in values {
                close(value, depth + 1);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_schema_of_object(object: &Map<String, Value>) -> bool {
    object.get("type").is_some_and(|kind| kind == "object")
        && !object.contains_key("additionalProperties")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_objects_without_alternatives_at_the_top() {
        let fine = json!({"type": "object", "properties": {"a": {"oneOf": [{}]}}});
        assert!(matches!(of_arguments(&fine), Cow::Borrowed(_)));
        for (schema, expected) in [
            (json!({}), json!({"type": "object"})),
            (json!(null), json!({"type": "object"})),
            (json!(true), json!({"type": "object"})),
            (
                json!({"type": "object", "anyOf": [{"required": ["a"]}], "properties": {}}),
                json!({"type": "object", "properties": {}}),
            ),
            (
                json!({"oneOf": [{"type": "object"}], "allOf": []}),
                json!({"type": "object"}),
            ),
            (
                json!({"type": ["object", "null"], "properties": {"a": {}}}),
                json!({"type": "object", "properties": {"a": {}}}),
            ),
        ] {
            assert_eq!(*of_arguments(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn objects_of_an_answer_are_closed() {
        assert_eq!(
            of_answer(&json!({"type": "object", "properties": {
                "a": {"type": "array", "items": {"type": "object", "additionalProperties": true}},
                "type": {"anyOf": [{"type": "object"}, {"type": "string"}]}}})),
            json!({"type": "object", "additionalProperties": false, "properties": {
                "a": {"type": "array", "items": {"type": "object", "additionalProperties": true}},
                "type": {"anyOf": [{"type": "object", "additionalProperties": false},
                                   {"type": "string"}]}}})
        );
        let mut deep = json!({"type": "object"});
        for _ in 0..1000 {
            deep = json!({ "items": deep });
        }
        of_answer(&deep);
    }
}
