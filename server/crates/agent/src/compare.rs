//! What an edit did to the diagnostics of its file: which are new, and which are cured.
//!
//! Two diagnostics are the same if they say the same and stand in the same place. An edit moves
//! the lines below it, and editors report the places of before for a while, so that both the old
//! and the moved place count. What stands in lines that the edit rewrote is compared by what it
//! says alone.
use std::cmp::Ordering;
use std::ops::Range;

use aside_edit::diff::line_edits;

use crate::world::{Diagnostic, Reported};

/// How many diagnostics of one file are compared; of a file with more nothing is told.
pub const MAX_COMPARED: usize = 2000;

/// What an edit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Reported now and not before, the worst first.
    pub new: Vec<Diagnostic>,
    /// Reported before and not now, the worst first, with the lines of before.
    pub cured: Vec<Diagnostic>,
}

impl Compared {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.cured.is_empty()
    }
}

/// Compares what was reported of the text before with what is reported of the text after. What
/// may only seem different, since not all is known of these lines, is left out.
pub fn compare(old: &str, new: &str, before: &Reported, after: &Reported) -> Compared {
    if before.diagnostics.len().max(after.diagnostics.len()) > MAX_COMPARED {
        return Compared::default();
    }
    let shift = Shift::between(old, new);
    let mut gone: Vec<&Diagnostic> = before.diagnostics.iter().collect();
    let mut come: Vec<&Diagnostic> = after.diagnostics.iter().collect();
    pair(&mut gone, &mut come, |old, new| {
        shift.to_new(old.line) == Place::Moved(new.line)
    });
    pair(&mut gone, &mut come, |old, new| {
        let (old, new) = (shift.to_new(old.line), shift.to_old(new.line));
        matches!((old, new), (Place::Rewritten(old), Place::Rewritten(new)) if old == new)
    });
    pair(&mut gone, &mut come, |old, new| old.line == new.line);
    come.retain(|one| before.known.covers(&shift.old_lines(one.line)));
    gone.retain(|one| after.known.covers(&shift.new_lines(one.line)));
    Compared {
        new: sorted(&come),
        cured: sorted(&gone),
    }
}

/// Takes out of both lists what is the same in both, each at most once.
fn pair(
    gone: &mut Vec<&Diagnostic>,
    come: &mut Vec<&Diagnostic>,
    is_there: impl Fn(&Diagnostic, &Diagnostic) -> bool,
) {
    // In order, so that each search goes through those alone that say the same.
    come.sort_by(|a, b| by_words(a, b).then(a.line.cmp(&b.line)));
    gone.retain(|old| {
        let start = come.partition_point(|new| by_words(new, old).is_lt());
        let alike = come[start..].iter().take_while(|new| says_same(new, old));
        let found = alike.enumerate().find(|(_, new)| is_there(old, new));
        match found.map(|(at, _)| start + at) {
            Some(at) => {
                come.remove(at);
                false
            }
            None => true,
        }
    });
}

fn says_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    by_words(a, b).is_eq()
}

fn by_words(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    (a.severity, &a.code, &a.source, &a.message).cmp(&(b.severity, &b.code, &b.source, &b.message))
}

fn sorted(found: &[&Diagnostic]) -> Vec<Diagnostic> {
    let mut found = found.iter().map(|one| (*one).clone()).collect::<Vec<_>>();
    found.sort_by(|a, b| (a.severity, a.line, &a.message).cmp(&(b.severity, b.line, &b.message)));
    found
}

/// Where a line of one text is in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// There, as it was.
    Moved(u32),
    /// In what the edit of this number rewrote.
    Rewritten(usize),
}

/// Which lines of two texts are which.
struct Shift {
    /// Old lines and the new ones in their place, in order.
    edits: Vec<(Range<u32>, Range<u32>)>,
}

impl Shift {
    fn between(old: &str, new: &str) -> Self {
        let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let edits = line_edits(old, new).into_iter().map(|edit| {
            let old = number(edit.start_line)..number(edit.end_line);
            (old, number(edit.new_start_line)..number(edit.new_end_line))
        });
        Self {
            edits: edits.collect(),
        }
    }

    fn to_new(&self, line: u32) -> Place {
        find(self.edits.iter().map(|(old, new)| (old, new)), line)
    }

    fn to_old(&self, line: u32) -> Place {
        find(self.edits.iter().map(|(old, new)| (new, old)), line)
    }

    /// The new lines that an old one became; none where it was deleted.
    fn new_lines(&self, line: u32) -> Range<u32> {
        match self.to_new(line) {
            Place::Moved(line) => line..line.saturating_add(1),
            Place::Rewritten(at) => self.edits[at].1.clone(),
        }
    }

    /// The old lines that a new one was; none where it was inserted.
    fn old_lines(&self, line: u32) -> Range<u32> {
        match self.to_old(line) {
            Place::Moved(line) => line..line.saturating_add(1),
            Place::Rewritten(at) => self.edits[at].0.clone(),
        }
    }
}

fn find<'a>(edits: impl Iterator<Item = (&'a Range<u32>, &'a Range<u32>)>, line: u32) -> Place {
    let mut moved = i64::from(line);
    for (at, (from, to)) in edits.enumerate() {
        if line < from.start {
            break;
        }
        if line < from.end {
            return Place::Rewritten(at);
        }
        moved = i64::from(line) - i64::from(from.end) + i64::from(to.end);
    }
    Place::Moved(u32::try_from(moved.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
