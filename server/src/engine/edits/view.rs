//! Edits as clients see them: computed from what is stored and the file as it is now.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{Document, Files, Stamp};
use aside_edit::changes::Changes;
use aside_edit::hunk;
use aside_edit::lines::lines;
use aside_edit::merge::merge;
use aside_edit::review::{PlaceState, Review};
use aside_protocol::{FileEdit, FileEditKind, FileEditStatus, Hunk, HunkStatus};
use aside_store::{EditRow, Store, blob_hash};

use super::edit::Edit;
use super::group::{after_path, groups};
use super::revisions::Revisions;
use super::shelf;
use super::stored::{Phase, StoredEdit, kind_of};
use super::work::by_size;
use crate::engine::error::EngineError;
use crate::engine::limits::{MAX_GROUP_FILES, MAX_READ_TOGETHER_BYTES};
use crate::wire::{diff_of, path_to_uri, whole_lines};

/// Files that are shown, each read once for one answer.
#[derive(Default)]
pub struct Documents {
    /// `None` where a file cannot be read.
    by_path: HashMap<PathBuf, Option<Document>>,
    bytes: usize,
}

impl Documents {
    async fn read(&mut self, files: &dyn Files, path: &Path) -> Option<Document> {
        if let Some(read) = self.by_path.get(path) {
            return read.clone();
        }
        let now = match shelf::resolve(files, path) {
            Ok(path) => files.read_text(&path).await.ok(),
            Err(_) => None,
        };
        self.bytes += now.as_ref().map_or(0, |now| now.text.len());
        if self.bytes > MAX_READ_TOGETHER_BYTES || self.by_path.len() >= MAX_GROUP_FILES {
            *self = Self::default();
        }
        self.by_path.insert(path.to_owned(), now.clone());
        now
    }
}

/// An edit as it is now; as it was made where its file or its texts cannot be read.
pub async fn shown(
    store: &Store,
    files: &dyn Files,
    revisions: &Revisions,
    documents: &mut Documents,
    row: EditRow,
) -> FileEdit {
    let shown = match Edit::load(store, row.clone()).await {
        Ok(edit) => shown_edit(store, files, revisions, documents, &edit).await,
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| {
        tracing::warn!(edit = row.id, %error, "an edit is shown without its hunks");
        without_texts(&row)
    })
}

/// As [`shown`], of an edit whose texts are read.
pub async fn shown_edit(
    store: &Store,
    files: &dyn Files,
    revisions: &Revisions,
    documents: &mut Documents,
    edit: &Edit,
) -> Result<FileEdit, EngineError> {
    let now = match edit.stored.is_pending() {
        true => document(store, files, documents, edit).await,
        false => None,
    };
    let bytes = edit.bytes() + now.as_ref().map_or(0, |now| now.text.len());
    let typed = now
        .as_ref()
        .and_then(|now| edit.typed(files, revisions, now));
    let edit = edit.clone();
    by_size(bytes, move || match now {
        Some(now) => view(&edit, &now, &edit.changes(typed, &now)),
        None => as_made(&edit, &edit.review()),
    })
    .await
}

/// The file of a pending edit, wherever later edits moved it.
async fn document(
    store: &Store,
    files: &dyn Files,
    documents: &mut Documents,
    edit: &Edit,
) -> Option<Document> {
    let at = match edit.stored.phase {
        Phase::Made => after_path(&edit.row),
        Phase::Acting | Phase::Proposed | Phase::Conflicted | Phase::Reverted => {
            PathBuf::from(&edit.row.path)
        }
    };
    let now = documents.read(files, &at).await?;
    if now.stamp != Stamp::Absent || edit.kind == FileEditKind::Delete {
        return Some(now);
    }
    let groups = groups(store, std::slice::from_ref(&edit.row)).await.ok()?;
    let group = groups.first()?;
    let index = group.rows.iter().position(|row| row.id == edit.row.id)?;
    let moved = group.location(index, &Default::default());
    if moved == at {
        // A proposal to make a file is shown against no file.
        let is_new = edit.kind == FileEditKind::Create && edit.stored.phase != Phase::Made;
        return is_new.then_some(now);
    }
    let now = documents.read(files, &moved).await?;
    (now.stamp != Stamp::Absent).then_some(now)
}

/// An edit in its file as that is now.
fn view(edit: &Edit, now: &Document, changes: &Changes) -> FileEdit {
    let review = edit.review();
    let mut shown = as_made(edit, &review);
    if !edit.stored.is_pending() {
        return shown;
    }
    match edit.stored.phase {
        Phase::Made => show_pending(&mut shown, edit, &review, now, changes),
        Phase::Proposed | Phase::Conflicted => show_proposal(&mut shown, edit, &review, now),
        Phase::Acting | Phase::Reverted => return shown,
    }
    shown.version = match now.stamp {
        Stamp::Open { version, .. } => Some(version),
        Stamp::Disk | Stamp::Absent => None,
    };
    shown
}

/// An edit as it was made.
fn as_made(edit: &Edit, review: &Review<'_>) -> FileEdit {
    let mut shown = without_texts(&edit.row);
    shown.status = edit.stored.status();
    shown.hunks = review
        .hunks()
        .iter()
        .zip(&edit.stored.hunks)
        .map(|(hunk, stored)| Hunk {
            id: stored.id.clone(),
            old_range: whole_lines(&hunk.old_lines),
            new_range: whole_lines(&hunk.new_lines),
            old_text: edit.base[hunk.old.clone()].to_owned(),
            new_text: edit.new[hunk.new.clone()].to_owned(),
            status: stored.status,
        })
        .collect();
    shown.diff = diff(edit, &edit.base, &edit.new);
    shown
}

fn without_texts(row: &EditRow) -> FileEdit {
    FileEdit {
        id: row.id.clone(),
        session_id: row.session_id.clone(),
        turn_id: row.turn_id.clone(),
        item_id: row.item_id.clone(),
        uri: path_to_uri(Path::new(&row.path)),
        new_uri: row
            .new_path
            .as_ref()
            .map(|path| path_to_uri(Path::new(path))),
        kind: kind_of(row),
        status: StoredEdit::of_row(row).status(),
        version: None,
        base_hash: row.base_hash.clone(),
        diff: String::new(),
        hunks: Vec::new(),
    }
}

fn diff(edit: &Edit, old: &str, new: &str) -> String {
    let name = edit.name();
    let moved = edit.row.new_path.as_deref().map(|to| {
        // Shown relative to the same folder as the old one.
        let root = edit.row.path.strip_suffix(name).unwrap_or_default();
        to.strip_prefix(root).unwrap_or(to)
    });
    diff_of(edit.kind, name, moved.unwrap_or(name), old, new)
}

/// The pending hunks of an edit that was made.
fn show_pending(
    shown: &mut FileEdit,
    edit: &Edit,
    review: &Review<'_>,
    now: &Document,
    changes: &Changes,
) {
    let text = &*now.text;
    let places = review.places(text, changes);
    let pending = edit.stored.with_status(HunkStatus::Pending);
    let (base, old_lines) = review.without(text, changes, &pending);
    for (hunk, place) in shown.hunks.iter_mut().zip(&places) {
        hunk.new_range = whole_lines(&place.lines);
    }
    let mut undone = Vec::new();
    for (&index, old_lines) in pending.iter().zip(&old_lines) {
        let (hunk, place) = (&mut shown.hunks[index], &places[index]);
        hunk.old_range = whole_lines(old_lines);
        match place.state {
            PlaceState::Intact => {}
            PlaceState::Changed => {
                let now = lines(text).skip(place.lines.start).take(place.lines.len());
                hunk.new_text = now.collect();
            }
            PlaceState::Undone => {
                hunk.status = HunkStatus::Rejected;
                undone.push(index);
            }
        }
    }
    let mut stored = edit.stored.clone();
    if !undone.is_empty() {
        stored.resolve(&undone, HunkStatus::Rejected);
    }
    shown.status = stored.status();
    shown.base_hash = blob_hash(base.as_bytes());
    shown.diff = diff(edit, &base, text);
}

/// What a proposal would do to the file as it is now.
fn show_proposal(shown: &mut FileEdit, edit: &Edit, review: &Review<'_>, now: &Document) {
    let pending = edit.stored.with_status(HunkStatus::Pending);
    let Some(merged) = proposal(edit, review, &pending, now) else {
        shown.status = FileEditStatus::Conflicted;
        return;
    };
    let fresh = hunk::hunks(&now.text, &merged);
    if fresh.len() == pending.len() {
        for (&index, fresh) in pending.iter().zip(fresh) {
            let hunk = &mut shown.hunks[index];
            hunk.old_range = whole_lines(&fresh.old_lines);
            hunk.new_range = whole_lines(&fresh.new_lines);
            hunk.old_text = fresh.old_text;
            hunk.new_text = fresh.new_text;
        }
    }
    shown.base_hash = blob_hash(now.text.as_bytes());
    shown.diff = diff(edit, &now.text, &merged);
}

/// The file as it is now with some pending hunks of a proposal made; `None` where that cannot be,
/// since the file changed in the same lines, or is there or not against what was meant.
pub fn proposal(
    edit: &Edit,
    review: &Review<'_>,
    which: &[usize],
    now: &Document,
) -> Option<Arc<str>> {
    let accepted = edit.stored.with_status(HunkStatus::Accepted);
    let is_there = now.stamp != Stamp::Absent;
    let is_new = edit.kind == FileEditKind::Create && !edit.stored.has_accepted();
    let before = review.make(&accepted);
    let mut all = accepted;
    all.extend(which);
    let after = review.make(&all);
    // A crash may have come after it was made and before that was stored; then it is as it is to
    // be already.
    match (is_new, is_there) {
        (true, true) => return (*now.text == *after).then(|| Arc::clone(&now.text)),
        (false, false) => {
            return (edit.kind == FileEditKind::Delete).then(|| Arc::clone(&now.text));
        }
        (true, false) | (false, true) => {}
    }
    merge(&before, &now.text, &after).ok().map(Arc::from)
}
