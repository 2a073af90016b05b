//! Edits as clients see them.
use std::fmt::Write as _;
use std::ops::Range;

use aside_agent::host::{FileChange, Stamp, Target, WorkspacePath};
use aside_agent::item::Item;
use aside_edit::hunk;
use aside_protocol::{FileEdit, FileEditKind, FileEditStatus, Hunk, HunkStatus};
use aside_store::blob_hash;

use super::item::lines_range;
use super::path_to_uri;

/// The longest diff of an edit; its hunks hold what is left out.
pub const MAX_DIFF_BYTES: usize = 256 * 1024;

/// A change that is about to be made.
pub fn file_edit(id: &str, session_id: &str, item: &Item, change: &FileChange) -> FileEdit {
    FileEdit {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: item.turn_id.clone(),
        item_id: item.id.clone(),
        uri: path_to_uri(change.base.path.absolute()),
        new_uri: moved_to(change).map(|to| path_to_uri(to.absolute())),
        kind: edit_kind(change),
        status: FileEditStatus::Proposed,
        version: match change.base.stamp {
            Stamp::Absent | Stamp::Disk => None,
            Stamp::Open { version, .. } => Some(version),
        },
        base_hash: blob_hash(change.base.text.as_bytes()),
        diff: unified_diff(change),
        hunks: hunk::hunks(&change.base.text, &change.new_text())
            .into_iter()
            .enumerate()
            .map(|(index, hunk)| Hunk {
                id: hunk_id(id, index),
                old_range: whole_lines(&hunk.old_lines),
                new_range: whole_lines(&hunk.new_lines),
                old_text: hunk.old_text,
                new_text: hunk.new_text,
                status: HunkStatus::Pending,
            })
            .collect(),
    }
}

/// What sort of change it is.
pub fn edit_kind(change: &FileChange) -> FileEditKind {
    match (&change.target, &change.base.stamp) {
        (Target::Deleted, _) => FileEditKind::Delete,
        (Target::Moved { .. }, _) => FileEditKind::Rename,
        (Target::Text(_), Stamp::Absent) => FileEditKind::Create,
        (Target::Text(_), Stamp::Disk | Stamp::Open { .. }) => FileEditKind::Modify,
    }
}

/// Where a change moves its file.
pub fn moved_to(change: &FileChange) -> Option<&WorkspacePath> {
    match &change.target {
        Target::Moved { to, .. } => Some(to),
        Target::Text(_) | Target::Deleted => None,
    }
}

/// The id of an edit's hunk, from 0. It stays the same as long as the edit exists.
pub fn hunk_id(edit_id: &str, index: usize) -> String {
    format!("{edit_id}-{index}")
}

/// The edit that a hunk's id belongs to, and which of its hunks it is.
pub fn parse_hunk_id(hunk_id: &str) -> Option<(&str, usize)> {
    let (edit_id, index) = hunk_id.rsplit_once('-')?;
    // An edit's own id may well end in digits.
    uuid::Uuid::try_parse(edit_id).ok()?;
    // "01" would be another name for "1".
    let parsed: usize = index.parse().ok()?;
    (parsed.to_string() == index).then_some((edit_id, parsed))
}

/// Whole lines, from 0.
pub fn whole_lines(lines: &Range<usize>) -> aside_protocol::Range {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    lines_range(line(lines.start), line(lines.end))
}

/// The change as a unified diff.
pub fn unified_diff(change: &FileChange) -> String {
    let name = change.base.path.display();
    diff_of(
        edit_kind(change),
        name,
        moved_to(change).map_or(name, WorkspacePath::display),
        &change.base.text,
        &change.new_text(),
    )
}

/// A unified diff whose head says what sort of change it is.
pub fn diff_of(kind: FileEditKind, name: &str, new_name: &str, old: &str, new: &str) -> String {
    let nothing = || "/dev/null".to_owned();
    let (before, after) = (format!("a/{name}"), format!("b/{new_name}"));
    let (before, after) = match kind {
        FileEditKind::Create => (nothing(), after),
        FileEditKind::Delete => (before, nothing()),
        FileEditKind::Modify | FileEditKind::Rename => (before, after),
    };
    cut(hunk::unified(old, new, &before, &after))
}

/// Keeps the beginning of a long diff, and says how much there is: whole hunks, or what fits of
/// the first one.
fn cut(mut diff: String) -> String {
    let size = diff.len();
    if size <= MAX_DIFF_BYTES {
        return diff;
    }
    let mut end = MAX_DIFF_BYTES;
    while !diff.is_char_boundary(end) {
        end -= 1;
    }
    diff.truncate(end);
    // A line of a file has a sign before it, so only a hunk's head begins so.
    let hunks = diff.match_indices("\n@@ ");
    let end = match hunks.skip(1).last() {
        Some((end, _)) => end,
        None => diff.rfind('\n').unwrap_or(0),
    };
    diff.truncate(end);
    // Writing to a string cannot fail.
    let _ = writeln!(diff, "\n\\ The diff is cut here; it has {size} bytes.");
    diff
}

#[cfg(test)]
mod tests {
    use super::{MAX_DIFF_BYTES, diff_of, hunk_id, parse_hunk_id};
    use aside_protocol::FileEditKind;

    #[test]
    fn a_long_diff_keeps_its_beginning() {
        let check = |count: usize, change: &str, expect: (usize, bool)| {
            let old = "same\n".repeat(count * 10);
            let mut new = old.clone();
            for index in (0..count).rev() {
                new.insert_str(index * 50, change);
            }
            let diff = diff_of(FileEditKind::Modify, "x", "x", &old, &new);
            assert!(diff.len() < MAX_DIFF_BYTES + 100);
            assert!(diff.starts_with("--- a/x\n+++ b/x\n@@ "), "{diff:.80}");
            let is_cut = diff.ends_with(" bytes.\n");
            assert_eq!((diff.matches("\n@@ ").count(), is_cut), expect);
            assert_eq!(diff.matches("\n\\ ").count(), usize::from(is_cut));
        };
        check(3, "new\n", (3, false));
        check(3, &"new\n".repeat(30_000), (1, true));
        check(1, &"ü\n".repeat(100_000), (1, true));
        check(1, &"ü".repeat(200_000), (1, true));
    }

    #[test]
    fn a_hunk_has_one_id() {
        let check = |id: &str, expect: Option<(&str, usize)>| assert_eq!(parse_hunk_id(id), expect);
        let edit = "01234567-89ab-7def-8123-456789012345";
        check(&hunk_id(edit, 12), Some((edit, 12)));
        check(edit, None);
        for wrong in ["00", "+1", "", "x", "99999999999999999999999"] {
            check(&format!("{edit}-{wrong}"), None);
        }
        check("a-b-0", None);
        check("0", None);
        check("", None);
    }
}
