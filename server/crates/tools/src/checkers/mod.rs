//! Programs that check files, for where no editor says what is wrong with them.
mod find;
pub(crate) mod parse;
pub(crate) mod run;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use find::{Asked, find};

/// How many checkers one call runs.
pub(crate) const MAX_RUN: usize = 8;

/// A checker of the settings.
#[derive(Clone)]
pub struct CheckerSpec {
    /// What it checks: a language such as `rust`, or a pattern such as `*.py` or `web/**/*.ts`.
    pub files: String,
    /// For the shell. The variable `ASIDE_FILE` is the file that is checked, or empty for all.
    pub command: String,
    /// For a command of the workspace: whether the user still trusts it.
    pub guard: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl CheckerSpec {
    fn is_allowed(&self) -> bool {
        self.guard.as_ref().is_none_or(|holds| holds())
    }
}

impl fmt::Debug for CheckerSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("CheckerSpec");
        shown.field("files", &self.files);
        shown.field("command", &self.command);
        shown.field("is_guarded", &self.guard.is_some()).finish()
    }
}

/// A checker that fits, and where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checker {
    /// For the shell.
    pub(crate) command: String,
    /// The folder that it starts in.
    pub(crate) cwd: PathBuf,
}
