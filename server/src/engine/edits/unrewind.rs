//! `session/unrewind`: what a rewind took back comes back.
use std::collections::BTreeSet;

use aside_agent::host::HostError;
use aside_protocol::{ErrorCode, Event, SessionRewindResult, SessionUnrewindParams};
use aside_store::{
    EditFilter, EditRow, MAX_EDITS, MAX_FILTER_VALUES, RewindRow, SessionPatch, Write,
};

use super::desk::Desk;
use super::edit::Edit;
use super::notes;
use super::shelf::Shelf;
use super::steps::{StoredRewind, paths, take_back};
use super::stored::StoredEdit;
use crate::clock;
use crate::engine::actor::{Hold, Outcome};
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_REVIEW_TRIES;

/// What editors call it in their undo lists.
const LABEL: &str = "Bring back Aside's edits";

/// Brings everything back, or nothing.
pub async fn unrewind(
    desk: &mut Desk,
    params: SessionUnrewindParams,
) -> Result<SessionRewindResult, EngineError> {
    let row = desk.store.get_rewind(params.rewind_id.as_str()).await?;
    check_done(&row)?;
    desk.begin(&row.session_id, Hold::Exclusive).await?;
    let row = desk.store.get_rewind(params.rewind_id).await?;
    check_done(&row)?;
    let stored: StoredRewind = serde_json::from_str(&row.json).map_err(|error| {
        EngineError::new(
            ErrorCode::Storage,
            format!("rewind {} cannot be read: {error}", row.id),
        )
    })?;
    let (session_id, rewind_id) = (row.session_id.as_str(), row.id.as_str());
    if stored.turns.is_some() && desk.store.has_turns_since(session_id, rewind_id).await? {
        return Err(EngineError::new(
            ErrorCode::Conflict,
            "the conversation went on since, so the turns that were taken back have no place in it; rewind to the first turn that came after, then try again",
        ));
    }
    files_back(desk, &stored).await?;

    let mut result = SessionRewindResult::default();
    let mut outcome = Outcome::default();
    outcome.writes.push(Write::Rewind(RewindRow {
        state: "undone".to_owned(),
        ..row.clone()
    }));
    let mut names = BTreeSet::new();
    for edit in formers(desk, &stored).await? {
        let shown = desk.shown(&edit).await?;
        names.insert(edit.name().to_owned());
        outcome.writes.push(Write::UpsertEdit(edit.row_now()));
        outcome.events.push(Event::EditUpdated {
            edit: shown.clone(),
        });
        result.reverted.push(shown);
    }
    if let (Some(turns), Some(session)) = (stored.turns, desk.session(session_id)) {
        outcome.writes.push(Write::ClearRewound {
            session_id: session_id.to_owned(),
            rewind_id: rewind_id.to_owned(),
        });
        outcome.patch = Some(SessionPatch {
            turn_count: Some(session.turn_count + turns),
            updated_at: Some(clock::now()),
            ..SessionPatch::default()
        });
    } else if !names.is_empty() {
        let names: Vec<String> = names.into_iter().collect();
        outcome.notes.push(notes::unrewound(&names));
    }
    desk.record(session_id, outcome).await?;
    Ok(result)
}

fn check_done(row: &RewindRow) -> Result<(), EngineError> {
    if row.state == "done" {
        return Ok(());
    }
    Err(EngineError::invalid(format!(
        "`rewindId` \"{}\" was taken back already",
        row.id
    )))
}

async fn files_back(desk: &Desk, stored: &StoredRewind) -> Result<(), EngineError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut shelf = Shelf::open(&*desk.files, paths(&stored.steps)).await?;
        let conflicts = take_back(&desk.store, &mut shelf, &stored.steps).await?;
        if !conflicts.is_empty() {
            let names: BTreeSet<String> = conflicts
                .iter()
                .map(|path| {
                    super::shelf::resolve(&*desk.files, path).map_or_else(
                        |_| path.display().to_string(),
                        |path| path.display().to_owned(),
                    )
                })
                .collect();
            let names: Vec<String> = names.into_iter().collect();
            return Err(EngineError::new(
                ErrorCode::Conflict,
                format!(
                    "later work would be lost in {}, so nothing was brought back; undo what was done there since the rewind, then try again",
                    names.join(", ")
                ),
            ));
        }
        match desk.make(&shelf.plan(LABEL)).await {
            Ok(_) => return Ok(()),
            Err(HostError::Stale(_)) if tries < MAX_REVIEW_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The edits as they were before the rewind.
async fn formers(desk: &Desk, stored: &StoredRewind) -> Result<Vec<Edit>, EngineError> {
    let mut edits = Vec::with_capacity(stored.edits.len());
    for formers in stored.edits.chunks(MAX_FILTER_VALUES) {
        let rows: Vec<EditRow> = desk
            .store
            .edits_where(EditFilter {
                ids: formers.iter().map(|former| former.id.clone()).collect(),
                limit: MAX_EDITS,
                ..EditFilter::default()
            })
            .await?;
        for mut row in rows {
            if let Some(former) = formers.iter().find(|former| former.id == row.id) {
                row.json.clone_from(&former.json);
                row.status = crate::wire::name_of(&StoredEdit::of_row(&row).status());
                edits.push(Edit::load(&desk.store, row).await?);
            }
        }
    }
    Ok(edits)
}
