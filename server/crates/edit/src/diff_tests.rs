//! Edits are exact, minimal where it is easy to see, and begin and end where lines do.
use super::{LineEdit, Place, apply, line_edits};
use crate::hunk::unified;
use crate::lines::lines;

/// `start..end -> "text"`, with places as `line:column`.
fn show(edits: &[LineEdit]) -> String {
    let place = |place: Place| format!("{}:{}", place.line, place.column);
    edits
        .iter()
        .map(|edit| {
            format!(
                "{}-{} {:?}",
                place(edit.range.start),
                place(edit.range.end),
                edit.new_text
            )
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn check(old: &str, new: &str, expect: &str) {
    let edits = line_edits(old, new);
    assert_eq!(show(&edits), expect, "{old:?} -> {new:?}");
    verify(old, new, &edits);
}

/// What holds for all edits.
fn verify(old: &str, new: &str, edits: &[LineEdit]) {
    assert_eq!(apply(old, edits), new, "{old:?} -> {new:?}");
    let (old_lines, new_lines) = (
        lines(old).collect::<Vec<_>>(),
        lines(new).collect::<Vec<_>>(),
    );
    let mut behind: Option<(usize, usize)> = None;
    for edit in edits {
        let replaced = old_lines[edit.start_line..edit.end_line].concat();
        assert_eq!(replaced, old[edit.bytes.clone()]);
        let replacement = new_lines[edit.new_start_line..edit.new_end_line].concat();
        assert_eq!(replacement, edit.new_text);
        assert_eq!(
            edit.range.start,
            Place {
                line: edit.start_line,
                column: 0
            }
        );
        for (place, at) in [
            (edit.range.start, edit.bytes.start),
            (edit.range.end, edit.bytes.end),
        ] {
            assert_eq!(byte_of(old, place), at, "{old:?} -> {new:?}");
        }
        if let Some((old_end, new_end)) = behind {
            assert!(edit.start_line > old_end && edit.new_start_line > new_end);
        }
        behind = Some((edit.end_line, edit.new_end_line));
    }
}

/// The byte of a place, by a scan that knows LSP's rules on its own.
fn byte_of(text: &str, place: Place) -> usize {
    let mut line = 0;
    let mut at = 0;
    while line < place.line {
        let rest = &text[at..];
        let end = rest
            .find(['\n', '\r'])
            .expect("the place is inside the text");
        at += end
            + if rest[end..].starts_with("\r\n") {
                2
            } else {
                1
            };
        line += 1;
    }
    at + place.column
}

#[test]
fn edits_are_whole_lines() {
    check("a\nb\nc\n", "a\nb\nc\n", "");
    check("a\nb\nc\n", "a\nB\nc\n", r#"1:0-2:0 "B\n""#);
    check("a\nc\n", "a\nb\nc\n", r#"1:0-1:0 "b\n""#);
    check("a\nb\nc\n", "a\nc\n", r#"1:0-2:0 """#);
    check(
        "a\nb\nc\nd\ne\n",
        "A\nb\nc\nd\nE\n",
        r#"0:0-1:0 "A\n", 4:0-5:0 "E\n""#,
    );
    check("", "a\n", r#"0:0-0:0 "a\n""#);
    check("a\n", "", r#"0:0-1:0 """#);
    check("é😀\nb", "é😁\nb", r#"0:0-1:0 "é😁\n""#);
}

#[test]
fn the_end_of_a_file_without_final_newline_has_a_column() {
    check("a\nbé", "a\nc", r#"1:0-1:3 "c""#);
    check("a", "a\n", r#"0:0-0:1 "a\n""#);
    check("a", "a\nb", r#"0:0-0:1 "a\nb""#);
    check("a\nb", "a\n", r#"1:0-1:1 """#);
    check("a\n", "a", r#"0:0-1:0 "a""#);
    check("a\n", "a\nb", r#"1:0-1:0 "b""#);
    check("a\r", "a\rb", r#"1:0-1:0 "b""#);
}

#[test]
fn a_carriage_return_is_never_parted_from_its_line_feed() {
    check("a\r\nb", "a\rb", r#"0:0-1:0 "a\r""#);
    check("a\rb", "a\r\nb", r#"0:0-1:0 "a\r\n""#);
    check("a\r", "a\r\n", r#"0:0-1:0 "a\r\n""#);
    check("x\r\n\r\n", "x\r\n\n", r#"1:0-2:0 "\n""#);
    check("\r\n", "\n", r#"0:0-1:0 "\n""#);
    check("a\r\nb\r\nc\n", "a\r\nB\r\nc\n", r#"1:0-2:0 "B\r\n""#);
}

#[test]
fn random_texts_of_few_letters_come_out_exactly() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let old = random.text(14);
        // Half of the new texts are a change to the old one.
        let new = if random.below(2) == 0 {
            random.text(14)
        } else {
            let cut = random.below(old.len() + 1);
            format!("{}{}{}", &old[..cut], random.text(3), &old[cut..])
        };
        verify(&old, &new, &line_edits(&old, &new));
        // Showing the difference must not fail either.
        assert_eq!(unified(&old, &new, "a", "b").is_empty(), old == new);
    }
}

#[test]
fn a_huge_difference_without_unique_lines_is_one_block() {
    const LINES: usize = 12_000;
    let old = (0..LINES).map(|n| format!("{}\n", n % 7));
    let new = (0..LINES).map(|n| format!("{}\n", n % 5));
    let (old, new) = (old.collect::<String>(), new.collect::<String>());
    let edits = line_edits(&format!("same\n{old}same\n"), &format!("same\n{new}same\n"));
    // What both begin with is no part of it.
    assert_eq!(edits.len(), 1);
    assert_eq!((edits[0].start_line, edits[0].end_line), (6, LINES + 1));
}

#[test]
fn a_thousand_changes_of_a_large_file_are_a_thousand_edits() {
    let line = |n: usize| format!("line {n}\n");
    let old = (0..100_000).map(line).collect::<String>();
    let new = (0..100_000).map(|n| match n % 100 {
        0 => format!("changed {n}\n"),
        _ => line(n),
    });
    let edits = line_edits(&old, &new.collect::<String>());
    assert_eq!(edits.len(), 1_000);
}

#[test]
fn one_changed_line_of_a_large_file_is_one_edit() {
    let old = (0..200_000)
        .map(|n| format!("line {n}\r\n"))
        .collect::<String>();
    let new = old.replacen("line 150000\r\n", "line\r\n", 1);
    let edits = line_edits(&old, &new);
    assert_eq!(show(&edits), r#"150000:0-150001:0 "line\r\n""#);
}

/// Deterministic numbers, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn text(&mut self, limit: usize) -> String {
        let len = self.below(limit + 1);
        (0..len)
            .map(|_| ['a', 'b', '\n', '\r', '\n'][self.below(5)])
            .collect()
    }
}
