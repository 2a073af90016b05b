//! Attempts to edit, as the edit ledger keeps them: what was asked, and how well it matched.
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many attempts of one tool call are kept.
pub const MAX_ATTEMPTS: usize = 256;

/// The way in which a model writes its edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Dialect {
    /// Calls of `edit_file`.
    EditFile,
    /// Whole files by `write_file`.
    WriteFile,
    /// `apply_patch` with a `*** Begin Patch` envelope.
    V4a,
    /// `apply_patch` with a unified diff.
    Unified,
    /// SEARCH/REPLACE blocks in plain answers.
    SearchReplace,
    /// Whole files in plain answers.
    WholeFile,
}

impl Dialect {
    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EditFile => "editFile",
            Self::WriteFile => "writeFile",
            Self::V4a => "v4a",
            Self::Unified => "unified",
            Self::SearchReplace => "searchReplace",
            Self::WholeFile => "wholeFile",
        }
    }
}

/// One attempt to change one file.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The file's absolute path.
    pub path: PathBuf,
    /// How it was written.
    pub dialect: Dialect,
    /// The loosest stage that was needed, where it matched.
    pub stage: Option<&'static str>,
    /// Why it was refused, as a stable word; `None` where it matched.
    pub refusal: Option<&'static str>,
    /// The text that it was matched against.
    pub base: Arc<str>,
    /// What came of that text.
    pub result: Option<Arc<str>>,
    /// What was asked for this file, enough to try again.
    pub request: Value,
}

/// Where a tool notes its attempts. Clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct Attempts {
    list: Arc<Mutex<Vec<Attempt>>>,
}

impl Attempts {
    /// Notes one; more than [`MAX_ATTEMPTS`] of one call are not kept.
    pub fn note(&self, attempt: Attempt) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MAX_ATTEMPTS {
            list.push(attempt);
        }
    }

    /// Takes what was noted.
    pub fn take(&self) -> Vec<Attempt> {
        std::mem::take(&mut *self.list.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
