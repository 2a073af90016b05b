//! What a refusal says.
use expect_test::expect;

use super::{edit, refuse};
use crate::matching::{Closest, Refusal, apply_edits};

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
        "fn add(a: u32, b: u32) -> u32 {\na - b\n}",
        "    x\n        y",
        expect![
            "old_text is not in the file. The closest place is lines 6-8; the first difference is white space in line 7: it begins with 1 tab in the file, with no white space in old_text. Copy old_text exactly from read_file, without line numbers."
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

#[test]
fn several_places_are_named_the_best_first() {
    let text =
        "start(one);\nsame(line, line);\nend(one);\n\nstart(two);\nsame(line, line);\nend(two);\n";
    let refused = apply_edits(
        text,
        &[edit("start(two);\nsame(line, line);\nend(2);\n", "x")],
    );
    let reason = refused.expect_err("it is refused").reason;
    let lines = |place: &Closest| (place.first_line, place.last_line);
    let places = reason.candidates().iter().map(lines).collect::<Vec<_>>();
    assert_eq!(places, [(5, 7), (1, 3)]);
    assert_eq!((reason.code(), reason.already_at()), ("notFound", None));
    expect![[r#"
        old_text is not in the file. The closest place is lines 5-7; the first difference is in line 7:
        file:     end(two);
        old_text: end(2);
        Another is at line 1. Copy old_text exactly from read_file, without line numbers."#]]
    .assert_eq(&reason.to_string());
}

#[test]
fn what_is_ambiguous_but_for_little_says_so() {
    refuse(
        "\tgo(one);\n\t\tgo(one);\n",
        "    go(one);\n",
        "x\n",
        expect![
            "old_text is in the file 2 times but for its indentation, at lines 1 and 2. Give more lines around it so that it is there only once, or set replace_all to true."
        ],
    );
}
