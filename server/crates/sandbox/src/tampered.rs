//! What became of protected paths that no backend could hold.
use std::path::PathBuf;

/// A protected path that a command changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tampered {
    /// Which.
    pub path: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a protected path that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it was before the command.
    PutBack,
    /// It is as the command left it, for the reason given.
    Left(String),
}
