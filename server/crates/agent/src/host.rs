//! What the agent asks of the world: files as the user sees them, edits, and permission.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::item::Item;
use crate::permission::{Effect, PermissionMode};

/// A path that a host has checked: absolute, normal, and inside the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkspacePath {
    absolute: PathBuf,
    display: String,
}

impl WorkspacePath {
    /// For hosts only, after they have checked it. `display` is relative to the first
    /// workspace folder where it lies inside, with `/` between parts.
    pub fn new_checked(absolute: PathBuf, display: String) -> Self {
        Self { absolute, display }
    }

    /// The absolute path.
    pub fn absolute(&self) -> &Path {
        &self.absolute
    }

    /// The path as people and models are shown it.
    pub fn display(&self) -> &str {
        &self.display
    }
}

/// Which state of a file a text was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// An open document at a version.
    Open {
        /// The version that the client gave it.
        version: i32,
    },
    /// A file on disk, known by its text.
    Disk,
    /// No such file.
    Absent,
}

/// A file's text as the user sees it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Which file.
    pub path: WorkspacePath,
    /// Its text, a byte-order mark and its line endings included; empty where `Absent`.
    pub text: Arc<str>,
    /// Which state of the file this is.
    pub stamp: Stamp,
}

/// The new text of one file, bound to the state it was computed from.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// What the change was computed from; `Stamp::Absent` creates the file.
    pub base: Document,
    /// The whole new text.
    pub new_text: Arc<str>,
    /// For people: what the edit is called in the editor's undo list.
    pub label: String,
}

/// A change that a host has made.
#[derive(Debug, Clone)]
pub struct AppliedChange {
    /// The version of the document that holds the new text, for an open one.
    pub version: Option<i32>,
}

/// Why a host did not do what it was asked. Messages are sentences for the model and the user.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HostError {
    /// The path leaves the workspace, is not valid, or is protected.
    #[error("{0}")]
    Denied(String),
    /// No such file or folder.
    #[error("{0}")]
    NotFound(String),
    /// The file is binary, too large, a folder, or not UTF-8.
    #[error("{0}")]
    Unreadable(String),
    /// The file is no longer in the state that the change was computed from, or the editor
    /// did not do what it said.
    #[error("{0}")]
    Conflict(String),
    /// The operating system or the editor failed.
    #[error("{0}")]
    Io(String),
}

/// Files as the user sees them.
pub trait Files: Send + Sync {
    /// The workspace's folders, the first one first; absolute.
    fn roots(&self) -> Vec<PathBuf>;

    /// Checks a path, relative to the first folder or absolute, and confines it to the
    /// workspace, symbolic links followed. The file need not exist.
    fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError>;

    /// The open buffer if there is one, else the disk.
    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>>;

    /// All open documents inside the workspace, to be laid over a search of the disk.
    fn open_documents(&self) -> Vec<Document>;

    /// Makes one change if the file is still in the state it was computed from, and checks
    /// that the text is then what was meant.
    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>>;
}

/// A question for the user.
#[derive(Debug, Clone)]
pub struct PermissionRequest {
    /// Identifies the question.
    pub request_id: String,
    /// The session whose turn asks.
    pub session_id: String,
    /// The turn that asks.
    pub turn_id: String,
    /// The tool call that waits.
    pub item: Item,
    /// A sentence: why it is asked.
    pub reason: String,
    /// What the call would do.
    pub effects: Vec<Effect>,
    /// What its edits would change.
    pub preview: Vec<FileChange>,
}

/// The user's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionOutcome {
    /// Do it.
    Allowed,
    /// Do it, and do not ask again in this session for the same kind of effect.
    AllowedForSession,
    /// Do not; perhaps with words for the model.
    Rejected {
        /// What the user wants instead.
        feedback: Option<String>,
    },
    /// The user dismissed the question; the turn stops.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// There is nobody to ask; says why and what to do.
    Unavailable(String),
}

/// Who can be asked.
pub trait Approver: Send + Sync {
    /// The session's mode now; it may change while a turn runs.
    fn mode(&self) -> PermissionMode;

    /// Asks, with a time limit. Dropping the future withdraws the question.
    fn ask(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome>;

    /// Whether an earlier answer of this session already allows these effects.
    fn allowed_for_session(&self, effects: &[Effect]) -> bool;
}
