//! What matches, what it becomes, and what a refusal says.
mod looks;
mod refusals;
mod stages;

use expect_test::{Expect, expect};

use super::{Edit, MAX_EDITS, Refusal, apply_blocks, apply_edits};
use crate::Stage;

fn edit(old: &str, new: &str) -> Edit {
    Edit {
        old_text: old.to_owned(),
        new_text: new.to_owned(),
        replace_all: false,
    }
}

fn check(text: &str, old: &str, new: &str, expect: &str) {
    let edited = apply_edits(text, &[edit(old, new)]).expect("the edit applies");
    assert_eq!(edited.text, expect, "{text:?}: {old:?} -> {new:?}");
    assert_eq!(edited.places, [1]);
    assert_eq!(edited.stages, [Stage::Exact]);
}

fn check_all(text: &str, old: &str, new: &str, expect: &str) {
    let edit = Edit {
        replace_all: true,
        ..edit(old, new)
    };
    let edited = apply_edits(text, &[edit]).expect("the edit applies");
    assert_eq!(edited.text, expect, "{text:?}: {old:?} -> {new:?}");
}

fn refuse(text: &str, old: &str, new: &str, expect: Expect) {
    let refused = apply_edits(text, &[edit(old, new)]).expect_err("the edit is refused");
    expect.assert_eq(&refused.to_string());
}

#[test]
fn text_is_replaced_where_it_is_unique() {
    check("a b c", "b", "x", "a x c");
    check("a\nb\nc\n", "b\n", "", "a\nc\n");
    check("a\nb\n", "a\nb", "a\nx\nb", "a\nx\nb\n");
    check("", "", "new\n", "new\n");
    check("grün\n", "ü", "ue", "gruen\n");
    check("no newline", "newline", "line\nend", "no line\nend");
    check_all("a a a", "a", "aa", "aa aa aa");
    check_all("a\r\na\r\n", "a\n", "b\nc\n", "b\r\nc\r\nb\r\nc\r\n");
}

#[test]
fn line_endings_survive() {
    check("a\r\nb\r\nc\r\n", "a\nb", "a\nx\nb", "a\r\nx\r\nb\r\nc\r\n");
    check("a\r\nb\r\n", "a\r\nb", "a\r\nx", "a\r\nx\r\n");
    check("a\r\nb\r\n", "b", "b\nc", "a\r\nb\r\nc\r\n");
    check("a\nb\n", "a\r\nb\r\n", "a\r\nc\r\n", "a\nc\n");
    check("a\rb\rc", "a\nb", "a\nx\nb", "a\rx\rb\rc");
    check("a\r\nb", "b", "b\n", "a\r\nb\r\n");
    // A single line has no endings to keep.
    check("a", "a", "b\r\nc", "b\r\nc");
}

#[test]
fn mixed_line_endings_stay_where_they_are() {
    let text = "a\r\nb\nc\r\nd\ne\rf\n";
    check(text, "a\nb\nc\n", "a\nX\nc\n", "a\r\nX\nc\r\nd\ne\rf\n");
    check(text, "b\nc\nd\n", "b\nd\n", "a\r\nb\nd\ne\rf\n");
    check(text, "c\n", "c\nnew\n", "a\r\nb\nc\r\nnew\r\nd\ne\rf\n");
    check(text, "d", "d\nnew", "a\r\nb\nc\r\nd\nnew\ne\rf\n");
    check(text, "d\ne\nf", "d\ne!\nf", "a\r\nb\nc\r\nd\ne!\rf\n");
    check(text, "a\nb\nc\nd\ne\nf\n", "a", "a");
    check(text, "c", "y\nz", "a\r\nb\ny\r\nz\r\nd\ne\rf\n");
    // Endings do not tell two places apart: the model cannot see them.
    refuse(
        "x\ny\n\nx\r\ny\r\n",
        "x\ny",
        "z",
        expect![
            "old_text is in the file 2 times, at lines 1 and 4. Give more lines around it so that it is there only once, or set replace_all to true."
        ],
    );
}

#[test]
fn a_byte_order_mark_is_no_text_and_stays() {
    check("\u{feff}a\nb\n", "a\n", "x\n", "\u{feff}x\nb\n");
    check("\u{feff}a\n", "\u{feff}a", "\u{feff}x", "\u{feff}x\n");
    check("\u{feff}", "", "a", "\u{feff}a");
    check("a\n", "\u{feff}a", "\u{feff}x", "x\n");
}

#[test]
fn edits_are_made_in_order_all_or_none() {
    let edits = [edit("one", "two"), edit("two\n", "three\n")];
    let edited = apply_edits("one\n", &edits).expect("the edits apply");
    assert_eq!(
        (edited.text.as_str(), edited.places),
        ("three\n", vec![1, 1])
    );
    let refused =
        apply_edits("one\n", &[edit("one", "two"), edit("one", "x")]).expect_err("refused");
    assert_eq!(refused.index, 1);
    expect!["edits[1]: old_text is not in the file. Nothing in it is similar. Read the file again with read_file and copy old_text exactly, without line numbers. No edit was made."]
    .assert_eq(&refused.to_string());
    let back = [edit("a", "b"), edit("b", "a")];
    assert_eq!(
        apply_edits("a", &back).map(|edited| edited.text),
        Ok("a".to_owned())
    );
}

#[test]
fn edits_that_say_nothing_are_refused() {
    let reason =
        |text: &str, edits: &[Edit]| apply_edits(text, edits).map_err(|refused| refused.reason);
    assert_eq!(reason("a", &[]), Err(Refusal::NoEdits));
    assert_eq!(reason("a", &[edit("", "b")]), Err(Refusal::EmptyOldText));
    assert_eq!(reason("a", &[edit("a", "a")]), Err(Refusal::Unchanged));
    assert_eq!(reason("", &[edit("", "")]), Err(Refusal::Unchanged));
    assert_eq!(
        reason("a\n", &[edit("a\n", "a\r\n")]),
        Err(Refusal::Unchanged)
    );
    let many = vec![edit("a", "b"); MAX_EDITS + 1];
    assert_eq!(reason("a", &many), Err(Refusal::TooManyEdits));
}

#[test]
fn results_are_bounded() {
    let all = |old: &str, new: &str| Edit {
        replace_all: true,
        ..edit(old, new)
    };
    let reason =
        |text: &str, edit: Edit| apply_edits(text, &[edit]).map_err(|refused| refused.reason);
    let text = "a".repeat(90_000);
    assert_eq!(
        reason(&text, all("a", &"b".repeat(100_000))),
        Err(Refusal::TooLarge)
    );
    let text = "a".repeat(100_001);
    assert_eq!(reason(&text, all("a", "b")), Err(Refusal::TooManyPlaces));
}
