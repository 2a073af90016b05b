//! How long edits, refusals, merges and typing take in large texts.
use std::hint::black_box;
use std::time::Duration;

use aside_edit::changes::Changes;
use aside_edit::matching::{Edit, apply_edits};
use aside_edit::merge::merge;
use aside_edit::review::Review;
use criterion::{Criterion, criterion_group, criterion_main};

/// How large the large text is.
const LARGE_BYTES: usize = 10 * 1024 * 1024;
/// How many hunks the large edit has.
const HUNKS: usize = 1_000;
/// How many lines the text of a large edit has.
const LINES: usize = 40_000;
/// How many times the user types.
const TYPED: usize = 10_000;

/// Source code of so many lines, of which each fourth is like many others.
fn source(lines: usize) -> String {
    let line = |n: usize| match n % 8 {
        3 => "    }\n".to_owned(),
        7 => "\n".to_owned(),
        _ => format!("    let value_{n} = compute({n}, \"text\");\n"),
    };
    (0..lines).map(line).collect()
}

/// The text with `count` lines changed, each `offset` lines behind an even spread.
fn changed(text: &str, count: usize, offset: usize) -> String {
    let every = text.lines().count() / count;
    let line = |(n, line): (usize, &str)| match n % every == offset {
        true => format!("    changed({n});\n    and_more({n});\n"),
        false => format!("{line}\n"),
    };
    text.lines().enumerate().map(line).collect()
}

fn large() -> String {
    let mut text = source(LARGE_BYTES / 30);
    text.truncate(LARGE_BYTES);
    text
}

fn matching(criterion: &mut Criterion) {
    let text = large();
    let at = text.len() * 9 / 10;
    let start = text[..at].rfind("    let").unwrap_or_default();
    let old = text[start..]
        .lines()
        .take(12)
        .collect::<Vec<_>>()
        .join("\n");
    let edit = |old_text: &str| {
        [Edit {
            old_text: old_text.to_owned(),
            new_text: "    let other = 1;".to_owned(),
            ..Edit::default()
        }]
    };
    let (exact, missing) = (edit(&old), edit(&old.replace("compute", "computed")));
    assert!(apply_edits(&text, &exact).is_ok() && apply_edits(&text, &missing).is_err());
    criterion.bench_function("edit_file, 10 MB, exact", |bench| {
        bench.iter(|| black_box(apply_edits(&text, &exact)).is_ok());
    });
    criterion.bench_function("edit_file, 10 MB, refused", |bench| {
        bench.iter(|| black_box(apply_edits(&text, &missing)).is_err());
    });
}

/// The same in texts that take more work: other endings, other letters, lines all alike.
fn matching_oddly(criterion: &mut Criterion) {
    let edit = |old_text: &str| {
        [Edit {
            old_text: old_text.to_owned(),
            new_text: "    let other = 1;".to_owned(),
            ..Edit::default()
        }]
    };
    let text = large();
    let last = |text: &str| {
        let lines = text.lines().collect::<Vec<_>>();
        lines[lines.len() - 20..lines.len() - 8].join("\n")
    };
    let crlf = text.replace('\n', "\r\n");
    let exact = edit(&last(&text));
    assert!(apply_edits(&crlf, &exact).is_ok());
    criterion.bench_function("edit_file, 10 MB with CR LF, exact", |bench| {
        bench.iter(|| black_box(apply_edits(&crlf, &exact)).is_ok());
    });
    let other = text.replace("text", "té–t");
    let missing = edit(&last(&other).replace("compute", "computed"));
    assert!(apply_edits(&other, &missing).is_err());
    criterion.bench_function("edit_file, 10 MB not of ASCII, refused", |bench| {
        bench.iter(|| black_box(apply_edits(&other, &missing)).is_err());
    });
    let line = "    alike(1);\n";
    let alike = line.repeat(LARGE_BYTES / line.len());
    let missing = edit(&format!("{}    other(1);\n", line.repeat(20)));
    assert!(apply_edits(&alike, &missing).is_err());
    criterion.bench_function("edit_file, 10 MB of lines alike, refused", |bench| {
        bench.iter(|| black_box(apply_edits(&alike, &missing)).is_err());
    });
}

fn merging(criterion: &mut Criterion) {
    let base = source(LINES);
    let (edit, user) = (changed(&base, HUNKS, 5), changed(&base, 10, 1));
    criterion.bench_function("rebase of 1,000 hunks, 40,000 lines", |bench| {
        bench.iter(|| black_box(merge(&base, &user, &edit)).is_ok());
    });
    let both = changed(&base, HUNKS, 9);
    assert!(merge(&base, &user, &edit).is_ok() && merge(&base, &both, &edit).is_ok());
    criterion.bench_function("merge of 1,000 and 1,000 hunks, 40,000 lines", |bench| {
        bench.iter(|| black_box(merge(&base, &both, &edit)).is_ok());
    });
    let base = large();
    let (edit, user) = (changed(&base, HUNKS, 5), changed(&base, 10, 1));
    assert!(merge(&base, &user, &edit).is_ok());
    criterion.bench_function("merge of 1,000 hunks, 10 MB", |bench| {
        bench.iter(|| black_box(merge(&base, &user, &edit)).is_ok());
    });
}

fn reviewing(criterion: &mut Criterion) {
    let base = source(LINES / 4);
    let new = changed(&base, HUNKS, 5);
    let typed = "let typed = 1;";
    criterion.bench_function("10,000 changes typed all over 10 MB", |bench| {
        bench.iter(|| {
            let mut changes = Changes::none();
            for n in 0..TYPED {
                let at = n * 7_919 % TYPED * (LARGE_BYTES / TYPED);
                changes.replace(at..at + 3, typed.len());
            }
            black_box(changes).is_none()
        });
    });
    let now = format!("{typed}\n{new}");
    let mut changes = Changes::none();
    changes.replace(0..0, typed.len() + 1);
    let all = (0..HUNKS).collect::<Vec<_>>();
    let undone = Review::new(&base, &new).undo(&now, &changes, &all);
    assert_eq!(undone, Ok(format!("{typed}\n{base}")));
    criterion.bench_function("1,000 hunks found and taken back", |bench| {
        bench.iter(|| {
            let review = Review::new(&base, &new);
            black_box(review.undo(&now, &changes, &all)).is_ok()
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .without_plots();
    targets = matching, matching_oddly, merging, reviewing
}
criterion_main!(benches);
