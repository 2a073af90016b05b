//! How a model edits, and what becomes of its edits.

/// What becomes of an edit that a tool has computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EditMode {
    /// It is made at once, and its hunks wait to be kept or taken back.
    #[default]
    Apply,
    /// Nothing is touched until the user accepts it.
    Propose,
}

/// Which means of editing a model is offered. What it is not offered works nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EditDialect {
    /// `edit_file` and `write_file`.
    #[default]
    EditFile,
    /// `apply_patch`.
    ApplyPatch,
    /// SEARCH/REPLACE blocks in plain answers, and no tools at all.
    SearchReplace,
    /// Whole files in plain answers, and no tools at all.
    WholeFile,
}

impl EditDialect {
    /// What the model is to do about a file (`it`) that is not what it takes it for. A model
    /// without tools sees only what the user attaches.
    pub fn look_again(self) -> &'static str {
        match self {
            Self::EditFile | Self::ApplyPatch => "Read it again",
            Self::SearchReplace | Self::WholeFile => "Ask the user to attach it as it is now",
        }
    }
}
