//! Where a hunk is after its text has changed.
use std::ops::Range;

use memchr::{memchr2, memrchr2};

use super::{HunkPlace, PlaceState, Review, begins_apart, is_open};
use crate::changes::Changes;
use crate::lines::{Breaks, ending, lines};
use crate::merge::stay_apart;

/// A place in bytes, and what is there.
type Found = (Range<usize>, PlaceState);

/// The search for the hunks of a review in a text.
pub(super) struct Search<'a> {
    review: &'a Review<'a>,
    now: &'a str,
    changes: &'a Changes,
    index: LineIndex<'a>,
    /// The last stretch that was looked at: its hunks, and where each of them is if all are what
    /// the edit wrote or what it replaced.
    stretch: (Range<usize>, Vec<Found>),
}

impl<'a> Search<'a> {
    pub(super) fn new(review: &'a Review<'a>, now: &'a str, changes: &'a Changes) -> Self {
        Self {
            index: LineIndex::new(now),
            stretch: (0..0, Vec::new()),
            review,
            now,
            changes,
        }
    }

    /// Where a hunk is, by its number, which must be that of one.
    pub(super) fn place(&mut self, index: usize) -> HunkPlace {
        let (bytes, state) = self.find(index);
        HunkPlace {
            lines: self.index.lines_of(&bytes),
            bytes,
            state,
        }
    }

    fn find(&mut self, index: usize) -> Found {
        let hunk = &self.review.hunks[index];
        let (wrote, was) = (self.review.wrote(hunk), self.review.was(hunk));
        let mapped = self.changes.to_new(hunk.new.clone());
        if !mapped.touched {
            if wrote.is_empty()
                && let Some(again) = self.inserted_again(hunk.new.start, mapped.range.start, was)
            {
                return (again, PlaceState::Undone);
            }
            if self.holds(&mapped.range, wrote) {
                return (mapped.range, PlaceState::Intact);
            }
        }
        if let Some((bytes, state)) = self.taken_back(index) {
            let text = match state {
                PlaceState::Undone => was,
                PlaceState::Intact | PlaceState::Changed => wrote,
            };
            if self.holds(&bytes, text) {
                return (bytes, state);
            }
        }
        if let Some(bytes) = self.only_its_end_touched(&hunk.new) {
            return (bytes, PlaceState::Intact);
        }
        let start = mapped.range.start.min(self.now.len());
        let end = mapped.range.end.clamp(start, self.now.len());
        (start..end, PlaceState::Changed)
    }

    /// Whether `text` is there, in lines of its own.
    fn holds(&self, at: &Range<usize>, text: &str) -> bool {
        if self.now.get(at.clone()) != Some(text) {
            return false;
        }
        let (before, after) = (&self.now[..at.start], &self.now[at.end..]);
        if text.is_empty() {
            return before.is_empty()
                || before.ends_with(['\n', '\r']) && stay_apart(before, after);
        }
        stay_apart(before, text)
            && match is_open(text) {
                true => begins_apart(after),
                false => stay_apart(text, after),
            }
    }

    /// What a hunk removed, if the next change before or behind it did nothing but insert the
    /// very same again; `at` is the hunk in the new text, and `here` in the text as it is now.
    /// Among equal lines it may have been inserted at another place to the same effect.
    fn inserted_again(&self, at: usize, here: usize, was: &str) -> Option<Range<usize>> {
        let blocks = self.changes.blocks();
        let next = blocks.partition_point(|block| block.old.end < at);
        let near = blocks.get(next.saturating_sub(1)..)?;
        let again = near.iter().take(3).find_map(|block| {
            if block.new.len() != block.old.len() + was.len() {
                return None;
            }
            let is_before = block.old.start < at;
            let (place, rest, rest_was) = match is_before {
                true => {
                    let start = here.checked_sub(was.len())?;
                    (start..here, block.new.start..start, block.old.start..at)
                }
                false => {
                    let end = here + was.len();
                    (here..end, end..block.new.end, at..block.old.end)
                }
            };
            let is_again = self.now.get(rest)? == self.review.new.get(rest_was)?;
            is_again.then_some(place)
        })?;
        self.holds(&again, was).then_some(again)
    }

    /// Where a hunk is if only what follows its last line was touched, as by typing a new line
    /// from the end of the last one.
    fn only_its_end_touched(&self, new: &Range<usize>) -> Option<Range<usize>> {
        let wrote = &self.review.new[new.clone()];
        let ending = ending(wrote.as_bytes()).len();
        let body = new.start..new.end - ending;
        let mapped = self.changes.to_new(body.clone());
        let place = mapped.range.start..mapped.range.end + ending;
        let is_whole = !mapped.touched && !body.is_empty() && self.holds(&place, wrote);
        is_whole.then_some(place)
    }

    /// Where a hunk is in a stretch that was changed, if all of it is again what it was, each of
    /// its hunks being made or not.
    fn taken_back(&mut self, index: usize) -> Option<Found> {
        if !self.stretch.0.contains(&index) {
            let (hunks, new) = self.stretch_of(index);
            let found = self.read(&hunks, &new).unwrap_or_default();
            self.stretch = (hunks, found);
        }
        let (hunks, found) = &self.stretch;
        found.get(index - hunks.start).cloned()
    }

    /// The hunks of the stretch, and the whole lines of the new text, that changed with a hunk.
    fn stretch_of(&self, index: usize) -> (Range<usize>, Range<usize>) {
        let all = &self.review.hunks;
        let mut hunks = index..index + 1;
        let mut new = all[index].new.clone();
        // Each round takes in more of the blocks, lines and hunks that there are, or ends.
        loop {
            let before = new.clone();
            if let blocks @ [first, ..] = &self.changes.blocks()[self.changes.inside(&new)] {
                new.start = new.start.min(first.old.start);
                new.end = new.end.max(blocks[blocks.len() - 1].old.end);
            }
            new = whole_lines(self.review.new, &new);
            while hunks.start > 0 && all[hunks.start - 1].new.end > new.start {
                hunks.start -= 1;
                new.start = new.start.min(all[hunks.start].new.start);
            }
            while hunks.end < all.len() && all[hunks.end].new.start < new.end {
                new.end = new.end.max(all[hunks.end].new.end);
                hunks.end += 1;
            }
            if new == before {
                return (hunks, new);
            }
        }
    }

    /// Reads a stretch as its hunks, made or not, with unchanged text around them.
    fn read(&self, hunks: &Range<usize>, new: &Range<usize>) -> Option<Vec<Found>> {
        let range = self.changes.to_new(new.clone()).range;
        let text = self.now.get(range.clone())?;
        let all = &self.review.hunks;
        let mut found = Vec::with_capacity(hunks.len());
        let first = self.review.new.get(new.start..all[hunks.start].new.start)?;
        let mut rest = text.strip_prefix(first)?;
        for index in hunks.clone() {
            let hunk = &all[index];
            let is_last = index + 1 == hunks.end;
            let next = if is_last {
                new.end
            } else {
                all[index + 1].new.start
            };
            let gap = self.review.new.get(hunk.new.end..next)?;
            let behind = |text: &str| {
                let behind = rest.strip_prefix(text)?.strip_prefix(gap)?;
                (!is_last || behind.is_empty()).then_some(behind)
            };
            let start = range.end - rest.len();
            let (wrote, was) = (self.review.wrote(hunk), self.review.was(hunk));
            let (text, state, behind) = match (behind(wrote), behind(was)) {
                (Some(behind), _) => (wrote, PlaceState::Intact, behind),
                (None, Some(behind)) => (was, PlaceState::Undone, behind),
                (None, None) => return None,
            };
            found.push((start..start + text.len(), state));
            rest = behind;
        }
        Some(found)
    }
}

/// The lines that a range is in.
fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let (mut start, mut end) = (range.start.min(bytes.len()), range.end.min(bytes.len()));
    while !Breaks::Lsp.is_boundary(bytes, start) {
        start = memrchr2(b'\n', b'\r', &bytes[..start - 1]).map_or(0, |at| at + 1);
    }
    while !Breaks::Lsp.is_boundary(bytes, end) {
        end += memchr2(b'\n', b'\r', &bytes[end..]).map_or(bytes.len() - end, |at| at + 1);
    }
    start..end
}

/// Where the lines of a text begin.
pub(super) struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut at = 0;
        let starts = lines(text).map(|line| {
            let start = at;
            at += line.len();
            start
        });
        Self {
            starts: starts.collect(),
            text,
        }
    }

    /// The lines, from 0, that a range of bytes is in; none for an empty range between lines.
    pub(super) fn lines_of(&self, bytes: &Range<usize>) -> Range<usize> {
        let is_between = Breaks::Lsp.is_boundary(self.text.as_bytes(), bytes.start);
        let started = self.starts.partition_point(|&start| start <= bytes.start);
        let ends_text = bytes.start == self.text.len() && !is_open(self.text);
        let first = match ends_text {
            true => self.starts.len(),
            false => started.saturating_sub(1),
        };
        if bytes.is_empty() && is_between {
            return first..first;
        }
        let last = self.starts.partition_point(|&start| start < bytes.end);
        first..last.max(first)
    }

    /// The text of a range of lines.
    pub(super) fn text_of(&self, lines: &Range<usize>) -> &'a str {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        &self.text[at(lines.start)..at(lines.end)]
    }
}
