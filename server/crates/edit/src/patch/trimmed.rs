//! Hunks whose context lines lost all their indentation together with their sign.
//!
//! `foo();` without a sign stands for the file's `    foo();`, while `-` and `+` lines are as in
//! the file. Where such a hunk has no line that goes, it is written as one that is indented less
//! as a whole; what the new lines say then decides, or nothing does.
use super::HunkPatch;
use super::find::{File, Place};
use super::indent::{Shift, split};
use super::reading::Role;

/// What the last line before a deeper one may end with.
const OPENING: [&str; 5] = ["{", "(", "[", ":", "=>"];

/// What a comment begins with, which opens nothing.
const COMMENTS: [&str; 3] = ["*", "//", "/*"];

/// Whether a hunk has a line with neither sign nor indentation.
pub(super) fn may_be(hunk: &HunkPatch) -> bool {
    let bare = |text: &str| !text.starts_with([' ', '\t', '+', '-']) && !text.is_empty();
    hunk.lines.iter().any(|line| bare(&line.text))
}

/// The places of a hunk that may be shifted as a whole, or have its context lines trimmed.
pub(super) fn either<'a>(
    file: &File<'_>,
    shifted: Vec<Place<'a>>,
    trimmed: Vec<Place<'a>>,
) -> Vec<Place<'a>> {
    if trimmed.iter().any(|place| has_lost_more(file, place)) {
        return shifted;
    }
    let mut places = Vec::with_capacity(shifted.len() + trimmed.len());
    let mut trimmed = trimmed.into_iter().peekable();
    for place in shifted {
        while let Some(before) = trimmed.next_if(|other| other.start < place.start) {
            places.push(before);
        }
        let other = trimmed.next_if(|other| other.start == place.start);
        places.push(match other {
            None => place,
            Some(other) => meant(file, place, other),
        });
    }
    places.extend(trimmed);
    places
}

/// Which of two ways to read a hunk at one place is meant, in doubt if none is likelier.
fn meant<'a>(file: &File<'_>, shifted: Place<'a>, trimmed: Place<'a>) -> Place<'a> {
    if shifted.shift == Shift::Same && shifted.roles == trimmed.roles {
        return shifted;
    }
    match is_trimmed(file, &trimmed) {
        Some(true) => trimmed,
        Some(false) => shifted,
        None => Place {
            is_unclear: true,
            ..shifted
        },
    }
}

/// Whether the first new line is as deep as lines of the file there are, as it is written; `None`
/// where that cannot be told.
fn is_trimmed(file: &File<'_>, place: &Place<'_>) -> Option<bool> {
    let mut at = place.start;
    let mut above = None;
    for (role, text) in &place.roles {
        match role {
            Role::Context if !text.trim().is_empty() => above = file.lines.get(at),
            Role::Remove if !text.trim().is_empty() => return None,
            Role::Add if !text.trim().is_empty() => {
                let written = split(text).0.len();
                let opens = above.is_some_and(|line| opens(line));
                let below = || below(file, at);
                let there = above
                    .copied()
                    .or_else(below)
                    .map(|line| split(line).0.len())?;
                return match (written, opens) {
                    (0, _) => Some(false),
                    (_, true) if written > there => Some(true),
                    (_, true) => Some(false),
                    (_, false) if written == there => Some(true),
                    (_, false) => None,
                };
            }
            Role::Context | Role::Remove | Role::Add | Role::Nothing => {}
        }
        at += usize::from(role.is_old());
    }
    None
}

/// Whether new lines seem to have lost their indentation too: they have none where lines of the
/// file have some, and no line that goes or comes has any.
fn has_lost_more(file: &File<'_>, place: &Place<'_>) -> bool {
    let changes = || place.roles.iter().filter(|(role, _)| is_change(*role));
    if changes().any(|(_, text)| is_indented(text)) {
        return false;
    }
    let mut at = place.start;
    // The line above in the new text, and whether it is one that a new line takes the place of.
    let mut above = at.checked_sub(1).and_then(|at| file.lines.get(at)).copied();
    let mut is_replaced = false;
    for (role, text) in &place.roles {
        if text.trim().is_empty() {
            at += usize::from(role.is_old());
            continue;
        }
        if *role == Role::Add {
            let is_deep = below(file, at).is_some_and(is_indented);
            let is_after = above.is_some_and(|line| !is_indented(line) && !opens(line));
            if is_deep && !is_after && !is_replaced {
                return true;
            }
        }
        is_replaced = *role == Role::Remove;
        above = match role {
            Role::Add => Some(*text),
            Role::Context | Role::Remove | Role::Nothing => file.lines.get(at).copied(),
        };
        at += usize::from(role.is_old());
    }
    false
}

fn is_change(role: Role) -> bool {
    match role {
        Role::Remove | Role::Add => true,
        Role::Context | Role::Nothing => false,
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

fn opens(line: &str) -> bool {
    let line = line.trim();
    if COMMENTS.iter().any(|begin| line.starts_with(begin)) {
        return false;
    }
    let is_tag = line.starts_with('<') && line.ends_with('>');
    let is_closed = line.contains("</") || line.ends_with("/>");
    OPENING.iter().any(|end| line.ends_with(end)) || is_tag && !is_closed
}

/// The first line with text from a line on.
fn below<'a>(file: &File<'a>, at: usize) -> Option<&'a str> {
    let mut lines = file.lines[at.min(file.lines.len())..].iter();
    lines.find(|line| !line.trim().is_empty()).copied()
}
