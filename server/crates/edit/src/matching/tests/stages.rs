//! What is found that is not there exactly, and what it becomes.
use super::edit;
use crate::Stage;
use crate::matching::apply_edits;

pub(super) fn check(stage: Stage, text: &str, old: &str, new: &str, expect: &str) {
    let edited = apply_edits(text, &[edit(old, new)]);
    let edited = edited.unwrap_or_else(|refused| panic!("{old:?} in {text:?}: {refused}"));
    assert_eq!(edited.text, expect, "{text:?}: {old:?} -> {new:?}");
    assert_eq!(
        (edited.stages, edited.places),
        (vec![stage], vec![edited.matches.len()])
    );
}

pub(super) fn code(text: &str, old: &str, new: &str, expect: &str) {
    let refused = apply_edits(text, &[edit(old, new)]);
    let code = refused.map_err(|refused| refused.reason.code());
    assert_eq!(
        code.as_ref().map(|edited| edited.text.as_str()),
        Err(&expect),
        "{text:?}: {old:?} -> {new:?}"
    );
}

#[test]
fn white_space_at_line_ends_is_left_aside_and_stays() {
    let stage = Stage::TrailingSpace;
    check(
        stage,
        "one  \ntwo\t\nthree\n",
        "one\ntwo\n",
        "one\n2\n",
        "one  \n2\nthree\n",
    );
    check(
        stage,
        "one\ntwo\n",
        "one \ntwo \n",
        "one \n2 \n",
        "one\n2 \n",
    );
    check(
        stage,
        "one\n    \ntwo\n",
        "one\n\ntwo\n",
        "one\n\n2\n",
        "one\n    \n2\n",
    );
    // White space that the model takes away on purpose goes.
    check(
        stage,
        "one  \ntwo \n",
        "one\ntwo \n",
        "one\ntwo\n",
        "one  \ntwo\n",
    );
    check(
        stage,
        "one  \r\ntwo\r\n",
        "one\ntwo\n",
        "one\nand\ntwo\n",
        "one  \r\nand\r\ntwo\r\n",
    );
}

#[test]
fn a_final_line_ending_may_be_missing_and_stays_so() {
    let stage = Stage::TrailingSpace;
    check(stage, "one\ntwo2", "two2\n", "three\n", "one\nthree");
    check(stage, "one\ntwo2", "two2\n", "three", "one\nthree");
    check(
        stage,
        "one\ntwo2",
        "two2\n",
        "three\nfour\n",
        "one\nthree\nfour",
    );
    check(stage, "one\ntwo2", "two2\n", "", "one\n");
    check(
        stage,
        "one\r\ntwo2",
        "one\ntwo2\n",
        "one\nand\ntwo2\n",
        "one\r\nand\r\ntwo2",
    );
    check(
        stage,
        "one \ntwo2",
        "one\ntwo2",
        "one\ntwo2\n",
        "one \ntwo2\n",
    );
    check(stage, "one \ntwo2\nz", "one\ntwo2", "one\n2", "one \n2\nz");
    check(stage, "one \ntwo2\nz", "one\ntwo2\n", "", "z");
    // At the end of the text few letters will do.
    check(stage, "}\nb", "b\n", "c\n", "}\nc");
    check(stage, "a {\n}", "}\n", "}\nb\n", "a {\n}\nb");
}

#[test]
fn blank_lines_that_are_not_there_are_left_out_on_both_sides() {
    let stage = Stage::TrailingSpace;
    check(
        Stage::Exact,
        "a\nfirst\nb\n",
        "\nfirst\n",
        "\nsecond\n",
        "a\nsecond\nb\n",
    );
    check(
        stage,
        "a\nfirst\nb\n",
        "first\n\n",
        "second\n\n",
        "a\nsecond\nb\n",
    );
    check(
        stage,
        "a\nfirst\nb\n",
        "\nfirst\n",
        "second\n",
        "a\nsecond\nb\n",
    );
    check(
        stage,
        "a\n\nfirst\n",
        "\n\n\nfirst\n",
        "\n\n\nsecond\n",
        "a\n\nsecond\n",
    );
    check(
        stage,
        "first\n",
        "first\n\n",
        "second\nthird\n\n",
        "second\nthird\n",
    );
    code(
        "a\nfirst\nb\nfirst\n",
        "\nfirst\n",
        "\nsecond\n",
        "ambiguous",
    );
}

#[test]
fn a_uniform_shift_is_undone_in_the_new_text() {
    let stage = Stage::Indent;
    let text = "impl A {\n    fn f() {\n        one();\n    }\n}\n";
    check(
        stage,
        text,
        "fn f() {\n    one();\n}\n",
        "fn f() {\n    if x {\n        one();\n    }\n}\n",
        "impl A {\n    fn f() {\n        if x {\n            one();\n        }\n    }\n}\n",
    );
    check(
        stage,
        text,
        "        fn f() {\n            one();\n        }\n",
        "        fn f() {\n            two();\n            one();\n        }\n\n        fn g() {}\n",
        "impl A {\n    fn f() {\n        two();\n        one();\n    }\n\n    fn g() {}\n}\n",
    );
    check(
        stage,
        "  a:\n    - first\n",
        "a:\n  - first\n",
        "a:\n  - first\n  - second\n",
        "  a:\n    - first\n    - second\n",
    );
}

#[test]
fn tabs_and_spaces_stand_for_each_other() {
    let stage = Stage::Indent;
    let tabs = "func f() {\n\tif ok {\n\t\treturn 1\n\t}\n}\n";
    for width in [2, 4, 8] {
        let spaces = |text: &str| text.replace('\t', &" ".repeat(width));
        check(
            stage,
            tabs,
            &spaces("\tif ok {\n\t\treturn 1\n\t}\n"),
            &spaces("\tif ok {\n\t\tfor {\n\t\t\tgo()\n\t\t}\n\t}\n\tend()\n"),
            "func f() {\n\tif ok {\n\t\tfor {\n\t\t\tgo()\n\t\t}\n\t}\n\tend()\n}\n",
        );
        check(
            stage,
            tabs,
            &spaces("\t\treturn 1\n"),
            &spaces("\t\tif no {\n\t\t\treturn 1\n\t\t}\n"),
            "func f() {\n\tif ok {\n\t\tif no {\n\t\t\treturn 1\n\t\t}\n\t}\n}\n",
        );
        check(
            stage,
            &spaces(tabs),
            "\tif ok {\n\t\treturn 1\n\t}\n",
            "\tif ok {\n\t\treturn 2\n\t}\n\tif no {\n\t\t\tdeep()\n\t}\n",
            &spaces("func f() {\n\tif ok {\n\t\treturn 2\n\t}\n\tif no {\n\t\t\tdeep()\n\t}\n}\n"),
        );
    }
    // One level says enough where the file tells its own.
    check(
        stage,
        tabs,
        "if ok {\n",
        "if ok {\n    first()\n",
        "func f() {\n\tif ok {\n\t\tfirst()\n\t\treturn 1\n\t}\n}\n",
    );
    // Two levels that are not as deep as the file's.
    check(
        stage,
        "a:\n    b:\n        first\n    c\n",
        "  b:\n    first\n",
        "  b:\n    first\n      more\n",
        "a:\n    b:\n        first\n            more\n    c\n",
    );
}

#[test]
fn a_first_line_may_lack_its_indentation() {
    let stage = Stage::Indent;
    let text = "class A:\n    def f(self):\n        return 1 \n\n    def g(self):\n        pass\n";
    check(
        stage,
        text,
        "def f(self):\n        return 1\n",
        "def f(self, x):\n        y = x\n        return 1\n",
        "class A:\n    def f(self, x):\n        y = x\n        return 1 \n\n    def g(self):\n        pass\n",
    );
    check(
        stage,
        text,
        "def f(self):\n        return 1\n",
        "    def f(self, x):\n        return 1\n",
        "class A:\n    def f(self, x):\n        return 1 \n\n    def g(self):\n        pass\n",
    );
}

#[test]
fn an_exact_line_without_its_indentation_indents_what_follows() {
    let text = "def f():\n    one()\n    two()\n";
    check(
        Stage::Exact,
        text,
        "one()",
        "1()",
        "def f():\n    1()\n    two()\n",
    );
    check(
        Stage::Indent,
        text,
        "one()\n",
        "one()\nmore()\n",
        "def f():\n    one()\n    more()\n    two()\n",
    );
    check(
        Stage::Indent,
        text,
        "one()",
        "if x:\n    one()",
        "def f():\n    if x:\n        one()\n    two()\n",
    );
    check(
        Stage::Exact,
        text,
        "one()",
        "one()\n    more()",
        "def f():\n    one()\n    more()\n    two()\n",
    );
    check(
        Stage::Indent,
        text,
        "one()",
        "    if x:\n        one()",
        "def f():\n    if x:\n        one()\n    two()\n",
    );
    // Moving a line is not its indentation lacking.
    check(
        Stage::Exact,
        text,
        "two()",
        "    two()",
        "def f():\n    one()\n        two()\n",
    );
    // What closes a block is where it is.
    check(
        Stage::Exact,
        "fn f() {\n    one();\n}\n",
        "one();",
        "one();\n}\n\nfn g() {\n    two();",
        "fn f() {\n    one();\n}\n\nfn g() {\n    two();\n}\n",
    );
    // The line that stays says how the lines before it are indented.
    check(
        Stage::Indent,
        "f(\n    a,\n    b)\n",
        "b)",
        "if x {\n    c\n}\nb)",
        "f(\n    a,\n    if x {\n        c\n    }\n    b)\n",
    );
    // A first line that was a later one has the indentation that it had.
    check(
        Stage::Indent,
        "a:\n  b:\n    one: 1\n    two: 2\n",
        "b:\n    one: 1\n    two: 2\n",
        "one: 1\n    two: 3\n",
        "a:\n    one: 1\n    two: 3\n",
    );
    check(
        Stage::Indent,
        "a:\n  b:\n    one: 1\n    two: 2\n",
        "b:\n    one: 1\n    two: 2\n",
        "    two: 2\n",
        "a:\n    two: 2\n",
    );
}
