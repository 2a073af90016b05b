//! Comparing, as data: a diagnostic is `LINE MESSAGE`, with lines from 1.
use std::path::PathBuf;

use expect_test::{Expect, expect};

use super::{MAX_COMPARED, compare};
use crate::world::{Diagnostic, Known, Reported, Severity};

fn diagnostic(written: &str) -> Diagnostic {
    let (line, message) = written.split_once(' ').unwrap();
    let line = line.parse::<u32>().unwrap() - 1;
    let (severity, message) = match message.split_once('!') {
        Some((_, message)) => (Severity::Warning, message),
        None => (Severity::Error, message),
    };
    Diagnostic {
        path: PathBuf::from("/w/a"),
        line,
        end_line: line + 1,
        severity,
        message: message.to_owned(),
        source: Some("lint".to_owned()),
        code: None,
    }
}

fn reported(written: &[&str], known: Known) -> Reported {
    Reported {
        diagnostics: written.iter().map(|one| diagnostic(one)).collect(),
        known,
    }
}

fn shown(old: &str, new: &str, before: &Reported, after: &Reported) -> String {
    let compared = compare(old, new, before, after);
    let new = compared
        .new
        .iter()
        .map(|one| format!("new {}\n", one.shown("a")));
    let cured = compared
        .cured
        .iter()
        .map(|one| format!("cured {}\n", one.shown("a")));
    new.chain(cured).collect()
}

/// Texts are words, one a line.
fn check(old: &str, new: &str, before: &[&str], after: &[&str], expect: Expect) {
    let text = |words: &str| {
        words
            .split(' ')
            .map(|word| format!("{word}\n"))
            .collect::<String>()
    };
    let (before, after) = (
        reported(before, Known::Whole),
        reported(after, Known::Whole),
    );
    expect.assert_eq(&shown(&text(old), &text(new), &before, &after));
}

#[test]
fn what_only_moved_is_neither() {
    // Lines are inserted above, deleted above, and both.
    check("a b c", "x y a b c", &["3 bad"], &["5 bad"], expect![""]);
    check(
        "a b c d",
        "c d",
        &["3 bad", "4 worse"],
        &["1 bad", "2 worse"],
        expect![""],
    );
    check(
        "a b c d",
        "x b c y y d",
        &["2 bad", "4 bad"],
        &["2 bad", "6 bad"],
        expect![""],
    );
    // The editor has not moved its own yet.
    check("a b c", "x y a b c", &["3 bad"], &["3 bad"], expect![""]);
    check("", "x", &[], &[], expect![""]);
}

#[test]
fn what_is_new_and_what_is_cured() {
    check(
        "a b c",
        "a X c",
        &[],
        &["2 bad"],
        expect![[r#"
        new a:2: error: bad [lint]
    "#]],
    );
    check(
        "a b c",
        "a X c",
        &["2 bad", "3 other"],
        &["3 other"],
        expect![[r#"
        cured a:2: error: bad [lint]
    "#]],
    );
    // A cure here breaks something elsewhere.
    check(
        "a b c",
        "a c",
        &["2 bad"],
        &["1 unused", "2 !unused"],
        expect![[r#"
        new a:1: error: unused [lint]
        new a:2: warning: unused [lint]
        cured a:2: error: bad [lint]
    "#]],
    );
    // The same words in lines that the edit left alone and in lines that it wrote.
    check(
        "a b c",
        "a b c X",
        &["1 bad"],
        &["1 bad", "4 bad"],
        expect![[r#"
        new a:4: error: bad [lint]
    "#]],
    );
}

#[test]
fn duplicates_count_each_for_itself() {
    check(
        "a b",
        "a b c",
        &["1 bad", "1 bad"],
        &["1 bad"],
        expect![[r#"
        cured a:1: error: bad [lint]
    "#]],
    );
    check(
        "a b",
        "a b c",
        &["1 bad"],
        &["1 bad", "1 bad", "1 bad"],
        expect![[r#"
        new a:1: error: bad [lint]
        new a:1: error: bad [lint]
    "#]],
    );
}

#[test]
fn in_rewritten_lines_words_alone_count() {
    check("a b c", "a X Y c", &["2 bad"], &["3 bad"], expect![""]);
    check(
        "a b c d e",
        "X b c d Y",
        &["1 bad"],
        &["5 bad"],
        expect![[r#"
        new a:5: error: bad [lint]
        cured a:1: error: bad [lint]
    "#]],
    );
    // Another severity, source or code is another diagnostic.
    check(
        "a b c",
        "a X c",
        &["2 bad"],
        &["2 !bad"],
        expect![[r#"
        new a:2: warning: bad [lint]
        cured a:2: error: bad [lint]
    "#]],
    );
}

#[test]
fn what_is_not_known_is_not_told() {
    let (old, new) = ("a\nb\nc\n", "x\na\nb\nC\n");
    let lines = |from: u32, to: u32| Known::Lines(std::iter::once(from..to).collect());
    for (before, after, expect) in [
        // Line 2 of before is line 3 now, and was not asked about.
        ((vec![], lines(0, 1)), (vec!["3 bad"], Known::Whole), ""),
        (
            (vec![], lines(0, 2)),
            (vec!["3 bad"], Known::Whole),
            "new a:3: error: bad [lint]\n",
        ),
        ((vec!["2 bad"], Known::Whole), (vec![], lines(0, 2)), ""),
        (
            (vec!["2 bad"], Known::Whole),
            (vec![], lines(2, 3)),
            "cured a:2: error: bad [lint]\n",
        ),
        // Where lines were inserted, nothing was wrong before.
        (
            (vec![], lines(7, 8)),
            (vec!["1 bad", "4 bad"], Known::Whole),
            "new a:1: error: bad [lint]\n",
        ),
    ] {
        let before = reported(&before.0, before.1);
        let after = reported(&after.0, after.1);
        assert_eq!(shown(old, new, &before, &after), expect);
    }
}

#[test]
fn lines_that_no_text_has_do_no_harm() {
    let far = format!("{} bad", u32::MAX);
    check("a b", "a b c", &[&far], &[&far], expect![""]);
    check(
        "a b",
        "b",
        &[],
        &["900 bad"],
        expect![[r#"
        new a:900: error: bad [lint]
    "#]],
    );
}

#[test]
fn of_a_file_with_too_many_nothing_is_told() {
    let check = |count: usize, expect: &str| {
        let lines = (1..=count).map(|line| format!("{line} bad"));
        let lines = lines.collect::<Vec<_>>();
        let lines = lines.iter().map(String::as_str).collect::<Vec<_>>();
        let (before, after) = (
            reported(&lines, Known::Whole),
            reported(&lines[..count - 1], Known::Whole),
        );
        let text = "x\n".repeat(count);
        assert_eq!(shown(&text, &text, &before, &after), expect);
    };
    check(MAX_COMPARED, "cured a:2000: error: bad [lint]\n");
    check(MAX_COMPARED + 1, "");
}
