//! What merges and what conflicts.
use super::{Conflict, merge};

/// A merge, also the other way round; texts are lines, `/` ends one.
fn check(base: &str, ours: &str, theirs: &str, expect: &str) {
    let text = |text: &str| text.replace('/', "\n");
    let merged = merge(&text(base), &text(ours), &text(theirs));
    assert_eq!(merged, Ok(text(expect)), "{base} {ours} {theirs}");
    assert_eq!(
        merge(&text(base), &text(theirs), &text(ours)),
        Ok(text(expect)),
        "{base} {theirs} {ours}"
    );
}

/// The conflicts of a merge, as `base lines: base|ours|theirs`.
fn conflicts(base: &str, ours: &str, theirs: &str, expect: &[&str]) {
    let text = |text: &str| text.replace('/', "\n");
    let show = |one: Conflict| {
        let lines = (one.base_lines, one.ours_lines);
        let texts = [one.base, one.ours, one.theirs].join("|");
        format!("{:?} {:?} {}", lines.0, lines.1, texts.replace('\n', "/"))
    };
    let found = merge(&text(base), &text(ours), &text(theirs))
        .map_err(|all| all.into_iter().map(show).collect::<Vec<_>>());
    let expect = expect.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    assert_eq!(found, Err(expect), "{base} {ours} {theirs}");
    assert!(merge(&text(base), &text(theirs), &text(ours)).is_err());
}

#[test]
fn changes_to_different_lines_merge() {
    check("1/2/3/", "1a/2/3/", "1/2/3b/", "1a/2/3b/");
    // Also where they are neighbours.
    check("1/2/3/", "1/2a/3/", "1/2/3b/", "1/2a/3b/");
    check("1/2/3/", "1/3/", "1/2/3b/", "1/3b/");
    check("1/2/", "2/", "1/", "");
    // Lines are added before and behind what is replaced.
    check("1/2/3/", "1/a/2/3/", "1/2b/3/", "1/a/2b/3/");
    check("1/2/3/", "1/2/a/3/", "1/2b/3/", "1/2b/a/3/");
    check("1/2/3/", "1/2/3/a/", "b/1/2/3/", "b/1/2/3/a/");
    check("1/2/3/", "1/2/a/3/", "1/3/", "1/a/3/");
}

#[test]
fn what_both_did_is_done_once() {
    check("1/2/3/", "1/2a/3/", "1/2a/3/", "1/2a/3/");
    check("1/2/3/", "1/3/", "1/3/", "1/3/");
    check("1/2/3/4/", "1a/2a/3/4/", "1a/2/3/4b/", "1a/2a/3/4b/");
    check("1/2/3/", "1/a/2/3/", "1/a/2/3b/", "1/a/2/3b/");
    check("1/2/3/4/", "1a/2a/3a/4/", "1a/2/3a/4b/", "1a/2a/3a/4b/");
    // Also where one added more lines besides.
    check("1/2/3/", "a/b/3c/", "a/b/3/", "a/b/3c/");
}

#[test]
fn changes_to_the_same_lines_conflict() {
    conflicts("1/2/3/", "1/2a/3/", "1/2b/3/", &["1..2 1..2 2/|2a/|2b/"]);
    conflicts("1/2/3/", "1/3/", "1/2b/3/", &["1..2 1..1 2/||2b/"]);
    conflicts("1/2/", "1/a/2/", "1/b/2/", &["1..1 1..2 |a/|b/"]);
    conflicts("1/2/", "1/a/2/", "1/a/b/2/", &["1..1 1..2 |a/|a/b/"]);
    conflicts(
        "1/2/3/4/",
        "1/a/b/4/",
        "1/2/c/d/",
        &["1..4 1..4 2/3/4/|a/b/4/|2/c/d/"],
    );
    conflicts(
        "1/2/3/",
        "1a/2/3a/",
        "1b/2/3b/",
        &["0..1 0..1 1/|1a/|1b/", "2..3 2..3 3/|3a/|3b/"],
    );
    conflicts("", "a/", "b/", &["0..0 0..1 |a/|b/"]);
}

#[test]
fn lines_without_ending_do_not_run_into_others() {
    conflicts("1/2", "1/2/3", "1/2b", &["1..2 1..3 2|2/3|2b"]);
    conflicts("1/2/", "1/2", "1/2/3/", &["1..2 1..2 2/|2|2/3/"]);
    check("1/2", "1a/2", "1/2/3", "1a/2/3");
    check("1/2", "1/2/", "1a/2", "1a/2/");
    check("1/2", "0/1/2", "1/", "0/1/");
    conflicts(
        "1/2\r\n",
        "1/2\r",
        "1/2\r\n/",
        &["1..2 1..2 2\r/|2\r|2\r//"],
    );
}

#[test]
fn endings_and_marks_survive() {
    check(
        "1\r\n2\r\n3\r\n",
        "1a\r\n2\r\n3\r\n",
        "1\r\n2\r\n3b\r\n",
        "1a\r\n2\r\n3b\r\n",
    );
    // One side changed all endings.
    check(
        "1/2/3/",
        "1\r\n2\r\n3\r\n",
        "1/2b/3/4/",
        "1\r\n2b\r\n3\r\n4\r\n",
    );
    check("1\r\n2\r\n", "1/2a/", "1b\r\n2\r\n", "1b/2a/");
    // A mark is not part of the first line.
    check("\u{feff}1/2/", "1a/2/", "\u{feff}1/2b/", "1a/2b/");
    check("1/2/", "\u{feff}1/2/", "1b/2/", "\u{feff}1b/2/");
    check(
        "\u{feff}1/2/",
        "\u{feff}1a/2/",
        "\u{feff}1/2b/",
        "\u{feff}1a/2b/",
    );
}

#[test]
fn a_thousand_changes_in_a_large_text_merge() {
    // Lines repeat, and are more than a plain difference would look at.
    let line = |n: usize| match n % 4 {
        3 => "}\n".to_owned(),
        _ => format!("line {n}\n"),
    };
    let text = |changed: &dyn Fn(usize) -> bool, by: &str| {
        (0..60_000)
            .map(|n| match changed(n) {
                true => format!("{by} {n}\n"),
                false => line(n),
            })
            .collect::<String>()
    };
    let base = text(&|_| false, "");
    let ours = text(&|n| n % 60 == 3, "changed");
    let theirs = text(&|n| n % 60 == 4, "changed");
    let both = text(&|n| n % 60 == 3 || n % 60 == 4, "changed");
    assert!(merge(&base, &ours, &theirs) == Ok(both));
}
