//! Edits of `edit_file` and blocks on any text.
#![no_main]
mod input;

use aside_edit::diff::{apply, line_edits};
use aside_edit::matching::{Edit, apply_blocks, apply_edits};
use input::{LINES, Numbers, texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, rest)) => {
            if let Some([text, old, new]) = texts(rest) {
                check(text, old, new);
            }
        }
        Some((_, rest)) => {
            let mut numbers = Numbers::new(rest);
            let mut text = |most: usize| {
                let mut text = String::new();
                for _ in 0..numbers.below(most) {
                    text += LINES[numbers.below(LINES.len())];
                    text += ["\n", "\n", "\n", "\r\n", "\r", ""][numbers.below(6)];
                }
                text
            };
            let (old, new, text) = (text(5), text(5), text(64));
            check(&text, &old, &new);
        }
        None => {}
    }
});

fn check(text: &str, old: &str, new: &str) {
    for replace_all in [false, true] {
        let edit = Edit {
            old_text: old.to_owned(),
            new_text: new.to_owned(),
            replace_all,
        };
        if let Ok(edited) = apply_edits(text, std::slice::from_ref(&edit)) {
            let edits = line_edits(text, &edited.text);
            assert_eq!(apply(text, &edits), edited.text);
            // What is there once, within a line, is what is replaced; new lines may be indented.
            let is_plain = |text: &&str| !text.contains(['\r', '\u{feff}']);
            let is_one_line = |text: &&str| !text.contains('\n');
            if [text, old, new].iter().all(is_plain)
                && [old, new].iter().all(is_one_line)
                && !old.is_empty()
                && text.matches(old).count() == 1
                && !new.is_empty()
            {
                let expected = text.replacen(old, new, 1);
                assert_eq!(edited.text, expected, "{text:?} {old:?} {new:?}");
            }
        }
        if let Ok(edited) = apply_blocks(text, &[edit]) {
            let edits = line_edits(text, &edited.text);
            assert_eq!(apply(text, &edits), edited.text);
        }
    }
}
