//! `cargo check --message-format=json`: a line of JSON for each message of the compiler.
//!
//! <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages> and
//! <https://doc.rust-lang.org/rustc/json.html>.
use std::path::PathBuf;

use aside_agent::world::{Diagnostic, Severity};
use serde::Deserialize;

use super::{cut, from_one};

/// How many macros a place is followed out of.
const MAX_EXPANSIONS: usize = 16;

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u64,
    line_end: u64,
    #[serde(default)]
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

pub(super) fn parse(line: &str) -> Option<Diagnostic> {
    let line: Line = serde_json::from_str(line).ok()?;
    let message = line.message.filter(|_| line.reason == "compiler-message")?;
    let mut spans = message.spans.iter();
    let primary = spans.find(|span| span.is_primary);
    let span = place(primary.or_else(|| message.spans.first())?);
    let first = from_one(span.line_start);
    Some(Diagnostic {
        path: PathBuf::from(&span.file_name),
        line: first,
        end_line: from_one(span.line_end).max(first).saturating_add(1),
        severity: match message.level.as_str() {
            "warning" => Severity::Warning,
            "note" | "failure-note" => Severity::Information,
            "help" => Severity::Hint,
            // `error`, and `error: internal compiler error`.
            _ => Severity::Error,
        },
        message: cut(&message.message),
        source: Some("rustc".to_owned()),
        code: message.code.map(|code| code.code),
    })
}

/// Where the user's own text leads to a place in a macro.
fn place(span: &Span) -> &Span {
    let mut outermost = span;
    for _ in 0..MAX_EXPANSIONS {
        match &outermost.expansion {
            Some(expansion) => outermost = &expansion.span,
            None => break,
        }
    }
    outermost
}
