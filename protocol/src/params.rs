//! Reading params: absent, `null`, `{}` and `[]` are alike, and an error names its field.
use std::cell::RefCell;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

/// Params that are not what the method takes. The message names the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidParams {
    /// The field at fault, where it is one that was sent.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for InvalidParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "`{field}` is not valid: {}", self.reason),
            None => write!(f, "the params are not valid: {}", self.reason),
        }
    }
}

impl std::error::Error for InvalidParams {}

/// Reads a method's params. They are an object, or nothing at all where nothing is required;
/// a list of positional params is refused unless it is empty.
pub fn read_params<P: DeserializeOwned>(params: Option<Value>) -> Result<P, InvalidParams> {
    let fields = match params {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(fields)) => fields,
        // Lua has one empty table for objects and lists.
        Some(Value::Array(empty)) if empty.is_empty() => Map::new(),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(InvalidParams {
                field: None,
                reason: "they must be an object".to_owned(),
            });
        }
    };
    // Serde does not say which field it was reading, so that the walk over the fields notes it;
    // after the last one it is none, and a missing field has its name in the reason.
    let reading = RefCell::new(None);
    let mut fields = fields.into_iter();
    let noted = std::iter::from_fn(|| {
        let field = fields.next();
        reading.replace(field.as_ref().map(|(name, _)| name.clone()));
        field
    });
    let result = P::deserialize(MapDeserializer::<_, serde_json::Error>::new(noted));
    result.map_err(|error| InvalidParams {
        field: reading.take(),
        reason: error.to_string(),
    })
}
