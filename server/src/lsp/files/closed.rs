//! Edits of files that are not open, through the editor, so that its undo list has them.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::host::{AppliedChange, Document, FileChange, HostError, Stamp, WorkspacePath};
use ropey::Rope;
use tokio::time::Instant;

use super::request::{Answer, failure};
use super::verdict::{Sent, Verdict, judge};
use super::{Editor, stale};
use crate::lsp::documents::{Expectation, History, State};
use crate::lsp::text_edits::text_edits;

/// How often a closed file is looked at while the editor's edit is awaited.
pub const POLL_INTERVAL: Duration = Duration::from_millis(25);

impl Editor {
    pub(super) async fn edit_closed(
        &self,
        change: &FileChange,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let now = self.disk.read(path)?;
        if now.stamp == Stamp::Absent || now.text != change.base.text {
            return Err(stale(path));
        }
        if change.base.text == *text {
            return Ok(AppliedChange::default());
        }
        let uri = self.uri(path)?;
        let encoding = self.shared.documents.encoding();
        let sent = Sent {
            edits: text_edits(&change.base.text, text, encoding),
            encoding,
            meant: Arc::clone(text),
        };
        let writer = self.writer(change);
        let params = writer.modify(&uri, None, &sent.edits);
        let expectation = self.expect_closed(change, text)?;
        let answer = self.request(params, writer.annotation).await;
        self.confirm(change, &sent, &expectation, answer).await
    }

    pub(super) async fn create(
        &self,
        change: &FileChange,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        if !self.disk.is_free(path) || self.disk.read(path)?.stamp != Stamp::Absent {
            return Err(stale(path));
        }
        let sent = Sent {
            edits: Vec::new(),
            encoding: self.shared.documents.encoding(),
            meant: Arc::clone(text),
        };
        let writer = self.writer(change);
        let params = writer.create(&self.uri(path)?, text);
        let expectation = self.expect_closed(change, text)?;
        let answer = self.request(params, writer.annotation).await;
        let said_yes = answer.is_ok();
        let confirmed = self.confirm(change, &sent, &expectation, answer).await;
        if confirmed.is_ok() {
            return confirmed;
        }
        if self.read(path)?.stamp != Stamp::Absent {
            return Err(stale(path));
        }
        // Some editors answer yes to file operations and do nothing; the disk is then free.
        if said_yes {
            return self.on_disk(change);
        }
        confirmed
    }

    fn expect_closed(
        &self,
        change: &FileChange,
        meant: &Arc<str>,
    ) -> Result<Expectation<'_>, HostError> {
        let path = &change.base.path;
        let first = Rope::from_str(&change.base.text);
        self.shared
            .documents
            .expect(&self.uri(path)?, None, first, Arc::clone(meant))
            .ok_or_else(|| stale(path))
    }

    /// Waits until a file that was closed shows the text that was meant: in a buffer that the
    /// editor opened for it, or on disk.
    async fn confirm(
        &self,
        change: &FileChange,
        sent: &Sent,
        expectation: &Expectation<'_>,
        answer: Answer,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let until = Instant::now() + self.confirm_limit(&answer);
        loop {
            let Some(history) = expectation.history() else {
                return Err(failure(change, answer));
            };
            let seen = history.changes;
            let history = self.with_file(history, change, &sent.meant);
            match judge(&history, sent) {
                Verdict::Made { version, revision } => {
                    return Ok(AppliedChange { version, revision });
                }
                Verdict::Merged => return Ok(AppliedChange::default()),
                Verdict::Ended => return self.without_end(change, &sent.meant).await,
                Verdict::Misplaced { before, after } => {
                    let uri = self.uri(path)?;
                    return Err(self.take_back(&uri, change, before, after).await);
                }
                Verdict::Nothing => {}
            }
            if Instant::now() >= until {
                return match history.moved_on() {
                    true => Err(stale(path)),
                    false => Err(failure(change, answer)),
                };
            }
            let moved = |history: &History| (history.changes != seen).then_some(());
            // Either way it is looked at again.
            let _ = expectation.wait(POLL_INTERVAL, moved).await;
        }
    }

    /// The file as it is now comes last, unless its document is being followed anyway.
    fn with_file(&self, mut history: History, change: &FileChange, meant: &str) -> History {
        if !history.later.is_empty() && !history.is_closed {
            return history;
        }
        let Ok(now) = self.read(&change.base.path) else {
            return history;
        };
        if now.stamp == change.base.stamp && now.text == change.base.text {
            return history;
        }
        history.push(state_of(&now), meant);
        history
    }

    /// The version and the revision of a file, if it is open.
    pub(super) fn applied_at(&self, path: &WorkspacePath) -> AppliedChange {
        match self.read(path).map(|now| now.stamp) {
            Ok(Stamp::Open { version, revision }) => AppliedChange {
                version: Some(version),
                revision: Some(revision),
            },
            Ok(Stamp::Disk | Stamp::Absent) | Err(_) => AppliedChange::default(),
        }
    }
}

fn state_of(now: &Document) -> State {
    let (version, revision) = match now.stamp {
        Stamp::Open { version, revision } => (Some(version), Some(revision)),
        Stamp::Disk | Stamp::Absent => (None, None),
    };
    State {
        version,
        revision,
        text: Rope::from_str(&now.text),
    }
}
