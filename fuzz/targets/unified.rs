//! Unified diffs: any text, and our own diffs, which give back what they were made from.
#![no_main]
mod input;

use aside_edit::hunk::unified;
use aside_edit::patch::{FileChange, HunkRefusal, apply, parse};
use input::{LINES, Numbers, texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, rest)) => any(rest),
        Some((_, rest)) => own(rest),
        None => {}
    }
});

fn any(data: &[u8]) {
    let Some([text, patch]) = texts(data) else {
        return;
    };
    let Ok(patch) = parse(patch) else {
        return;
    };
    for file in &patch.files {
        if let FileChange::Update { hunks, .. } = &file.kind
            && let Ok(applied) = apply(hunks, text)
        {
            assert_ne!(applied.text, text);
        }
    }
}

fn own(data: &[u8]) {
    let mut numbers = Numbers::new(data);
    let has_final = numbers.below(4);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    while !numbers.is_done() {
        let line = LINES[numbers.below(LINES.len())];
        match numbers.below(6) {
            0 => old.push(line),
            1 => new.push(line),
            _ => {
                old.push(line);
                new.push(line);
            }
        }
    }
    let text = |lines: &[&str], is_final: bool| {
        let end = if is_final && !lines.is_empty() {
            "\n"
        } else {
            ""
        };
        lines.join("\n") + end
    };
    let old = text(&old, has_final & 1 == 0);
    let new = text(&new, has_final & 2 == 0);
    let diff = unified(&old, &new, "a/x", "b/x");
    if diff.is_empty() {
        return;
    }
    let patch = parse(&diff).unwrap_or_else(|error| panic!("{error}\n{diff}"));
    let FileChange::Update { hunks, .. } = &patch.files[0].kind else {
        panic!("{patch:?}");
    };
    match apply(hunks, &old) {
        Ok(applied) => assert_eq!(applied.text, new, "{diff}"),
        Err(refusal) => match refusal.reason {
            HunkRefusal::Unclear { .. } | HunkRefusal::Ambiguous { .. } => {}
            _ => panic!("{refusal}\n{diff}"),
        },
    }
}
