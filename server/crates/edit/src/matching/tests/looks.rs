//! Characters that look alike, lines that are left out, and what must not be found.
use super::stages::{check, code};
use super::{apply_blocks, edit};
use crate::Stage;
use crate::matching::{Edit, Refusal, apply_edits};

#[test]
fn dashes_quotes_and_spaces_may_look_alike() {
    let stage = Stage::Unicode;
    check(
        stage,
        "say(“hello”);\nsay(‘bye’);\n",
        "say(\"hello\");\nsay('bye');\n",
        "say(\"hello\");\nsay('bye', 1);\n",
        "say(“hello”);\nsay(‘bye’, 1);\n",
    );
    check(
        stage,
        "It is the user’s choice – always. Or not.\n",
        "the user's choice - always.",
        "the user's wish - always.",
        "It is the user’s wish – always. Or not.\n",
    );
    check(
        stage,
        "\tsay(“hello”);\n\tother();\n",
        "    say(\"hello\");\n    other();\n",
        "    say(\"hello\");\n    if x {\n        other();\n    }\n",
        "\tsay(“hello”);\n\tif x {\n\t\tother();\n\t}\n",
    );
    check(
        stage,
        "    say(“hello”);\r\n    bye();\r\n",
        "say(\"hello\");",
        "say(\"hello\");\nmore();",
        "    say(“hello”);\r\n    more();\r\n    bye();\r\n",
    );
    check(
        stage,
        "    say(“hello”); // Say\r\n    bye();\r\n",
        "say(\"hello\");",
        "say(\"hello\");\nmore();",
        "    say(“hello”);\r\n    more(); // Say\r\n    bye();\r\n",
    );
    code("so “be it” now\n", "\"be it\"", "“be it”", "alreadyThere");
    // What the model changes on purpose is changed.
    check(
        stage,
        "a “text”\nb – c\n",
        "a “text”\nb - c\n",
        "a \"text\"\nb - c\n",
        "a \"text\"\nb – c\n",
    );
    code("“a text”\n“a text”\n", "\"a text\"", "x", "ambiguous");
    code("“a text”\nx “a text”\n", "\"a text\"", "x", "ambiguous");
}

#[test]
fn dots_stand_for_no_lines() {
    let text = "def f():\n    one()\n    two()\n\ndef g():\n    pass\n";
    code(
        text,
        "def f():\n    ...\n    two()\n",
        "def f(x):\n    ...\n    two()\n",
        "notFound",
    );
    // A stub of one function is not the beginning of another one.
    code(
        text,
        "def f():\n    ...\n\ndef g():\n    ...\n",
        "def f():\n    ...\n\ndef h():\n    ...\n",
        "notFound",
    );
    code(
        text,
        "def f():\n    # ... existing code ...\n    two()\n",
        "def f(x):\n    # ... existing code ...\n    two()\n",
        "notFound",
    );
    check(
        Stage::Exact,
        "def f():\n    ...\n",
        "def f():\n    ...\n",
        "def f():\n    pass\n",
        "def f():\n    pass\n",
    );
}

#[test]
fn blank_lines_between_lines_are_lines() {
    let text = "def f():\n    one()\n\n    two()\n    three()\n";
    code(
        text,
        "    one()\n    two()\n    three()\n",
        "    one()\n    two()\n    four()\n",
        "notFound",
    );
    code(
        text,
        "    two()\n\n    three()\n",
        "    two()\n\n    four()\n",
        "notFound",
    );
}

#[test]
fn what_says_little_or_differs_is_not_found() {
    code("a\n  }\n", "}  \n", "];\n", "notFound");
    code("a\n  x = 1\n", "    x = 1\n", "    y = 1\n", "notFound");
    code("one\ntwo two\n", "one\n\ntwo two\n", "1\n", "notFound");
    code(
        "if x:\n    body()\nafter()\n",
        "if x:\n    body()\n    after()\n",
        "x\n",
        "notFound",
    );
    code(
        "    body()\n        after()\n",
        "body()\nafter()\n",
        "x\n",
        "notFound",
    );
    code("text  here\n", "text here\n", "x\n", "notFound");
    let padded = format!("some text{}\nmore text\n", " ".repeat(2_000));
    code(&padded, "some text\nmore text\n", "x\n", "disproportionate");
}

#[test]
fn what_is_there_already_is_not_made_again() {
    code(
        "    first()\n",
        "  first()\n",
        "    first()\n",
        "alreadyThere",
    );
    code(
        "    first()\n    second()\n",
        "first() \n",
        "first()\nsecond()\n",
        "alreadyThere",
    );
    code(
        "a “b text”\n",
        "a \"b text\"\n",
        "a “b text”\n",
        "alreadyThere",
    );
    code(
        "x()\nfirst()  \nsecond()\n",
        "first()\n",
        "x()\nfirst()\nsecond()\n",
        "alreadyThere",
    );
}

#[test]
fn all_places_of_one_stage_are_replaced() {
    let edit = |old: &str, new: &str| Edit {
        replace_all: true,
        ..edit(old, new)
    };
    let text = "  item()\nx\n    item()\ny\n";
    let edited = apply_edits(text, &[edit("item() \n", "item()\nmore()\n")]).expect("applies");
    assert_eq!(
        edited.text,
        "  item()\n  more()\nx\n    item()\n    more()\ny\n"
    );
    assert_eq!(
        (edited.places, edited.stages),
        (vec![2], vec![Stage::Indent])
    );
    let edited = apply_edits(text, &[edit("item()\n", "item()\nmore()\n")]).expect("applies");
    assert_eq!(
        edited.text,
        "  item()\n  more()\nx\n    item()\n    more()\ny\n"
    );
}

#[test]
fn blocks_are_whole_lines() {
    let edits = [edit("word\n", "x\n")];
    assert!(apply_edits("a word\n", &edits).is_ok());
    assert!(apply_blocks("a word\n", &edits).is_err());
    let text = "    word\nsword\n";
    assert_eq!(
        apply_blocks(text, &edits).map(|edited| edited.text),
        Ok("    x\nsword\n".to_owned())
    );
    // A blank block fills an empty file only.
    let blank = [edit("\n", "x\n")];
    let code = |text| apply_blocks(text, &blank).map_err(|refused| refused.reason.code());
    assert_eq!(code("").map(|edited| edited.text), Ok("x\n".to_owned()));
    assert_eq!(
        code("a\n\nb\n").map(|edited| edited.text),
        Err("emptyOldText")
    );
    // Whole lines that are there once are meant before parts of others.
    let edited = apply_edits("word\n    word\n", &edits).map(|edited| edited.text);
    assert_eq!(edited, Ok("x\n    word\n".to_owned()));
}

#[test]
fn places_are_told_as_they_were() {
    let edits = [
        edit("one\n", "1\n1\n"),
        edit("  two2  \n  three\n", "  2\n"),
        Edit {
            replace_all: true,
            ..edit("four", "4")
        },
    ];
    let text = "one\n    two2\n    three\nfour\nfour four\n";
    let edited = apply_edits(text, &edits).expect("the edits apply");
    assert_eq!(edited.text, "1\n1\n    2\n4\n4 4\n");
    let places = edited
        .matches
        .iter()
        .map(|place| (place.edit, place.stage, place.first_line, place.last_line));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            (0, Stage::Exact, 1, 1),
            (1, Stage::Indent, 3, 4),
            (2, Stage::Exact, 4, 4),
            (2, Stage::Exact, 5, 5),
            (2, Stage::Exact, 5, 5),
        ]
    );
    assert_eq!(edited.places, [1, 1, 3]);
}

#[test]
fn lines_that_are_all_alike_are_no_place() {
    let text = "    item(),\n".repeat(20_000);
    let old = "item(), \n".repeat(1_000);
    match apply_edits(&text, &[edit(&old, "x\n")]).map_err(|refused| refused.reason) {
        Err(Refusal::Ambiguous { count, lines, .. }) => {
            assert_eq!((count, lines.first()), (19_001, Some(&1)));
        }
        other => panic!("{other:?}"),
    }
    let quotes = "'a' ".repeat(20_000);
    let old = quotes.replace("a", "aa");
    code(&format!("{quotes}–\n"), &old, "x", "notFound");
}
