//! Blocks that have more or fewer blank lines between their lines than the file.
use super::index::{BLANK, Index};
use super::keep::{Origin, origins};
use super::places::{Block, find_all};

/// By how many blank lines a gap may differ.
const MAX_DIFFERENCE: usize = 2;

/// The old and the new text with the file's blank lines, if all lines with text are there once,
/// and blank lines differ only between lines that stay.
pub(super) fn fitted(index: &Index<'_>, block: &Block<'_>) -> Option<(String, String)> {
    if !index.may_match() || !block.is_telling() {
        return None;
    }
    let (wanted, old_at) = filled(index.wanted());
    let (found, file_at) = filled(index.ids());
    let [start] = find_all(&found, &wanted)[..] else {
        return None;
    };
    let file_at = &file_at[start..start + wanted.len()];

    let origins = origins(&block.old, &block.new);
    let mut old = block.old.clone();
    let mut new = block.new.clone();
    let mut is_changed = false;
    // From the last gap to the first, so that those before it stay where they are.
    for (olds, files) in old_at.windows(2).zip(file_at.windows(2)).rev() {
        let (&[first, next], &[file_first, file_next]) = (olds, files) else {
            continue;
        };
        let (have, want) = (file_next - file_first - 1, next - first - 1);
        if have == want {
            continue;
        }
        let at = origins
            .iter()
            .position(|origin| *origin == Origin::Kept(first))?;
        let stays = (first..=next)
            .zip(at..)
            .all(|(old, new)| origins.get(new) == Some(&Origin::Kept(old)));
        if !stays || have.abs_diff(want) > MAX_DIFFERENCE {
            return None;
        }
        old.splice(first + 1..next, vec![""; have]);
        new.splice(at + 1..at + 1 + want, vec![""; have]);
        is_changed = true;
    }
    is_changed.then(|| block.texts(&old, &new))
}

/// The ids of lines with text, and where they are.
fn filled(ids: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let filled = ids.iter().zip(0..).filter(|(id, _)| **id != BLANK);
    filled.map(|(id, at)| (*id, at)).unzip()
}
