//! An edit as hunks, each kept or taken back on its own, in a text that goes on changing.
//!
//! Where a hunk is now follows from what happened since to the text that the edit made
//! ([`Changes`]), so typing elsewhere never confuses one hunk with another. Whoever changes a
//! line of a hunk makes it theirs: such a hunk is not taken back until its lines are again what
//! the edit made of them. Nothing outside the hunks asked for is ever touched.
mod place;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::changes::Changes;
use crate::diff::line_edits;
use crate::lines::{ending, lines};
use crate::merge::stay_apart;
use place::{LineIndex, Search};

/// Consecutive lines that an edit changed, in the texts before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewHunk {
    /// Bytes of the base, whole lines; empty where lines were only added.
    pub old: Range<usize>,
    /// Bytes of the new text, whole lines; empty where lines were only removed.
    pub new: Range<usize>,
    /// Lines of the base, from 0.
    pub old_lines: Range<usize>,
    /// Lines of the new text, from 0.
    pub new_lines: Range<usize>,
}

/// What became of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceState {
    /// What the edit wrote is there, unchanged.
    Intact,
    /// What was there before the edit is there again.
    Undone,
    /// Neither: someone made something else of these lines.
    Changed,
}

/// Where a hunk is in the text as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkPlace {
    /// Lines, from 0; empty where the hunk's text is.
    pub lines: Range<usize>,
    /// The hunk's text, or of a changed hunk what is there instead, in bytes.
    pub bytes: Range<usize>,
    /// What is there.
    pub state: PlaceState,
}

/// A hunk that cannot be taken back, because what it wrote was changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Which hunk, from 0.
    pub hunk: usize,
    /// Where it is now, in lines from 0.
    pub lines: Range<usize>,
    /// What is there now, in whole lines, as long as they are.
    pub now_text: String,
}

/// An edit from a base to a new text, as hunks: the same ones for the same texts.
#[derive(Debug, Clone)]
pub struct Review<'a> {
    base: &'a str,
    new: &'a str,
    hunks: Vec<ReviewHunk>,
}

impl<'a> Review<'a> {
    /// Finds the hunks; none where the texts are equal.
    pub fn new(base: &'a str, new: &'a str) -> Self {
        let (mut old_end, mut new_end) = (0, 0);
        let hunks = line_edits(base, new).into_iter().map(|edit| {
            let start = new_end + edit.bytes.start - old_end;
            old_end = edit.bytes.end;
            new_end = start + edit.new_text.len();
            ReviewHunk {
                old: edit.bytes,
                new: start..new_end,
                old_lines: edit.start_line..edit.end_line,
                new_lines: edit.new_start_line..edit.new_end_line,
            }
        });
        Self {
            hunks: hunks.collect(),
            base,
            new,
        }
    }

    /// The hunks, first to last, with unchanged lines between any two.
    pub fn hunks(&self) -> &[ReviewHunk] {
        &self.hunks
    }

    /// What the edit wrote.
    fn wrote(&self, hunk: &ReviewHunk) -> &'a str {
        &self.new[hunk.new.clone()]
    }

    /// What was there before the edit.
    fn was(&self, hunk: &ReviewHunk) -> &'a str {
        &self.base[hunk.old.clone()]
    }

    /// Where each hunk is in `now`, which `changes` made of the new text.
    ///
    /// Lines typed right above or below a hunk are not part of it. A hunk whose lines were
    /// changed, and are again what they were, is intact or undone as if nothing had happened.
    pub fn places(&self, now: &str, changes: &Changes) -> Vec<HunkPlace> {
        let mut search = Search::new(self, now, changes);
        (0..self.hunks.len())
            .map(|index| search.place(index))
            .collect()
    }

    /// `now` with these hunks taken back, all or none; the error names those that cannot be.
    /// Hunks that are undone already stay as they are, and numbers of no hunk are passed over.
    pub fn undo(
        &self,
        now: &str,
        changes: &Changes,
        which: &[usize],
    ) -> Result<String, Vec<Blocked>> {
        let places = self.places(now, changes);
        let mut edits = Vec::new();
        let mut blocked = Vec::new();
        for index in self.known(which) {
            match self.inverse(now, &places[index], index) {
                Inverse::Edit(edit) => edits.push(edit),
                Inverse::Done => {}
                Inverse::Blocked => blocked.push(blocked_at(now, &places[index], index)),
            }
        }
        match blocked.is_empty() {
            true => Ok(replaced(now, edits)),
            false => Err(blocked),
        }
    }

    /// The text as it would be without these hunks, which is what others made of the file: as
    /// [`Review::undo`], but hunks that cannot be taken back stay. With it come, for each of
    /// `which`, the lines, from 0, that its old text has there, or what stays in its place; none
    /// at the first line for a number of no hunk.
    pub fn without(
        &self,
        now: &str,
        changes: &Changes,
        which: &[usize],
    ) -> (String, Vec<Range<usize>>) {
        let places = self.places(now, changes);
        let mut edits = Vec::new();
        let mut undone = Changes::none();
        let mut put = vec![None; places.len()];
        let (mut added, mut removed) = (0, 0);
        for index in self.known(which) {
            match self.inverse(now, &places[index], index) {
                Inverse::Edit((range, was)) => {
                    let start = range.start + added - removed;
                    undone.replace(start..start + range.len(), was.len());
                    put[index] = Some(start..start + was.len());
                    added += was.len();
                    removed += range.len();
                    edits.push((range, was));
                }
                Inverse::Done | Inverse::Blocked => {}
            }
        }
        let text = replaced(now, edits);
        let index = LineIndex::new(&text);
        let lines = which
            .iter()
            .map(|&hunk| match (places.get(hunk), put.get(hunk)) {
                (Some(_), Some(Some(put))) => index.lines_of(put),
                (Some(place), _) => index.lines_of(&undone.to_new(place.bytes.clone()).range),
                (None, _) => 0..0,
            });
        let lines = lines.collect();
        (text, lines)
    }

    /// The base with only these hunks made. Numbers of no hunk are passed over.
    pub fn make(&self, which: &[usize]) -> String {
        let edits = self.known(which).map(|index| {
            let hunk = &self.hunks[index];
            (hunk.old.clone(), self.wrote(hunk))
        });
        replaced(self.base, edits.collect())
    }

    /// `now` with what a hunk wrote replaced by `text`, which gets a final line ending where the
    /// line behind it needs one. A hunk that was changed since is refused, and so is one that is
    /// not there.
    pub fn amend(
        &self,
        now: &str,
        changes: &Changes,
        hunk: usize,
        text: &str,
    ) -> Result<String, Blocked> {
        let Some(ours) = self.hunks.get(hunk) else {
            return Err(Blocked {
                hunk,
                lines: 0..0,
                now_text: String::new(),
            });
        };
        let place = Search::new(self, now, changes).place(hunk);
        match place.state {
            PlaceState::Intact | PlaceState::Undone => {}
            PlaceState::Changed => return Err(blocked_at(now, &place, hunk)),
        }
        let mut text = text.to_owned();
        let rest = &now[place.bytes.end..];
        if is_open(&text) && !begins_apart(rest) {
            let endings = [self.wrote(ours), self.was(ours), rest, now];
            let known = endings
                .iter()
                .filter_map(|text| lines(text).next())
                .map(|line| ending(line.as_bytes()))
                .find(|ending| !ending.is_empty());
            text.push_str(known.unwrap_or("\n"));
        }
        Ok(replaced(now, vec![(place.bytes, &text)]))
    }

    /// The hunks that are there, each once, first to last.
    fn known(&self, which: &[usize]) -> impl Iterator<Item = usize> {
        let mut known = which.to_vec();
        known.retain(|&index| index < self.hunks.len());
        known.sort_unstable();
        known.dedup();
        known.into_iter()
    }

    /// What takes a hunk back.
    fn inverse(&self, now: &str, place: &HunkPlace, index: usize) -> Inverse<'a> {
        let was = self.was(&self.hunks[index]);
        match place.state {
            PlaceState::Undone => Inverse::Done,
            PlaceState::Changed => Inverse::Blocked,
            PlaceState::Intact => {
                let (before, after) = (&now[..place.bytes.start], &now[place.bytes.end..]);
                let apart = match was.is_empty() {
                    true => stay_apart(before, after) || begins_apart(after),
                    false => {
                        stay_apart(before, was) && (stay_apart(was, after) || begins_apart(after))
                    }
                };
                match apart {
                    true => Inverse::Edit((place.bytes.clone(), was)),
                    false => Inverse::Blocked,
                }
            }
        }
    }
}

/// What takes a hunk back.
enum Inverse<'a> {
    /// Its old text in place of what is there.
    Edit((Range<usize>, &'a str)),
    /// Nothing: it is undone.
    Done,
    /// Nothing: its lines are another's now.
    Blocked,
}

fn blocked_at(now: &str, place: &HunkPlace, hunk: usize) -> Blocked {
    Blocked {
        hunk,
        lines: place.lines.clone(),
        now_text: LineIndex::new(now).text_of(&place.lines).to_owned(),
    }
}

/// A text with replacements made, which are in order and apart.
fn replaced(text: &str, edits: Vec<(Range<usize>, &str)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, new) in edits {
        out.push_str(&text[done..range.start]);
        out.push_str(new);
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Whether a text that follows a line without ending leaves that line alone.
fn begins_apart(text: &str) -> bool {
    text.is_empty() || text.starts_with(['\n', '\r'])
}

/// Whether the last line has no ending.
fn is_open(text: &str) -> bool {
    !text.is_empty() && !text.ends_with(['\n', '\r'])
}
