//! Answers and the blocks in them.
use super::{Block, BlockError, MAX_BLOCKS, edits, parse};
use crate::matching::apply_blocks;

fn check(answer: &str, expect: &[(&str, &str, &str, usize)]) {
    let blocks = parse(answer).unwrap_or_else(|error| panic!("{error}\n{answer}"));
    let blocks = blocks
        .iter()
        .map(|block| {
            let Block {
                path,
                search,
                replace,
                line,
            } = block;
            (path.as_str(), search.as_str(), replace.as_str(), *line)
        })
        .collect::<Vec<_>>();
    assert_eq!(blocks, expect, "{answer}");
}

fn refused(answer: &str, expect: &BlockError) {
    assert_eq!(parse(answer).as_ref(), Err(expect), "{answer}");
}

const BLOCK: &str = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";

#[test]
fn paths_are_found_above() {
    fn check(above: &str, expect: &str) {
        let answer = format!("Some words first.\n\n{above}\n{BLOCK}");
        let path = parse(&answer).map(|blocks| blocks[0].path.clone());
        assert_eq!(path.as_deref(), Ok(expect), "{above}");
    }
    check("src/x.rs", "src/x.rs");
    check("`src/x.rs`", "src/x.rs");
    check("**src/x.rs**", "src/x.rs");
    check("**`src/x.rs`:**", "src/x.rs");
    check("### `src/x.rs`", "src/x.rs");
    check("# src/x.rs", "src/x.rs");
    check("src/x.rs:", "src/x.rs");
    check("File: src/x.rs", "src/x.rs");
    check("**File path:** `src/x.rs`", "src/x.rs");
    check("- src/x.rs", "src/x.rs");
    check("x.rs\n\n```rust", "x.rs");
    check("```rust src/x.rs", "src/x.rs");
    check("```rust:src/x.rs", "src/x.rs");
    check("```src/x.rs", "src/x.rs");
    check("~~~rust title=\"src/x.rs\"", "src/x.rs");
    check("```rust {file=src/x.rs}", "src/x.rs");
    check("```rust\nsrc/x.rs", "src/x.rs");
    check("Makefile", "Makefile");
    check("`justfile.local/x`", "justfile.local/x");
    check("`any`", "any");
    check(".gitignore", ".gitignore");
    check("`docs/my file.md`", "docs/my file.md");
    check("docs/my file.md", "docs/my file.md");
    check("C:\\src\\x.rs", "C:\\src\\x.rs");
    check("Now change `src/x.rs` as follows:", "src/x.rs");
    check("Now change src/x.rs:", "src/x.rs");
    check("src/x.rs\n\nThis is what changes there:\n\n```", "src/x.rs");
    check(
        "src/x.rs\n\n```text\nother.txt\n```\nSo:\n```rust",
        "src/x.rs",
    );
    check("src/y.rs\n```rust src/x.rs", "src/x.rs");
}

#[test]
fn words_are_no_paths() {
    for above in [
        "",
        "Done.",
        "Then:",
        "Now this one",
        "See https://example.com/x.rs for more",
        "Both `a.rs` and `b.rs` change:",
        "```rust",
        "# What to do",
        "1.5",
        "e.g. this and/or that",
        "```\nsrc/x.rs\n```",
    ] {
        let answer = format!("{above}\n{BLOCK}");
        let line = above.lines().count().max(1) + 1;
        refused(&answer, &BlockError::NoPath { line });
    }
}

#[test]
fn blocks_follow_each_other() {
    check(
        &format!("a.rs\n```rust\n{BLOCK}\n{BLOCK}```\nAnd more:\n```\n{BLOCK}```\n`b.rs`\n{BLOCK}"),
        &[
            ("a.rs", "a\n", "b\n", 3),
            ("a.rs", "a\n", "b\n", 9),
            ("a.rs", "a\n", "b\n", 17),
            ("b.rs", "a\n", "b\n", 24),
        ],
    );
}

#[test]
fn markers_may_vary() {
    fn check_one(answer: &str) {
        check(&format!("x.rs\n{answer}"), &[("x.rs", "a\n", "b\n", 2)]);
    }
    check_one(BLOCK);
    check_one("<<<<< SEARCH\na\n=====\nb\n>>>>> REPLACE");
    check_one("<<<<<<<<< search  \na\n=========\t\nb\n>>>>>>>>> Replace \n");
    check_one("<<<<<<< SEARCH\na\n======\nb\n>>>>>>>> REPLACE\n");
    check_one("<<<<<<< SEARCH\r\na\r\n=======\r\nb\r\n>>>>>>> REPLACE\r\n");
    check_one("  <<<<<<< SEARCH\n  a\n  =======\n  b\n  >>>>>>> REPLACE\n");
    // No markers.
    check("x.rs\n<<<< SEARCH\na\n====\nb\n>>>> REPLACE\n", &[]);
    check("x.rs\n<<<<<<<<<< SEARCH\n", &[]);
    check("x.rs\n<<<<<<<SEARCH\n", &[]);
    check("x.rs\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n", &[]);
    check("Use `<<<<<<< SEARCH` to begin.\n", &[]);
    check("", &[]);
}

#[test]
fn text_may_look_like_markers() {
    check(
        "x.md\n<<<<<<< SEARCH\nTitle\n=====\n =======\n======= x\n=======\nT\n==========\n```\n\
         >>>>>>> main\n  >>>>>>> REPLACE\n>>>>>>> REPLACE\n",
        &[(
            "x.md",
            "Title\n=====\n =======\n======= x\n",
            "T\n==========\n```\n>>>>>>> main\n  >>>>>>> REPLACE\n",
            2,
        )],
    );
    check(
        "x\n\n`x.md`\n<<<<<<<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> \
         main\n=========\na\n>>>>>>>>> REPLACE\n",
        &[(
            "x.md",
            "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n",
            "a\n",
            4,
        )],
    );
}

#[test]
fn parts_may_be_empty_and_lines_keep_their_white_space() {
    check(
        "x.rs\n<<<<<<< SEARCH\n=======\n\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n\n  \ta \n=======\n\
         >>>>>>> REPLACE\n",
        &[("x.rs", "", "\n", 2), ("x.rs", "\n  \ta \n", "", 6)],
    );
    // Indented markers around lines that are not.
    check(
        "x.rs\n  <<<<<<< SEARCH\na\n  =======\n    b\n  >>>>>>> REPLACE\n",
        &[("x.rs", "a\n", "  b\n", 2)],
    );
}

#[test]
fn a_second_divider_may_end_a_block() {
    check(
        "x.rs\n<<<<<<< SEARCH\na\n=======\n  b\n=======\n>>>>>>> REPLACE\n",
        &[("x.rs", "a\n", "  b\n", 2)],
    );
    check(
        "x.rs\n<<<<<<< SEARCH\na\n=======\nb;\n=======\n>>>>>>> REPLACE\nso\n<<<<<<< \
         SEARCH\nc\n=======\n}\n\n=======\n>>>>>>> REPLACE\n",
        &[("x.rs", "a\n", "b;\n", 2), ("x.rs", "c\n", "}\n\n", 9)],
    );
    // It may be text: below a title, or in a conflict whose end goes.
    for answer in [
        "x.rs\n<<<<<<< SEARCH\na\n=======\nTitle\n=======\n>>>>>>> REPLACE\n",
        "x.rs\n<<<<<<< SEARCH\na\n=======\n=======\n>>>>>>> REPLACE\n",
        "x.rs\n<<<<<<< SEARCH\n<<<<<<< HEAD\n=======\n b\n=======\n>>>>>>> REPLACE\n",
    ] {
        let second = answer.matches('\n').count() - 1;
        refused(answer, &BlockError::SeveralDividers { line: 2, second });
    }
}

#[test]
fn broken_blocks_are_named() {
    refused(
        "x.rs\n<<<<<<< SEARCH\na\n=======\nb\n",
        &BlockError::Unterminated { line: 2 },
    );
    refused(
        "x.rs\n<<<<<<< SEARCH\na\n",
        &BlockError::Unterminated { line: 2 },
    );
    refused(
        &format!("x.rs\n<<<<<<< SEARCH\na\n=======\nb\n{BLOCK}"),
        &BlockError::Unterminated { line: 2 },
    );
    refused(
        "x.rs\n\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n",
        &BlockError::NoDivider { line: 3 },
    );
    refused(
        "x.rs\n<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n",
        &BlockError::SeveralDividers { line: 2, second: 6 },
    );
    refused(
        &format!("x.rs\n{}", BLOCK.repeat(MAX_BLOCKS + 1)),
        &BlockError::TooMany,
    );
    refused(
        &"x".repeat(super::MAX_ANSWER_BYTES + 1),
        &BlockError::TooLarge,
    );
}

#[test]
fn edits_are_grouped_by_file() {
    let answer =
        format!("a.rs\n{BLOCK}b.rs\n{BLOCK}a.rs\n<<<<< SEARCH\nb\n=====\nc\n>>>>> REPLACE\n");
    let files = edits(&parse(&answer).expect("three blocks"));
    let names = files
        .iter()
        .map(|(path, edits)| (path.as_str(), edits.len()));
    assert_eq!(names.collect::<Vec<_>>(), [("a.rs", 2), ("b.rs", 1)]);
    let edited = apply_blocks("a\r\nx", &files[0].1).expect("both are there");
    assert_eq!(edited.text, "c\r\nx");
}

#[test]
fn blocks_that_change_nothing_are_left_out_beside_others() {
    let same = "a.rs\n<<<<<<< SEARCH\nb\n=======\nb\n>>>>>>> REPLACE\n";
    let count = |answer: &str| {
        let files = edits(&parse(answer).expect("blocks"));
        files.iter().map(|(_, edits)| edits.len()).sum::<usize>()
    };
    assert_eq!(count(&format!("{same}b.rs\n{BLOCK}")), 1);
    assert_eq!(count(&format!("{same}{same}")), 2);
}
