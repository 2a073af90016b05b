//! What a change replaced, as finely as the texts tell.
//!
//! Editors send one range for all that differs, such as for an undo in several places or a
//! formatter's work; lines in it that are as before were not changed.
use std::ops::Range;

use aside_agent::host::Replaced;
use aside_edit::diff::line_edits;
use ropey::Rope;

/// Where the editor sends the whole text, the lines that differ are what was replaced.
pub(super) fn by_text(old: &Rope, new: &str) -> Vec<Replaced> {
    lines_in(0, &old.to_string(), new)
}

/// Where it sends a part: `chars` of `old` were replaced by `new`.
pub(super) fn by_part(old: &Rope, chars: &Range<usize>, new: &str) -> Vec<Replaced> {
    let bytes = old.char_to_byte(chars.start)..old.char_to_byte(chars.end);
    let first = old.char_to_line(chars.start);
    let last = old.char_to_line(chars.end);
    let as_sent = Replaced {
        bytes: bytes.clone(),
        len: new.len(),
    };
    let is_one_line = first == last && !new.contains(['\n', '\r']);
    if is_one_line {
        return vec![as_sent];
    }
    // Whole lines, since the range may begin and end anywhere in them.
    let start = old.line_to_byte(first);
    let end = match last + 1 < old.len_lines() {
        true => old.line_to_byte(last + 1),
        false => old.len_bytes(),
    };
    let before = old.byte_slice(start..end).to_string();
    let mut after = before.clone();
    after.replace_range(bytes.start - start..bytes.end - start, new);
    let by_lines = lines_in(start, &before, &after);
    let size =
        |list: &[Replaced]| -> usize { list.iter().map(|one| one.bytes.len() + one.len).sum() };
    // Of equal lines, and of those that begin alike, it is open which one went or came: whole ones
    // did rather than parts of two.
    let is_aligned = bytes.start == start;
    let (ours, theirs) = (size(&by_lines), size(std::slice::from_ref(&as_sent)));
    match ours < theirs || ours == theirs && !is_aligned {
        true => by_lines,
        false => vec![as_sent],
    }
}

/// The lines that differ, the last ones first: so each is in bytes of the text before it.
fn lines_in(start: usize, old: &str, new: &str) -> Vec<Replaced> {
    let edits = line_edits(old, new).into_iter().rev();
    edits
        .map(|edit| Replaced {
            bytes: start + edit.bytes.start..start + edit.bytes.end,
            len: edit.new_text.len(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is recorded where the text `from` is replaced by `to` at its one place in `old`.
    fn check(old: &str, from: &str, to: &str, expect: &[(usize, usize, usize)]) {
        let rope = Rope::from_str(old);
        let at = old.find(from).unwrap();
        let chars = rope.byte_to_char(at)..rope.byte_to_char(at + from.len());
        let replaced = by_part(&rope, &chars, to);
        let shown: Vec<_> = replaced
            .iter()
            .map(|one| (one.bytes.start, one.bytes.end, one.len))
            .collect();
        assert_eq!(shown, expect, "{old:?}: {from:?} -> {to:?}");
        // Made one after the other they give the new text, wherever that is known.
        let new = old.replacen(from, to, 1);
        let (mut length, mut head) = (old.len(), old.len());
        for one in &replaced {
            assert!(one.bytes.end <= head, "the last one first");
            head = one.bytes.start;
            length = length - one.bytes.len() + one.len;
        }
        assert_eq!(length, new.len());
    }

    #[test]
    fn lines_that_are_as_before_were_not_changed() {
        check("a\nb\nc\n", "b", "x", &[(2, 3, 1)]);
        check("a\nb\nc\n", "b\n", "", &[(2, 4, 0)]);
    }

    #[test]
    fn one_range_around_several_places() {
        check(
            "a\nb\nc\nd\ne\n",
            "b\nc\nd",
            "B\nc\nD",
            &[(6, 8, 2), (2, 4, 2)],
        );
        check("a\nb\nc\n", "b", "x\nb\ny", &[(4, 4, 2), (2, 2, 2)]);
        check("é\nb\r\nc\r\nd", "b\r\nc", "b\r\nC", &[(6, 9, 3)]);
        check("a\nb", "a\nb", "a\nc", &[(2, 3, 1)]);
        check("ab\ncd\n", "b\nc", "", &[(1, 4, 0)]);
        check("ab\ncd\n", "b\nc", "x", &[(1, 4, 1)]);
        check("abcd\n", "bc", "b\nc", &[(1, 3, 3)]);
    }

    #[test]
    fn a_line_that_goes_or_comes_is_a_whole_one() {
        check("line 1\nline 2\n", "1\nline ", "", &[(0, 7, 0)]);
        check("line 1\nline 2\n", "line 1\n", "", &[(0, 7, 0)]);
        check("line 2\n", "2", "1\nline 2", &[(0, 0, 7)]);
        check("a\nline 2\n", "2", "1\nline 2", &[(2, 2, 7)]);
    }
}
