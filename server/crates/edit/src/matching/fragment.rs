//! A part of a line whose dashes, quotes or spaces are others in the file.
use std::ops::Range;

use memchr::memmem;

use super::places::MIN_TELLING_CHARS;
use super::{MAX_NAMED_PLACES, MAX_PLACES, Refusal};
use crate::lines::count_breaks;
use crate::stage::{Stage, fold};

/// How many characters are compared while looking for a part of a line.
pub const MAX_COMPARED_CHARS: usize = 4_000_000;

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
    let fits = |one: char, other: char| one == other || ascii_like(one) == ascii_like(other);
    let mut left = MAX_COMPARED_CHARS;
    for at in memmem::find_iter(text.as_bytes(), anchor.as_bytes()) {
        let mut compared = 0;
        let before = text[..at].chars().rev();
        let start = alike(before, head.chars().rev(), fits, &mut compared);
        let end = start.and_then(|_| {
            let after = text[at + anchor.len()..].chars();
            alike(after, tail.chars(), fits, &mut compared)
        });
        left = left.saturating_sub(compared + 1);
        if left == 0 || ranges.len() > MAX_PLACES {
            // Whether a place is the only one is not known.
            return Vec::new();
        }
        let (Some(start), Some(end)) = (start, end) else {
            continue;
        };
        let range = at - start..at + anchor.len() + end;
        if ranges.last().is_none_or(|last| last.end <= range.start) {
            ranges.push(range);
        }
    }
    ranges
}

/// How many bytes what is like `wanted` has, if `text` begins with it.
fn alike(
    mut text: impl Iterator<Item = char>,
    wanted: impl Iterator<Item = char>,
    fits: impl Fn(char, char) -> bool,
    compared: &mut usize,
) -> Option<usize> {
    let mut len = 0;
    for want in wanted {
        *compared += 1;
        let have = text.next().filter(|have| fits(*have, want))?;
        len += have.len_utf8();
    }
    Some(len)
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
        let is_plain = !matches!(char, '-' | '\'' | '"' | ' ') && ascii_like(char) == char;
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

fn ascii_like(char: char) -> char {
    let mut bytes = [0; 4];
    let like = fold(char.encode_utf8(&mut bytes)).chars().next();
    like.unwrap_or(char)
}
