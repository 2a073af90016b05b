//! How long the mirror of an open document takes to follow the editor: a 10 MB document, opened
//! and changed 10,000 times, in every position encoding. What comes out is compared with what the
//! editor would show before anything is measured.
#![allow(
    clippy::expect_used,
    reason = "a bench that cannot go on has nothing better to do"
)]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the program has no library, and a bench needs a part of it"
)]
#[path = "mod.rs"]
mod documents;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use documents::{Documents, PositionEncoding};
use tower_lsp::lsp_types::{Position, Range, TextDocumentContentChangeEvent, Url};

/// How large the document is.
const BYTES: usize = 10 * 1024 * 1024;
/// How many changes there are.
const CHANGES: usize = 10_000;
/// A line with characters of one to four bytes; the changes fall between them.
const LINE: &str = "    let größe = \"日本 🦀\"; // comment\n";

const ENCODINGS: [(&str, PositionEncoding); 3] = [
    ("utf-8", PositionEncoding::Utf8),
    ("utf-16", PositionEncoding::Utf16),
    ("utf-32", PositionEncoding::Utf32),
];

/// The columns of the line's `🦀` and of what follows it.
fn crab(encoding: PositionEncoding) -> (u32, u32) {
    let width = |text: &str| {
        let units: usize = match encoding {
            PositionEncoding::Utf8 => text.len(),
            PositionEncoding::Utf16 => text.encode_utf16().count(),
            PositionEncoding::Utf32 => text.chars().count(),
        };
        u32::try_from(units).expect("a short line")
    };
    let (before, _) = LINE.split_once('🦀').expect("a crab");
    (width(before), width(before) + width("🦀"))
}

/// Each change replaces the crab of another line; the lines are far apart.
fn changes(encoding: PositionEncoding) -> Vec<TextDocumentContentChangeEvent> {
    let lines = BYTES / LINE.len();
    let (start, end) = crab(encoding);
    let change = |n: usize| {
        let line = u32::try_from(place(n, lines)).expect("a line");
        TextDocumentContentChangeEvent {
            range: Some(Range::new(
                Position::new(line, start),
                Position::new(line, end),
            )),
            range_length: None,
            text: format!("x{n}ü"),
        }
    };
    (0..CHANGES).map(change).collect()
}

/// The line of a change: all different, since the step and the count have no common divisor.
fn place(n: usize, lines: usize) -> usize {
    n * 7_919 % lines
}

fn text() -> String {
    LINE.repeat(BYTES / LINE.len())
}

/// What the editor shows after all changes.
fn expected() -> String {
    let lines = BYTES / LINE.len();
    let mut all: Vec<String> = vec![LINE.to_owned(); lines];
    for n in 0..CHANGES {
        let line = &mut all[place(n, lines)];
        *line = line.replace('🦀', &format!("x{n}ü"));
    }
    all.concat()
}

fn uri() -> Url {
    Url::parse("file:///project/large.rs").expect("a URI")
}

fn opened(encoding: PositionEncoding, text: &str) -> Documents {
    let documents = Documents::new();
    documents.set_encoding(encoding);
    documents.open(uri(), 1, text).expect("it opens");
    documents
}

fn follow(documents: &Documents, changes: Vec<TextDocumentContentChangeEvent>) {
    for (version, change) in (2..).zip(changes) {
        documents
            .change(&uri(), version, vec![change])
            .expect("it can be followed");
    }
}

fn bench(criterion: &mut Criterion) {
    let (text, expected) = (text(), expected());
    criterion.bench_function("open 10 MB", |bencher| {
        bencher.iter(|| black_box(opened(PositionEncoding::Utf16, &text)));
    });
    for (name, encoding) in ENCODINGS {
        let documents = opened(encoding, &text);
        follow(&documents, changes(encoding));
        let path = std::path::Path::new("/project/large.rs");
        let mirror = documents.find(path).expect("it is open");
        assert!(
            *mirror.text().expect("it is in sync") == *expected,
            "the mirror differs in {name}"
        );
        criterion.bench_function(&format!("10,000 changes to 10 MB, {name}"), |bencher| {
            bencher.iter_batched(
                || (opened(encoding, &text), changes(encoding)),
                |(documents, changes)| {
                    follow(&documents, changes);
                    documents
                },
                BatchSize::PerIteration,
            );
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = bench
}
criterion_main!(benches);
