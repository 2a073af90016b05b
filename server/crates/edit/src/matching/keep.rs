//! Writing a replacement so that only what the model changes changes.
use super::indent::split;
use super::index::Index;
use super::likeness::carry;
use super::places::{Block, Place};
use crate::align::changed;
use crate::lines::{Breaks, ending};
use crate::stage::Stage;

/// What a new line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// An old line that stays: its place among the old ones.
    Kept(usize),
    /// It takes the place of an old line.
    Instead(usize),
    /// It has no place among the old lines.
    Added,
}

/// The text that replaces a place's lines.
pub(super) fn replacement(index: &Index<'_>, place: &Place, block: &Block<'_>) -> String {
    let old = &block.old[place.extra_lead..block.old.len() - place.extra_tail];
    let new = mirrored(&block.new, place);
    let origins = origins(old, new);
    let bodies = bodies(index, place, old, new, &origins);
    let first_filled = new.iter().position(|line| !line.trim().is_empty());

    let mut out = String::new();
    let mut last_ending = ending_near(index, place);
    for (at, (line, origin)) in new.iter().zip(&origins).enumerate() {
        match origin {
            Origin::Kept(old_at) => {
                let have = index.content(place.first + old_at);
                out.push_str(&kept(have, old[*old_at], line));
            }
            Origin::Instead(_) | Origin::Added if line.trim().is_empty() => out.push_str(line),
            Origin::Instead(_) | Origin::Added => {
                let indent = split(line).0;
                let indent = match first_filled == Some(at) {
                    true => place.reindent.first(indent),
                    false => place.reindent.map(indent),
                };
                // A place whose indentation cannot be told is none, so there is one.
                out.push_str(&indent.unwrap_or_default());
                out.push_str(&bodies[at]);
            }
        }
        let own = match origin {
            Origin::Kept(old_at) | Origin::Instead(old_at) => {
                ending(index.line(place.first + old_at).as_bytes())
            }
            Origin::Added => "",
        };
        if !own.is_empty() {
            last_ending = own;
        }
        let ends = at + 1 < new.len() || has_ending(index, place) || block.adds_ending;
        if ends {
            out.push_str(last_ending);
        }
    }
    out
}

/// The new lines without the blank ones that mirror old ones which are not there.
fn mirrored<'b, 'a>(new: &'b [&'a str], place: &Place) -> &'b [&'a str] {
    let is_blank = |line: &&&str| line.trim().is_empty();
    let lead = new.iter().take(place.extra_lead).take_while(is_blank);
    let new = &new[lead.count()..];
    let tail = new.iter().rev().take(place.extra_tail).take_while(is_blank);
    &new[..new.len() - tail.count()]
}

fn has_ending(index: &Index<'_>, place: &Place) -> bool {
    let last = place.end.checked_sub(1).map(|line| index.line(line));
    last.is_some_and(|line| !ending(line.as_bytes()).is_empty())
}

/// The ending of lines that have none to go by.
fn ending_near(index: &Index<'_>, place: &Place) -> &'static str {
    let before = place.first.checked_sub(1);
    [Some(place.first), before]
        .into_iter()
        .flatten()
        .map(|line| ending(index.line(line).as_bytes()))
        .find(|ending| !ending.is_empty())
        .unwrap_or("\n")
}

/// Where each new line comes from, by the model's own old and new lines.
fn origins(old: &[&str], new: &[&str]) -> Vec<Origin> {
    let trimmed = |lines: &[&str]| lines.iter().map(|line| line.trim_end().len()).collect();
    let keys = |lines: &[&str], lens: Vec<usize>| -> Vec<String> {
        let cut = lines
            .iter()
            .zip(lens)
            .map(|(line, len)| line[..len].to_owned());
        cut.collect()
    };
    let (old_keys, new_keys) = (keys(old, trimmed(old)), keys(new, trimmed(new)));
    let olds = old_keys.iter().map(String::as_str).collect::<Vec<_>>();
    let news = new_keys.iter().map(String::as_str).collect::<Vec<_>>();
    let ranges = match olds == news {
        true => Vec::new(),
        false => changed(&olds, &news),
    };
    let mut origins = vec![Origin::Added; news.len()];
    let (mut old_at, mut new_at) = (0, 0);
    let end = (olds.len()..olds.len(), news.len()..news.len());
    for (old_range, new_range) in ranges.into_iter().chain([end]) {
        for (origin, old) in origins[new_at..new_range.start].iter_mut().zip(old_at..) {
            *origin = Origin::Kept(old);
        }
        let changed = origins[new_range.clone()].iter_mut();
        for (origin, old) in changed.zip(old_range.clone()) {
            *origin = Origin::Instead(old);
        }
        (old_at, new_at) = (old_range.end, new_range.end);
    }
    origins
}

/// A line that the model leaves as it is, but perhaps for white space at its end.
fn kept(have: &str, old: &str, new: &str) -> String {
    let tail = |line: &str| line[line.trim_end().len()..].to_owned();
    match old != new && tail(have) == tail(old) {
        true => format!("{}{}", have.trim_end(), tail(new)),
        false => have.to_owned(),
    }
}

/// The new lines without their indentation, with the file's characters where they are unchanged.
fn bodies(
    index: &Index<'_>,
    place: &Place,
    old: &[&str],
    new: &[&str],
    origins: &[Origin],
) -> Vec<String> {
    let mut bodies = new
        .iter()
        .map(|line| split(line).1.to_owned())
        .collect::<Vec<_>>();
    if place.stage < Stage::Unicode {
        return bodies;
    }
    // Each run of changed lines is compared as one text with the old lines that it replaces.
    let mut at = 0;
    while at < new.len() {
        let run = origins[at..]
            .iter()
            .take_while(|origin| !matches!(origin, Origin::Kept(_)))
            .count();
        let before = at.checked_sub(1).map(|before| origins[before]);
        let after = origins.get(at + run).copied();
        let start = match before {
            Some(Origin::Kept(old)) => old + 1,
            Some(Origin::Instead(_) | Origin::Added) | None => 0,
        };
        let end = match after {
            Some(Origin::Kept(old)) => old,
            Some(Origin::Instead(_) | Origin::Added) | None => old.len(),
        };
        if run > 0 && start < end {
            let olds = (start..end).map(|line| split(old[line]).1.trim_end());
            let haves =
                (start..end).map(|line| split(index.content(place.first + line)).1.trim_end());
            let carried = carry(
                &haves.collect::<Vec<_>>().join("\n"),
                &olds.collect::<Vec<_>>().join("\n"),
                &bodies[at..at + run].join("\n"),
            );
            for (body, line) in bodies[at..].iter_mut().zip(Breaks::Lf.lines(&carried)) {
                *body = line.strip_suffix('\n').unwrap_or(line).to_owned();
            }
        }
        at += run.max(1);
    }
    bodies
}
