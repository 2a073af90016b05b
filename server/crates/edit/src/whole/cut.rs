//! Parts of a file that a model does not write at all, without a word about it.
use std::ops::RangeInclusive;

use crate::diff::line_edits;
use crate::lines::{content, lines, split_bom, with_endings};

/// What part of a file must be missing at least: one of so many lines.
const LEAST_PART: usize = 4;

/// The lines of `old`, from 1, that `new` leaves out at the beginning or the end while it changes
/// others: a model that shows only the part that it changed. At least one of them is not indented,
/// and they are a quarter of the file. A text that does nothing but leave lines out means that.
pub fn cut(old: &str, new: &str) -> Option<RangeInclusive<usize>> {
    let (old, new) = (split_bom(old).1, split_bom(new).1);
    let ended = |text: &str| format!("{}\n", with_endings(text.trim_end(), "\n"));
    let (old, new) = (ended(old), ended(new));
    let edits = line_edits(&old, &new);
    let count = lines(&old).count();
    let all = lines(&old).filter(|line| !line.trim().is_empty()).count();
    let is_more = |edit: &crate::diff::LineEdit| !edit.new_text.trim().is_empty();
    let changes_more = edits.iter().any(is_more);
    edits.iter().find_map(|edit| {
        let is_end = edit.start_line == 0 || edit.end_line >= count;
        if !is_end || !changes_more {
            return None;
        }
        let removed = Part::of(&old[edit.bytes.clone()]);
        let added = Part::of(&edit.new_text);
        let lost = removed.lines.saturating_sub(added.lines);
        let is_cut = removed.outer > added.outer && lost > 1 && lost * LEAST_PART >= all;
        is_cut.then(|| edit.start_line + 1..=edit.end_line.clamp(edit.start_line + 1, count))
    })
}

/// What counts of some lines.
#[derive(Default)]
struct Part {
    /// How many are not empty.
    lines: usize,
    /// How many begin with a letter that is not indented.
    outer: usize,
}

impl Part {
    fn of(text: &str) -> Self {
        let mut part = Self::default();
        for line in lines(text).map(content) {
            part.lines += usize::from(!line.trim().is_empty());
            part.outer += usize::from(line.starts_with(|c: char| c.is_alphabetic() || c == '@'));
        }
        part
    }
}
