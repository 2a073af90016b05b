//! Three-way merge by lines: what two sides made of one text, together.
//!
//! Changes to different lines merge, also where the lines are neighbours; changes to the same
//! lines merge only where they are the same. All else is a conflict, so no line of either side
//! is ever lost. A line is equal to another with its ending.
mod same;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use crate::align;
use crate::changes::Block;
use crate::lines::{Breaks, Endings, lines, split_bom, with_endings};

/// Lines that both sides changed, each in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What both started from, in whole lines; empty where both only added. Texts are as long as
    /// the lines in question: who shows them must bound them.
    pub base: String,
    /// What we made of it; empty where we removed it.
    pub ours: String,
    /// What they made of it; empty where they removed it.
    pub theirs: String,
    /// The lines of our text, from 0; empty where we removed them.
    pub ours_lines: Range<usize>,
    /// The lines of the base, from 0; empty where both only added.
    pub base_lines: Range<usize>,
}

/// The base with the changes of both sides, or all places where they cannot both be had.
///
/// What both sides insert at the very same place conflicts, unless it is the same; what one
/// inserts before or behind lines that the other replaces does not. Where one side has changed
/// all line endings, the other's lines get the new ones; a byte-order mark is merged on its own.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Result<String, Vec<Conflict>> {
    if ours == base || ours == theirs {
        return Ok(theirs.to_owned());
    }
    if theirs == base {
        return Ok(ours.to_owned());
    }
    let ((base_bom, base), (our_bom, ours), (their_bom, theirs)) =
        (split_bom(base), split_bom(ours), split_bom(theirs));
    let bom = if our_bom == base_bom {
        their_bom
    } else {
        our_bom
    };
    let [base, ours, theirs] = same_endings(base, ours, theirs);
    let merged = Merge::new(&base, &ours, &theirs).run()?;
    Ok(format!("{bom}{merged}"))
}

/// The three texts, with the endings that one side gave to all lines given to the other's too.
fn same_endings<'a>(base: &'a str, ours: &'a str, theirs: &'a str) -> [Cow<'a, str>; 3] {
    let all = [base, ours, theirs].map(Endings::of);
    let wanted = match all {
        [
            Endings::Uniform(old),
            Endings::Uniform(our),
            Endings::Uniform(their),
        ] if our != their => {
            if old == our {
                Some(their)
            } else if old == their {
                Some(our)
            } else {
                None
            }
        }
        _ => None,
    };
    match wanted {
        Some(wanted @ ("\n" | "\r\n")) if all.iter().all(|one| *one != Endings::Uniform("\r")) => {
            [base, ours, theirs].map(|text| Cow::Owned(with_endings(text, wanted)))
        }
        Some(_) | None => [base, ours, theirs].map(Cow::Borrowed),
    }
}

/// Lines of the base, and what became of them on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    base: Range<usize>,
    ours: Range<usize>,
    theirs: Range<usize>,
    /// Which of the changes are here.
    our_blocks: Range<usize>,
    their_blocks: Range<usize>,
}

struct Merge<'a> {
    base: &'a str,
    ours: &'a str,
    theirs: &'a str,
    our_blocks: Vec<Block>,
    their_blocks: Vec<Block>,
}

impl<'a> Merge<'a> {
    fn new(base: &'a str, ours: &'a str, theirs: &'a str) -> Self {
        Self {
            our_blocks: align::blocks(base, ours),
            their_blocks: align::blocks(base, theirs),
            base,
            ours,
            theirs,
        }
    }

    fn run(&self) -> Result<String, Vec<Conflict>> {
        let places = self.places();
        let mut out = String::with_capacity(self.ours.len().max(self.theirs.len()));
        let mut conflicts = Vec::new();
        let mut done = 0;
        for chain in places.chunk_by(|one, next| one.base.end == next.base.start) {
            let ([first, ..], [.., last]) = (chain, chain) else {
                continue;
            };
            out.push_str(&self.base[done..first.base.start]);
            done = last.base.end;
            let texts = chain.iter().map(|place| self.resolve(place));
            let texts = texts.collect::<Vec<_>>();
            if let Some(text) = self.in_a_row(&out, &texts, done) {
                out.push_str(&text);
                continue;
            }
            // Neighbours whose lines would run into each other cannot both be had.
            let whole = self.place(
                first.our_blocks.start..last.our_blocks.end,
                first.their_blocks.start..last.their_blocks.end,
            );
            let one_by_one = texts.iter().any(Option::is_none);
            match self.resolve(&whole) {
                _ if one_by_one => conflicts.extend(
                    chain
                        .iter()
                        .zip(&texts)
                        .filter(|(_, text)| text.is_none())
                        .map(|(place, _)| place.clone()),
                ),
                None => conflicts.push(whole),
                Some(text) => out.push_str(&text),
            }
        }
        if !conflicts.is_empty() {
            return Err(self.conflicts(&conflicts));
        }
        out.push_str(&self.base[done..]);
        Ok(out)
    }

    /// The texts behind what is `before`, if all are known and their lines stay apart.
    fn in_a_row(&self, before: &str, texts: &[Option<Cow<'_, str>>], end: usize) -> Option<String> {
        let mut row = String::new();
        for text in texts {
            let text = text.as_deref()?;
            let start = if row.is_empty() { before } else { &row };
            if !stay_apart(start, text) {
                return None;
            }
            row.push_str(text);
        }
        let start = if row.is_empty() { before } else { &row };
        stay_apart(start, &self.base[end..]).then_some(row)
    }

    /// All places that either side changed, in order; changes to the same lines are one place.
    fn places(&self) -> Vec<Place> {
        let (ours, theirs) = (&self.our_blocks, &self.their_blocks);
        let mut places = Vec::new();
        let (mut our, mut their) = (0, 0);
        while our < ours.len() || their < theirs.len() {
            let (our_start, their_start) = (our, their);
            if comes_first(ours.get(our), theirs.get(their)) {
                our += 1;
            } else {
                their += 1;
            }
            loop {
                let last_our = ours[our_start..our].last();
                let last_their = theirs[their_start..their].last();
                if meet(last_their, ours.get(our)) {
                    our += 1;
                } else if meet(last_our, theirs.get(their)) {
                    their += 1;
                } else {
                    break;
                }
            }
            places.push(self.place(our_start..our, their_start..their));
        }
        places
    }

    /// The lines that these changes are in.
    fn place(&self, our_blocks: Range<usize>, their_blocks: Range<usize>) -> Place {
        let (ours, theirs) = (
            &self.our_blocks[our_blocks.clone()],
            &self.their_blocks[their_blocks.clone()],
        );
        let starts = [ours.first(), theirs.first()];
        let ends = [ours.last(), theirs.last()];
        let start = starts.iter().flatten().map(|block| block.old.start).min();
        let end = ends.iter().flatten().map(|block| block.old.end).max();
        let base = start.unwrap_or(0)..end.unwrap_or(0);
        Place {
            ours: side(&self.our_blocks, &our_blocks, &base),
            theirs: side(&self.their_blocks, &their_blocks, &base),
            base,
            our_blocks,
            their_blocks,
        }
    }

    /// What both sides together made of a place.
    fn resolve(&self, place: &Place) -> Option<Cow<'a, str>> {
        let ours = &self.ours[place.ours.clone()];
        let theirs = &self.theirs[place.theirs.clone()];
        if place.their_blocks.is_empty() || ours == theirs {
            return Some(Cow::Borrowed(ours));
        }
        if place.our_blocks.is_empty() {
            return Some(Cow::Borrowed(theirs));
        }
        same::together(&self.base[place.base.clone()], ours, theirs).map(Cow::Owned)
    }

    fn conflicts(&self, places: &[Place]) -> Vec<Conflict> {
        let mut our_lines = Counter::new(self.ours);
        let mut base_lines = Counter::new(self.base);
        places
            .iter()
            .map(|place| Conflict {
                base: self.base[place.base.clone()].to_owned(),
                ours: self.ours[place.ours.clone()].to_owned(),
                theirs: self.theirs[place.theirs.clone()].to_owned(),
                ours_lines: our_lines.lines_of(&place.ours),
                base_lines: base_lines.lines_of(&place.base),
            })
            .collect()
    }
}

/// What a side has in place of `base`, in which it made `changes` of its `blocks` and no others.
fn side(blocks: &[Block], changes: &Range<usize>, base: &Range<usize>) -> Range<usize> {
    let shift = |index: usize, at: usize| match blocks[..index].last() {
        None => at,
        Some(block) => block.new.end + at - block.old.end,
    };
    shift(changes.start, base.start)..shift(changes.end, base.end)
}

/// Whether our next change is before theirs; an insertion comes before what is replaced there.
fn comes_first(ours: Option<&Block>, theirs: Option<&Block>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => {
            (ours.old.start, ours.old.end) <= (theirs.old.start, theirs.old.end)
        }
        (ours, _) => ours.is_some(),
    }
}

/// Whether two changes of different sides are to the same lines, or insert at the same place.
fn meet(one: Option<&Block>, other: Option<&Block>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let (one, other) = (&one.old, &other.old);
    match (one.is_empty(), other.is_empty()) {
        (true, true) => one.start == other.start,
        (_, _) => one.start < other.end && other.start < one.end,
    }
}

/// Whether two texts, one behind the other, have the lines that they have alone.
pub(crate) fn stay_apart(before: &str, after: &str) -> bool {
    if before.is_empty() || after.is_empty() {
        return true;
    }
    match before.as_bytes()[before.len() - 1] {
        b'\n' => true,
        b'\r' => !after.starts_with('\n'),
        _ => false,
    }
}

/// Counts lines on the way through a text.
struct Counter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Counter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
        }
    }

    /// The lines of a range of whole lines behind all that were asked for before.
    fn lines_of(&mut self, range: &Range<usize>) -> Range<usize> {
        self.line += Breaks::Lsp.count(&self.text.as_bytes()[self.at..range.start]);
        self.at = range.start;
        self.line..self.line + lines(&self.text[range.clone()]).count()
    }
}
