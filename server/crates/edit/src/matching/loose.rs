//! The stages after the exact one: whole lines, or a part of one.
use std::ops::Range;

use super::endings::View;
use super::index::Index;
use super::keep::replacement;
use super::places::{self, Block, Place};
use super::{Change, Edit, NotFound, Reading, Refusal, exact, fragment, likeness};
use crate::lines::{Breaks, content, lines};
use crate::stage::Stage;

/// What replaces what is not there exactly.
pub(super) fn changes(
    view: &View<'_>,
    old: &str,
    new: &str,
    edit: &Edit,
    reading: Reading,
) -> Result<Vec<Change>, Refusal> {
    let body = view.body();
    let block = Block::new(old, new);
    let index = Index::new(body, &block.old);
    let not_found = || {
        let not_found = NotFound::new(body, &index, old, new);
        Err(Refusal::NotFound(Box::new(not_found)))
    };
    if super::refusal::is_numbered(old) {
        return not_found();
    }
    let mut places = places::places(&index, &block)?;
    let is_unicode = places
        .first()
        .is_none_or(|place| place.stage == Stage::Unicode);
    if is_unicode && reading == Reading::Text {
        // A part of a line may be elsewhere too, and is then not the only place.
        let ranges = fragment::find(body, old);
        if !edit.replace_all {
            fragment::only(body, &ranges)?;
        }
        if edit.replace_all && !ranges.is_empty() || places.is_empty() && ranges.len() == 1 {
            let changes = ranges
                .into_iter()
                .map(|range| part(view, range, old, new))
                .collect::<Vec<_>>();
            let is_there = |change: &Change| body[change.range.clone()] == change.text;
            return match changes.iter().find(|change| is_there(change)) {
                None => Ok(changes),
                Some(change) => {
                    let line = Breaks::Lsp.count(&body.as_bytes()[..change.range.start]);
                    Err(already_there(body, &index, old, new, line))
                }
            };
        }
    }
    if !edit.replace_all {
        places = places::only(places)?.into_iter().collect();
    }
    let there = |line| Err(already_there(body, &index, old, new, line));
    let changes = match replaced(&index, &block, &places) {
        Ok(changes) => changes,
        Err(line) => return there(line),
    };
    match changes.is_empty() {
        true => not_found(),
        false => Ok(changes),
    }
}

/// What replaces the lines of some places, but for those that overlap; an error is the line,
/// from 0, where the replacement is already.
fn replaced(index: &Index<'_>, block: &Block<'_>, places: &[Place]) -> Result<Vec<Change>, usize> {
    let mut changes: Vec<Change> = Vec::new();
    for place in places {
        let change = change(index, place, block);
        if is_there(index, place, block, &change) {
            return Err(place.first);
        }
        let last = changes.last();
        if last.is_none_or(|last| last.range.end <= change.range.start) {
            changes.push(change);
        }
    }
    Ok(changes)
}

/// What replaces the lines of a place.
pub(super) fn change(index: &Index<'_>, place: &Place, block: &Block<'_>) -> Change {
    Change {
        range: index.start(place.first)..index.start(place.end),
        text: replacement(index, place, block),
        stage: place.stage,
    }
}

/// Whether the replacement is already at a place: the file differs from what was wanted just in
/// what was to be changed, or what was to be added is there.
fn is_there(index: &Index<'_>, place: &Place, block: &Block<'_>, change: &Change) -> bool {
    let (old, new) = (&block.old, &block.new);
    if new.len() < old.len() {
        return false;
    }
    let same = |(one, other): (&&str, &&str)| one.trim_end() == other.trim_end();
    if old.len() == new.len() && old.iter().zip(new).all(same) {
        // Only white space at line ends was to change.
        let is_same = |(line, new): (usize, &&str)| index.content(line) == *new;
        return (place.first..place.end).zip(new).all(is_same);
    }
    let shifted = lines(&change.text).map(content).collect::<Vec<_>>();
    let texts = [new.as_slice(), shifted.as_slice()];
    let first = old
        .iter()
        .map(|line| line.trim())
        .find(|line| !line.is_empty());
    let in_file = place.first + block.lead() - place.extra_lead;
    texts.into_iter().any(|text| {
        // Where the first line stays, what was to be added may be before it.
        let offset = text.iter().position(|line| Some(line.trim()) == first);
        let start = offset.map_or(Some(place.first), |offset| in_file.checked_sub(offset));
        start.is_some_and(|start| are_at(index, start, text))
    })
}

fn are_at(index: &Index<'_>, start: usize, text: &[&str]) -> bool {
    let end = start + text.len();
    let is_same = |(line, new): (usize, &&str)| index.content(line).trim_end() == new.trim_end();
    end <= index.len() && (start..end).zip(text).all(is_same)
}

/// What replaces a part of a line.
fn part(view: &View<'_>, range: Range<usize>, old: &str, new: &str) -> Change {
    let body = view.body();
    let new = likeness::carry(&body[range.clone()], old, new);
    let (new, _) = exact::fitted(body, &range, old, &new);
    let mut text = String::with_capacity(new.len());
    view.write(&new, range.clone(), &mut text);
    Change {
        range,
        text,
        stage: Stage::Unicode,
    }
}

fn already_there(body: &str, index: &Index<'_>, old: &str, new: &str, line: usize) -> Refusal {
    let mut not_found = NotFound::new(body, index, old, new);
    not_found.already_at.get_or_insert(line + 1);
    Refusal::NotFound(Box::new(not_found))
}
