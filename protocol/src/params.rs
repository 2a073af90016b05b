//! Reading params: absent, `null` and `{}` are alike, and an error names its field.
use std::fmt;

use serde::de::DeserializeOwned;
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
/// a list of positional params is refused.
pub fn read_params<P: DeserializeOwned>(params: Option<Value>) -> Result<P, InvalidParams> {
    let fields = match params {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(fields)) => fields,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(InvalidParams {
                field: None,
                reason: "they must be an object".to_owned(),
            });
        }
    };
    P::deserialize(&fields).map_err(|error| {
        let reason = error.to_string();
        InvalidParams {
            field: field_at_fault::<P>(fields, &reason),
            reason,
        }
    })
}

/// Serde does not say which field it was reading. A field that fails alone in the same way
/// as all fields together is the one; a field that is missing has its name in the reason.
fn field_at_fault<P: DeserializeOwned>(fields: Map<String, Value>, reason: &str) -> Option<String> {
    let empty = P::deserialize(&Map::new()).err().map(|e| e.to_string());
    if empty.as_deref() == Some(reason) {
        return None;
    }
    fields.into_iter().find_map(|(name, value)| {
        let alone = Map::from_iter([(name.clone(), value)]);
        match P::deserialize(&alone) {
            Err(error) if error.to_string() == reason => Some(name),
            Ok(_) | Err(_) => None,
        }
    })
}
