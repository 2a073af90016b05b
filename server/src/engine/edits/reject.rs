//! `edit/reject`: pending hunks are taken back.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use aside_agent::host::HostError;
use aside_protocol::{EditListResult, EditResolveParams, ErrorCode, HunkStatus};

use super::desk::Desk;
use super::edit::Edit;
use super::group::{Group, groups};
use super::notes;
use super::select::{Selected, answer, select_and_hold};
use super::shelf::Shelf;
use super::stored::{Phase, StoredEdit};
use super::undoing::{Facts, Plan, Stuck, plan};
use super::work::by_size;
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_REVIEW_TRIES;

/// Takes back what can be; what the user changed since stays pending.
pub async fn reject(
    desk: &mut Desk,
    params: EditResolveParams,
) -> Result<EditListResult, EngineError> {
    let selected = select_and_hold(desk, &params).await?;
    let mut ids = selected.ids();
    let (made, proposed) = selected.pending();
    let mut done = false;
    let mut failed = None;
    for row in proposed {
        let mut edit = Edit::load(&desk.store, row).await?;
        let Some(which) = selected.meant(&edit.row.id, &edit.stored) else {
            continue;
        };
        edit.stored.phase = Phase::Proposed;
        edit.stored.resolve(&which, HunkStatus::Rejected);
        let note = notes::rejected(&edit, &which);
        let session_id = edit.row.session_id.clone();
        desk.record_edits(&[&edit], &[(session_id, note)]).await?;
        done = true;
    }
    for group in groups(&desk.store, &made).await? {
        match reject_group(desk, &group, &selected).await {
            Ok(changed) => {
                done |= !changed.is_empty();
                ids.extend(changed);
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    answer(desk, ids, done, failed).await
}

/// Answers with the edits that changed.
async fn reject_group(
    desk: &Desk,
    group: &Group,
    selected: &Selected,
) -> Result<Vec<String>, EngineError> {
    let edits = load_pending(desk, group).await?;
    let wanted = wanted(&edits, selected);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut tries = 0;
    let plan = loop {
        tries += 1;
        let plan = planned(desk, group, &edits, &wanted).await?;
        match desk.make(&plan.shelf.plan(&label(&edits, &plan))).await {
            Ok(_) => break plan,
            Err(HostError::Stale(_)) if tries < MAX_REVIEW_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    };
    if plan.rejected.is_empty() {
        return match plan.stuck.first() {
            Some(stuck) => Err(conflict(&edits, stuck)),
            None => Ok(Vec::new()),
        };
    }
    let mut changed = Vec::new();
    let mut told = Vec::new();
    for (index, which) in &plan.rejected {
        let Some(edit) = edits.get(index) else {
            continue;
        };
        told.push((edit.row.session_id.clone(), notes::rejected(edit, which)));
        let mut edit = edit.clone();
        edit.stored.resolve(which, HunkStatus::Rejected);
        changed.push(edit);
    }
    desk.record_edits(&changed.iter().collect::<Vec<_>>(), &told)
        .await?;
    Ok(changed.into_iter().map(|edit| edit.row.id).collect())
}

/// Plans over the files as they are now.
async fn planned(
    desk: &Desk,
    group: &Group,
    edits: &BTreeMap<usize, Edit>,
    wanted: &BTreeMap<usize, Vec<usize>>,
) -> Result<Plan, EngineError> {
    let paths = group.paths.iter().map(PathBuf::as_path);
    let shelf = Shelf::open(&*desk.files, paths).await?;
    let bytes = shelf.bytes() + edits.values().map(Edit::bytes).sum::<usize>();
    let (files, engine) = (Arc::clone(&desk.files), Arc::clone(&desk.engine));
    let (group, edits, wanted, held) = (group.clone(), edits.clone(), wanted.clone(), desk.held());
    let work = move || {
        let facts = Facts {
            group: &group,
            edits: &edits,
            held: &held,
            files: &*files,
            revisions: &engine.revisions,
        };
        plan(&facts, &shelf, &wanted)
    };
    by_size(bytes, work).await
}

/// What is meant of edits, by their places in the group.
pub fn wanted(edits: &BTreeMap<usize, Edit>, selected: &Selected) -> BTreeMap<usize, Vec<usize>> {
    edits
        .iter()
        .filter_map(|(&index, edit)| {
            let which = selected.meant(&edit.row.id, &edit.stored)?;
            Some((index, which))
        })
        .collect()
}

/// The edits of a group that were made and wait for the user, by their places in it.
pub async fn load_pending(
    desk: &Desk,
    group: &Group,
) -> Result<BTreeMap<usize, Edit>, EngineError> {
    let mut edits = BTreeMap::new();
    for (index, row) in group.rows.iter().enumerate() {
        let stored = StoredEdit::of_row(row);
        if stored.is_pending() && stored.phase == Phase::Made {
            edits.insert(index, Edit::load(&desk.store, row.clone()).await?);
        }
    }
    Ok(edits)
}

fn label(edits: &BTreeMap<usize, Edit>, plan: &Plan) -> String {
    let mut names = plan.rejected.keys().filter_map(|index| edits.get(index));
    match (names.next(), names.next()) {
        (Some(edit), None) if !edit.stored.label.is_empty() => {
            format!("Reject: {}", edit.stored.label)
        }
        _ => "Reject Aside's edits".to_owned(),
    }
}

fn conflict(edits: &BTreeMap<usize, Edit>, stuck: &Stuck) -> EngineError {
    let name = edits.get(&stuck.edit).map_or_else(
        || stuck.path.display().to_string(),
        |edit| edit.name().to_owned(),
    );
    let message = match &stuck.lines {
        Some(lines) => format!(
            "{name} was changed at {} since the edit was made, so it cannot be taken back without losing that change; undo the change there or edit these lines by hand, or accept the edit",
            notes::lines(lines)
        ),
        None => format!(
            "{name} was changed since the edit was made, so it cannot be taken back without losing that change; put the file back as the edit left it, or accept the edit"
        ),
    };
    EngineError::new(ErrorCode::Conflict, message)
}
