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
    /// SHA-256, in hexadecimal, of the text that `diff` and `oldRange` refer to: the file as it
    /// would be without this edit's pending hunks. What the user changes elsewhere in the file is
    /// in it.
    pub base_hash: String,
    /// The pending hunks as a unified diff; of a resolved edit, the change as it was made.
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

impl FileEdit {
    /// Whether something of it still waits for the user.
    pub fn is_pending(&self) -> bool {
        match self.status {
            FileEditStatus::Proposed | FileEditStatus::Applied => true,
            FileEditStatus::Partial => {
                let mut hunks = self.hunks.iter();
                hunks.any(|hunk| hunk.status == HunkStatus::Pending)
            }
            FileEditStatus::Accepted
            | FileEditStatus::Rejected
            | FileEditStatus::Conflicted
            | FileEditStatus::Reverted => false,
        }
    }
}

/// A piece of an edit. A hunk keeps its id until it is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    /// Identifies it.
    pub id: String,
    /// Where the old text is in the base.
    pub old_range: Range,
    /// Where the new text is in the document now.
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

/// Params of `edit/list`; without any, all edits of the workspace, the newest
/// [`MAX_LISTED_EDITS`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditListParams {
    /// Only those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Only those of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<Uri>,
    /// Only those that are so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<FileEditStatus>,
}

/// How many edits are listed at once.
pub const MAX_LISTED_EDITS: u32 = 500;

/// Edits, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditListResult {
    /// The edits.
    pub edits: Vec<FileEdit>,
}

/// Which hunks to keep or take back. At least one field is given; a hunk is meant if `editIds` or
/// `hunkIds` names it, where either is given, and if it is of the file, turn and session named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditResolveParams {
    /// These edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_ids: Option<Vec<String>>,
    /// These hunks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hunk_ids: Option<Vec<String>>,
    /// All of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<Uri>,
    /// All of this turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// All of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// Params of `edit/amend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditAmendParams {
    /// Which hunk; it is pending.
    pub hunk_id: String,
    /// What its new text is to be, whole lines.
    pub new_text: String,
}
