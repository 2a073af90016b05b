//! `edit/accept`: pending hunks are kept; those that were only proposed are made.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{Document, FileChange, HostError, Stamp, Target};
use aside_edit::changes::Changes;
use aside_edit::review::PlaceState;
use aside_protocol::{EditListResult, EditResolveParams, FileEditKind, HunkStatus};

use super::desk::Desk;
use super::edit::Edit;
use super::group::{Group, groups};
use super::reject::{load_pending, wanted};
use super::select::{Selected, answer, select_and_hold};
use super::stored::Phase;
use super::undoing::meet;
use super::view::proposal;
use super::work::by_size;
use super::{notes, shelf};
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_REVIEW_TRIES;

/// Keeps what is meant.
pub async fn accept(
    desk: &mut Desk,
    params: EditResolveParams,
) -> Result<EditListResult, EngineError> {
    let selected = select_and_hold(desk, &params).await?;
    let mut ids = selected.ids();
    let (made, proposed) = selected.pending();
    let mut done = false;
    let mut failed = None;
    for group in groups(&desk.store, &made).await? {
        ids.extend(accept_group(desk, &group, &selected).await?);
        done = true;
    }
    for row in proposed {
        let edit = Edit::load(&desk.store, row).await?;
        match accept_proposal(desk, edit, &selected).await {
            Ok(()) => done = true,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    answer(desk, ids, done, failed).await
}

/// Keeps what is in the files already. Answers with the edits that changed.
async fn accept_group(
    desk: &Desk,
    group: &Group,
    selected: &Selected,
) -> Result<Vec<String>, EngineError> {
    let edits = load_pending(desk, group).await?;
    let (kept, undone) = look(desk, group, &edits, wanted(&edits, selected)).await?;
    let mut changed = Vec::new();
    for (index, mut which) in kept {
        let Some(edit) = edits.get(&index) else {
            continue;
        };
        let mut edit = edit.clone();
        if let Some(undone) = undone.get(&index) {
            which.retain(|hunk| !undone.contains(hunk));
            edit.stored.resolve(undone, HunkStatus::Rejected);
        }
        if !which.is_empty() || edit.stored.is_pending() {
            edit.stored.resolve(&which, HunkStatus::Accepted);
        }
        changed.push(edit);
    }
    desk.record_edits(&changed.iter().collect::<Vec<_>>(), &[])
        .await?;
    Ok(changed.into_iter().map(|edit| edit.row.id).collect())
}

/// Hunks by the places of their edits in a group.
type Hunks = BTreeMap<usize, Vec<usize>>;

/// An edit in its file as that is now.
struct Placed {
    index: usize,
    edit: Edit,
    now: Document,
    typed: Option<Changes>,
}

/// Looks where hunks are; answers with those to be kept, and those of them that the user has
/// undone already.
async fn look(
    desk: &Desk,
    group: &Group,
    edits: &BTreeMap<usize, Edit>,
    kept: Hunks,
) -> Result<(Hunks, Hunks), EngineError> {
    let nothing = BTreeSet::new();
    let mut documents: BTreeMap<PathBuf, Option<Document>> = BTreeMap::new();
    let mut placed = Vec::new();
    let mut bytes = 0;
    for (&index, edit) in edits.iter().rev() {
        if edit.kind == FileEditKind::Delete || !desk.holds(&edit.row.session_id) {
            continue;
        }
        let at = group.location(index, &nothing);
        if !documents.contains_key(&at) {
            let read = read(desk, &at).await;
            documents.insert(at.clone(), read);
        }
        let Some(Some(now)) = documents.get(&at) else {
            continue;
        };
        bytes += edit.bytes() + now.text.len();
        placed.push(Placed {
            index,
            edit: edit.clone(),
            typed: edit.typed(&*desk.files, &desk.engine.revisions, now),
            now: now.clone(),
        });
    }
    by_size(bytes, move || keep_beneath(placed, kept)).await
}

/// A hunk of an older edit that a kept hunk wrote over is kept with it.
fn keep_beneath(newest_first: Vec<Placed>, mut kept: Hunks) -> (Hunks, Hunks) {
    let mut undone = BTreeMap::new();
    // By file: where kept hunks are.
    let mut on_top: Vec<(PathBuf, Range<usize>)> = Vec::new();
    for placed in newest_first {
        let Placed {
            index,
            edit,
            now,
            typed,
        } = placed;
        let at = now.path.absolute();
        let changes = edit.changes(typed, &now);
        let places = edit.review().places(&now.text, &changes);
        let mut beneath = edit.stored.with_status(HunkStatus::Pending);
        beneath.retain(|&hunk| {
            places[hunk].state == PlaceState::Changed
                && on_top
                    .iter()
                    .any(|(path, lines)| path == at && meet(lines, &places[hunk].lines))
        });
        if !beneath.is_empty() {
            let which = kept.entry(index).or_default();
            which.extend(beneath);
            which.sort_unstable();
            which.dedup();
        }
        let mut gone = Vec::new();
        for &hunk in kept.get(&index).into_iter().flatten() {
            match places[hunk].state {
                PlaceState::Undone => gone.push(hunk),
                PlaceState::Intact | PlaceState::Changed => {
                    on_top.push((at.to_owned(), places[hunk].lines.clone()));
                }
            }
        }
        if !gone.is_empty() {
            undone.insert(index, gone);
        }
    }
    (kept, undone)
}

async fn read(desk: &Desk, path: &Path) -> Option<Document> {
    let path = shelf::resolve(&*desk.files, path).ok()?;
    let now = desk.files.read_text(&path).await.ok()?;
    (now.stamp != Stamp::Absent).then_some(now)
}

/// Makes what was only proposed.
async fn accept_proposal(
    desk: &Desk,
    mut edit: Edit,
    selected: &Selected,
) -> Result<(), EngineError> {
    let Some(which) = selected.meant(&edit.row.id, &edit.stored) else {
        return Ok(());
    };
    let session_id = edit.row.session_id.clone();
    let made = make_proposal(desk, &edit, &which).await;
    let (note, result) = match made {
        Ok(version) => {
            let note = notes::accepted_proposal(&edit, &which);
            edit.stored.phase = Phase::Proposed;
            edit.stored.version = version;
            edit.stored.resolve(&which, HunkStatus::Accepted);
            (note, Ok(()))
        }
        Err(error @ (HostError::Stale(_) | HostError::Conflict(_))) => {
            edit.stored.phase = Phase::Conflicted;
            let note = notes::conflicted_proposal(&edit);
            (note, Err(error.into()))
        }
        Err(error) => return Err(error.into()),
    };
    desk.record_edits(&[&edit], &[(session_id, note)]).await?;
    result
}

async fn make_proposal(
    desk: &Desk,
    edit: &Edit,
    which: &[usize],
) -> Result<Option<i32>, HostError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let Some(change) = proposed_change(desk, edit, which).await? else {
            return Ok(None);
        };
        match desk.files.apply(&change).await {
            Ok(applied) => return Ok(applied.version),
            Err(HostError::Stale(_)) if tries < MAX_REVIEW_TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// What makes hunks of a proposal now; `None` where it is made already.
async fn proposed_change(
    desk: &Desk,
    edit: &Edit,
    which: &[usize],
) -> Result<Option<FileChange>, HostError> {
    let files = &*desk.files;
    // A move that was accepted in part is made already.
    let is_moved = edit.stored.structure == Some(HunkStatus::Accepted)
        || edit.kind == FileEditKind::Rename && edit.stored.has_accepted()
        || was_moved(desk, edit, which).await?;
    let at = match (&edit.row.new_path, is_moved) {
        (Some(to), true) => to,
        (Some(_) | None, _) => &edit.row.path,
    };
    let mut now = files
        .read_text(&shelf::resolve(files, Path::new(at))?)
        .await?;
    let conflict = || {
        HostError::Conflict(format!(
            "{} changed in the lines that the proposal changes, so it was not made; ask the agent for a new one, or make the change by hand.",
            edit.name()
        ))
    };
    let text = proposal(edit, &edit.review(), which, &now).ok_or_else(conflict)?;
    let target = match (edit.kind, &edit.row.new_path) {
        (FileEditKind::Delete, _) => {
            if now.stamp == Stamp::Absent {
                return Ok(None);
            }
            if now.text != edit.base {
                return Err(conflict());
            }
            Target::Deleted
        }
        (FileEditKind::Rename, Some(to)) if !is_moved => Target::Moved {
            to: shelf::resolve(files, Path::new(to))?,
            text,
        },
        (FileEditKind::Create | FileEditKind::Modify | FileEditKind::Rename, _) => {
            if now.stamp == Stamp::Absent {
                now.form = edit.stored.form();
            } else if text == now.text {
                return Ok(None);
            }
            Target::Text(text)
        }
    };
    let meant = match &target {
        Target::Text(text) | Target::Moved { text, .. } => Arc::clone(text),
        Target::Deleted => Arc::from(""),
    };
    let label = edit.stored.label.clone();
    Ok(Some(FileChange {
        base: now,
        target,
        meant,
        label,
    }))
}

/// Whether a move was made that is not stored, as a crash came in between.
async fn was_moved(desk: &Desk, edit: &Edit, which: &[usize]) -> Result<bool, HostError> {
    let (FileEditKind::Rename, Some(to)) = (edit.kind, &edit.row.new_path) else {
        return Ok(false);
    };
    let at = |path: &str| shelf::resolve(&*desk.files, Path::new(path));
    let from = desk.files.read_text(&at(&edit.row.path)?).await?;
    if from.stamp != Stamp::Absent {
        return Ok(false);
    }
    let now = desk.files.read_text(&at(to)?).await?;
    Ok(now.stamp != Stamp::Absent && *now.text == *edit.review().make(which))
}
