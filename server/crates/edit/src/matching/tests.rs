//! What matches, what it becomes, and what a refusal says.
use expect_test::{Expect, expect};

use super::{Edit, MAX_EDITS, Refusal, apply_edits};

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

#[test]
fn ambiguous_text_is_refused_with_its_lines() {
    refuse(
        &"x\n\n".repeat(20),
        "x\n",
        "y\n",
        expect![
            "old_text is in the file 20 times, at lines 1, 3, 5, 7, 9, 11, 13, 15, …. Give more lines around it so that it is there only once, or set replace_all to true."
        ],
    );
    // Overlapping places are two.
    refuse(
        "aaa",
        "aa",
        "b",
        expect![
            "old_text is in the file 2 times, at lines 1 and 1. Give more lines around it so that it is there only once, or set replace_all to true."
        ],
    );
}

const PROGRAM: &str = "fn main() {\n    let total = add(1, 2);\n    println!(\"{total}\");\n}\n\nfn add(a: u32, b: u32) -> u32 {\n\ta - b\n}\n";

#[test]
fn a_refusal_shows_the_closest_place() {
    refuse(
        PROGRAM,
        "    let total = add(1, 2);\n    println!(\"{}\", total);\n",
        "x",
        expect![[r#"
            old_text is not in the file. The closest place is lines 2-3; the first difference is in line 3:
            file:         println!("{total}");
            old_text:     println!("{}", total);
            Copy old_text exactly from read_file, without line numbers."#]],
    );
    refuse(
        PROGRAM,
        "fn add(a: u32, b: u32) -> u32 {\n    a - b\n}",
        "x",
        expect![
            "old_text is not in the file. The closest place is lines 6-8; the first difference is white space in line 7: it begins with 1 tab in the file, with 4 spaces in old_text. Copy old_text exactly from read_file, without line numbers."
        ],
    );
    refuse(
        PROGRAM,
        "let totals = add(1, 3);",
        "x",
        expect![[r#"
            old_text is not in the file. The closest place is line 2; the first difference is in line 2:
            file:         let total = add(1, 2);
            old_text: let totals = add(1, 3);
            Copy old_text exactly from read_file, without line numbers."#]],
    );
    refuse(
        PROGRAM,
        "\ta - b\n}\n\nfn more() {}\n",
        "x",
        expect![
            "old_text is not in the file. The closest place is lines 7-8, but the file ends after line 8. Copy old_text exactly from read_file, without line numbers."
        ],
    );
    refuse(
        "first line\nlast line",
        "last line\n",
        "x",
        expect![
            "old_text is not in the file. The closest place is line 2, where the file ends without a newline: leave out the last newline of old_text. Copy old_text exactly from read_file, without line numbers."
        ],
    );
    refuse(
        PROGRAM,
        "something else altogether",
        "x",
        expect![
            "old_text is not in the file. Nothing in it is similar. Read the file again with read_file and copy old_text exactly, without line numbers."
        ],
    );
    refuse(
        "",
        "anything",
        "x",
        expect![
            "old_text is not in the file. Nothing in it is similar. Read the file again with read_file and copy old_text exactly, without line numbers."
        ],
    );
}

#[test]
fn a_refusal_knows_line_numbers_and_edits_made_before() {
    refuse(
        PROGRAM,
        "7\t\ta - b\n8\t}",
        "\ta + b\n}",
        expect![
            "old_text is not in the file. It has line numbers: leave out the number and the tab before each line. The closest place is lines 7-8. Copy old_text exactly from read_file, without line numbers."
        ],
    );
    refuse(
        PROGRAM,
        "    let total = add(2, 2);",
        "    let total = add(1, 2);",
        expect![[r#"
            old_text is not in the file. new_text is already there at line 2, so the edit may have been made before. The closest place is line 2; the first difference is in line 2:
            file:         let total = add(1, 2);
            old_text:     let total = add(2, 2);
            Copy old_text exactly from read_file, without line numbers."#]],
    );
}

#[test]
fn huge_lines_are_quoted_in_part() {
    let text = format!("{}é{}", "a".repeat(100_000), "b".repeat(100_000));
    let wanted = format!("{}è{}", "a".repeat(100_000), "b".repeat(100_000));
    let refused = apply_edits(&text, &[edit(&wanted, "")]).expect_err("refused");
    let message = refused.to_string();
    assert!(message.len() < 1000, "{}", message.len());
    assert!(
        message.contains("aé") && message.contains("aè"),
        "{message}"
    );
}

#[test]
fn lines_that_are_all_alike_are_refused_all_the_same() {
    let text = "    item(),\n".repeat(200_000);
    let refused = apply_edits(&text, &[edit("item();\nitem(),\nitem();", "")]);
    assert!(matches!(
        refused.map_err(|refused| refused.reason),
        Err(Refusal::NotFound(_))
    ));
}
