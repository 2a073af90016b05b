//! Edits of open documents, among what the user types.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::host::{AppliedChange, FileChange, HostError};
use ropey::Rope;
use tower_lsp::lsp_types::Url;

use super::request::{Answer, failure, is_refused};
use super::verdict::{Sent, Verdict, judge, without};
use super::{Editor, stale};
use crate::lsp::documents::{self, History};
use crate::lsp::text_edits::{Annotation, EditWriter, final_ending, is_ending, text_edits};

/// How often a misplaced edit is tried to be taken back while the user types.
pub const MAX_TAKE_BACKS: usize = 3;

/// How long nothing may be typed before an edit that came too late is computed anew: an editor
/// that is typed into refuses one edit after the other.
pub const QUIET: Duration = Duration::from_millis(200);

/// How long is waited for that. The user may go on typing.
pub const MAX_UNQUIET: Duration = Duration::from_secs(2);

/// What came of one edit that was sent.
struct Attempt {
    verdict: Verdict,
    history: History,
    answer: Answer,
}

/// The editor said that it made an edit, and tells of no change.
fn untold(change: &FileChange) -> HostError {
    HostError::Conflict(format!(
        "The editor said that it applied an edit to {}, but has told of no change since, so what it shows there is not known. Ask the user to look at the file, to close it in the editor for good (in Neovim: :bwipeout) and to open it again.",
        change.base.path.display()
    ))
}

impl Editor {
    /// An edit bound to the version that it was computed from.
    pub(super) async fn edit_open(
        &self,
        open: &documents::Document,
        change: &FileChange,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        if change.base.text == *text {
            return Ok(AppliedChange {
                version: Some(open.version()),
                revision: Some(open.revision()),
            });
        }
        // What is done to an unknown text once more is done to it twice.
        if open.is_doubted() {
            return Err(untold(change));
        }
        let writer = self.writer(change);
        let Some(attempt) = self.attempt(open, &writer, text).await else {
            self.quiet(open.uri()).await;
            return Err(stale(path));
        };
        match attempt.verdict {
            Verdict::Made { version, revision } => Ok(AppliedChange { version, revision }),
            Verdict::Merged => Ok(AppliedChange::default()),
            Verdict::Ended => self.without_end(change, text).await,
            Verdict::Misplaced { before, after } => {
                Err(self.take_back(open.uri(), change, before, after).await)
            }
            Verdict::Nothing if attempt.history.moved_on() || attempt.history.is_closed => {
                self.quiet(open.uri()).await;
                Err(stale(path))
            }
            Verdict::Nothing if attempt.answer.is_ok() => {
                // Of an ending that the editor cannot be without there is nothing to be told.
                if change
                    .base
                    .text
                    .strip_prefix(&**text)
                    .is_some_and(is_ending)
                {
                    return Err(stale(path));
                }
                if !self.may_fall_silent() {
                    return Err(failure(change, attempt.answer));
                }
                self.shared.documents.doubt(open.uri(), open.revision());
                Err(untold(change))
            }
            Verdict::Nothing => Err(failure(change, attempt.answer)),
        }
    }

    /// Waits until the user pauses, within a limit.
    async fn quiet(&self, uri: &Url) {
        let documents = &self.shared.documents;
        let pause = async {
            while let Some(open) = documents.get(uri) {
                let Ok(text) = open.text() else { return };
                let nothing: Arc<str> = Arc::from("");
                let revision = Some(open.revision());
                let Some(watch) = documents.expect(uri, revision, text.clone(), nothing) else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let goes_on =
                    |history: &History| (history.moved_on() || history.is_closed).then_some(());
                if watch.wait(QUIET, goes_on).await.is_none() {
                    return;
                }
            }
        };
        // The next attempt is made in any case.
        let _ = tokio::time::timeout(MAX_UNQUIET, pause).await;
    }

    fn may_fall_silent(&self) -> bool {
        let profile = self.shared.profile();
        profile.is_some_and(|profile| profile.may_fall_silent)
    }

    /// The editor made what was meant, and put a line ending behind it. Where it can be without,
    /// it is taken away; else the text is not what was meant.
    pub(super) async fn without_end(
        &self,
        change: &FileChange,
        text: &Arc<str>,
    ) -> Result<AppliedChange, HostError> {
        let path = &change.base.path;
        let open = self.open_document(path);
        if let Some(open) = open.filter(|_| !final_ending(text).is_empty())
            && let Some(attempt) = self.attempt(&open, &self.writer(change), text).await
            && let Verdict::Made { version, revision } = attempt.verdict
        {
            return Ok(AppliedChange { version, revision });
        }
        Err(stale(path))
    }

    /// Sends an edit of an open document and tells what came of it; `None` where the document is
    /// no longer as it is given, and nothing was sent.
    async fn attempt(
        &self,
        open: &documents::Document,
        writer: &EditWriter<'_>,
        meant: &Arc<str>,
    ) -> Option<Attempt> {
        let documents = &self.shared.documents;
        let first = open.text().ok()?;
        let encoding = documents.encoding();
        let expectation = documents.expect(
            open.uri(),
            Some(open.revision()),
            first.clone(),
            Arc::clone(meant),
        )?;
        let sent = Sent {
            edits: text_edits(&first.to_string(), meant, encoding),
            encoding,
            meant: Arc::clone(meant),
        };
        let params = writer.modify(open.uri(), Some(open.version()), &sent.edits);
        let answer = self.request(params, writer.annotation).await;
        let found = expectation
            .wait(self.confirm_limit(&answer), |history| {
                match judge(history, &sent) {
                    // It will not change any more: what the editor saved is looked at by others.
                    Verdict::Nothing if history.is_closed => Some(Verdict::Nothing),
                    Verdict::Nothing => None,
                    Verdict::Misplaced { .. } if is_refused(&answer) => None,
                    verdict => Some(verdict),
                }
            })
            .await;
        Some(Attempt {
            verdict: found.unwrap_or(Verdict::Nothing),
            history: expectation.history()?,
            answer,
        })
    }

    /// The editor applied an edit to a text that it was not made for, over what the user typed.
    /// An inverse edit brings the user's text back; the error says whether it did.
    pub(super) async fn take_back(
        &self,
        uri: &Url,
        change: &FileChange,
        mut before: Rope,
        mut after: Rope,
    ) -> HostError {
        let path = &change.base.path;
        let label = format!("Take back: {}", change.label);
        let mut writer = EditWriter {
            label: &label,
            ..self.writer(change)
        };
        // The user was asked for the edit, not for leaving it where it does not belong.
        if writer.annotation == Annotation::Confirmed {
            writer.annotation = Annotation::Shown;
        }
        for _ in 0..MAX_TAKE_BACKS {
            let Some(open) = self.shared.documents.get(uri) else {
                break;
            };
            let Ok(now) = open.text() else {
                break;
            };
            let Some(wanted) = without(&before, &after, now) else {
                break;
            };
            if *now == wanted.as_str() {
                return stale(path);
            }
            let wanted: Arc<str> = wanted.into();
            let Some(attempt) = self.attempt(&open, &writer, &wanted).await else {
                // The user typed right now.
                continue;
            };
            match attempt.verdict {
                Verdict::Made { .. } | Verdict::Merged => return stale(path),
                // The editor's line ending is not worth another attempt.
                Verdict::Ended => return stale(path),
                // Where that was misplaced as well: what was to come of it is the inverse edit
                // on what the user had typed.
                Verdict::Misplaced {
                    before: typed,
                    after: wrong,
                } => {
                    let Some(right) = without(&Rope::from_str(&wanted), now, &typed) else {
                        break;
                    };
                    before = Rope::from_str(&right);
                    after = wrong;
                }
                Verdict::Nothing if attempt.history.moved_on() => {}
                Verdict::Nothing => break,
            }
        }
        HostError::Conflict(format!(
            "The editor applied the edit to {} over what the user had just typed, and it could not be taken back. Tell the user to undo it in the editor, and read the file again.",
            path.display()
        ))
    }
}
