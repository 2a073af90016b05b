//! Edits: changes to files, made of hunks that are reviewed one by one.
use serde::{Deserialize, Serialize};

use crate::{Range, Uri};

/// One change to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileEdit {
    /// UUIDv7.
    pub id: String,
    /// The session that made it.
    pub session_id: String,
    /// The turn that made it.
    pub turn_id: String,
    /// The tool call that made it.
    pub item_id: String,
    /// Which file.
    pub uri: Uri,
    /// The file's new place, for a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_uri: Option<Uri>,
    /// What sort of change.
    pub kind: FileEditKind,
    /// How far it is.
    pub status: FileEditStatus,
    /// The version of the document that the hunks' `newRange` refers to; absent where it is
    /// not open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// A hash of the text before the edit.
    pub base_hash: String,
    /// The change as a unified diff.
    pub diff: String,
    /// The change in pieces.
    pub hunks: Vec<Hunk>,
}

/// What sort of change an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum FileEditKind {
    /// Makes a file.
    Create,
    /// Changes a file's text.
    Modify,
    /// Deletes a file.
    Delete,
    /// Moves a file, perhaps changing its text.
    Rename,
}

/// How far an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum FileEditStatus {
    /// Not made yet.
    Proposed,
    /// Made; not reviewed.
    Applied,
    /// Made and kept by the user.
    Accepted,
    /// Taken back by the user.
    Rejected,
    /// Some hunks are kept and some taken back.
    Partial,
    /// Not made, since the file had changed.
    Conflicted,
    /// Undone.
    Reverted,
}

/// A piece of an edit. A hunk keeps its id until it is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    /// Identifies it.
    pub id: String,
    /// Where the old text was.
    pub old_range: Range,
    /// Where the new text is.
    pub new_range: Range,
    /// The text before.
    pub old_text: String,
    /// The text after.
    pub new_text: String,
    /// How far it is.
    pub status: HunkStatus,
}

/// How far a hunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum HunkStatus {
    /// Waits for the user.
    Pending,
    /// Kept.
    Accepted,
    /// Taken back.
    Rejected,
}
