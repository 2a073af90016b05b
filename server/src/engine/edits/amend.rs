//! `edit/amend`: the user makes something else of a pending hunk.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{FileChange, HostError, Stamp};
use aside_edit::changes::Changes;
use aside_edit::review::ReviewHunk;
use aside_protocol::{EditAmendParams, ErrorCode, FileEdit, FileEditKind, HunkStatus};
use aside_store::{Write, blob_hash};

use super::desk::Desk;
use super::edit::Edit;
use super::group::groups;
use super::notes;
use super::select::{select_and_hold, unknown};
use super::shelf::resolve;
use super::stored::{Phase, StoredHunk};
use crate::engine::actor::Outcome;
use crate::engine::error::EngineError;
use crate::engine::limits::{MAX_CONTENT_BYTES, MAX_REVIEW_TRIES};
use crate::wire::hunk_id;

/// Replaces what a hunk says, in the file too where the edit was made.
pub async fn amend(desk: &mut Desk, params: EditAmendParams) -> Result<FileEdit, EngineError> {
    let EditAmendParams { hunk_id, new_text } = params;
    if new_text.len() > MAX_CONTENT_BYTES {
        return Err(EngineError::invalid(format!(
            "`newText` holds {} bytes, more than the limit of {MAX_CONTENT_BYTES}",
            new_text.len()
        )));
    }
    let of_hunk = aside_protocol::EditResolveParams {
        hunk_ids: Some(vec![hunk_id.clone()]),
        ..Default::default()
    };
    let selected = match select_and_hold(desk, &of_hunk).await {
        Err(error) if error.code == ErrorCode::NotFound => {
            return Err(unknown("hunkId", "hunk", &hunk_id));
        }
        selected => selected?,
    };
    let resolved = || {
        EngineError::invalid(format!(
            "`hunkId` \"{hunk_id}\" is not pending any more, so it cannot be changed; edit the file instead"
        ))
    };
    let row = selected
        .pending_rows()
        .next()
        .cloned()
        .ok_or_else(resolved)?;
    let mut edit = Edit::load(&desk.store, row).await?;
    let index = selected
        .meant(&edit.row.id, &edit.stored)
        .and_then(|which| which.first().copied())
        .ok_or_else(resolved)?;
    if edit.kind == FileEditKind::Delete {
        return Err(EngineError::invalid(
            "`hunkId` is of a deleted file, whose text cannot be changed; reject the edit instead",
        ));
    }
    let review = edit.review();
    let made = review
        .amend(&edit.new, &Changes::none(), index, &new_text)
        .map_err(|_| EngineError::internal("a hunk is not where its edit made it"))?;
    let made: Arc<str> = Arc::from(made);
    let note = notes::amended(&edit, index, &new_text);
    let old_hunks = review.hunks().to_vec();
    let revision = if edit.stored.phase == Phase::Made {
        let (revision, now) = amend_file(desk, &edit, index, &new_text).await?;
        // Typing since is known exactly only if nothing was typed before.
        revision.filter(|_| now == made)
    } else {
        None
    };
    edit.new = Arc::clone(&made);
    renumber(&mut edit, &old_hunks, index, &new_text);
    let hash = blob_hash(made.as_bytes());
    edit.row.post_image = Some(hash.clone());
    desk.engine.revisions.remember(&edit.row, revision);

    let shown = desk.shown(&edit).await?;
    let outcome = Outcome {
        writes: vec![
            Write::Blob {
                hash,
                data: made.as_bytes().to_vec(),
            },
            Write::UpsertEdit(edit.row_now()),
        ],
        events: vec![aside_protocol::Event::EditUpdated {
            edit: shown.clone(),
        }],
        notes: vec![note],
        patch: None,
    };
    desk.record(&edit.row.session_id, outcome).await?;
    Ok(shown)
}

/// Replaces the hunk where it is now; answers with the document's revision and its text.
async fn amend_file(
    desk: &Desk,
    edit: &Edit,
    index: usize,
    new_text: &str,
) -> Result<(Option<u64>, Arc<str>), EngineError> {
    let files = &*desk.files;
    let at = location(desk, edit).await?;
    let mut tries = 0;
    loop {
        tries += 1;
        let now = files.read_text(&resolve(files, &at)?).await?;
        if now.stamp == Stamp::Absent {
            return Err(changed(edit, None));
        }
        let changes = edit.changes(edit.typed(files, &desk.engine.revisions, &now), &now);
        let text = edit
            .review()
            .amend(&now.text, &changes, index, new_text)
            .map_err(|blocked| changed(edit, Some(&blocked.lines)))?;
        let text: Arc<str> = Arc::from(text);
        if text == now.text {
            return Ok((None, text));
        }
        let label = format!("Amend: {}", edit.stored.label);
        let change = FileChange::text(now, Arc::clone(&text), label);
        match files.apply(&change).await {
            Ok(applied) => return Ok((applied.revision, text)),
            Err(HostError::Stale(_)) if tries < MAX_REVIEW_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn location(desk: &Desk, edit: &Edit) -> Result<PathBuf, EngineError> {
    let groups = groups(&desk.store, std::slice::from_ref(&edit.row)).await?;
    let found = groups.first().and_then(|group| {
        let index = group.rows.iter().position(|row| row.id == edit.row.id)?;
        Some(group.location(index, &Default::default()))
    });
    Ok(found.unwrap_or_else(|| Path::new(&edit.row.path).to_owned()))
}

fn changed(edit: &Edit, lines: Option<&std::ops::Range<usize>>) -> EngineError {
    let place = lines.map_or_else(String::new, |lines| format!(" at {}", notes::lines(lines)));
    EngineError::new(
        ErrorCode::Conflict,
        format!(
            "{} was changed{place} since the edit was made, so the hunk was left alone; edit these lines by hand",
            edit.name()
        ),
    )
}

/// Gives the hunks that the amended text makes the ids of those that they were.
fn renumber(edit: &mut Edit, old_hunks: &[ReviewHunk], amended: usize, new_text: &str) {
    let old = std::mem::take(&mut edit.stored.hunks);
    let mut free = old
        .iter()
        .filter_map(|hunk| crate::wire::parse_hunk_id(&hunk.id))
        .map(|(_, number)| number + 1)
        .max()
        .unwrap_or(0);
    let new_hunks = edit.review().hunks().to_vec();
    let mut taken = vec![false; old.len()];
    for hunk in &new_hunks {
        // The hunk of the same old lines, else the amended one, which may have come apart.
        let same = old_hunks.iter().position(|one| one.old == hunk.old);
        let from = same.unwrap_or(amended);
        let mut stored = match old.get(from) {
            Some(stored) if !taken[from] => stored.clone(),
            Some(_) | None => {
                let id = hunk_id(&edit.row.id, free);
                free += 1;
                StoredHunk {
                    id,
                    status: HunkStatus::Pending,
                    amended: None,
                }
            }
        };
        if let Some(taken) = taken.get_mut(from) {
            *taken = true;
        }
        if from == amended {
            stored.amended = Some(new_text.to_owned());
        }
        edit.stored.hunks.push(stored);
    }
    // Nothing is left to be reviewed where the user put the old text back.
    if edit.stored.hunks.is_empty() && edit.stored.structure.is_none() {
        edit.stored.structure = Some(HunkStatus::Rejected);
    }
}
