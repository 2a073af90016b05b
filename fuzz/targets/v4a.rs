//! The `*** Begin Patch` envelope: any text, and patches whose result is known.
#![no_main]
mod input;

use aside_edit::patch::{FileChange, HunkPatch, apply, parse};
use input::{LINES, Numbers, texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, rest)) => any(rest),
        Some((_, rest)) => known(rest),
        None => {}
    }
});

/// Nothing panics, and what is made differs from what was there.
fn any(data: &[u8]) {
    let Some([text, patch]) = texts(data) else {
        return;
    };
    let Ok(patch) = parse(patch) else {
        return;
    };
    assert!(!patch.files.is_empty());
    for file in &patch.files {
        if let FileChange::Update { hunks, .. } = &file.kind
            && let Ok(applied) = apply(hunks, text)
        {
            assert_ne!(applied.text, text);
            assert_eq!(applied.hunks.len(), hunks.len());
        }
    }
}

/// A patch with all its signs gives what it was made for, or is refused.
fn known(data: &[u8]) {
    let mut numbers = Numbers::new(data);
    let line = |numbers: &mut Numbers<'_>| LINES[numbers.below(LINES.len())];
    let (mut before, mut after) = (String::new(), String::new());
    let mut strict = "*** Begin Patch\n*** Update File: x\n".to_owned();
    let mut loose = strict.clone();
    while !numbers.is_done() {
        for _ in 0..numbers.below(4) {
            let line = line(&mut numbers);
            before += &format!("{line}\n");
            after += &format!("{line}\n");
        }
        strict += "@@\n";
        loose += "@@\n";
        let mut has_old = false;
        for _ in 0..=numbers.below(6) {
            let sign = [" ", " ", "-", "+"][numbers.below(4)];
            let line = line(&mut numbers);
            has_old |= sign != "+";
            strict += &format!("{sign}{line}\n");
            let is_bare = sign == " " && numbers.below(2) == 1;
            loose += &format!("{}{line}\n", if is_bare { "" } else { sign });
            if sign != "+" {
                before += &format!("{line}\n");
            }
            if sign != "-" {
                after += &format!("{line}\n");
            }
        }
        if !has_old {
            // Where lines go that are only added is not what is asked here.
            strict += " anchor\n";
            loose += "anchor\n";
            before += "anchor\n";
            after += "anchor\n";
        }
    }
    strict += "*** End Patch\n";
    loose += "*** End Patch\n";
    if let Some(hunks) = hunks(&strict)
        && let Ok(applied) = apply(&hunks, &before)
    {
        assert_eq!(applied.text, after, "{strict}");
    }
    // What lacks signs may be read in other ways, but never panics.
    if let Some(hunks) = hunks(&loose) {
        let _ = apply(&hunks, &before);
    }
}

fn hunks(patch: &str) -> Option<Vec<HunkPatch>> {
    match parse(patch).ok()?.files.pop()?.kind {
        FileChange::Update { hunks, .. } => Some(hunks),
        FileChange::Add { .. } | FileChange::Delete => None,
    }
}
