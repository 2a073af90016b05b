//! `session/rewind`: files and conversation go back to before a turn.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{FileChange, Files, HostError};
use aside_edit::merge::merge;
use aside_protocol::{
    ErrorCode, Event, FileEdit, FileEditKind, HunkStatus, SessionRewindParams, SessionRewindResult,
};
use aside_store::{EditRow, RewindRow, SessionPatch, Write};

use super::desk::Desk;
use super::edit::Edit;
use super::group::{Group, groups};
use super::revisions::Revisions;
use super::shelf::{Blocked, Shelf};
use super::steps::{Former, Step, StoredRewind, left_over};
use super::stored::{Phase, StoredEdit};
use super::work::by_size;
use super::{notes, orphans};
use crate::clock;
use crate::engine::actor::{Hold, Outcome};
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_REVIEW_TRIES;

/// What editors call it in their undo lists.
const LABEL: &str = "Take back Aside's edits";

/// What goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    files: bool,
    conversation: bool,
}

/// A field that is `true` alone leaves the other part as it is.
fn parts(params: &SessionRewindParams) -> Result<Parts, EngineError> {
    let (files, conversation) = match (params.files, params.conversation) {
        (None, None) => (true, true),
        (Some(files), None) => (files, !files),
        (None, Some(conversation)) => (!conversation, conversation),
        (Some(files), Some(conversation)) => (files, conversation),
    };
    if !files && !conversation {
        return Err(EngineError::invalid(
            "`files` and `conversation` are both false, so nothing would go back; make one of them true",
        ));
    }
    Ok(Parts {
        files,
        conversation,
    })
}

/// Takes back what can be without losing later work.
pub async fn rewind(
    desk: &mut Desk,
    params: SessionRewindParams,
) -> Result<SessionRewindResult, EngineError> {
    let parts = parts(&params)?;
    let is_dry = params.dry_run.unwrap_or(false);
    let session_id = params.session_id.as_str();
    desk.store.get_session(session_id).await?;
    let rewound = desk
        .store
        .rewound_by(session_id, params.turn_id.as_str())
        .await?;
    if let Some(by) = rewound {
        return Err(EngineError::invalid(format!(
            "`turnId` \"{}\" was taken back already; session/unrewind with the rewindId \"{by}\" brings it back",
            params.turn_id
        )));
    }
    if !is_dry {
        desk.begin(session_id, Hold::Exclusive).await?;
    }
    let mut work = Work::new(desk, &params, parts).await?;
    if is_dry {
        return work.dry_run(desk).await;
    }
    work.run(desk).await
}

/// Edits that go back together or not at all.
struct Batch {
    group: Group,
    /// Those that go back, by their places in the group.
    edits: BTreeMap<usize, Edit>,
}

/// A rewind at work.
struct Work<'a> {
    params: &'a SessionRewindParams,
    parts: Parts,
    batches: Vec<Batch>,
    /// Proposals that nothing can come of any more.
    proposals: Vec<Edit>,
    row: RewindRow,
    stored: StoredRewind,
}

impl<'a> Work<'a> {
    async fn new(
        desk: &Desk,
        params: &'a SessionRewindParams,
        parts: Parts,
    ) -> Result<Self, EngineError> {
        let (session_id, turn_id) = (params.session_id.as_str(), params.turn_id.as_str());
        let mut rows = desk.store.edits_since_turn(session_id, turn_id).await?;
        if !parts.files {
            rows.clear();
        }
        orphans::settle(&desk.store, &*desk.files, &mut rows).await?;
        let made: Vec<EditRow> = rows
            .iter()
            .filter(|row| StoredEdit::of_row(row).is_made())
            .cloned()
            .collect();
        let mut batches = Vec::new();
        for group in groups(&desk.store, &made).await? {
            let mut edits = BTreeMap::new();
            for (index, row) in group.rows.iter().enumerate() {
                if made.iter().any(|made| made.id == row.id) {
                    edits.insert(index, Edit::load(&desk.store, row.clone()).await?);
                }
            }
            batches.push(Batch { group, edits });
        }
        let mut proposals = Vec::new();
        for row in rows {
            let stored = StoredEdit::of_row(&row);
            if stored.proposed && stored.is_pending() && !stored.is_made() {
                proposals.push(Edit::load(&desk.store, row).await?);
            }
        }
        let turns = match parts.conversation {
            true => Some(turns_since(desk, session_id, turn_id).await?),
            false => None,
        };
        Ok(Self {
            params,
            parts,
            batches,
            proposals,
            row: RewindRow {
                id: clock::new_id(),
                session_id: session_id.to_owned(),
                turn_id: turn_id.to_owned(),
                created_at: clock::now(),
                state: "done".to_owned(),
                json: String::new(),
                blobs: Vec::new(),
            },
            stored: StoredRewind {
                turns,
                ..StoredRewind::default()
            },
        })
    }

    /// What would happen.
    async fn dry_run(self, desk: &Desk) -> Result<SessionRewindResult, EngineError> {
        let mut result = SessionRewindResult::default();
        for batch in self.batches {
            match batch.plan(desk).await {
                Ok(_) => {
                    for mut edit in batch.edits.into_values() {
                        edit.stored.phase = Phase::Reverted;
                        result.reverted.push(desk.shown(&edit).await?);
                    }
                }
                Err(_) => result.conflicts.extend(batch.shown(desk).await?),
            }
        }
        sort(&mut result);
        Ok(result)
    }

    async fn run(&mut self, desk: &Desk) -> Result<SessionRewindResult, EngineError> {
        let mut result = SessionRewindResult::default();
        let mut reverted = Vec::new();
        let left_over = left_over(desk, &self.row.session_id).await?;
        for batch in std::mem::take(&mut self.batches) {
            let first = self.stored.steps.len();
            if self.take_back(desk, &batch).await? {
                let paths = &batch.group.paths;
                let before = left_over.iter().filter(|step| paths.contains(&step.path));
                let steps = &mut self.stored.steps;
                steps.splice(first..first, before.cloned());
                reverted.extend(batch.edits.into_values());
            } else {
                result.conflicts.extend(batch.shown(desk).await?);
            }
        }
        let names: BTreeSet<String> = reverted.iter().map(|edit| edit.name().to_owned()).collect();
        reverted.sort_by(|a: &Edit, b| a.row.id.cmp(&b.row.id));
        sort(&mut result);
        let mut outcome = Outcome::default();
        for mut edit in reverted {
            self.stored.edits.push(former(&edit));
            edit.stored.phase = Phase::Reverted;
            let shown = desk.shown(&edit).await?;
            outcome.writes.push(Write::UpsertEdit(edit.row_now()));
            outcome.events.push(Event::EditUpdated {
                edit: shown.clone(),
            });
            result.reverted.push(shown);
        }
        for mut edit in std::mem::take(&mut self.proposals) {
            self.stored.edits.push(former(&edit));
            let pending = edit.stored.with_status(HunkStatus::Pending);
            edit.stored.phase = Phase::Proposed;
            edit.stored.resolve(&pending, HunkStatus::Rejected);
            outcome.writes.push(Write::UpsertEdit(edit.row_now()));
            let edit = desk.shown(&edit).await?;
            outcome.events.push(Event::EditUpdated { edit });
        }
        if outcome.writes.is_empty() && !self.parts.conversation {
            return Ok(result);
        }
        outcome.writes.insert(0, self.write());
        if let (Some(turns), Some(session)) =
            (self.stored.turns, desk.session(&self.row.session_id))
        {
            outcome.writes.push(Write::SetRewound {
                session_id: self.row.session_id.clone(),
                from_turn: self.params.turn_id.clone(),
                rewind_id: self.row.id.clone(),
            });
            outcome.patch = Some(SessionPatch {
                turn_count: Some((session.turn_count - turns).max(0)),
                updated_at: Some(clock::now()),
                ..SessionPatch::default()
            });
        } else if !names.is_empty() {
            let names: Vec<String> = names.into_iter().collect();
            outcome.notes.push(notes::rewound(&names));
        }
        desk.record(&self.row.session_id, outcome).await?;
        result.rewind_id = Some(self.row.id.clone());
        Ok(result)
    }

    /// Takes the files of a batch back, once it is stored what they held. Says whether they are.
    async fn take_back(&mut self, desk: &Desk, batch: &Batch) -> Result<bool, EngineError> {
        let before = self.stored.steps.len();
        for _ in 0..MAX_REVIEW_TRIES {
            let Ok(plan) = batch.plan(desk).await else {
                return Ok(false);
            };
            let mut writes = Vec::new();
            for change in &plan {
                let (step, texts) = Step::new(change);
                writes.extend(texts);
                self.stored.steps.push(step);
            }
            if plan.is_empty() {
                return Ok(true);
            }
            writes.push(self.write());
            let outcome = Outcome {
                writes,
                ..Outcome::default()
            };
            desk.record(&self.row.session_id, outcome).await?;
            let first = self.stored.steps.len() - plan.len();
            let mut made = 0;
            let mut failed = None;
            for change in &plan {
                match desk.files.apply(change).await {
                    Ok(_) => made += 1,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            self.stored.steps.truncate(first + made);
            match failed {
                None => return Ok(true),
                Some(HostError::Stale(_)) => {}
                Some(error) => {
                    tracing::warn!(%error, "files could not be taken back");
                    return Ok(false);
                }
            }
        }
        tracing::warn!(steps = before, "a file changed too often to be taken back");
        Ok(false)
    }

    fn write(&self) -> Write {
        let mut row = self.row.clone();
        row.json = crate::wire::to_json(&self.stored);
        let steps = self.stored.steps.iter();
        row.blobs = steps.flat_map(Step::texts).cloned().collect();
        Write::Rewind(row)
    }
}

impl Batch {
    /// What takes the batch back; an error where that is not possible without losing work.
    async fn plan(&self, desk: &Desk) -> Result<Vec<FileChange>, Blocked> {
        let paths = self.group.paths.iter().map(PathBuf::as_path);
        let mut shelf = Shelf::open(&*desk.files, paths).await.map_err(|error| {
            tracing::info!(%error, "files cannot be taken back");
            Blocked
        })?;
        let bytes = shelf.bytes() + self.edits.values().map(Edit::bytes).sum::<usize>();
        let (files, engine) = (Arc::clone(&desk.files), Arc::clone(&desk.engine));
        let (group, edits) = (self.group.clone(), self.edits.clone());
        let work = move || {
            let mut undone = BTreeSet::new();
            for (&index, edit) in edits.iter().rev() {
                let at = group.location(index, &undone);
                let typed = Typed {
                    files: &*files,
                    revisions: &engine.revisions,
                };
                take_back_one(&typed, &mut shelf, edit, &at)?;
                undone.insert(index);
            }
            Ok(shelf.plan(LABEL))
        };
        by_size(bytes, work).await.map_err(|_| Blocked)?
    }

    async fn shown(&self, desk: &Desk) -> Result<Vec<FileEdit>, EngineError> {
        let mut shown = Vec::with_capacity(self.edits.len());
        for edit in self.edits.values() {
            shown.push(desk.shown(edit).await?);
        }
        Ok(shown)
    }
}

/// What is known of the user's typing.
struct Typed<'a> {
    files: &'a dyn Files,
    revisions: &'a Revisions,
}

fn take_back_one(
    typed: &Typed<'_>,
    shelf: &mut Shelf,
    edit: &Edit,
    at: &Path,
) -> Result<(), Blocked> {
    let old = Path::new(&edit.row.path);
    match edit.kind {
        FileEditKind::Modify => text_back(typed, shelf, edit, at),
        FileEditKind::Create => match shelf.text(at) {
            None => Ok(()),
            Some(now) if *now == *edit.made_text() => shelf.delete(at),
            Some(_) => Err(Blocked),
        },
        FileEditKind::Delete => match shelf.text(old) {
            None => shelf.create(old, &edit.base, edit.stored.form()),
            Some(now) if now == edit.base => Ok(()),
            Some(_) => Err(Blocked),
        },
        FileEditKind::Rename => {
            if shelf.text(at).is_none() {
                // Someone moved it back already.
                return text_back(typed, shelf, edit, old);
            }
            text_back(typed, shelf, edit, at)?;
            shelf.rename(at, old)
        }
    }
}

/// What became of the text that the edit made, without the edit: by what is known of the user's
/// typing, or else by comparing the texts.
fn text_back(typed: &Typed<'_>, shelf: &mut Shelf, edit: &Edit, at: &Path) -> Result<(), Blocked> {
    let now = shelf.text(at).ok_or(Blocked)?;
    let merged = || merge(&edit.made_text(), &now, &edit.base).map_err(|_| Blocked);
    let without = match edit.stored.proposed {
        true => merged()?,
        false => {
            let since = typed.revisions.of(&edit.row);
            let changes = shelf.changes(typed.files, at, &edit.new, since);
            match edit.review().undo(&now, &changes, &edit.made_hunks()) {
                Ok(without) => without,
                Err(_) => merged()?,
            }
        }
    };
    shelf.set_text(at, &without)
}

/// Ids sort by age.
fn sort(result: &mut SessionRewindResult) {
    result.reverted.sort_by(|a, b| a.id.cmp(&b.id));
    result.conflicts.sort_by(|a, b| a.id.cmp(&b.id));
}

fn former(edit: &Edit) -> Former {
    Former {
        id: edit.row.id.clone(),
        json: edit.row.json.clone(),
    }
}

/// How many turns of the conversation begin with a turn.
async fn turns_since(desk: &Desk, session_id: &str, turn_id: &str) -> Result<i64, EngineError> {
    let turn = desk.store.get_turn(turn_id).await?;
    if turn.session_id != session_id {
        return Err(EngineError::new(
            ErrorCode::NotFound,
            format!("`turnId` \"{turn_id}\" is not of session {session_id}"),
        ));
    }
    let items = desk.store.history(session_id).await?;
    let first = items.iter().position(|item| item.turn_id == turn_id);
    let since: BTreeSet<&str> = match first {
        Some(first) => items[first..]
            .iter()
            .map(|item| item.turn_id.as_str())
            .collect(),
        // It has no items, as it was cancelled before it began; ids sort by age.
        None => items
            .iter()
            .map(|item| item.turn_id.as_str())
            .filter(|id| *id > turn_id)
            .collect(),
    };
    Ok(i64::try_from(since.len()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{Parts, parts};
    use aside_protocol::SessionRewindParams;

    #[test]
    fn a_field_that_is_true_alone_leaves_the_other_part() {
        let check = |files, conversation, expect: Option<(bool, bool)>| {
            let params = SessionRewindParams {
                session_id: String::new(),
                turn_id: String::new(),
                files,
                conversation,
                dry_run: None,
            };
            let expect = expect.map(|(files, conversation)| Parts {
                files,
                conversation,
            });
            assert_eq!(parts(&params).ok(), expect, "{files:?} {conversation:?}");
        };
        check(None, None, Some((true, true)));
        check(Some(true), None, Some((true, false)));
        check(None, Some(true), Some((false, true)));
        check(Some(false), None, Some((false, true)));
        check(None, Some(false), Some((true, false)));
        check(Some(true), Some(true), Some((true, true)));
        check(Some(true), Some(false), Some((true, false)));
        check(Some(false), Some(false), None);
    }
}
