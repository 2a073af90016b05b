//! Schemas as tools have them, and as tools of others do.
use super::*;

fn check(schema: &Value, expected: &Value) {
    assert_eq!(of_object(schema), *expected);
    // What is safe already stays as it is.
    assert_eq!(of_object(expected), *expected);
}

#[test]
fn the_kinds_of_schema_that_our_tools_have_come_through() {
    let schema = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "Where."},
            "limit": {"type": "integer", "minimum": 1, "maximum": 9},
            "language": {"type": "string", "enum": ["python", "javascript"]},
            "options": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "edits": {"type": "array", "items": {
                "type": "object",
                "properties": {"old_text": {"type": "string"}, "replace_all": {"type": "boolean"}},
                "required": ["old_text"],
                "additionalProperties": false,
            }},
            // Names of properties are no keywords.
            "pattern": {"type": ["string", "null"]},
            "default": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        },
        "required": ["path", "edits"],
        "additionalProperties": false,
    });
    check(&schema, &schema);
}

#[test]
fn schemas_of_no_arguments() {
    let none = json!({"type": "object", "properties": {}});
    for schema in [
        json!({"type": "object"}),
        json!({}),
        json!(null),
        json!(true),
        json!([1]),
        json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
    ] {
        check(&schema, &none);
    }
}

#[test]
fn keywords_that_are_not_known_go_or_are_said_otherwise() {
    let of =
        |schema: Value| of_object(&json!({"properties": {"x": schema}}))["properties"]["x"].clone();
    for (schema, expected) in [
        (
            json!({"type": "string", "default": "a", "pattern": "^a", "minLength": 1, "examples": ["a"]}),
            json!({"type": "string"}),
        ),
        (json!({"const": "a"}), json!({"enum": ["a"]})),
        (
            json!({"const": true, "type": "boolean"}),
            json!({"type": "boolean"}),
        ),
        (
            json!({"enum": ["a", 1, null, true]}),
            json!({"enum": ["a", 1]}),
        ),
        (json!({"enum": [null]}), json!({})),
        (json!({"enum": "a"}), json!({})),
        (
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "format": "date-time"}),
        ),
        (
            json!({"type": "string", "format": "uri"}),
            json!({"type": "string"}),
        ),
        (
            json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}),
            json!({"type": "integer", "minimum": 1, "maximum": 9}),
        ),
        (
            json!({"type": "number", "exclusiveMinimum": 0.5}),
            json!({"type": "number", "minimum": 0.5}),
        ),
        (
            json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true}),
            json!({"type": "integer", "minimum": 5}),
        ),
        (
            json!({"type": "array", "items": [{"type": "string"}, true], "uniqueItems": true}),
            json!({"type": "array", "prefixItems": [{"type": "string"}, {}]}),
        ),
        (json!({"items": true}), json!({})),
        (
            json!({"oneOf": [{"const": 1}, {"not": {}}]}),
            json!({"oneOf": [{"enum": [1]}, {}]}),
        ),
        (
            json!({"additionalProperties": {"type": "string", "pattern": "a"}}),
            json!({"additionalProperties": {"type": "string"}}),
        ),
        (
            json!({"required": ["a"], "allOf": [
                {"properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
                {"properties": {"a": {"type": "number"}, "b": {}}, "title": "t"},
                5,
            ]}),
            json!({
                "properties": {"a": {"type": "string"}, "b": {}},
                "required": ["a", "b"], "title": "t",
            }),
        ),
        (
            json!({"$ref": "#/definitions/a", "description": "gone"}),
            json!({"$ref": "#/$defs/a"}),
        ),
    ] {
        assert_eq!(of(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn definitions_are_kept_where_they_are_referred_to() {
    check(
        &json!({
            "type": "object",
            "properties": {"next": {"$ref": "#/definitions/node", "title": "gone"}},
            "definitions": {"node": {"type": "object", "minProperties": 1}},
        }),
        &json!({
            "type": "object",
            "properties": {"next": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object"}},
        }),
    );
}

#[test]
fn a_schema_that_is_nested_without_end_ends() {
    let mut schema = json!({"type": "string"});
    for _ in 0..1000 {
        schema = json!({"items": schema, "type": "array"});
    }
    let safe = of_object(&schema).to_string();
    assert_eq!(safe.matches("items").count(), MAX_DEPTH);
}
