//! JSON schemas as models are given them: required properties stand first, in the order in which
//! they are required. Many models, and all servers that hold a model to a schema, write arguments
//! in the order of the schema, and a path comes before the edits of it.
use std::borrow::Borrow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A schema; it differs from the plain value in its order alone.
pub(in crate::wire) struct Ordered<V>(pub(in crate::wire) V);

impl<V: Borrow<Value>> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.borrow() {
            Value::Object(schema) => object(schema, to),
            Value::Array(values) => to.collect_seq(values.iter().map(Ordered)),
            other => other.serialize(to),
        }
    }
}

fn object<S: Serializer>(schema: &Map<String, Value>, to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(schema.len()))?;
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let required = schema.get("required");
                let required = required.and_then(Value::as_array).map_or(&[][..], |r| r);
                map.serialize_entry(keyword, &Properties(properties, required))?;
            }
            _ => map.serialize_entry(keyword, &Ordered(value))?,
        }
    }
    map.end()
}

/// The properties of an object and the names of those required.
struct Properties<'a>(&'a Map<String, Value>, &'a [Value]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(properties, required) = self;
        let rank = |name: &str| required.iter().position(|r| r.as_str() == Some(name));
        let mut entries: Vec<_> = properties.iter().collect();
        // The sort is stable: what is not required stays in its order, behind the rest.
        entries.sort_by_cached_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
        let entries = entries.into_iter();
        to.collect_map(entries.map(|(name, schema)| (name, Ordered(schema))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Ordered;

    fn check(schema: &Value, expected: &str) {
        let written = serde_json::to_string(&Ordered(schema)).unwrap();
        assert_eq!(written, expected);
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read, *schema);
    }

    #[test]
    fn required_properties_come_first_at_every_depth() {
        check(
            &json!({"properties": {"a": {}, "edits": {"items": {
                "properties": {"all": {}, "new": {}, "old": {}}, "required": ["old", "new"]}},
                "path": {}}, "required": ["path", "edits"]}),
            r#"{"properties":{"path":{},"edits":{"items":{"properties":{"old":{},"new":{},"all":{}},"required":["old","new"]}},"a":{}},"required":["path","edits"]}"#,
        );
    }

    #[test]
    fn whatever_else_it_is_stays_as_it_is() {
        for same in [
            json!(null),
            json!(true),
            json!([1, "a"]),
            json!({"properties": [], "required": {}}),
            json!({"properties": {"a": {}, "b": true}, "required": "b"}),
            json!({"properties": {"a": {}, "b": 1}, "required": [1, null, "c", {}]}),
        ] {
            check(&same, &same.to_string());
        }
        // A property may be named like a keyword.
        check(
            &json!({"properties": {"a": {}, "properties": {"type": "string"}, "required": {}},
                "required": ["properties"]}),
            r#"{"properties":{"properties":{"type":"string"},"a":{},"required":{}},"required":["properties"]}"#,
        );
    }
}
