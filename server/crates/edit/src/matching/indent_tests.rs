//! Which indentation stands for which.
use super::{Reindent, Unit};

/// Learns from pairs of the model's and the file's indentation, and maps what the replacement
/// has; spaces are given by their number or as `_`, tabs as `t`.
fn check(pairs: &[(&str, &str)], unit: Unit, news: &[&str], expect: Option<&[&str]>) {
    let read = |text: &str| -> String {
        match text.parse::<usize>() {
            Ok(spaces) => " ".repeat(spaces),
            Err(_) => text.replace('t', "\t").replace('_', " "),
        }
    };
    let pairs = pairs
        .iter()
        .map(|(model, file)| (read(model), read(file)))
        .collect::<Vec<_>>();
    let pairs = pairs
        .iter()
        .map(|(model, file)| (model.as_str(), file.as_str()))
        .collect::<Vec<_>>();
    let news = news.iter().map(|new| read(new)).collect::<Vec<_>>();
    let news = news.iter().map(String::as_str).collect::<Vec<_>>();
    let mapped = Reindent::learn(&pairs, &news, unit).map(|reindent| {
        let (first, rest) = news.split_first().expect("there is a line");
        let first = reindent.first(first);
        let rest = rest.iter().map(|new| reindent.map(new));
        std::iter::once(first)
            .chain(rest)
            .collect::<Option<Vec<_>>>()
            .expect("all is known")
    });
    let expect = expect.map(|expect| expect.iter().map(|new| read(new)).collect());
    assert_eq!(mapped, expect, "{pairs:?} {news:?}");
}

const FOUR: Unit = Unit::Spaces(4);

#[test]
fn shifts_are_learnt() {
    check(&[("0", "4")], FOUR, &["0", "4"], Some(&["4", "8"]));
    check(&[("2", "4")], FOUR, &["2", "6"], Some(&["4", "8"]));
    check(&[("8", "4")], FOUR, &["8", "4"], Some(&["4", "0"]));
    check(&[("8", "4")], FOUR, &["8", "0"], None);
    check(&[("", "t")], Unit::Tab, &["", "t"], Some(&["t", "tt"]));
    check(&[("t", "")], Unit::Tab, &["t", "tt"], Some(&["", "t"]));
    check(
        &[("4", "6"), ("8", "10")],
        FOUR,
        &["4", "12"],
        Some(&["6", "14"]),
    );
    // The file's mixture stays where it is known.
    check(
        &[("2", "t__"), ("4", "t____")],
        Unit::Tab,
        &["2", "4"],
        Some(&["t__", "t____"]),
    );
}

#[test]
fn widths_are_learnt() {
    check(
        &[("4", "t"), ("8", "tt")],
        Unit::Tab,
        &["4", "12"],
        Some(&["t", "ttt"]),
    );
    check(&[("2", "t")], Unit::Tab, &["2", "4"], Some(&["t", "tt"]));
    check(&[("8", "t")], Unit::Tab, &["8", "16"], Some(&["t", "tt"]));
    check(
        &[("0", "t")],
        Unit::Tab,
        &["0", "4", "8"],
        Some(&["t", "tt", "ttt"]),
    );
    check(&[("4", "tt")], Unit::Tab, &["4", "8"], Some(&["tt", "ttt"]));
    check(&[("4", "t")], Unit::Tab, &["4", "12"], Some(&["t", "ttt"]));
    check(&[("8", "tt")], Unit::Tab, &["8", "0"], Some(&["tt", ""]));
    check(
        &[("4", "t"), ("8", "tt")],
        Unit::Tab,
        &["5"],
        Some(&["\t "]),
    );
    check(&[("t", "4")], FOUR, &["t", "tt"], Some(&["4", "8"]));
    check(
        &[("t", "2"), ("tt", "4")],
        Unit::Spaces(2),
        &["tttt"],
        Some(&["8"]),
    );
    check(&[("", "4")], FOUR, &["", "t"], Some(&["4", "8"]));
    check(
        &[("2", "4"), ("4", "8")],
        FOUR,
        &["2", "6"],
        Some(&["4", "12"]),
    );
    check(&[("2", "4")], FOUR, &["2", "4"], Some(&["4", "8"]));
    check(
        &[("4", "2"), ("8", "4")],
        Unit::Spaces(2),
        &["12"],
        Some(&["6"]),
    );
}

#[test]
fn a_first_line_without_indentation_is_learnt() {
    check(
        &[("0", "4"), ("8", "8")],
        FOUR,
        &["0", "8", "12"],
        Some(&["4", "8", "12"]),
    );
    check(
        &[("0", "4"), ("8", "8")],
        FOUR,
        &["4", "8"],
        Some(&["4", "8"]),
    );
    check(
        &[("0", "t"), ("8", "tt")],
        Unit::Tab,
        &["0", "8", "12"],
        Some(&["t", "tt", "ttt"]),
    );
    check(
        &[("0", "8"), ("4", "4")],
        FOUR,
        &["0", "4"],
        Some(&["8", "4"]),
    );
}

#[test]
fn what_is_not_uniform_is_refused() {
    check(&[("0", "4"), ("0", "8")], FOUR, &["0"], None);
    check(&[("4", "4"), ("4", "8")], FOUR, &["4"], None);
    check(&[("4", "8"), ("8", "4")], FOUR, &["4"], None);
    check(&[("3", "4"), ("4", "4")], FOUR, &["4"], None);
    // An unequal step is no rule, but says what is the same.
    check(
        &[("0", "0"), ("4", "12"), ("8", "14")],
        FOUR,
        &["4"],
        Some(&["12"]),
    );
    check(&[("0", "0"), ("4", "12"), ("8", "14")], FOUR, &["12"], None);
}

#[test]
fn a_files_unit_is_seen() {
    fn unit(text: &str, expect: Unit) {
        assert_eq!(Unit::of(text.lines()), expect, "{text:?}");
    }
    unit("a\nb\n", Unit::Unknown);
    unit("a\n\tb\n\t\tc\n", Unit::Tab);
    unit("a\n  b\n    c\n  d\n    e\n", Unit::Spaces(2));
    unit("a\n    b\n\n        c\n   d\n", Unit::Spaces(4));
    unit("    a\n    b\n", Unit::Spaces(4));
}
