//! Files as the editor shows them: open buffers first, then the disk.
mod closed;
mod open;
mod request;
mod resources;
mod verdict;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Weak};

use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, Form, HostError, Replaced, Stamp, Target,
    WorkspacePath,
};
use futures_util::future::BoxFuture;
use tower_lsp::lsp_types::Url;

use super::client::ClientProfile;
use super::documents::{self, path_to_uri};
use super::shared::Shared;
use crate::host::DiskFiles;
use crate::host::disk::stale;

pub use closed::POLL_INTERVAL;
pub use open::{MAX_TAKE_BACKS, MAX_UNQUIET, QUIET};
pub use verdict::MAX_MERGED_STATES;

/// The host that an editor is.
pub struct LspFiles {
    shared: Weak<Shared>,
}

impl LspFiles {
    /// Does not keep the server alive.
    pub fn new(shared: Weak<Shared>) -> Self {
        Self { shared }
    }

    fn editor(&self) -> Result<Editor, HostError> {
        let shared = self.shared.upgrade().ok_or_else(|| {
            HostError::Io("The editor has left, so its files cannot be read.".to_owned())
        })?;
        let max_read = shared.settings().files.max_read_bytes();
        let disk = DiskFiles::new((*shared.roots()).clone(), max_read);
        Ok(Editor { shared, disk })
    }
}

impl Files for LspFiles {
    fn roots(&self) -> Vec<PathBuf> {
        self.shared
            .upgrade()
            .map(|shared| shared.roots().folders())
            .unwrap_or_default()
    }

    fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError> {
        self.editor()?.disk.roots().resolve(path)
    }

    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>> {
        Box::pin(async move { self.editor()?.read(path) })
    }

    fn open_documents(&self) -> Vec<Document> {
        let Ok(editor) = self.editor() else {
            return Vec::new();
        };
        editor
            .shared
            .documents
            .all()
            .iter()
            .filter_map(|open| {
                let path = editor.disk.roots().resolve(open.path()?.to_str()?).ok()?;
                editor.snapshot(open, &path).ok()
            })
            .collect()
    }

    fn open_paths(&self) -> Vec<WorkspacePath> {
        let Ok(editor) = self.editor() else {
            return Vec::new();
        };
        let resolve = |path: &str| editor.disk.roots().resolve(path).ok();
        let open = editor.shared.documents.all();
        open.iter()
            .filter_map(|open| resolve(open.path()?.to_str()?))
            .collect()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        Box::pin(async move { self.editor()?.apply(change).await })
    }

    fn changes_between(&self, path: &WorkspacePath, from: u64, to: u64) -> Option<Vec<Replaced>> {
        let editor = self.editor().ok()?;
        let open = editor.open_document(path)?;
        editor
            .shared
            .documents
            .changes_between(open.uri(), from, to)
    }
}

/// The editor for the length of one call.
struct Editor {
    shared: Arc<Shared>,
    disk: DiskFiles,
}

impl Editor {
    /// The open document of a file, also where the path leads to it through symbolic links.
    fn open_document(&self, path: &WorkspacePath) -> Option<documents::Document> {
        let documents = &self.shared.documents;
        documents.find(path.absolute()).or_else(|| {
            let real = path.absolute().canonicalize().ok()?;
            documents.find(&real)
        })
    }

    fn read(&self, path: &WorkspacePath) -> Result<Document, HostError> {
        match self.open_document(path) {
            Some(open) => self.snapshot(&open, path),
            None => self.disk.read(path),
        }
    }

    fn snapshot(
        &self,
        open: &documents::Document,
        path: &WorkspacePath,
    ) -> Result<Document, HostError> {
        let text = open.text().map_err(|error| {
            HostError::Unreadable(format!("{} cannot be read: {error}.", path.display()))
        })?;
        Ok(Document {
            path: path.clone(),
            text: text.to_string().into(),
            stamp: Stamp::Open {
                version: open.version(),
                revision: open.revision(),
            },
            form: self.disk.form(path),
            changed_on_disk: self.is_changed_on_disk(open, path),
        })
    }

    /// Whether another program wrote the file since the editor opened or saved it, and the user
    /// has unsaved text. The text is looked at only where the file was touched.
    fn is_changed_on_disk(&self, open: &documents::Document, path: &WorkspacePath) -> bool {
        open.is_modified()
            && open.is_touched_on_disk()
            && self
                .disk
                .read(path)
                .is_ok_and(|on_disk| on_disk.stamp == Stamp::Disk && !open.knows(&on_disk.text))
    }

    async fn apply(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        self.disk.refuse_protected(&change.base.path)?;
        match &change.target {
            Target::Text(text) => self.write(change, text).await,
            Target::Deleted => self.delete(change).await,
            Target::Moved { to, text } => self.relocate(change, to, text).await,
        }
    }

    /// Gives a file another text.
    async fn write(
        &self,
        change: &FileChange,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let can_edit = self.can(|profile| profile.apply_edit);
        match (self.open_document(path), &change.base.stamp) {
            (Some(open), Stamp::Open { .. }) => {
                if self.snapshot(&open, path)?.text != change.base.text {
                    return Err(stale(path));
                }
                if can_edit {
                    self.edit_open(&open, change, text).await
                } else {
                    self.on_disk(change)
                }
            }
            // Opened or closed since it was read; what the other side holds may differ.
            (Some(_), Stamp::Disk | Stamp::Absent) | (None, Stamp::Open { .. }) => Err(stale(path)),
            (None, Stamp::Disk) if can_edit => self.edit_closed(change, text).await,
            // No editor can be told of modes and links.
            (None, Stamp::Absent)
                if can_edit
                    && change.base.form == Form::default()
                    && self.can(|profile| profile.create_files) =>
            {
                self.create(change, text).await
            }
            (None, Stamp::Disk | Stamp::Absent) => self.on_disk(change),
        }
    }

    /// Makes a change on disk, behind the editor: only where the disk holds what the editor shows.
    fn on_disk(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        if change.base.stamp == Stamp::Absent {
            self.disk.write(change)?;
            return Ok(AppliedChange::default());
        }
        let on_disk = self.disk.read(path)?;
        if on_disk.stamp == Stamp::Absent || on_disk.text != change.base.text {
            return match change.base.stamp {
                Stamp::Open { .. } => Err(HostError::Conflict(format!(
                    "{} has unsaved changes, and this editor cannot be sent what is to become of it. Ask the user to save it first.",
                    path.display()
                ))),
                Stamp::Disk | Stamp::Absent => Err(stale(path)),
            };
        }
        let base = Document {
            form: change.base.form.clone(),
            ..on_disk
        };
        self.disk.write(&FileChange {
            base,
            ..change.clone()
        })?;
        Ok(AppliedChange::default())
    }

    fn can(&self, what: impl FnOnce(&ClientProfile) -> bool) -> bool {
        self.shared.profile().is_some_and(what)
    }

    fn uri(&self, path: &WorkspacePath) -> Result<Url, HostError> {
        path_to_uri(path.absolute()).ok_or_else(|| {
            HostError::Denied(format!("{} cannot be written as a URI.", path.display()))
        })
    }
}
