//! The smallest line edits that make one text of another.
use std::ops::Range;

use crate::align::changed;
use crate::lines::Breaks;

/// How many bytes are compared at once while looking for what two texts have in common.
const STRIDE: usize = 4096;

/// A place in a text, as an LSP position whose column is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 0.
    pub line: usize,
    /// Bytes from the line's beginning.
    pub column: usize,
}

/// Whole lines of an old text and what replaces them.
///
/// `start` always has column 0. So has `end`, but where the edit reaches the end of a text
/// whose last line has no ending: there it is the last line's own line number and its length in
/// bytes. Behind a final line ending, `end` is column 0 of the line after it, which LSP counts
/// as an empty line. An edit never begins or ends between a CR and its LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    /// The first line replaced, from 0.
    pub start_line: usize,
    /// The line after the last one replaced; as `start_line` for an insertion.
    pub end_line: usize,
    /// The first line that the replacement is in the new text, from 0.
    pub new_start_line: usize,
    /// The line after the last one of the replacement in the new text.
    pub new_end_line: usize,
    /// What is replaced, in bytes of the old text.
    pub bytes: Range<usize>,
    /// What is replaced, as positions in the old text.
    pub range: Range<Place>,
    /// The replacement: whole lines, but for the end of the new text.
    pub new_text: String,
}

/// The edits, first to last and not touching each other, that applied to `old` give exactly
/// `new`; none where they are equal.
pub fn line_edits(old: &str, new: &str) -> Vec<LineEdit> {
    edits_by(Breaks::Lsp, old, new)
}

/// Applies edits that [`line_edits`] computed from `old`.
pub fn apply(old: &str, edits: &[LineEdit]) -> String {
    let mut out = String::with_capacity(old.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(&old[done..edit.bytes.start]);
        out.push_str(&edit.new_text);
        done = edit.bytes.end;
    }
    out.push_str(&old[done..]);
    out
}

pub(crate) fn edits_by(breaks: Breaks, old: &str, new: &str) -> Vec<LineEdit> {
    if old == new {
        return Vec::new();
    }
    let (head, tail) = common_ends(breaks, old.as_bytes(), new.as_bytes());
    let old_lines = breaks
        .lines(&old[head..old.len() - tail])
        .collect::<Vec<_>>();
    let new_lines = breaks
        .lines(&new[head..new.len() - tail])
        .collect::<Vec<_>>();
    let first_line = breaks.count(&old.as_bytes()[..head]);

    let mut edits = Vec::new();
    let (mut old_index, mut byte) = (0, head);
    for (old_range, new_range) in changed(&old_lines, &new_lines) {
        byte += old_lines[old_index..old_range.start]
            .iter()
            .map(|line| line.len())
            .sum::<usize>();
        let start = byte;
        byte += old_lines[old_range.clone()]
            .iter()
            .map(|line| line.len())
            .sum::<usize>();
        old_index = old_range.end;
        let start_line = first_line + old_range.start;
        let end_line = first_line + old_range.end;
        edits.push(LineEdit {
            start_line,
            end_line,
            new_start_line: first_line + new_range.start,
            new_end_line: first_line + new_range.end,
            bytes: start..byte,
            range: Place {
                line: start_line,
                column: 0,
            }..end_place(breaks, old, byte, end_line),
            new_text: new_lines[new_range].concat(),
        });
    }
    edits
}

/// The position of byte `at`, where `line` lines of the old text are behind it.
fn end_place(breaks: Breaks, old: &str, at: usize, line: usize) -> Place {
    let bytes = &old.as_bytes()[..at];
    if at < old.len() || matches!(bytes.last(), None | Some(b'\n')) || line == 0 {
        return Place { line, column: 0 };
    }
    if breaks == Breaks::Lsp && bytes.last() == Some(&b'\r') {
        return Place { line, column: 0 };
    }
    Place {
        line: line - 1,
        column: at - breaks.last_start(bytes),
    }
}

/// How many bytes of whole lines both texts begin and end with; the two do not overlap.
fn common_ends(breaks: Breaks, old: &[u8], new: &[u8]) -> (usize, usize) {
    let mut head = common_prefix(old, new);
    while head > 0 && !(breaks.is_boundary(old, head) && breaks.is_boundary(new, head)) {
        // One step back at most over a CR that only one text follows up with LF.
        head = memchr::memrchr2(b'\n', b'\r', &old[..head - 1]).map_or(0, |at| at + 1);
    }
    let mut tail = common_suffix(&old[head..], &new[head..]);
    while tail > 0
        && !(breaks.is_boundary(old, old.len() - tail) && breaks.is_boundary(new, new.len() - tail))
    {
        let rest = &old[old.len() - tail..];
        tail = memchr::memchr2(b'\n', b'\r', rest).map_or(0, |at| rest.len() - at - 1);
    }
    (head, tail)
}

fn common_prefix(old: &[u8], new: &[u8]) -> usize {
    let limit = old.len().min(new.len());
    let mut len = 0;
    while len + STRIDE <= limit && old[len..len + STRIDE] == new[len..len + STRIDE] {
        len += STRIDE;
    }
    while len < limit && old[len] == new[len] {
        len += 1;
    }
    len
}

fn common_suffix(old: &[u8], new: &[u8]) -> usize {
    let limit = old.len().min(new.len());
    let (olds, news) = (old.len(), new.len());
    let mut len = 0;
    while len + STRIDE <= limit
        && old[olds - len - STRIDE..olds - len] == new[news - len - STRIDE..news - len]
    {
        len += STRIDE;
    }
    while len < limit && old[olds - len - 1] == new[news - len - 1] {
        len += 1;
    }
    len
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
