//! Edits as clients see them.
use aside_agent::host::{FileChange, Stamp};
use aside_agent::item::Item;
use aside_edit::hunk;
use aside_protocol::{FileEdit, FileEditKind, FileEditStatus, Hunk, HunkStatus};
use aside_store::blob_hash;

use super::item::lines_range;
use super::path_to_uri;

/// A change that is about to be made.
pub fn file_edit(id: &str, session_id: &str, item: &Item, change: &FileChange) -> FileEdit {
    let path = &change.base.path;
    let (kind, version) = match change.base.stamp {
        Stamp::Absent => (FileEditKind::Create, None),
        Stamp::Disk => (FileEditKind::Modify, None),
        Stamp::Open { version, .. } => (FileEditKind::Modify, Some(version)),
    };
    FileEdit {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: item.turn_id.clone(),
        item_id: item.id.clone(),
        uri: path_to_uri(path.absolute()),
        new_uri: None,
        kind,
        status: FileEditStatus::Proposed,
        version,
        base_hash: blob_hash(change.base.text.as_bytes()),
        diff: unified_diff(change),
        hunks: hunk::hunks(&change.base.text, &change.new_text())
            .into_iter()
            .enumerate()
            .map(|(index, hunk)| wire_hunk(id, index, hunk))
            .collect(),
    }
}

/// What became of an edit.
pub fn set_edit_status(edit: &mut FileEdit, status: FileEditStatus, version: Option<i32>) {
    edit.status = status;
    edit.version = version;
}

/// The change as a unified diff.
pub fn unified_diff(change: &FileChange) -> String {
    let name = change.base.path.display();
    let old_name = match change.base.stamp {
        Stamp::Absent => "/dev/null".to_owned(),
        Stamp::Disk | Stamp::Open { .. } => format!("a/{name}"),
    };
    hunk::unified(
        &change.base.text,
        &change.new_text(),
        &old_name,
        &format!("b/{name}"),
    )
}

fn wire_hunk(edit_id: &str, index: usize, hunk: hunk::Hunk) -> Hunk {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    Hunk {
        id: format!("{edit_id}-{index}"),
        old_range: lines_range(line(hunk.old_lines.start), line(hunk.old_lines.end)),
        new_range: lines_range(line(hunk.new_lines.start), line(hunk.new_lines.end)),
        old_text: hunk.old_text,
        new_text: hunk.new_text,
        status: HunkStatus::Pending,
    }
}
