//! Where whole lines are what a model means, stage by stage.
use std::collections::HashMap;

use super::Refusal;
use super::indent::{Reindent, Unit, split};
use super::index::{BLANK, Index};
use super::{MAX_NAMED_PLACES, MAX_PLACES};
use crate::lines::{Breaks, content, lines};
use crate::stage::Stage;

/// How many lines are compared closely while looking for one edit's places. Where there are
/// more, all lines are alike, and no place is the only one.
pub const MAX_COMPARED_LINES: usize = 1_000_000;
/// Text with fewer letters and digits is found by chance.
pub const MIN_TELLING_CHARS: usize = 4;
/// A place may have so many times the bytes that were asked for.
pub const MAX_PLACE_RATIO: usize = 4;
/// So many bytes of white space more in a line are no disproportion.
pub const MAX_LINE_SLACK_BYTES: usize = 64;
/// How many lines before and after those around a place tell how the file is indented.
const NEAR_LINES: usize = 200;

/// An edit as lines.
pub(super) struct Block<'a> {
    pub(super) old: Vec<&'a str>,
    pub(super) new: Vec<&'a str>,
    /// How many lines of `old` are blank at its beginning.
    lead: usize,
    /// How many lines of `old` are blank at its end.
    tail: usize,
    /// Whether `new` brings a final line ending that `old` has not.
    pub(super) adds_ending: bool,
}

impl<'a> Block<'a> {
    pub(super) fn new(old: &'a str, new: &'a str) -> Self {
        let old_lines = lines(old).map(content).collect::<Vec<_>>();
        let is_blank = |line: &&&str| line.trim().is_empty();
        let lead = old_lines.iter().take_while(is_blank).count();
        let tail = match lead == old_lines.len() {
            true => 0,
            false => old_lines.iter().rev().take_while(is_blank).count(),
        };
        let without_ending = |line: &'a str| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            line.strip_suffix('\r').unwrap_or(line)
        };
        Self {
            new: Breaks::Lf.lines(new).map(without_ending).collect(),
            lead,
            tail,
            adds_ending: new.ends_with('\n') && !old.ends_with(['\n', '\r']),
            old: old_lines,
        }
    }

    /// The lines from the first to the last one with text.
    fn core(&self) -> &[&'a str] {
        &self.old[self.lead..self.old.len() - self.tail]
    }

    /// Whether it has enough text not to be found by chance.
    pub(super) fn is_telling(&self) -> bool {
        let chars = self.core().iter().flat_map(|line| line.chars());
        chars
            .filter(|char| char.is_alphanumeric())
            .nth(MIN_TELLING_CHARS - 1)
            .is_some()
    }

    /// How many blank lines `old` begins with.
    pub(super) fn lead(&self) -> usize {
        self.lead
    }

    fn new_indents(&self) -> Vec<&'a str> {
        let filled = self.new.iter().filter(|line| !line.trim().is_empty());
        filled.map(|line| split(line).0).collect()
    }
}

/// Lines of a text that are what was wanted.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) stage: Stage,
    /// The first line, from 0.
    pub(super) first: usize,
    /// The line after the last one.
    pub(super) end: usize,
    /// How many blank lines at the beginning of the wanted ones are not there.
    pub(super) extra_lead: usize,
    /// How many blank lines at the end of the wanted ones are not there.
    pub(super) extra_tail: usize,
    pub(super) reindent: Reindent,
}

impl Place {
    /// How exact it is: the stage, and whether blank lines are missing.
    fn rank(&self) -> (Stage, bool) {
        (self.stage, self.extra_lead + self.extra_tail > 0)
    }
}

/// All places of the first stage that has any, in order; they may overlap.
pub(super) fn places(index: &Index<'_>, block: &Block<'_>) -> Result<Vec<Place>, Refusal> {
    if !index.may_match() || !(block.is_telling() || is_the_end(index, block)) {
        return Ok(Vec::new());
    }
    let core = &index.wanted()[block.lead..block.old.len() - block.tail];
    let starts = find_all(index.ids(), core);
    if starts.len() > 1 && starts.len().saturating_mul(core.len()) > MAX_COMPARED_LINES {
        return Err(Refusal::Ambiguous {
            count: starts.len(),
            lines: named(starts.iter().copied()),
            stage: Stage::Unicode,
        });
    }
    let news = block.new_indents();
    let mut units = Units::default();
    let mut best: Vec<Place> = Vec::new();
    for start in starts {
        let Some(place) = place(index, block, &news, start, &mut units) else {
            continue;
        };
        match best.first().map(Place::rank) {
            Some(rank) if rank < place.rank() => {}
            Some(rank) if rank == place.rank() => best.push(place),
            Some(_) | None => best = vec![place],
        }
        if best.len() > MAX_PLACES {
            return Err(Refusal::TooManyPlaces);
        }
    }
    for place in &best {
        check_size(index, block, place)?;
    }
    Ok(best)
}

/// Whether a text whose last line has no ending ends with just what is wanted, which is not there
/// exactly for want of that ending alone. Then few letters will do.
fn is_the_end(index: &Index<'_>, block: &Block<'_>) -> bool {
    let Some(first) = index.len().checked_sub(block.old.len()) else {
        return false;
    };
    let same = |(line, old): (usize, &&str)| index.content(line) == *old;
    index.lacks_final_ending() && (first..index.len()).zip(&block.old).all(same)
}

/// The only place among those of one stage, if there are any.
pub(super) fn only(places: Vec<Place>) -> Result<Option<Place>, Refusal> {
    let count = places.len();
    let lines = named(places.iter().map(|place| place.first));
    let mut places = places.into_iter();
    match (places.next(), places.next()) {
        (Some(first), Some(_)) => Err(Refusal::Ambiguous {
            count,
            lines,
            stage: first.stage,
        }),
        (only, _) => Ok(only),
    }
}

/// Line numbers from 1, as many as a refusal names.
fn named(lines: impl Iterator<Item = usize>) -> Vec<usize> {
    lines.map(|line| line + 1).take(MAX_NAMED_PLACES).collect()
}

/// What a text is indented with, part by part.
#[derive(Default)]
struct Units(HashMap<usize, Unit>);

impl Units {
    fn near(&mut self, index: &Index<'_>, line: usize) -> Unit {
        let part = line / NEAR_LINES;
        *self.0.entry(part).or_insert_with(|| {
            let start = (part * NEAR_LINES).saturating_sub(NEAR_LINES);
            let near = start..(start + 3 * NEAR_LINES).min(index.len());
            // Where nothing near tells, the text's beginning does.
            let head = 0..NEAR_LINES.min(index.len());
            match Unit::of(near.map(|line| index.content(line))) {
                Unit::Unknown => Unit::of(head.map(|line| index.content(line))),
                known @ (Unit::Tab | Unit::Spaces(_)) => known,
            }
        })
    }
}

/// Looks closely at lines whose text is equal but for what the loosest stage leaves aside.
fn place(
    index: &Index<'_>,
    block: &Block<'_>,
    news: &[&str],
    start: usize,
    units: &mut Units,
) -> Option<Place> {
    let mut stage = Stage::TrailingSpace;
    let mut pairs = Vec::new();
    let mut is_shifted = false;
    for (want, line) in block.core().iter().zip(start..) {
        let have = index.content(line);
        if want.trim().is_empty() {
            continue;
        }
        let ((want_indent, want), (have_indent, have)) = (split(want), split(have));
        is_shifted |= want_indent != have_indent;
        pairs.push((want_indent, have_indent));
        if want.trim_end() != have.trim_end() {
            stage = Stage::Unicode;
        }
    }
    let reindent = match is_shifted {
        false => Reindent::keep(),
        true => {
            stage = stage.max(Stage::Indent);
            Reindent::learn(&pairs, news, units.near(index, start))?
        }
    };
    let core_end = start + block.core().len();
    let blank = |id: &&u32| **id == BLANK;
    let before = index.ids()[..start].iter().rev().take(block.lead);
    let after = index.ids()[core_end..].iter().take(block.tail);
    let (before, after) = (
        before.take_while(blank).count(),
        after.take_while(blank).count(),
    );
    Some(Place {
        stage,
        first: start - before,
        end: core_end + after,
        extra_lead: block.lead - before,
        extra_tail: block.tail - after,
        reindent,
    })
}

/// Refuses a place that has far more bytes, of white space, than were asked for.
fn check_size(index: &Index<'_>, block: &Block<'_>, place: &Place) -> Result<(), Refusal> {
    let wanted = block.old.iter().map(|line| line.len() + 1).sum::<usize>();
    let size = index.start(place.end) - index.start(place.first);
    let slack = block.old.len() * MAX_LINE_SLACK_BYTES;
    if size <= wanted * MAX_PLACE_RATIO + slack {
        return Ok(());
    }
    Err(Refusal::Disproportionate {
        first_line: place.first + 1,
        last_line: place.end,
        bytes: size,
        wanted,
    })
}

/// Where `needle` is in `hay`, overlapping places included, in time proportional to both
/// (Knuth, Morris and Pratt).
pub(super) fn find_all(hay: &[u32], needle: &[u32]) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(last) = needle.len().checked_sub(1) else {
        return found;
    };
    // For each beginning of the needle, how long a shorter beginning it ends with.
    let mut falls = vec![0; needle.len()];
    let mut len = 0;
    for at in 1..needle.len() {
        while len > 0 && needle[at] != needle[len] {
            len = falls[len - 1];
        }
        len += usize::from(needle[at] == needle[len]);
        falls[at] = len;
    }
    let mut len = 0;
    for (at, id) in hay.iter().enumerate() {
        while len > 0 && needle[len] != *id {
            len = falls[len - 1];
        }
        len += usize::from(needle[len] == *id);
        if len > last {
            found.push(at - last);
            len = falls[last];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find_all;

    #[test]
    fn runs_are_found_with_their_overlaps() {
        fn check(hay: &[u32], needle: &[u32], expect: &[usize]) {
            assert_eq!(find_all(hay, needle), expect, "{hay:?} {needle:?}");
        }
        check(&[1, 2, 1, 2, 1], &[1, 2, 1], &[0, 2]);
        check(&[1, 1, 1, 1], &[1, 1], &[0, 1, 2]);
        check(&[1, 1, 2, 1, 1, 1, 2], &[1, 1, 2], &[0, 4]);
        check(&[1, 2], &[1, 2, 3], &[]);
        check(&[1, 2], &[], &[]);
        check(&[], &[1], &[]);
    }
}
