//! Which hunks a request means.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use aside_protocol::{EditListResult, EditResolveParams, ErrorCode, FileEditStatus, Uri};
use aside_store::{EditFilter, EditRow, MAX_EDITS};

use super::desk::Desk;
use super::orphans;
use super::stored::{Phase, StoredEdit};
use crate::engine::actor::Hold;
use crate::engine::error::EngineError;
use crate::wire::{name_of, parse_hunk_id, uri_to_path};

/// The statuses of edits that may wait for the user.
pub const OPEN: [FileEditStatus; 4] = [
    FileEditStatus::Applied,
    FileEditStatus::Partial,
    FileEditStatus::Proposed,
    FileEditStatus::Conflicted,
];

/// What a request means.
pub struct Selected {
    /// The edits, oldest first.
    pub rows: Vec<EditRow>,
    /// The hunks named of an edit; all of it where it is not here.
    hunks: BTreeMap<String, BTreeSet<String>>,
}

impl Selected {
    /// What of an edit is meant and pending: its hunks, none for an edit that has none left to
    /// resolve but itself. `None` where nothing is.
    pub fn meant(&self, edit_id: &str, stored: &StoredEdit) -> Option<Vec<usize>> {
        if !stored.is_pending() || !self.rows.iter().any(|row| row.id == edit_id) {
            return None;
        }
        let mut hunks = stored.with_status(aside_protocol::HunkStatus::Pending);
        if hunks.is_empty() {
            return Some(hunks);
        }
        if let Some(named) = self.hunks.get(edit_id) {
            hunks.retain(|&index| named.contains(&stored.hunks[index].id));
        }
        (!hunks.is_empty()).then_some(hunks)
    }

    /// The ids of the edits.
    pub fn ids(&self) -> BTreeSet<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }

    /// The edits that wait for the user: those that are made, and those that are proposed.
    pub fn pending(&self) -> (Vec<EditRow>, Vec<EditRow>) {
        self.pending_rows()
            .cloned()
            .partition(|row| StoredEdit::of_row(row).phase == Phase::Made)
    }

    /// The edits that wait for the user.
    pub fn pending_rows(&self) -> impl Iterator<Item = &EditRow> {
        self.rows
            .iter()
            .filter(|row| StoredEdit::of_row(row).is_pending())
    }
}

/// Reads what a request means. Edits whose tool calls still run are not meant.
pub async fn select(desk: &Desk, params: &EditResolveParams) -> Result<Selected, EngineError> {
    let paths = check(desk, params).await?;
    let mut hunks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in params.hunk_ids.iter().flatten() {
        let (edit_id, _) = parse_hunk_id(id).ok_or_else(|| unknown("hunkIds", "hunk", id))?;
        hunks
            .entry(edit_id.to_owned())
            .or_default()
            .insert(id.clone());
    }
    let named: BTreeSet<String> = params
        .edit_ids
        .iter()
        .flatten()
        .cloned()
        .chain(hunks.keys().cloned())
        .collect();
    let is_named = params.edit_ids.is_some() || params.hunk_ids.is_some();
    if is_named && named.is_empty() {
        let rows = Vec::new();
        return Ok(Selected { rows, hunks });
    }
    let filter = if is_named {
        EditFilter {
            ids: named.iter().cloned().collect(),
            limit: MAX_EDITS,
            ..EditFilter::default()
        }
    } else {
        EditFilter {
            session_id: params.session_id.clone(),
            turn_id: params.turn_id.clone(),
            paths: paths.clone(),
            statuses: OPEN.iter().map(name_of).collect(),
            limit: MAX_EDITS,
            ..EditFilter::default()
        }
    };
    let rows = desk.store.edits_where(filter).await?;
    for id in params.edit_ids.iter().flatten() {
        if !rows.iter().any(|row| row.id == *id) {
            return Err(unknown("editIds", "edit", id));
        }
        // All of it is meant, whatever hunks are named besides.
        hunks.remove(id);
    }
    for id in params.hunk_ids.iter().flatten() {
        let found = parse_hunk_id(id).and_then(|(edit_id, _)| {
            let row = rows.iter().find(|row| row.id == edit_id)?;
            let stored = StoredEdit::of_row(row);
            stored.hunks.iter().find(|hunk| hunk.id == *id).map(|_| ())
        });
        found.ok_or_else(|| unknown("hunkIds", "hunk", id))?;
    }
    let is_in = |field: &Option<String>, of_row: &str| {
        field.as_deref().is_none_or(|wanted| wanted == of_row)
    };
    let mut rows: Vec<EditRow> = rows
        .into_iter()
        .filter(|row| {
            is_in(&params.session_id, &row.session_id)
                && is_in(&params.turn_id, &row.turn_id)
                && (paths.is_empty()
                    || paths.contains(&row.path)
                    || row
                        .new_path
                        .as_ref()
                        .is_some_and(|path| paths.contains(path)))
        })
        .collect();
    orphans::settle(&desk.store, &*desk.files, &mut rows).await?;
    rows.retain(|row| StoredEdit::of_row(row).phase != Phase::Acting);
    Ok(Selected { rows, hunks })
}

/// Reads what a request means, and holds the sessions whose edits wait for the user.
pub async fn select_and_hold(
    desk: &mut Desk,
    params: &EditResolveParams,
) -> Result<Selected, EngineError> {
    let seen = select(desk, params).await?;
    let sessions: BTreeSet<String> = seen
        .pending_rows()
        .map(|row| row.session_id.clone())
        .collect();
    for session_id in &sessions {
        desk.begin(session_id, Hold::Shared).await?;
    }
    // Read again: only now nobody else changes them.
    let mut selected = select(desk, params).await?;
    selected
        .rows
        .retain(|row| desk.holds(&row.session_id) || !StoredEdit::of_row(row).is_pending());
    Ok(selected)
}

/// What accepting or rejecting is answered with: the edits as they are now. The first failure
/// counts only if nothing was done.
pub async fn answer(
    desk: &Desk,
    ids: BTreeSet<String>,
    is_done: bool,
    failed: Option<EngineError>,
) -> Result<EditListResult, EngineError> {
    if let (false, Some(error)) = (is_done, failed) {
        return Err(error);
    }
    let edits = desk.shown_now(ids.into_iter().collect()).await?;
    Ok(EditListResult { edits })
}

/// Checks what can be checked without edits; answers with the paths that are meant.
async fn check(desk: &Desk, params: &EditResolveParams) -> Result<Vec<String>, EngineError> {
    let EditResolveParams {
        edit_ids,
        hunk_ids,
        uri,
        turn_id,
        session_id,
    } = params;
    if edit_ids.is_none()
        && hunk_ids.is_none()
        && uri.is_none()
        && turn_id.is_none()
        && session_id.is_none()
    {
        return Err(EngineError::invalid(
            "nothing is named; pass `editIds`, `hunkIds`, `uri`, `turnId` or `sessionId`",
        ));
    }
    if let Some(id) = session_id {
        desk.store.get_session(id.as_str()).await?;
    }
    if let Some(id) = turn_id {
        desk.store.get_turn(id.as_str()).await?;
    }
    match uri {
        Some(uri) => paths_of(desk, uri),
        None => Ok(Vec::new()),
    }
}

fn paths_of(desk: &Desk, uri: &Uri) -> Result<Vec<String>, EngineError> {
    Ok(paths_of_path(&*desk.files, path_of(uri)?))
}

/// The path of a file's URI.
pub fn path_of(uri: &Uri) -> Result<PathBuf, EngineError> {
    uri_to_path(uri).ok_or_else(|| {
        EngineError::invalid(format!(
            "`uri` \"{}\" is not the `file:` URI of an absolute path on this machine",
            uri.as_str()
        ))
    })
}

/// The names under which edits of a file may be stored: as given, and as the host knows it.
pub fn paths_of_path(files: &dyn aside_agent::host::Files, path: PathBuf) -> Vec<String> {
    let mut paths = vec![path.display().to_string()];
    if let Ok(resolved) = super::shelf::resolve(files, &path) {
        let resolved = resolved.absolute().display().to_string();
        if !paths.contains(&resolved) {
            paths.push(resolved);
        }
    }
    paths
}

/// An id of what is not there.
pub fn unknown(field: &str, what: &str, id: &str) -> EngineError {
    EngineError::new(
        ErrorCode::NotFound,
        format!(
            "`{field}`: there is no {what} with the id \"{id}\"; edit/list names those there are"
        ),
    )
}
