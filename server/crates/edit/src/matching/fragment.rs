//! A part of a line whose dashes, quotes or spaces are others in the file.
use std::ops::Range;

use memchr::memmem;

use super::places::{MAX_COMPARED_LINES, MIN_TELLING_CHARS};
use super::{MAX_NAMED_PLACES, MAX_PLACES, Refusal};
use crate::lines::count_breaks;
use crate::stage::{Stage, fold};

/// Where `old`, which has no line endings, is in the text; places do not overlap.
pub(super) fn find(text: &str, old: &str) -> Vec<Range<usize>> {
    let chars = old.chars().filter(|char| char.is_alphanumeric());
    let is_telling = chars.count() >= MIN_TELLING_CHARS;
    if !is_telling || old.contains(['\n', '\r']) || text.is_ascii() && old.is_ascii() {
        return Vec::new();
    }
    // What no other character looks like is searched; around it, it is compared.
    let (before, anchor) = longest_plain(old);
    let (head, tail) = (&old[..before], &old[before + anchor.len()..]);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let found = memmem::find_iter(text.as_bytes(), anchor.as_bytes());
    for at in found.take(MAX_COMPARED_LINES) {
        let Some(start) = alike_before(&text[..at], head) else {
            continue;
        };
        let Some(end) = alike_after(&text[at + anchor.len()..], tail) else {
            continue;
        };
        let range = start..at + anchor.len() + end;
        if ranges.last().is_none_or(|last| last.end <= range.start) {
            ranges.push(range);
        }
        if ranges.len() > MAX_PLACES {
            break;
        }
    }
    ranges
}

/// Refuses more than one place.
pub(super) fn only(text: &str, ranges: &[Range<usize>]) -> Result<(), Refusal> {
    if ranges.len() < 2 {
        return Ok(());
    }
    let named = ranges.iter().take(MAX_NAMED_PLACES);
    Err(Refusal::Ambiguous {
        count: ranges.len(),
        lines: named
            .map(|range| count_breaks(&text[..range.start]) + 1)
            .collect(),
        stage: Stage::Unicode,
    })
}

/// The longest part of a text in which each character is only like itself, and where it begins.
fn longest_plain(text: &str) -> (usize, &str) {
    let mut best = (0, "");
    let mut start = 0;
    for (at, char) in text.char_indices() {
        let is_plain = !matches!(char, '-' | '\'' | '"' | ' ') && !folds(char);
        if is_plain {
            let run = &text[start..at + char.len_utf8()];
            if run.len() > best.1.len() {
                best = (start, run);
            }
        } else {
            start = at + char.len_utf8();
        }
    }
    best
}

fn folds(char: char) -> bool {
    let mut bytes = [0; 4];
    let text = char.encode_utf8(&mut bytes);
    fold(text) != *text
}

/// Where what is like `wanted` begins, if the text ends with it.
fn alike_before(text: &str, wanted: &str) -> Option<usize> {
    let count = wanted.chars().count();
    let start = match count {
        0 => text.len(),
        _ => text.char_indices().rev().nth(count - 1)?.0,
    };
    (fold(&text[start..]) == fold(wanted)).then_some(start)
}

/// Where what is like `wanted` ends, if the text begins with it.
fn alike_after(text: &str, wanted: &str) -> Option<usize> {
    let mut chars = text.chars();
    for _ in wanted.chars() {
        chars.next()?;
    }
    let end = text.len() - chars.as_str().len();
    (fold(&text[..end]) == fold(wanted)).then_some(end)
}
