//! What most programs print: `file:line:column: severity: message`, of which the column and the
//! severity may be missing.
use std::path::PathBuf;

use aside_agent::world::{Diagnostic, Severity};

use super::{cut, from_one};

/// What `go vet` puts before what does not compile.
const VET: &str = "vet: ";
/// How severities are written.
const WORDS: [(&str, Severity); 9] = [
    ("error", Severity::Error),
    ("fatal error", Severity::Error),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("note", Severity::Information),
    ("info", Severity::Information),
    ("information", Severity::Information),
    ("hint", Severity::Hint),
    ("help", Severity::Hint),
];

pub(super) fn parse(line: &str) -> Option<Diagnostic> {
    let (line, unsaid) = match line.strip_prefix(VET) {
        Some(line) => (line, Severity::Error),
        None => (line, Severity::Warning),
    };
    let (file, rest) = file(line)?;
    let (number, rest) = number(rest)?;
    let rest = match number_then(rest) {
        Some(rest) => rest,
        None => rest,
    };
    let message = rest.strip_prefix(' ')?.trim();
    let (severity, message) = said(message).unwrap_or((unsaid, message));
    let (message, code) = code(message);
    if message.is_empty() {
        return None;
    }
    let line = from_one(number);
    Some(Diagnostic {
        path: PathBuf::from(file),
        line,
        end_line: line.saturating_add(1),
        severity,
        message: cut(message),
        source: None,
        code: code.map(str::to_owned),
    })
}

/// The file, and what is behind its colon. The colon of a drive is not that.
fn file(line: &str) -> Option<(&str, &str)> {
    let is_drive =
        matches!(line.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let start = if is_drive { 2 } else { 0 };
    let at = start + line.get(start..)?.find(':')?;
    let file = &line[..at];
    (!file.trim().is_empty()).then_some((file, &line[at + 1..]))
}

/// A number, and what is behind its colon.
fn number(text: &str) -> Option<(u64, &str)> {
    let (number, rest) = text.split_once(':')?;
    Some((number.parse().ok()?, rest))
}

/// What is behind a column, if there is one.
fn number_then(text: &str) -> Option<&str> {
    Some(number(text)?.1)
}

fn said(message: &str) -> Option<(Severity, &str)> {
    let (word, rest) = message.split_once(':')?;
    let word = word.trim();
    let known = WORDS
        .iter()
        .find(|(known, _)| word.eq_ignore_ascii_case(known));
    Some((known?.1, rest.trim()))
}

/// A rule's name in brackets at the end.
fn code(message: &str) -> (&str, Option<&str>) {
    let found = message
        .strip_suffix(']')
        .and_then(|message| message.rsplit_once('['));
    match found {
        Some((text, code))
            if !code.is_empty() && !code.contains(' ') && !text.trim().is_empty() =>
        {
            (text.trim(), Some(code))
        }
        Some(_) | None => (message, None),
    }
}
