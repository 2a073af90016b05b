//! `tsc --pretty false`: `file(line,column): error TS2322: message`.
use std::path::PathBuf;

use aside_agent::world::{Diagnostic, Severity};

use super::{cut, from_one};

const SOURCE: &str = "tsc";

/// Whether it comes from here, so that indented lines below belong to it.
pub(super) fn is_of(found: &Diagnostic) -> bool {
    found.source.as_deref() == Some(SOURCE)
}

pub(super) fn parse(line: &str) -> Option<Diagnostic> {
    let (place, rest) = line.split_once("): ")?;
    let (file, place) = place.rsplit_once('(')?;
    let (number, column) = place.split_once(',')?;
    let number = number.parse::<u64>().ok()?;
    column.parse::<u64>().ok()?;
    let (head, message) = rest.split_once(": ")?;
    let (severity, code) = head.split_once(' ')?;
    if file.is_empty() || !code.starts_with("TS") {
        return None;
    }
    let line = from_one(number);
    Some(Diagnostic {
        path: PathBuf::from(file),
        line,
        end_line: line.saturating_add(1),
        severity: match severity {
            "warning" => Severity::Warning,
            "message" => Severity::Information,
            "suggestion" => Severity::Hint,
            _ => Severity::Error,
        },
        message: cut(message),
        source: Some(SOURCE.to_owned()),
        code: Some(code.to_owned()),
    })
}
