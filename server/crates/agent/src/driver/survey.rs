//! What an editor reports of files before and after an edit, and what of it the model is told.
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::Turn;
use super::work::panic_text;
use crate::compare::{Compared, compare};
use crate::host::{FileChange, Stamp, Target, WorkspacePath};
use crate::machine::Input;
use crate::world::{Editor, EditorError, Known, Reported};

/// How long an editor may take to say what it reports before an edit; later it does not count.
pub const SURVEY_LIMIT: Duration = Duration::from_millis(300);
/// How often an editor is asked after an edit, until it says the same twice.
pub const SURVEY_INTERVAL: Duration = Duration::from_millis(100);
/// Of how many files of one call it is asked what an editor reports.
pub const MAX_SURVEYED: usize = 20;
/// How many diagnostics the model is told of that one call made new or cured.
pub const MAX_TOLD: usize = 20;

/// Changes that were made, and what was reported of each one's file before.
pub(super) struct Comparison {
    pub(super) changes: Vec<FileChange>,
    pub(super) before: Vec<Option<Reported>>,
}

impl Turn {
    /// Whether an editor may say what edits make new or cure.
    pub(super) fn surveys_edits(&self) -> bool {
        !self.limits.diagnostics_wait.is_zero() && self.editor.reports(None)
    }

    /// What is reported of the files of some changes before they are made.
    pub(super) fn survey(
        &self,
        call: usize,
        changes: Vec<FileChange>,
    ) -> BoxFuture<'static, Input> {
        let editor = Arc::clone(&self.editor);
        Box::pin(async move {
            let asked = AssertUnwindSafe(before(editor.as_ref(), &changes)).catch_unwind();
            let before = asked.await.unwrap_or_else(|panic| {
                tracing::error!(panic = panic_text(panic.as_ref()), "the editor panicked");
                Vec::new()
            });
            Input::Surveyed { call, before }
        })
    }

    /// What changes made new or cured, for the model; none where that is nothing.
    pub(super) fn compared(&self, comparison: Comparison) -> BoxFuture<'static, Option<String>> {
        if comparison.before.is_empty() {
            return Box::pin(std::future::ready(None));
        }
        let editor = Arc::clone(&self.editor);
        let limit = self.limits.diagnostics_wait;
        Box::pin(async move {
            let asked = AssertUnwindSafe(after(editor.as_ref(), &comparison, limit)).catch_unwind();
            let compared = asked.await.unwrap_or_else(|panic| {
                tracing::error!(panic = panic_text(panic.as_ref()), "the editor panicked");
                Vec::new()
            });
            told(&comparison.changes, &compared)
        })
    }
}

async fn before(editor: &dyn Editor, changes: &[FileChange]) -> Vec<Option<Reported>> {
    let asked = changes.iter().take(MAX_SURVEYED).map(|change| async {
        match (&change.base.stamp, &change.target) {
            (_, Target::Deleted) => None,
            // Of a file that is not there nothing is wrong.
            (Stamp::Absent, _) => Some(Reported {
                diagnostics: Vec::new(),
                known: Known::Whole,
            }),
            (Stamp::Open { .. } | Stamp::Disk, Target::Text(_) | Target::Moved { .. }) => {
                let asked = timeout(SURVEY_LIMIT, editor.reported(&change.base.path));
                asked.await.ok()?.ok()
            }
        }
    });
    let before: Vec<_> = join_all(asked).await;
    match before.iter().any(Option::is_some) {
        true => before,
        false => Vec::new(),
    }
}

/// Asks until the editor says twice the same that is not as before, or the time is over: other
/// language servers need theirs, and until then an editor reports what it reported before.
async fn after(editor: &dyn Editor, comparison: &Comparison, limit: Duration) -> Vec<Compared> {
    let Comparison { changes, before } = comparison;
    let deadline = Instant::now() + limit;
    let mut last: Vec<Compared> = Vec::new();
    loop {
        let asked = changes
            .iter()
            .zip(before)
            .map(|(change, before)| async move {
                match before {
                    Some(_) => Some(answer(editor.reported(change.new_path()).await)),
                    None => None,
                }
            });
        let Ok(answers) = timeout_at(deadline, join_all(asked)).await else {
            return last;
        };
        let is_over = answers
            .iter()
            .any(|answer| matches!(answer, Some(Answer::Failed)));
        let both = changes.iter().zip(before).zip(answers);
        let now = both.map(|((change, before), answer)| match (before, answer) {
            (Some(before), Some(Answer::Said(after))) => {
                compare(&change.base.text, &change.new_text(), before, &after)
            }
            _ => Compared::default(),
        });
        let now = now.collect::<Vec<_>>();
        let is_settled = now == last && !now.iter().all(Compared::is_empty);
        if is_over || is_settled {
            return now;
        }
        last = now;
        let next = Instant::now() + SURVEY_INTERVAL;
        if next >= deadline {
            sleep_until(deadline).await;
            return last;
        }
        sleep_until(next).await;
    }
}

enum Answer {
    Said(Reported),
    /// Nothing yet.
    Nothing,
    /// It would be in vain to ask again.
    Failed,
}

fn answer(answer: Result<Reported, EditorError>) -> Answer {
    match answer {
        Ok(reported) => Answer::Said(reported),
        Err(EditorError::Unavailable(_)) => Answer::Nothing,
        Err(EditorError::Failed(_)) => Answer::Failed,
    }
}

/// A line for each diagnostic, those that are new first.
fn told(changes: &[FileChange], compared: &[Compared]) -> Option<String> {
    let of = |word: &'static str, path: &WorkspacePath, found: &[crate::world::Diagnostic]| {
        let path = path.display();
        let lines = found
            .iter()
            .map(|one| format!("{word}: {}", one.shown(path)));
        lines.collect::<Vec<_>>()
    };
    let both = || changes.iter().zip(compared);
    let new = both().flat_map(|(change, found)| of("New", change.new_path(), &found.new));
    let cured = both().flat_map(|(change, found)| of("Cured", &change.base.path, &found.cured));
    let mut lines = new.chain(cured).collect::<Vec<_>>();
    let all = lines.len();
    if all > MAX_TOLD {
        lines.truncate(MAX_TOLD);
        lines.push(format!("[{} more are not shown.]", all - MAX_TOLD));
    }
    (all > 0).then(|| lines.join("\n"))
}
