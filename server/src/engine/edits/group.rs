//! Edits that belong together: those of one file, and of files between which edits moved it.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aside_protocol::{ErrorCode, FileEditKind, FileEditStatus};
use aside_store::{EditFilter, EditRow, MAX_EDITS, Store};

use super::edit::paths_of_row;
use super::stored::{StoredEdit, kind_of};
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_GROUP_FILES;
use crate::wire::name_of;

/// The statuses of edits of which something is in the files, or may be.
const IN_EFFECT: [FileEditStatus; 5] = [
    FileEditStatus::Applied,
    FileEditStatus::Partial,
    FileEditStatus::Accepted,
    FileEditStatus::Proposed,
    FileEditStatus::Conflicted,
];

/// Edits that belong together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// All edits of the files that are in effect or pending, and those asked for; oldest first.
    pub rows: Vec<EditRow>,
    /// Their files.
    pub paths: BTreeSet<PathBuf>,
}

impl Group {
    /// Where the file is that edit `index` left, by what is in effect of later edits.
    ///
    /// `undone` are those of later ones that are not.
    pub fn location(&self, index: usize, undone: &BTreeSet<usize>) -> PathBuf {
        let mut at = after_path(&self.rows[index]);
        for (later, row) in self.rows.iter().enumerate().skip(index + 1) {
            let moves = kind_of(row) == FileEditKind::Rename
                && !undone.contains(&later)
                && Path::new(&row.path) == at
                && StoredEdit::of_row(row).is_made();
            if let (true, Some(to)) = (moves, &row.new_path) {
                at = PathBuf::from(to);
            }
        }
        at
    }
}

/// Where an edit left its file.
pub fn after_path(row: &EditRow) -> PathBuf {
    PathBuf::from(row.new_path.as_ref().unwrap_or(&row.path))
}

/// The groups that edits belong to, that of the newest edit first: one file may have two names,
/// and then what was made last goes first.
pub async fn groups(store: &Store, rows: &[EditRow]) -> Result<Vec<Group>, EngineError> {
    let mut all: BTreeMap<String, EditRow> = BTreeMap::new();
    let mut paths: BTreeSet<String> = BTreeSet::new();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for row in rows {
        paths.extend(row.new_path.iter().chain([&row.path]).cloned());
        all.insert(row.id.clone(), row.clone());
    }
    let mut order: Vec<String> = Vec::new();
    while !paths.is_subset(&asked) {
        asked.clone_from(&paths);
        if paths.len() > MAX_GROUP_FILES {
            return Err(EngineError::new(
                ErrorCode::Invalid,
                format!("more than {MAX_GROUP_FILES} files are meant; name fewer at a time"),
            ));
        }
        let found = store
            .edits_where(EditFilter {
                paths: paths.iter().cloned().collect(),
                limit: MAX_EDITS,
                ..EditFilter::default()
            })
            .await?;
        order = found.iter().map(|row| row.id.clone()).collect();
        for row in found {
            let in_effect = IN_EFFECT.iter().any(|status| name_of(status) == row.status);
            if in_effect && !all.contains_key(&row.id) {
                paths.extend(row.new_path.iter().chain([&row.path]).cloned());
                all.insert(row.id.clone(), row);
            }
        }
    }
    let in_order = order.iter().filter_map(|id| all.remove(id)).collect();
    let mut groups = connected(in_order);
    // Ids sort by age.
    groups.sort_by(|a, b| newest(b).cmp(&newest(a)));
    Ok(groups)
}

fn newest(group: &Group) -> Option<&String> {
    group.rows.last().map(|row| &row.id)
}

/// Parts edits by the files that they connect.
fn connected(rows: Vec<EditRow>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let paths = paths_of_row(&row);
        let (mut of_it, others): (Vec<Group>, Vec<Group>) = groups
            .into_iter()
            .partition(|group| paths.iter().any(|path| group.paths.contains(path)));
        groups = others;
        let mut group = of_it.pop().unwrap_or_default();
        let joined = !of_it.is_empty();
        for other in of_it {
            group.rows.extend(other.rows);
            group.paths.extend(other.paths);
        }
        if joined {
            // Ids sort by age.
            group.rows.sort_by(|a, b| a.id.cmp(&b.id));
        }
        group.rows.push(row);
        group.paths.extend(paths);
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::edits::stored::Phase;

    fn row(id: &str, path: &str, new_path: &str) -> EditRow {
        let stored = StoredEdit {
            phase: Phase::Made,
            structure: Some(aside_protocol::HunkStatus::Pending),
            ..StoredEdit::default()
        };
        let mut row = EditRow {
            id: id.to_owned(),
            path: path.to_owned(),
            new_path: (!new_path.is_empty()).then(|| new_path.to_owned()),
            kind: if new_path.is_empty() {
                "modify"
            } else {
                "rename"
            }
            .to_owned(),
            ..EditRow::default()
        };
        stored.write_to(&mut row);
        row
    }

    #[test]
    fn files_are_connected_by_moves() {
        let rows = vec![
            row("1", "a", ""),
            row("2", "b", ""),
            row("3", "a", "c"),
            row("4", "c", "b"),
        ];
        let groups = connected(rows);
        assert_eq!(groups.len(), 1);
        let ids: Vec<_> = groups[0].rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3", "4"]);
        assert_eq!(
            connected(vec![row("1", "a", ""), row("2", "b", "")]).len(),
            2
        );
    }

    #[test]
    fn a_file_is_where_later_edits_moved_it() {
        let group = Group {
            rows: vec![row("1", "a", ""), row("2", "a", "b"), row("3", "b", "c")],
            paths: BTreeSet::new(),
        };
        let check = |index, undone: &[usize], expect: &str| {
            let undone = undone.iter().copied().collect();
            assert_eq!(group.location(index, &undone), Path::new(expect));
        };
        check(0, &[], "c");
        check(0, &[2], "b");
        check(0, &[1, 2], "a");
        check(1, &[2], "b");
        check(2, &[], "c");
    }
}
