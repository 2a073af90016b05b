//! Files as the editor shows them: open buffers first, then the disk.
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, HostError, Replaced, Stamp, WorkspacePath,
};
use futures_util::future::BoxFuture;
use tower_lsp::lsp_types::request::ApplyWorkspaceEdit;
use tower_lsp::lsp_types::{ApplyWorkspaceEditParams, Url};

use super::documents::{self, path_to_uri};
use super::shared::Shared;
use super::text_edits;
use super::transport::request_with_timeout;
use crate::host::DiskFiles;

/// How often a closed file is looked at while the editor's edit is awaited.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

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
                snapshot(open, &path).ok()
            })
            .collect()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        Box::pin(async move { self.editor()?.apply(change).await })
    }

    fn changes_between(&self, _: &WorkspacePath, _: u64, _: u64) -> Option<Vec<Replaced>> {
        None
    }
}

/// The editor for the length of one call.
struct Editor {
    shared: Arc<Shared>,
    disk: DiskFiles,
}

fn snapshot(open: &documents::Document, path: &WorkspacePath) -> Result<Document, HostError> {
    let text = open.text().map_err(|error| {
        HostError::Unreadable(format!("{} cannot be read: {error}.", path.display()))
    })?;
    Ok(Document {
        text: text.to_string().into(),
        stamp: Stamp::Open {
            version: open.version(),
            revision: open.revision(),
        },
        ..Document::absent(path.clone())
    })
}

fn changed(path: &WorkspacePath) -> HostError {
    HostError::Conflict(format!(
        "{} changed since it was read, so nothing was written. Read it again.",
        path.display()
    ))
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
            Some(open) => snapshot(&open, path),
            None => self.disk.read(path),
        }
    }

    async fn apply(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        self.disk.refuse_protected(path)?;
        let open = self.open_document(path);
        let can_edit = self
            .shared
            .profile()
            .is_some_and(|profile| profile.apply_edit);
        match (open, &change.base.stamp) {
            (Some(open), Stamp::Open { version, .. }) => {
                let now = snapshot(&open, path)?;
                if open.version() != *version || now.text != change.base.text {
                    return Err(changed(path));
                }
                if can_edit {
                    self.edit_open(&open, *version, change).await
                } else {
                    self.edit_behind(&open, change)
                }
            }
            // Opened or closed since it was read; what the other side holds may differ.
            (Some(_), Stamp::Disk | Stamp::Absent) | (None, Stamp::Open { .. }) => {
                Err(changed(path))
            }
            (None, Stamp::Disk) if can_edit => self.edit_closed(change).await,
            (None, Stamp::Absent) if can_edit && self.can_create() => self.create(change).await,
            (None, Stamp::Disk | Stamp::Absent) => {
                self.disk.write(change)?;
                Ok(AppliedChange::default())
            }
        }
    }

    fn can_create(&self) -> bool {
        self.shared
            .profile()
            .is_some_and(|profile| profile.create_files)
    }

    /// An edit bound to the version that it was computed from.
    async fn edit_open(
        &self,
        open: &documents::Document,
        version: i32,
        change: &FileChange,
    ) -> Result<AppliedChange, HostError> {
        let uri = open.uri().clone();
        let params = self.modification(change, uri.clone(), Some(version));
        let answered = self.request(params).await;
        let limit = self.confirm_limit(&answered);
        let meant = change.new_text();
        let confirmed = self
            .shared
            .documents
            .wait_for(&uri, limit, |document| {
                let document = document?;
                (*document.text().ok()? == *meant).then(|| document.version())
            })
            .await;
        match (confirmed, answered) {
            (Ok(version), _) => Ok(AppliedChange {
                version: Some(version),
                revision: None,
            }),
            (Err(_), Err(error)) => Err(error),
            (Err(_), Ok(())) => Err(HostError::Conflict(format!(
                "The editor said that it applied the edit to {}, but its text is not what was meant. Read the file again.",
                change.base.path.display()
            ))),
        }
    }

    /// For an editor that cannot be sent edits: the disk, if it holds what the buffer shows.
    fn edit_behind(
        &self,
        open: &documents::Document,
        change: &FileChange,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let on_disk = self.disk.read(path)?;
        if open.is_modified() || on_disk.text != change.base.text {
            return Err(HostError::Conflict(format!(
                "{} has unsaved changes, and this editor takes no edits from Aside. Ask the user to save it first.",
                path.display()
            )));
        }
        self.disk.write(&FileChange {
            base: on_disk,
            ..change.clone()
        })?;
        Ok(AppliedChange::default())
    }

    /// A closed file through the editor, so that its undo list has the edit.
    async fn edit_closed(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        if self.disk.read(path)?.text != change.base.text {
            return Err(changed(path));
        }
        let params = self.modification(change, self.uri(path)?, None);
        let answered = self.request(params).await;
        self.confirm_closed(change, answered).await
    }

    async fn create(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let params = text_edits::create(&change.label, self.uri(path)?, &change.new_text());
        let answered = self.request(params).await;
        let said_yes = answered.is_ok();
        match self.confirm_closed(change, answered).await {
            // Some editors answer yes to file operations and do nothing; the disk is then free.
            Err(_) if said_yes && self.read(path)?.stamp == Stamp::Absent => {
                self.disk.write(change)?;
                Ok(AppliedChange::default())
            }
            other => other,
        }
    }

    /// A change of a file's text in the form that the editor takes.
    fn modification(
        &self,
        change: &FileChange,
        uri: Url,
        version: Option<i32>,
    ) -> ApplyWorkspaceEditParams {
        let edits = text_edits::text_edits(
            &change.base.text,
            &change.new_text(),
            self.shared.documents.encoding(),
        );
        let is_versioned = self
            .shared
            .profile()
            .is_some_and(|profile| profile.versioned_edits);
        if is_versioned {
            text_edits::modify(&change.label, uri, version, edits)
        } else {
            text_edits::modify_unversioned(&change.label, uri, edits)
        }
    }

    fn uri(&self, path: &WorkspacePath) -> Result<Url, HostError> {
        path_to_uri(path.absolute()).ok_or_else(|| {
            HostError::Denied(format!("{} cannot be written as a URI.", path.display()))
        })
    }

    /// Waits until a file that was closed shows the text that was meant: in a buffer that the
    /// editor opened for it, or on disk.
    async fn confirm_closed(
        &self,
        change: &FileChange,
        answered: Result<(), HostError>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let limit = self.confirm_limit(&answered);
        let look = async {
            loop {
                if let Ok(now) = self.read(path)
                    && now.text == change.new_text()
                {
                    return match now.stamp {
                        Stamp::Open { version, .. } => Some(version),
                        Stamp::Disk | Stamp::Absent => None,
                    };
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        };
        match (tokio::time::timeout(limit, look).await, answered) {
            (Ok(version), _) => Ok(AppliedChange {
                version,
                revision: None,
            }),
            (Err(_), Err(error)) => Err(error),
            (Err(_), Ok(())) => Err(HostError::Conflict(format!(
                "The editor said that it applied the edit to {}, but neither the file nor an open document shows it. Read the file again.",
                path.display()
            ))),
        }
    }

    /// How long to wait for the text that was meant. Editors lie in both directions, so the text
    /// has the last word; after a refusal it is there already if it ever will be.
    fn confirm_limit(&self, answered: &Result<(), HostError>) -> Duration {
        match answered {
            Ok(()) => self.shared.settings().editor.edit_confirm_timeout(),
            Err(_) => Duration::ZERO,
        }
    }

    async fn request(&self, params: ApplyWorkspaceEditParams) -> Result<(), HostError> {
        let limit = self.shared.settings().editor.request_timeout();
        let answer = request_with_timeout::<ApplyWorkspaceEdit>(&self.shared.client, params, limit)
            .await
            .map_err(|error| HostError::Io(super::error::sentence(&error.to_string())))?;
        if answer.applied {
            return Ok(());
        }
        let reason = answer
            .failure_reason
            .unwrap_or_else(|| "it gives no reason".to_owned());
        Err(HostError::Conflict(format!(
            "The editor refused the edit: {reason}."
        )))
    }
}
