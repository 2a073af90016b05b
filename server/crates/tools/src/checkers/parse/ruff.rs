//! `ruff check --output-format=json`: one array.
//!
//! <https://docs.astral.sh/ruff/settings/#output-format>.
use std::path::PathBuf;

use aside_agent::world::{Diagnostic, Severity};
use serde::Deserialize;
use serde_json::Value;

use super::{MAX_READ, cut, from_one};

#[derive(Deserialize)]
struct Violation {
    /// None for what is no Python.
    code: Option<String>,
    message: String,
    filename: String,
    location: Place,
    end_location: Option<Place>,
}

#[derive(Deserialize)]
struct Place {
    row: u64,
}

/// None where it is no array of JSON. An entry that is not as it should be is left out.
pub(super) fn parse(printed: &str) -> Option<Vec<Diagnostic>> {
    let printed = printed.trim();
    if !printed.starts_with('[') || !printed.ends_with(']') {
        return None;
    }
    let entries: Vec<Value> = serde_json::from_str(printed).ok()?;
    let entries = entries.into_iter().take(MAX_READ);
    let read = entries.filter_map(|entry| serde_json::from_value::<Violation>(entry).ok());
    Some(read.map(diagnostic).collect())
}

fn diagnostic(violation: Violation) -> Diagnostic {
    let line = from_one(violation.location.row);
    let end = violation.end_location.map_or(line, |end| from_one(end.row));
    let is_syntax = violation
        .code
        .as_deref()
        .is_none_or(|code| code == "invalid-syntax");
    Diagnostic {
        path: PathBuf::from(violation.filename),
        line,
        end_line: end.max(line).saturating_add(1),
        severity: match is_syntax {
            true => Severity::Error,
            false => Severity::Warning,
        },
        message: cut(&violation.message),
        source: Some("ruff".to_owned()),
        code: violation.code,
    }
}
