//! Blocks in which a line `...`, or a comment that begins so, stands for lines that stay.
use super::index::Index;
use super::loose::change;
use super::places::{self, Block};
use super::{Change, Refusal};
use crate::lines::lines;
use crate::stage::Stage;

/// Into how many pieces a text may be split.
pub const MAX_PIECES: usize = 32;

/// What a comment may begin with.
const COMMENTS: [&str; 8] = ["#", "//", "--", "/*", "<!--", ";", "%", "{/*"];

/// The parts of an old and a new text between lines that stand for others, pair by pair.
pub(super) struct Pieces<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Pieces<'a> {
    /// None unless both texts have the same such lines, and what begins or ends with one does so
    /// in both.
    pub(super) fn of(old: &'a str, new: &'a str) -> Option<Self> {
        let ((old, old_dots), (new, new_dots)) = (split(old), split(new));
        if old_dots.is_empty() || old_dots != new_dots || old_dots.len() >= MAX_PIECES {
            return None;
        }
        let pairs = old.into_iter().zip(new).collect::<Vec<_>>();
        let is_paired = |(old, new): &(&str, &str)| !old.trim().is_empty() || new.trim().is_empty();
        pairs.iter().all(is_paired).then_some(Self(pairs))
    }
}

/// The parts, and the lines between them.
fn split(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut pieces, mut dots) = (Vec::new(), Vec::new());
    let (mut start, mut at) = (0, 0);
    for line in lines(text) {
        if stands_for_others(line) {
            pieces.push(&text[start..at]);
            dots.push(line.trim());
            start = at + line.len();
        }
        at += line.len();
    }
    pieces.push(&text[start..]);
    (pieces, dots)
}

fn stands_for_others(line: &str) -> bool {
    let line = line.trim();
    let comment = COMMENTS.iter().find_map(|begin| line.strip_prefix(begin));
    match comment.map(str::trim_start) {
        None => line == "..." || line == "…",
        Some(comment) => comment.starts_with("...") || comment.starts_with('…'),
    }
}

/// What replaces the pieces, if each is there once and all are in order; else nothing.
pub(super) fn changes(body: &str, pieces: &Pieces<'_>) -> Result<Vec<Change>, Refusal> {
    let mut changes = Vec::new();
    let mut done = 0;
    for (old, new) in pieces.0.iter().filter(|(old, _)| !old.trim().is_empty()) {
        let block = Block::new(old, new);
        let index = Index::new(body, &block.old);
        let Some(place) = places::only(places::places(&index, &block)?)? else {
            return Ok(Vec::new());
        };
        if place.first < done {
            return Ok(Vec::new());
        }
        done = place.end;
        if old == new {
            continue;
        }
        let mut change = change(&index, &place, &block);
        // That lines are left out is not what is there, character by character.
        change.stage = change.stage.max(Stage::TrailingSpace);
        changes.push(change);
    }
    Ok(changes)
}
