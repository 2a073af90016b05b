//! Deleting and moving files: through the editor where it can, else on disk.
use std::sync::Arc;

use aside_agent::host::{AppliedChange, FileChange, HostError, Stamp, Target, WorkspacePath};
use aside_edit::merge::merge;
use tokio::time::Instant;

use super::closed::POLL_INTERVAL;
use super::request::{Answer, failure};
use super::{Editor, stale};
use crate::lsp::client::ClientProfile;
use crate::lsp::text_edits::text_edits;

impl Editor {
    pub(super) async fn delete(&self, change: &FileChange) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        self.is_as_seen(change)?;
        if !self.goes_by_editor(change, |profile| profile.delete_files) {
            return self.on_disk(change);
        }
        let writer = self.writer(change);
        let params = writer.delete(&self.uri(path)?);
        let answer = self.request(params, writer.annotation).await;
        if self.came_true(&answer, || self.disk.is_free(path)).await {
            return Ok(AppliedChange::default());
        }
        self.otherwise(change, answer)
    }

    pub(super) async fn relocate(
        &self,
        change: &FileChange,
        to: &WorkspacePath,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        self.is_as_seen(change)?;
        self.disk.refuse_taken(to)?;
        if self.open_document(to).is_some() {
            return Err(HostError::Conflict(format!(
                "{} is open in the editor already, so nothing was moved there.",
                to.display()
            )));
        }
        if !self.goes_by_editor(change, |profile| profile.rename_files) {
            return self.on_disk(change);
        }
        let encoding = self.shared.documents.encoding();
        let edits = text_edits(&change.base.text, text, encoding);
        let writer = self.writer(change);
        let params = writer.rename(&self.uri(path)?, &self.uri(to)?, &edits);
        let answer = self.request(params, writer.annotation).await;
        let is_moved = || self.disk.is_free(path) && !self.disk.is_free(to);
        let is_there = || is_moved() && self.holds(to, &change.base.text, text);
        if self.came_true(&answer, is_there).await {
            return Ok(match self.read(to) {
                Ok(now) if now.text == *text => self.applied_at(to),
                Ok(_) | Err(_) => AppliedChange::default(),
            });
        }
        if is_moved() {
            return self.edit_moved(change, to, text).await;
        }
        self.otherwise(change, answer)
    }

    /// The editor moved a file and left its text.
    async fn edit_moved(
        &self,
        change: &FileChange,
        to: &WorkspacePath,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let base = self.read(to)?;
        let edited = if base.text == change.base.text {
            let edit = FileChange {
                base,
                target: Target::Text(Arc::clone(text)),
                ..change.clone()
            };
            self.write(&edit, text).await
        } else {
            Err(stale(to))
        };
        edited.map_err(|error| {
            HostError::Conflict(format!(
                "{} is now {}, but its text is not what was meant: {error}",
                change.base.path.display(),
                to.display()
            ))
        })
    }

    /// Whether a file holds a text, alone or together with what the user typed.
    fn holds(&self, path: &WorkspacePath, old: &str, new: &str) -> bool {
        self.read(path).is_ok_and(|now| {
            *now.text == *new || merge(old, &now.text, new).is_ok_and(|both| both == *now.text)
        })
    }

    /// A symbolic link is left to the disk: an editor may follow it.
    fn goes_by_editor(
        &self,
        change: &FileChange,
        takes: impl FnOnce(&ClientProfile) -> bool,
    ) -> bool {
        change.base.form.link.is_none() && self.can(|profile| profile.apply_edit && takes(profile))
    }

    fn is_as_seen(&self, change: &FileChange) -> Result<(), HostError> {
        let base = &change.base;
        let now = self.read(&base.path)?;
        let is_same_kind = match (&now.stamp, &base.stamp) {
            (Stamp::Open { .. }, Stamp::Open { .. }) | (Stamp::Disk, Stamp::Disk) => true,
            (Stamp::Absent, Stamp::Absent) => {
                return Err(HostError::NotFound(format!(
                    "There is no file {}.",
                    base.path.display()
                )));
            }
            (Stamp::Open { .. } | Stamp::Disk | Stamp::Absent, _) => false,
        };
        if is_same_kind && now.text == base.text && now.form.link == base.form.link {
            return Ok(());
        }
        Err(stale(&base.path))
    }

    /// Waits for what the editor said that it did. The disk has the last word.
    async fn came_true(&self, answer: &Answer, is_done: impl Fn() -> bool) -> bool {
        let until = Instant::now() + self.confirm_limit(answer);
        loop {
            if is_done() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Nothing came of an operation. Some editors answer yes to them and do nothing, and then the
    /// disk is free for it.
    fn otherwise(&self, change: &FileChange, answer: Answer) -> Result<AppliedChange, HostError> {
        self.is_as_seen(change)?;
        if answer.is_ok() {
            return self.on_disk(change);
        }
        Err(failure(change, answer))
    }
}
