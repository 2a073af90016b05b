//! One setting's value: from what was written, checked, and shown.
use aside_llm::Secret;

use super::dialects;
use super::table::{Kind, Spec};

/// The longest text that a setting may be, in bytes.
pub const MAX_TEXT_BYTES: usize = 4096;
/// How much of a wrong value is quoted, in characters.
const MAX_QUOTED_CHARS: usize = 60;

/// A value that fits its setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None.
    Unset,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(u64),
    /// A number with decimals.
    Number(f64),
    /// Never shown.
    Secret(Secret),
}

/// Reads a value where all is text, as in the environment.
pub fn from_text(spec: &Spec, text: &str) -> Result<Value, String> {
    match &spec.kind {
        Kind::Integer { .. } => match text.trim().parse::<u64>() {
            Ok(number) => integer(spec, number),
            Err(_) => Err(wrong(spec, &quoted(text))),
        },
        Kind::Dollars | Kind::Decimal(_) => match text.trim().parse::<f64>() {
            Ok(number) => decimal(spec, number),
            Err(_) => Err(wrong(spec, &quoted(text))),
        },
        Kind::Text
        | Kind::Model
        | Kind::Models
        | Kind::Words
        | Kind::Switch
        | Kind::Url
        | Kind::Secret
        | Kind::Choice(_)
        | Kind::Dialects => self::text(spec, text),
    }
}

/// Reads a value as config.toml and editors give it.
pub fn from_json(spec: &Spec, json: &serde_json::Value) -> Result<Value, String> {
    use serde_json::Value as Json;
    let is_number = matches!(
        spec.kind,
        Kind::Integer { .. } | Kind::Dollars | Kind::Decimal(_)
    );
    match json {
        Json::Bool(value) if matches!(spec.kind, Kind::Switch) => {
            Ok(Value::Text(value.to_string()))
        }
        Json::Array(list) if matches!(spec.kind, Kind::Models | Kind::Words) => {
            let words: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            match words {
                Some(words) => self::text(spec, &words.join(" ")),
                None => Err(wrong(spec, "a list of something else")),
            }
        }
        Json::Number(number) if matches!(spec.kind, Kind::Dollars | Kind::Decimal(_)) => {
            decimal(spec, number.as_f64().unwrap_or(-1.0))
        }
        Json::String(text) if !is_number => self::text(spec, text),
        Json::Number(number) if is_number => match whole(number) {
            Some(number) => integer(spec, number),
            None => Err(wrong(spec, &number.to_string())),
        },
        Json::String(text) => Err(wrong(spec, &quoted(text))),
        Json::Number(number) => Err(wrong(spec, &number.to_string())),
        Json::Bool(value) => Err(wrong(spec, &value.to_string())),
        Json::Array(_) => Err(wrong(spec, "a list")),
        Json::Object(_) => Err(wrong(spec, "a table")),
        // TOML's infinities and NaN come as this.
        Json::Null => Err(wrong(spec, "that")),
    }
}

/// The value for people, its unit included; of a secret only whether it is set.
pub fn shown(spec: &Spec, value: &Value) -> String {
    match (value, &spec.kind) {
        (Value::Integer(number), Kind::Integer { unit, .. }) => format!("{number} {unit}"),
        (Value::Integer(number), _) => number.to_string(),
        (Value::Number(number), Kind::Dollars) => format!("{number} USD"),
        (Value::Number(number), _) => number.to_string(),
        (Value::Text(text), Kind::Url) => crate::redact::url(text),
        (Value::Text(text), _) => text.clone(),
        (Value::Secret(_), _) => "set".to_owned(),
        (Value::Unset, _) => shown_unset(),
    }
}

/// What is not set, for people.
pub fn shown_unset() -> String {
    "not set".to_owned()
}

/// What a setting must be, to follow "must be".
pub fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text of one line".to_owned(),
        Kind::Model => "a model as provider/model".to_owned(),
        Kind::Models => "models as provider/model, with spaces between".to_owned(),
        Kind::Words => "words with spaces between".to_owned(),
        Kind::Switch => "true or false".to_owned(),
        Kind::Dollars => "a price in US dollars for a million tokens".to_owned(),
        Kind::Decimal(max) => format!("a number from 0 to {max}"),
        Kind::Url => "an http or https URL without a user name".to_owned(),
        Kind::Secret => "a text of one line".to_owned(),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Dialects => format!(
            "patterns with dialects such as \"*codex*=applyPatch\" (dialects: {})",
            dialects::WORDS.join(", ")
        ),
        Kind::Integer { min, max, unit } => {
            format!("a whole number from {min} to {max} ({unit})")
        }
    }
}

/// The number, also where it is written as 5.0: some editors' languages know no integers.
fn whole(number: &serde_json::Number) -> Option<u64> {
    number.as_u64().or_else(|| {
        let text = number.as_f64()?.to_string();
        text.parse().ok()
    })
}

fn integer(spec: &Spec, number: u64) -> Result<Value, String> {
    match spec.kind {
        Kind::Integer { min, max, .. } if (min..=max).contains(&number) => {
            Ok(Value::Integer(number))
        }
        _ => Err(wrong(spec, &number.to_string())),
    }
}

fn decimal(spec: &Spec, number: f64) -> Result<Value, String> {
    let max = match spec.kind {
        Kind::Decimal(max) => f64::from(max),
        _ => f64::MAX,
    };
    if (0.0..=max).contains(&number) {
        return Ok(Value::Number(number));
    }
    Err(wrong(spec, &number.to_string()))
}

fn text(spec: &Spec, text: &str) -> Result<Value, String> {
    let trimmed = text.trim();
    let is_line = trimmed.len() <= MAX_TEXT_BYTES && !trimmed.chars().any(char::is_control);
    if !is_line {
        return Err(wrong(spec, &quoted(text)));
    }
    match &spec.kind {
        Kind::Secret => Ok(Secret::new(trimmed).map_or(Value::Unset, Value::Secret)),
        Kind::Text if !trimmed.is_empty() => Ok(Value::Text(trimmed.to_owned())),
        Kind::Model if is_model(trimmed) => Ok(Value::Text(trimmed.to_owned())),
        // A wrong URL stays in force, so that it is told at the first request: falling back to
        // the default would send the prompt, and the key, to a server that was not meant.
        Kind::Url if !trimmed.is_empty() => {
            Ok(Value::Text(trimmed.trim_end_matches('/').to_owned()))
        }
        Kind::Choice(words) if words.contains(&trimmed) => Ok(Value::Text(trimmed.to_owned())),
        Kind::Models if trimmed.split_whitespace().all(is_model) => {
            let models: Vec<&str> = trimmed.split_whitespace().collect();
            Ok(Value::Text(models.join(" ")))
        }
        Kind::Words => {
            let words: Vec<&str> = trimmed.split_whitespace().collect();
            Ok(Value::Text(words.join(" ")))
        }
        Kind::Switch if matches!(trimmed, "true" | "false") => Ok(Value::Text(trimmed.to_owned())),
        Kind::Dialects if dialects::parse(trimmed).is_some() => Ok(Value::Text(trimmed.to_owned())),
        Kind::Text
        | Kind::Model
        | Kind::Models
        | Kind::Switch
        | Kind::Dollars
        | Kind::Decimal(_)
        | Kind::Url
        | Kind::Choice(_)
        | Kind::Dialects
        | Kind::Integer { .. } => Err(wrong(spec, &quoted(text))),
    }
}

/// Names of models may hold spaces, as those of local servers do.
fn is_model(text: &str) -> bool {
    text.split_once('/').is_some_and(|(provider, name)| {
        let is_fine = |part: &str| !part.is_empty() && part.trim() == part;
        is_fine(provider) && is_fine(name)
    })
}

fn wrong(spec: &Spec, got: &str) -> String {
    let expected = expected(&spec.kind);
    match spec.kind {
        Kind::Secret => format!("must be {expected}"),
        Kind::Text
        | Kind::Model
        | Kind::Models
        | Kind::Words
        | Kind::Switch
        | Kind::Dollars
        | Kind::Decimal(_)
        | Kind::Url
        | Kind::Choice(_)
        | Kind::Dialects
        | Kind::Integer { .. } => format!("must be {expected}, not {got}"),
    }
}

/// A piece of what was written, on one line, without what looks like a secret.
pub fn quoted(text: &str) -> String {
    let redacted = crate::redact::redact(text);
    let mut start: String = redacted.chars().take(MAX_QUOTED_CHARS).collect();
    if start.len() < redacted.len() {
        start.push('…');
    }
    format!("{start:?}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::families::Key;
    use super::*;

    fn check_text(key: &str, text: &str, expect: Result<&str, &str>) {
        let spec = Key::find(key).unwrap().spec;
        let got = from_text(spec, text).map(|value| shown(spec, &value));
        assert_eq!(
            got.as_deref().map_err(String::as_str),
            expect,
            "{key} {text:?}"
        );
    }

    fn check_json(key: &str, json: serde_json::Value, expect: Result<&str, &str>) {
        let spec = Key::find(key).unwrap().spec;
        let got = from_json(spec, &json).map(|value| shown(spec, &value));
        assert_eq!(
            got.as_deref().map_err(String::as_str),
            expect,
            "{key} {json}"
        );
    }

    #[test]
    fn numbers() {
        let key = "providers.connect_timeout_s";
        let must = "must be a whole number from 1 to 300 (s), not ";
        let wrong = |got: &str| format!("{must}{got}");
        check_text(key, " 5 ", Ok("5 s"));
        for text in ["0", "301", "18446744073709551615"] {
            check_text(key, text, Err(&wrong(text)));
        }
        for text in ["", "5s", "-1", "1.5", "99999999999999999999999"] {
            check_text(key, text, Err(&wrong(&format!("{text:?}"))));
        }
        check_json(key, json!(300), Ok("300 s"));
        check_json(key, json!(-1), Err(&wrong("-1")));
        check_json(key, json!(300.0), Ok("300 s"));
        check_json(key, json!(-0.0), Err(&wrong("-0.0")));
        check_json(key, json!(1e300), Err(&wrong("1e+300")));
        check_json(key, json!(null), Err(&wrong("that")));
        check_json(key, json!(1.5), Err(&wrong("1.5")));
        check_json(key, json!("5"), Err(&wrong("\"5\"")));
        check_json(key, json!(true), Err(&wrong("true")));
        check_json(key, json!([1]), Err(&wrong("a list")));
        check_json(key, json!({}), Err(&wrong("a table")));
    }

    #[test]
    fn decimals() {
        let key = "providers.tried.models.m.temperature";
        let wrong = |got: &str| format!("must be a number from 0 to 2, not {got}");
        check_text(key, " 0.25 ", Ok("0.25"));
        check_json(key, json!(0), Ok("0"));
        check_json(key, json!(2.0), Ok("2"));
        for text in ["-0.1", "2.01"] {
            check_text(key, text, Err(&wrong(text)));
        }
        check_text(key, "cold", Err(&wrong("\"cold\"")));
        check_json(key, json!("1"), Err(&wrong("\"1\"")));
    }

    #[test]
    fn texts() {
        let mode = "must be one of ask, acceptEdits, readOnly, full, not ";
        check_text("permission_mode", "acceptEdits", Ok("acceptEdits"));
        check_text(
            "permission_mode",
            "accept_edits",
            Err(&format!("{mode}\"accept_edits\"")),
        );
        check_json("permission_mode", json!(1), Err(&format!("{mode}1")));

        let model = "must be a model as provider/model, not ";
        check_text("model", " a/b/c ", Ok("a/b/c"));
        check_text("model", "a/b c", Ok("a/b c"));
        for text in ["", "a", "/b", "a/", "a / b", "a/b\nc"] {
            check_text("model", text, Err(&format!("{model}{text:?}")));
        }
        let long = format!("a/{}", "b".repeat(MAX_TEXT_BYTES));
        let start = format!("{model}\"a/{}…\"", "b".repeat(MAX_QUOTED_CHARS - 2));
        check_text("model", &long, Err(&start));
    }

    #[test]
    fn urls() {
        let key = "providers.openai.base_url";
        check_text(
            key,
            "http://127.0.0.1:8080/v1/",
            Ok("http://127.0.0.1:8080/v1"),
        );
        check_text(key, "HTTPS://h", Ok("HTTPS://h"));
        check_text(key, "http://[::1]:80/v1", Ok("http://[::1]:80/v1"));
        let must = "must be an http or https URL without a user name, not ";
        check_text(key, "localhost:8080", Ok("localhost:8080"));
        check_text(key, "", Err(&format!("{must}\"\"")));
        check_text(key, "http://u:p@h", Ok("http://[redacted]@h"));
        check_text(key, "http://h?key=k", Ok("http://h?[redacted]"));
    }

    #[test]
    fn secrets_are_never_shown() {
        let key = "providers.openai.api_key";
        check_text(key, "hidden-value", Ok("set"));
        check_text(key, " ", Ok("not set"));
        check_text(key, "hidden\nvalue", Err("must be a text of one line"));
        check_json(key, json!(12345678), Err("must be a text of one line"));
        check_text(
            "model",
            "sk-0123456789abcdef",
            Err("must be a model as provider/model, not \"[redacted]\""),
        );
    }
}
