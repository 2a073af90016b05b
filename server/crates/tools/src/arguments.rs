//! Arguments as models send them, made to fit a tool's schema.
//!
//! The schema that the model is given is also what its arguments are checked against, so an
//! error names the field. Small models send numbers in quotes, and lists as JSON in a string:
//! what can mean only one thing is taken. Unknown fields are ignored.
use aside_agent::tool::{Arguments, ToolError};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Arguments that do not fit. Fields are named as in `edits[0].old_text`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// A field that is needed is not there.
    #[error("{field} is missing. Give {expected}.")]
    Missing {
        /// Which field.
        field: String,
        /// What it should be, such as "a string".
        expected: &'static str,
    },
    /// A field is of the wrong type.
    #[error("{field} must be {expected}, not {got}.")]
    WrongType {
        /// Which field.
        field: String,
        /// What it should be, such as "a string".
        expected: &'static str,
        /// What it is, such as "a number".
        got: &'static str,
    },
    /// A list that must not be empty is.
    #[error("{field} is empty. Give at least one entry.")]
    Empty {
        /// Which field.
        field: String,
    },
    /// The schema admits what the tool does not take.
    #[error("The arguments do not fit: {0}.")]
    Other(String),
}

impl From<ArgumentError> for ToolError {
    fn from(error: ArgumentError) -> Self {
        Self(error.to_string())
    }
}

/// Reads arguments by the tool's schema.
pub(crate) fn parse<T: DeserializeOwned>(
    schema: &Value,
    arguments: Arguments,
) -> Result<T, ArgumentError> {
    let arguments = object(schema, arguments, "")?;
    T::deserialize(Value::Object(arguments))
        .map_err(|error| ArgumentError::Other(error.to_string()))
}

/// The fields that the schema knows, each of its type; `null` is as good as absent.
fn object(
    schema: &Value,
    mut fields: Map<String, Value>,
    parent: &str,
) -> Result<Map<String, Value>, ArgumentError> {
    let mut out = Map::new();
    let Some(Value::Object(properties)) = schema.get("properties") else {
        return Ok(out);
    };
    for (name, schema) in properties {
        let field = match parent.is_empty() {
            true => name.clone(),
            false => format!("{parent}.{name}"),
        };
        match fields.remove(name) {
            Some(value) if !value.is_null() => {
                out.insert(name.clone(), fit(schema, value, field)?);
            }
            Some(_) | None => {}
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if out.contains_key(name) {
            continue;
        }
        return Err(ArgumentError::Missing {
            field: match parent.is_empty() {
                true => name.to_owned(),
                false => format!("{parent}.{name}"),
            },
            expected: properties.get(name).map_or("a value", expected),
        });
    }
    Ok(out)
}

fn fit(schema: &Value, value: Value, field: String) -> Result<Value, ArgumentError> {
    let expected = expected(schema);
    let got = kind(&value);
    let wrong = |field| ArgumentError::WrongType {
        field,
        expected,
        got,
    };
    match kind_of(schema) {
        "integer" => match whole(&value) {
            Some(number) => Ok(number.into()),
            None => Err(wrong(field)),
        },
        "boolean" => match truth(&value) {
            Some(truth) => Ok(truth.into()),
            None => Err(wrong(field)),
        },
        "array" => {
            let entries = match inside(value) {
                Value::Array(entries) => entries,
                // A single entry where a list of them is wanted.
                Value::Object(entry) => vec![Value::Object(entry)],
                _ => return Err(wrong(field)),
            };
            if entries.is_empty() {
                return Err(ArgumentError::Empty { field });
            }
            let entry_schema = schema.get("items").unwrap_or(&Value::Null);
            let entries = entries
                .into_iter()
                .enumerate()
                .map(|(index, entry)| fit(entry_schema, entry, format!("{field}[{index}]")));
            entries.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        "object" => match inside(value) {
            Value::Object(fields) => object(schema, fields, &field).map(Value::Object),
            _ => Err(wrong(field)),
        },
        _ => match value {
            Value::String(_) => Ok(value),
            _ => Err(wrong(field)),
        },
    }
}

/// JSON in a string, or the value itself.
fn inside(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

/// A whole number, also one in quotes or with an empty fraction.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            // Beyond 2^53 a float is no exact whole number any more.
            let fits = float.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&float);
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the range was checked"
            )]
            fits.then_some(float as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn kind_of(schema: &Value) -> &str {
    schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn expected(schema: &Value) -> &'static str {
    match kind_of(schema) {
        "integer" => "a whole number, not negative",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "a string",
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
