//! What the agent asks of the world: files as the user sees them, edits, and permission.
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::item::Item;
use crate::permission::{Decision, Effect};

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
        /// The host's own count of changes: a state of a document is never given the number of
        /// another one, also where the client's versions repeat.
        revision: u64,
    },
    /// A file on disk, known by its text.
    Disk,
    /// No such file.
    Absent,
}

/// What a file is besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Permission bits, where the system has them.
    pub mode: Option<u32>,
    /// Where it leads, for a symbolic link.
    pub link: Option<PathBuf>,
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
    /// What it is on disk; for a file that is to be made, what it is to be.
    pub form: Form,
    /// Whether another program changed the file on disk while the editor holds unsaved text.
    pub changed_on_disk: bool,
}

impl Document {
    /// A file that is not there.
    pub fn absent(path: WorkspacePath) -> Self {
        Self {
            path,
            text: Arc::from(""),
            stamp: Stamp::Absent,
            form: Form::default(),
            changed_on_disk: false,
        }
    }
}

/// What a file is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// It holds this text. A file that is not there is created, with the base's form.
    Text(Arc<str>),
    /// It is not there. Of a symbolic link the link goes, not what it leads to.
    Deleted,
    /// It is at another path, where there is nothing yet, with this text.
    Moved {
        /// The new place.
        to: WorkspacePath,
        /// The text there.
        text: Arc<str>,
    },
}

/// What is to become of one file, bound to the state it was computed from.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// What the change was computed from; `Stamp::Absent` creates the file.
    pub base: Document,
    /// What the file is to become.
    pub target: Target,
    /// The text that the model takes the file to have afterwards. It differs from the target's
    /// where the user changed the file since the model saw it.
    pub meant: Arc<str>,
    /// For people: what the edit is called in the editor's undo list.
    pub label: String,
}

impl FileChange {
    /// A new text for a file.
    pub fn text(base: Document, text: Arc<str>, label: String) -> Self {
        Self {
            base,
            meant: Arc::clone(&text),
            target: Target::Text(text),
            label,
        }
    }

    /// The text that is there afterwards; empty for a deletion.
    pub fn new_text(&self) -> Arc<str> {
        match &self.target {
            Target::Text(text) | Target::Moved { text, .. } => Arc::clone(text),
            Target::Deleted => Arc::from(""),
        }
    }

    /// Where the file is afterwards.
    pub fn new_path(&self) -> &WorkspacePath {
        match &self.target {
            Target::Text(_) | Target::Deleted => &self.base.path,
            Target::Moved { to, .. } => to,
        }
    }
}

/// A change that a host has made.
#[derive(Debug, Clone, Default)]
pub struct AppliedChange {
    /// The version of the document that held exactly the new text, for an open one.
    pub version: Option<i32>,
    /// The revision of the same, from which on the user's changes are counted.
    pub revision: Option<u64>,
}

/// One replacement in an open document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// What was replaced, in bytes of the text before.
    pub bytes: Range<usize>,
    /// How many bytes are there instead.
    pub len: usize,
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
    /// The file is no longer in the state that the change was computed from, and holds nothing of
    /// the change: it can be computed anew from what is there now.
    #[error("{0}")]
    Stale(String),
    /// The change cannot be made as it was meant, or the editor did not do what it said.
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

    /// The paths of the open documents inside the workspace.
    fn open_paths(&self) -> Vec<WorkspacePath> {
        let open = self.open_documents().into_iter();
        open.map(|document| document.path).collect()
    }

    /// Makes one change if the file is still in the state it was computed from, and checks
    /// that the text is then what was meant. What the user changes while it is made stays;
    /// [`HostError::Stale`] says that for this reason nothing was made.
    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>>;

    /// How an open document became what it is at revision `to` since revision `from`, exactly
    /// as it was typed, in order; `None` where that is no longer known.
    fn changes_between(&self, path: &WorkspacePath, from: u64, to: u64) -> Option<Vec<Replaced>>;
}

/// The file as the user sees it, `Stamp::Absent` where there is none.
pub async fn read_or_absent(
    files: &dyn Files,
    path: &WorkspacePath,
) -> Result<Document, HostError> {
    match files.read_text(path).await {
        Err(HostError::NotFound(_)) => Ok(Document::absent(path.clone())),
        read => read,
    }
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
    /// What the call would do and why that is asked about, in sentences.
    pub reason: String,
    /// What the call would do that nothing allows yet.
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
    /// Do it, and do not ask again in this workspace for the same kind of effect.
    AllowedAlways,
    /// Do not; perhaps with words for the model.
    Rejected {
        /// What the user wants instead.
        feedback: Option<String>,
    },
    /// Do not, and refuse the same kind of effect in this workspace from now on.
    RejectedAlways {
        /// What the user wants instead.
        feedback: Option<String>,
    },
    /// A rule or a mode that was set while the question waited refuses it; says which.
    Denied(String),
    /// The user dismissed the question; the turn stops.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// There is nobody to ask; says why and what to do.
    Unavailable(String),
}

/// Who can be asked.
pub trait Approver: Send + Sync {
    /// What rules and the session's mode say now, one decision for each effect, in order; both
    /// may change while a turn runs.
    fn judge(&self, effects: &[Effect]) -> Vec<Decision>;

    /// Asks, with a time limit. Dropping the future withdraws the question.
    fn ask(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome>;
}
