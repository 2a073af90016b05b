//! What tools may ask of whoever shows the session, besides files: questions to the user, and
//! what the editor's other language servers know.
use std::ops::Range;
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::host::WorkspacePath;
use crate::item::Location;
use crate::output::quote;

/// How many bytes of a diagnostic's message the model is shown.
pub const MAX_MESSAGE_BYTES: usize = 1000;

/// A question that a tool or an MCP server has for the user.
#[derive(Debug, Clone)]
pub struct Elicitation {
    /// Identifies the question.
    pub request_id: String,
    /// The session that asks.
    pub session_id: String,
    /// A sentence or more, for people.
    pub message: String,
    /// JSON schema of the answer: an object of plain values; none where nothing is filled in.
    pub schema: Option<Value>,
    /// A page that the user is to visit in place of filling in.
    pub url: Option<String>,
    /// The MCP server that asks.
    pub server: Option<String>,
}

/// What the user says to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Elicited {
    /// Filled in.
    Accepted(Map<String, Value>),
    /// Refused to answer.
    Declined,
    /// Dismissed the question.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// There is nobody to ask; says why and what to do.
    Unavailable(String),
}

/// Who can be asked questions.
pub trait Elicitor: Send + Sync {
    /// Asks, with the time limit of the settings. Dropping the future withdraws the question.
    fn elicit(&self, question: Elicitation) -> BoxFuture<'_, Elicited>;
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The code does not work.
    Error,
    /// It may not.
    Warning,
    /// For information.
    Information,
    /// Something could be better.
    Hint,
}

/// One remark of a language server or a checker about a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The file's absolute path.
    pub path: PathBuf,
    /// The first line, from 0.
    pub line: u32,
    /// The line after the last, from 0.
    pub end_line: u32,
    /// How bad.
    pub severity: Severity,
    /// In the server's words.
    pub message: String,
    /// Who says so, such as `rustc`.
    pub source: Option<String>,
    /// The server's name of the rule, such as `E0308`.
    pub code: Option<String>,
}

impl Severity {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::Hint => "hint",
        }
    }
}

impl Diagnostic {
    /// On one line, such as `src/main.rs:3: error: mismatched types [rustc E0308]`; `path` is the
    /// file as people and models are shown it.
    pub fn shown(&self, path: &str) -> String {
        let message = self
            .message
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let from = [&self.source, &self.code].into_iter().flatten();
        let from = from.map(String::as_str).collect::<Vec<_>>();
        let from = match from.is_empty() {
            true => String::new(),
            false => format!(" [{}]", quote(&from.join(" "), MAX_MESSAGE_BYTES)),
        };
        format!(
            "{path}:{}: {}: {}{from}",
            self.line.saturating_add(1),
            self.severity.word(),
            quote(&message, MAX_MESSAGE_BYTES)
        )
    }
}

/// What is reported of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The diagnostics, in no order.
    pub diagnostics: Vec<Diagnostic>,
    /// What else would have been reported.
    pub known: Known,
}

/// Of which part of a file all diagnostics are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Whole,
    /// These lines, from 0, the end not included.
    Lines(Vec<Range<u32>>),
}

impl Known {
    /// Whether all diagnostics of these lines are known; of no lines there is nothing to know.
    pub fn covers(&self, lines: &Range<u32>) -> bool {
        match self {
            Self::Whole => true,
            Self::Lines(known) => {
                let holds =
                    |known: &Range<u32>| known.start <= lines.start && lines.end <= known.end;
                lines.is_empty() || known.iter().any(holds)
            }
        }
    }
}

/// A place in a file's text.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub path: WorkspacePath,
    /// The line, from 0.
    pub line: u32,
    /// How many bytes of the line are before the place.
    pub byte: usize,
}

/// A symbol of a file, with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is, such as `function`.
    pub kind: String,
    /// Its first line, from 0.
    pub line: u32,
    /// The line after its last.
    pub end_line: u32,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// Why the editor does not say.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EditorError {
    /// There is no editor, or it cannot be asked this.
    #[error("{0}")]
    Unavailable(String),
    /// It was asked, and failed or did not answer in time.
    #[error("{0}")]
    Failed(String),
}

/// What the editor's other language servers know. Each answer comes within the time limit of the
/// settings.
pub trait Editor: Send + Sync {
    /// Diagnostics of a file, or of all files that the editor knows of.
    fn diagnostics<'a>(
        &'a self,
        path: Option<&'a WorkspacePath>,
    ) -> BoxFuture<'a, Result<Vec<Diagnostic>, EditorError>>;

    /// Whether something may be reported of a file, or of any, as far as is known without asking.
    fn reports(&self, _path: Option<&WorkspacePath>) -> bool {
        false
    }

    /// What is reported of a file now. No program is run for it.
    fn reported<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Reported, EditorError>> {
        Box::pin(async move {
            Ok(Reported {
                diagnostics: self.diagnostics(Some(path)).await?,
                known: Known::Whole,
            })
        })
    }

    /// Where what stands at a place is defined.
    fn definition<'a>(
        &'a self,
        place: &'a Place,
    ) -> BoxFuture<'a, Result<Vec<Location>, EditorError>>;

    /// Where what stands at a place is used.
    fn references<'a>(
        &'a self,
        place: &'a Place,
    ) -> BoxFuture<'a, Result<Vec<Location>, EditorError>>;

    /// The symbols of a file.
    fn document_symbols<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Vec<Symbol>, EditorError>>;
}

/// Nobody to ask and no editor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

const NO_EDITOR: &str = "No editor is there that could be asked.";

fn no_editor<T: Send + 'static>() -> BoxFuture<'static, Result<T, EditorError>> {
    let error = EditorError::Unavailable(NO_EDITOR.to_owned());
    Box::pin(std::future::ready(Err(error)))
}

impl Elicitor for Nobody {
    fn elicit(&self, _: Elicitation) -> BoxFuture<'_, Elicited> {
        let answer = Elicited::Unavailable("There is nobody who could be asked.".to_owned());
        Box::pin(std::future::ready(answer))
    }
}

impl Editor for Nobody {
    fn diagnostics<'a>(
        &'a self,
        _: Option<&'a WorkspacePath>,
    ) -> BoxFuture<'a, Result<Vec<Diagnostic>, EditorError>> {
        no_editor()
    }

    fn definition<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        no_editor()
    }

    fn references<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        no_editor()
    }

    fn document_symbols<'a>(
        &'a self,
        _: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Vec<Symbol>, EditorError>> {
        no_editor()
    }
}
