//! Changes as people see them: hunks, and a unified diff.
use std::fmt::Write as _;
use std::ops::Range;

use crate::diff::{LineEdit, edits_by, line_edits};
use crate::lines::Breaks;

/// How many unchanged lines a unified diff shows around a change.
pub const CONTEXT_LINES: usize = 3;

/// Consecutive lines that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Lines of the old text, from 0; empty where lines are only added.
    pub old_lines: Range<usize>,
    /// Lines of the new text, from 0; empty where lines are only removed.
    pub new_lines: Range<usize>,
    /// The old lines with their endings.
    pub old_text: String,
    /// The new lines with their endings.
    pub new_text: String,
}

/// The hunks between two texts, in order; none where they are equal.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    line_edits(old, new)
        .into_iter()
        .map(|edit| Hunk {
            old_lines: edit.start_line..edit.end_line,
            new_lines: edit.new_start_line..edit.new_end_line,
            old_text: old[edit.bytes].to_owned(),
            new_text: edit.new_text,
        })
        .collect()
}

/// The unified diff of two texts, as `patch` reads it; empty where they are equal. Names go
/// into its head as they are: `a/src/x.rs`, or `/dev/null` for a file that is not there.
///
/// Lines end at LF here, so a CR alone is part of a line.
pub fn unified(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let edits = edits_by(Breaks::Lf, old, new);
    if edits.is_empty() {
        return String::new();
    }
    let mut out = format!("--- {old_name}\n+++ {new_name}\n");
    let mut rest = edits.as_slice();
    while !rest.is_empty() {
        // Changes so near each other that their contexts meet are shown as one.
        let near = rest
            .windows(2)
            .take_while(|pair| pair[1].start_line - pair[0].end_line <= 2 * CONTEXT_LINES)
            .count();
        let (group, later) = rest.split_at(near + 1);
        write_group(&mut out, old, group);
        rest = later;
    }
    out
}

fn write_group(out: &mut String, old: &str, group: &[LineEdit]) {
    let ([first, ..], [.., last]) = (group, group) else {
        return;
    };
    let before = lines_before(old, first.bytes.start);
    let after = Breaks::Lf
        .lines(&old[last.bytes.end..])
        .take(CONTEXT_LINES)
        .collect::<Vec<_>>();
    let shown = before.len() + after.len();
    let range = |start: usize, end: usize| {
        let count = end - start + shown;
        // An empty range is named by the line before it.
        let first = start - before.len() + usize::from(count > 0);
        format!("{first},{count}")
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "@@ -{} +{} @@",
        range(first.start_line, last.end_line),
        range(first.new_start_line, last.new_end_line),
    );
    write_lines(out, ' ', before.into_iter());
    let mut done = first.bytes.start;
    for edit in group {
        write_lines(out, ' ', Breaks::Lf.lines(&old[done..edit.bytes.start]));
        write_lines(out, '-', Breaks::Lf.lines(&old[edit.bytes.clone()]));
        write_lines(out, '+', Breaks::Lf.lines(&edit.new_text));
        done = edit.bytes.end;
    }
    write_lines(out, ' ', after.into_iter());
}

/// The last few lines before byte `at`.
fn lines_before(old: &str, at: usize) -> Vec<&str> {
    let mut start = at;
    for _ in 0..CONTEXT_LINES {
        start = Breaks::Lf.last_start(&old.as_bytes()[..start]);
    }
    Breaks::Lf.lines(&old[start..at]).collect()
}

fn write_lines<'a>(out: &mut String, sign: char, lines: impl Iterator<Item = &'a str>) {
    for line in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{hunks, unified};
    use expect_test::{Expect, expect};

    fn check(old: &str, new: &str, expect: Expect) {
        expect.assert_eq(&unified(old, new, "a/x", "b/x"));
    }

    #[test]
    fn a_diff_has_context_and_joins_what_is_near() {
        let old = (1..=30).map(|n| format!("{n}\n")).collect::<String>();
        let new = old
            .replace("\n4\n", "\nfour\n")
            .replace("\n9\n", "\n")
            .replace("\n25\n", "\n25\n25.5\n");
        check(
            &old,
            &new,
            expect![[r#"
                --- a/x
                +++ b/x
                @@ -1,12 +1,11 @@
                 1
                 2
                 3
                -4
                +four
                 5
                 6
                 7
                 8
                -9
                 10
                 11
                 12
                @@ -23,6 +22,7 @@
                 23
                 24
                 25
                +25.5
                 26
                 27
                 28
            "#]],
        );
    }

    #[test]
    fn new_and_emptied_files_and_missing_newlines_show() {
        check(
            "",
            "a\nb",
            expect![[r#"
                --- a/x
                +++ b/x
                @@ -0,0 +1,2 @@
                +a
                +b
                \ No newline at end of file
            "#]],
        );
        check(
            "a\n",
            "",
            expect![[r#"
                --- a/x
                +++ b/x
                @@ -1,1 +0,0 @@
                -a
            "#]],
        );
        check(
            "a\nb",
            "a\nb\n",
            expect![[r#"
                --- a/x
                +++ b/x
                @@ -1,2 +1,2 @@
                 a
                -b
                \ No newline at end of file
                +b
            "#]],
        );
        check("same", "same", expect![""]);
    }

    #[test]
    fn hunks_hold_both_sides() {
        let hunks = hunks("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n");
        assert_eq!(hunks.len(), 2);
        assert_eq!(
            (hunks[0].old_lines.clone(), hunks[0].new_lines.clone()),
            (1..2, 1..2)
        );
        assert_eq!((&*hunks[0].old_text, &*hunks[0].new_text), ("b\n", "B\n"));
        assert_eq!(
            (hunks[1].old_lines.clone(), hunks[1].new_lines.clone()),
            (4..4, 4..5)
        );
        assert_eq!((&*hunks[1].old_text, &*hunks[1].new_text), ("", "e\n"));
    }
}
