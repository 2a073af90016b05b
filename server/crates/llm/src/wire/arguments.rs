//! The arguments of a tool call as they go back to a provider. Servers parse them, put them into a
//! template, and fail on anything but an object, for the rest of the session: others are wrapped.
use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Arguments as an object.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Arguments<'a> {
    /// Byte for byte as the model wrote them.
    Object(&'a RawValue),
    /// There were none.
    None {},
    /// What the model wrote is no object.
    Broken {
        /// It.
        invalid_json: &'a str,
    },
}

impl<'a> Arguments<'a> {
    pub(super) fn new(raw: &'a str) -> Self {
        if raw.trim().is_empty() {
            return Self::None {};
        }
        // The value is built, not skipped: skipping does not look into strings, where half a
        // surrogate pair fails a server that does look.
        let is_object = serde_json::from_str::<Value>(raw).is_ok_and(|value| value.is_object());
        match serde_json::from_str::<&RawValue>(raw) {
            Ok(object) if is_object => Self::Object(object),
            Ok(_) | Err(_) => Self::Broken { invalid_json: raw },
        }
    }

    /// As the text that OpenAI's formats have in the place of an object.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Object(object) => object.get().into(),
            Self::None {} => "{}".into(),
            Self::Broken { invalid_json } => serde_json::json!({ "invalid_json": invalid_json })
                .to_string()
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_go_back_as_they_were() {
        for (raw, expected) in [
            (r#"{"path" : "a"}"#, r#"{"path" : "a"}"#),
            ("", "{}"),
            (" \n", "{}"),
            (r#"{"path"#, r#"{"invalid_json":"{\"path"}"#),
            ("[1]", r#"{"invalid_json":"[1]"}"#),
            (
                r#"{"a":"\ud800"}"#,
                r#"{"invalid_json":"{\"a\":\"\\ud800\"}"}"#,
            ),
        ] {
            let arguments = Arguments::new(raw);
            assert_eq!(
                serde_json::to_string(&arguments).unwrap(),
                expected,
                "{raw}"
            );
            assert_eq!(arguments.into_text(), expected, "{raw}");
        }
    }
}
