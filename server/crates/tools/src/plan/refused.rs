//! Why nothing was planned, for the model and for programs.
use aside_agent::attempt::Dialect;
use aside_agent::tool::ToolError;
use aside_edit::matching::{self, Closest};
use aside_edit::patch::{HunkRefusal, PatchError, PatchRefusal};
use serde::Serialize;

use super::{in_blocks, in_edits};
use crate::show;

/// What the model is to do after it was shown the lines of the file.
const AGAIN: &str = "Call edit_file again. Copy old_text exactly from these lines: those that are \
    to be replaced.";
const AGAIN_IF_WRONG: &str = "If the file is as it is to be, tell the user so. If not, call edit_file \
    again, with old_text copied exactly from these lines.";
const AGAIN_IN_BLOCKS: &str = "Write the block again. Copy SEARCH exactly from these lines: those \
    that are to be replaced.";
const AGAIN_AS_PATCH: &str = "Call apply_patch again. Copy the lines that stay and those that go \
    exactly from these.";

/// Why edits are not made; none of a call is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Refused {
    /// The reason as a stable word: the engine's own codes, `conflict` where the user changed the
    /// same lines, `parse` for a patch that cannot be read, `missing`, `unreadable`, `denied`,
    /// `changed` for a file to be deleted that the user changed, `unseen`, `elided`, `shortened` or
    /// `emptied` for a whole file whose lines would be lost, or `failed`.
    pub code: &'static str,
    /// The file, as it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which edit or hunk of the file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<usize>,
    /// The line of the patch, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_line: Option<usize>,
    /// The lines of the file, from 1, where an ambiguous text is; the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<usize>,
    /// The most similar places, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The line, from 1, where the new text is already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already_at: Option<usize>,
    /// All of it in sentences for the model.
    pub message: String,
}

/// A place that is like what was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Its first line, from 1.
    pub first_line: usize,
    /// Its last line, from 1.
    pub last_line: usize,
    /// The first line that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// How the first line that differs does so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Difference {
    /// In its text, cut to the part around the difference.
    Text {
        /// The line, from 1.
        line: usize,
        /// What is there.
        found: String,
        /// What was wanted there.
        wanted: String,
    },
    /// In white space only.
    WhiteSpace {
        /// The line, from 1.
        line: usize,
        /// How, in words.
        how: String,
    },
    /// The file ends before it.
    End {
        /// How many lines the file has.
        lines: usize,
    },
    /// The file ends without a line ending.
    FinalNewline,
}

impl From<&Closest> for Candidate {
    fn from(closest: &Closest) -> Self {
        let difference = closest.difference.clone();
        Self {
            first_line: closest.first_line,
            last_line: closest.last_line,
            difference: difference.map(|difference| match difference {
                matching::Difference::Text {
                    line,
                    found,
                    wanted,
                } => Difference::Text {
                    line,
                    found,
                    wanted,
                },
                matching::Difference::WhiteSpace { line, how } => {
                    Difference::WhiteSpace { line, how }
                }
                matching::Difference::End { lines } => Difference::End { lines },
                matching::Difference::FinalNewline => Difference::FinalNewline,
            }),
        }
    }
}

impl From<Box<Refused>> for ToolError {
    fn from(refused: Box<Refused>) -> Self {
        Self(refused.message)
    }
}

impl Refused {
    pub(crate) fn new(code: &'static str, message: String) -> Box<Self> {
        Box::new(Self {
            code,
            path: None,
            edit: None,
            patch_line: None,
            lines: Vec::new(),
            candidates: Vec::new(),
            already_at: None,
            message,
        })
    }

    /// What was refused of a file.
    pub(crate) fn of(code: &'static str, path: &str, message: String) -> Box<Self> {
        Box::new(Self {
            path: Some(path.to_owned()),
            ..*Self::new(code, message)
        })
    }

    /// Edits that do not fit `text`; the lines that they may mean are shown.
    pub(crate) fn edits(
        dialect: Dialect,
        path: &str,
        text: &str,
        refused: &matching::Refused,
    ) -> Box<Self> {
        use matching::Refusal;
        let candidates = refused.reason.candidates();
        let (shown, lines) = match &refused.reason {
            Refusal::NotFound(_) => (Some(candidates.first()), Vec::new()),
            Refusal::Unchanged | Refusal::EmptyOldText => (Some(None), Vec::new()),
            Refusal::Ambiguous { lines, .. } => (None, lines.clone()),
            Refusal::NoEdits
            | Refusal::TooManyEdits
            | Refusal::Disproportionate { .. }
            | Refusal::TooManyPlaces
            | Refusal::TooLarge => (None, Vec::new()),
        };
        let is_unchanged = matches!(refused.reason, Refusal::Unchanged);
        let is_perhaps_done = is_unchanged || refused.reason.already_at().is_some();
        let again = match dialect {
            Dialect::SearchReplace => AGAIN_IN_BLOCKS,
            _ if is_perhaps_done => AGAIN_IF_WRONG,
            Dialect::EditFile
            | Dialect::WriteFile
            | Dialect::WholeFile
            | Dialect::V4a
            | Dialect::Unified => AGAIN,
        };
        let shown = shown.map_or_else(String::new, |closest| around(text, closest, again));
        let message = match dialect {
            Dialect::SearchReplace => in_blocks::refusal(path, refused),
            Dialect::EditFile
            | Dialect::WriteFile
            | Dialect::WholeFile
            | Dialect::V4a
            | Dialect::Unified => {
                format!("{path} is unchanged. {}", in_edits::reason(refused))
            }
        };
        let message = format!("{message}{shown}");
        Box::new(Self {
            edit: Some(refused.index),
            lines,
            candidates: candidates.iter().map(Candidate::from).collect(),
            already_at: refused.reason.already_at(),
            ..*Self::of(refused.reason.code(), path, message)
        })
    }

    /// Hunks that do not fit `text`; the lines that they may mean are shown.
    pub(crate) fn hunks(path: &str, text: &str, refused: &PatchRefusal) -> Box<Self> {
        let (mut candidates, mut shown, mut already, mut places) =
            (&[][..], None, None, Vec::new());
        match &refused.reason {
            HunkRefusal::NotFound {
                candidates: like,
                already_at,
            } => {
                candidates = like.as_slice();
                shown = Some(like.first());
                already = *already_at;
            }
            HunkRefusal::NoAnchor { .. } | HunkRefusal::NoPlace => shown = Some(None),
            HunkRefusal::Ambiguous { lines, .. } => places.clone_from(lines),
            HunkRefusal::Unclear { line } => places.push(*line),
            HunkRefusal::Overlap { .. }
            | HunkRefusal::NoChange
            | HunkRefusal::TooManyPlaces
            | HunkRefusal::TooLarge => {}
        }
        let shown = shown.map_or_else(String::new, |closest| around(text, closest, AGAIN_AS_PATCH));
        let message = format!("{path}: {refused}{shown}");
        Box::new(Self {
            edit: Some(refused.hunk),
            patch_line: Some(refused.line),
            lines: places,
            candidates: candidates.iter().map(Candidate::from).collect(),
            already_at: already,
            ..*Self::of(refused.reason.code(), path, message)
        })
    }

    /// A patch that cannot be read.
    pub(crate) fn parse(error: &PatchError) -> Box<Self> {
        let message = format!("The patch cannot be read, so no file was changed. {error}");
        Box::new(Self {
            patch_line: Some(error.line),
            ..*Self::new("parse", message)
        })
    }

    /// Adds sentences before and behind the message.
    pub(crate) fn said(mut self: Box<Self>, before: &str, behind: &str) -> Box<Self> {
        self.message = format!("{before}{}{behind}", self.message);
        self
    }
}

/// The lines of the file, and what to do with them: small models heed what they read last.
fn around(text: &str, closest: Option<&Closest>, again: &str) -> String {
    let (first, last) = closest.map_or((1, 1), |closest| (closest.first_line, closest.last_line));
    let shown = show::closest(text, first, last);
    format!("{shown}\n{again}")
}
