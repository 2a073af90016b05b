//! The parts of a call: what is to be done to one file, and the engine that does it.
use aside_agent::attempt::Dialect;
use aside_agent::host::WorkspacePath;
use aside_edit::lines::in_the_manner_of;
use aside_edit::matching::{Edit, apply_blocks, apply_edits};
use aside_edit::patch::{self, HunkPatch};
use serde_json::Value;

use super::in_whole;
use super::refused::Refused;
use super::report::{self, Matches};
use super::request;

/// What is to be done to one file.
pub(super) struct Job {
    pub(super) dialect: Dialect,
    pub(super) path: WorkspacePath,
    pub(super) part: Part,
    /// What the ledger keeps of it.
    pub(super) request: Value,
}

/// What is to be done.
pub(super) enum Part {
    /// Texts are replaced.
    Edits(Vec<Edit>),
    /// The whole text is this.
    Write(String),
    /// The file goes.
    Delete,
    /// The hunks of a patch are made, and the file may move.
    Hunks {
        hunks: Vec<HunkPatch>,
        to: Option<WorkspacePath>,
    },
}

impl Job {
    pub(super) fn edits(dialect: Dialect, path: WorkspacePath, edits: Vec<Edit>) -> Self {
        Self {
            dialect,
            path,
            request: request::of_edits(&edits),
            part: Part::Edits(edits),
        }
    }

    pub(super) fn write(dialect: Dialect, path: WorkspacePath, content: String) -> Self {
        Self {
            dialect,
            path,
            request: request::of_content(&content),
            part: Part::Write(content),
        }
    }

    /// The files that it needs to know of.
    pub(super) fn paths(&self) -> impl Iterator<Item = &WorkspacePath> {
        let to = match &self.part {
            Part::Hunks { to, .. } => to.as_ref(),
            Part::Edits(_) | Part::Write(_) | Part::Delete => None,
        };
        std::iter::once(&self.path).chain(to)
    }

    /// Whether it may make a file that is not there.
    pub(super) fn creates(&self) -> bool {
        match &self.part {
            Part::Write(_) => true,
            Part::Edits(edits) => {
                let first = edits.first();
                self.dialect == Dialect::SearchReplace
                    && first.is_some_and(|edit| edit.old_text.is_empty())
            }
            Part::Delete | Part::Hunks { .. } => false,
        }
    }

    /// What is said of a file that is not there.
    pub(super) fn otherwise(&self) -> &'static str {
        match self.dialect {
            Dialect::EditFile | Dialect::WriteFile => "Use write_file to create it.",
            Dialect::WholeFile => "Write the whole file to create it.",
            Dialect::V4a | Dialect::Unified => {
                "Use list_directory to see what is there; `*** Add File: path` creates a file."
            }
            Dialect::SearchReplace => "Leave SEARCH empty to create it.",
        }
    }

    /// What it makes of a text, and where it matched.
    pub(super) fn make(&self, text: &str) -> Result<(String, Matches), Box<Refused>> {
        let path = self.path.display();
        match &self.part {
            Part::Edits(edits) => {
                let made = match self.dialect {
                    Dialect::SearchReplace => apply_blocks(text, edits),
                    Dialect::EditFile
                    | Dialect::WriteFile
                    | Dialect::WholeFile
                    | Dialect::V4a
                    | Dialect::Unified => apply_edits(text, edits),
                };
                let edited =
                    made.map_err(|refused| Refused::edits(self.dialect, path, text, &refused))?;
                let matches = report::of_edits(&edited);
                Ok((edited.text, matches))
            }
            Part::Write(content) if self.dialect == Dialect::WholeFile => {
                let text = in_whole::make(path, text, content)?;
                Ok((text, Matches::default()))
            }
            Part::Write(content) => Ok((in_the_manner_of(text, content), Matches::default())),
            Part::Delete => Ok((String::new(), Matches::default())),
            Part::Hunks { hunks, .. } if hunks.is_empty() => {
                Ok((text.to_owned(), Matches::default()))
            }
            Part::Hunks { hunks, .. } => {
                let made = patch::apply(hunks, text);
                let applied = made.map_err(|refused| Refused::hunks(path, text, &refused))?;
                let matches = report::of_hunks(&applied);
                Ok((applied.text, matches))
            }
        }
    }
}
