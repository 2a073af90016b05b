//! Schemas that models can be shown, and others.
use proptest::prelude::{Strategy, any, proptest};
use serde_json::{Value, json};

use crate::schema::{output, usable};

fn check_kept(schema: Value) {
    let (kept, fault) = usable(schema.clone());
    assert_eq!(fault, None, "{schema}");
    assert_eq!(Value::Object((*kept).clone()), schema);
}

fn check_replaced(schema: Value, expected: &str) {
    let (kept, fault) = usable(schema.clone());
    assert_eq!(fault, Some(expected), "{schema}");
    assert_eq!(Value::Object((*kept).clone()), json!({"type": "object"}));
    assert_eq!(output(schema), None);
}

/// A schema within as many others.
fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!({"type": "string"}),
        |inner, _| json!({"type": "object", "properties": {"a": inner}}),
    )
}

#[test]
fn good_schemas_stay() {
    check_kept(json!({"type": "object"}));
    check_kept(json!({"type": "object", "properties": {"a": {"type": "string"}}, "x": [1]}));
    check_kept(nested(10));
    check_kept(json!({
        "type": "object",
        "$defs": {"a": {"$ref": "#/$defs/b~1c"}, "b/c": {"type": "string"}},
        "properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#/$defs/a"}},
    }));
}

#[test]
fn a_type_that_is_left_out_is_filled_in() {
    let (kept, fault) = usable(json!({"properties": {}}));
    assert_eq!(fault, None);
    assert_eq!(kept.get("type"), Some(&json!("object")));
}

#[test]
fn bad_schemas_are_replaced() {
    for schema in [json!(null), json!("object"), json!([]), json!(true)] {
        check_replaced(schema, "it is not an object");
    }
    check_replaced(json!({"type": "array"}), "its type is not `object`");
    check_replaced(
        json!({"type": ["object", "null"]}),
        "its type is not `object`",
    );
    check_replaced(
        json!({"type": "object", "properties": []}),
        "its `properties` are not an object",
    );
    check_replaced(nested(20), "it is nested too deeply");
    let long = "x".repeat(64 * 1024);
    check_replaced(
        json!({"type": "object", "description": long}),
        "it is too long",
    );
}

#[test]
fn references_that_cannot_be_followed_are_not_shown() {
    let fault = "its references cannot be followed";
    let of = |to: &str| json!({"type": "object", "properties": {"a": {"$ref": to}}});
    check_replaced(of("#"), fault);
    check_replaced(of("#/properties/a"), fault);
    check_replaced(of("#/nowhere"), fault);
    check_replaced(of("https://example.org/schema.json"), fault);
    check_replaced(of("other.json#/a"), fault);
    check_replaced(
        json!({
            "type": "object",
            "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}},
            "properties": {"x": {"$ref": "#/$defs/a"}},
        }),
        fault,
    );
    let many: Vec<Value> = (0..300).map(|_| json!({"$ref": "#/$defs/a"})).collect();
    check_replaced(
        json!({"type": "object", "$defs": {"a": {}}, "anyOf": many}),
        fault,
    );
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = any::<Option<String>>().prop_map(|text| json!(text));
    let words = "(type|object|properties|items|anyOf|\\$ref|#|#/a|a|b)";
    leaf.boxed()
        .prop_union(words.prop_map(|word| json!(word)).boxed())
        .prop_recursive(6, 64, 6, move |inner| {
            proptest::collection::btree_map(words, inner, 0..6).prop_map(|map| json!(map))
        })
}

proptest! {
    #![proptest_config(crate::tests::config())]

    #[test]
    fn what_comes_out_is_always_an_object(schema in values()) {
        let (kept, _) = usable(schema);
        assert_eq!(kept.get("type"), Some(&json!("object")));
    }
}
