//! What the lines of a hunk may mean.
//!
//! The sign of a context line is easily lost: then ` * text` is the whole line, not `* text`,
//! and `- item` or `++index` may be lines that stay. So a line has readings, the one that the
//! format says first, and each other one has a price.
use super::HunkPatch;

/// What a line of a hunk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is there and stays.
    Context,
    /// It is there and goes.
    Remove,
    /// It is new.
    Add,
    /// It belongs to no file, such as an empty line between hunks.
    Nothing,
}

impl Role {
    /// Whether the line must be in the file.
    pub(super) fn is_old(self) -> bool {
        match self {
            Self::Context | Self::Remove => true,
            Self::Add | Self::Nothing => false,
        }
    }
}

/// One way to read a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading<'a> {
    pub(super) role: Role,
    pub(super) text: &'a str,
    /// How far this is from what the format says; 0 for just that.
    pub(super) cost: u32,
    /// Whether it is context without sign and indentation, and may have lost both.
    pub(super) is_bare: bool,
}

/// A line with spaces before it is context without its sign.
const UNSIGNED: u32 = 1;
/// An empty line at an end of a hunk is no part of it.
const DROPPED: u32 = 1;
/// A line that begins with - or + is context.
const SIGN_IS_TEXT: u32 = 4;
/// An empty line between new ones is new.
const EMPTY_IS_NEW: u32 = 8;

/// Which readings are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    /// Signs of context lines may be missing.
    Context,
    /// So may those of empty new lines.
    EmptyNew,
}

/// All readings of each line of a hunk; the first has no cost. Empty for a hunk without lines
/// that are to be found: all its lines are new.
pub(super) fn readings(hunk: &HunkPatch, leniency: Leniency) -> Vec<Vec<Reading<'_>>> {
    let lines = hunk
        .lines
        .iter()
        .map(|line| line.text.as_str())
        .collect::<Vec<_>>();
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let is_near_new = |index: usize| {
        let is_new = |line: &&&str| line.starts_with('+');
        let full = |line: &&&str| !line.is_empty();
        lines[..index].iter().rfind(full).filter(is_new).is_some()
            && lines[index..].iter().find(full).filter(is_new).is_some()
    };
    let reading = |role, text, cost| Reading {
        role,
        text,
        cost,
        is_bare: false,
    };
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let mut chars = line.chars();
            let sign = chars.next();
            let rest = chars.as_str();
            match sign {
                None if index < first || index > last => vec![
                    reading(Role::Context, "", 0),
                    reading(Role::Nothing, "", DROPPED),
                ],
                None if leniency == Leniency::EmptyNew && is_near_new(index) => vec![
                    reading(Role::Context, "", 0),
                    reading(Role::Add, "", EMPTY_IS_NEW),
                ],
                None => vec![reading(Role::Context, "", 0)],
                Some(' ') => vec![reading(Role::Context, rest, 0), unsigned(line, UNSIGNED)],
                Some('-') => vec![reading(Role::Remove, rest, 0), unsigned(line, SIGN_IS_TEXT)],
                Some('+') => vec![reading(Role::Add, rest, 0), unsigned(line, SIGN_IS_TEXT)],
                // Without a sign there is only one reading.
                Some(_) => vec![unsigned(line, 0)],
            }
        })
        .collect()
}

/// A line as context without its sign.
fn unsigned(text: &str, cost: u32) -> Reading<'_> {
    Reading {
        role: Role::Context,
        text,
        cost,
        is_bare: !text.starts_with([' ', '\t']),
    }
}

/// Whether all lines are new, but for empty ones, which are then new too.
pub(super) fn is_all_new(hunk: &HunkPatch) -> bool {
    let mut lines = hunk.lines.iter();
    lines.all(|line| line.text.is_empty() || line.text.starts_with('+'))
}

/// The new lines of a hunk in which all lines are new.
pub(super) fn all_new(hunk: &HunkPatch) -> Vec<&str> {
    let lines = &hunk.lines;
    let first = lines.iter().position(|line| !line.text.is_empty());
    let last = lines.iter().rposition(|line| !line.text.is_empty());
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    lines[first..=last]
        .iter()
        .map(|line| line.text.strip_prefix('+').unwrap_or(&line.text))
        .collect()
}

/// What the format says that a hunk finds, and what it puts there.
pub(super) fn both_sides(hunk: &HunkPatch) -> (String, String) {
    let (mut old, mut new) = (String::new(), String::new());
    for readings in readings(hunk, Leniency::Context) {
        let Some(first) = readings.first() else {
            continue;
        };
        // An empty line at an end of a hunk is not looked for.
        let last = readings.last().unwrap_or(first);
        let (is_old, is_new) = match (first.role, last.role) {
            (_, Role::Nothing) | (Role::Nothing, _) => (false, false),
            (Role::Context, _) => (true, true),
            (Role::Remove, _) => (true, false),
            (Role::Add, _) => (false, true),
        };
        for (is_part, side) in [(is_old, &mut old), (is_new, &mut new)] {
            if is_part {
                side.push_str(first.text);
                side.push('\n');
            }
        }
    }
    (old, new)
}
