//! Which lines two texts have in common, found so that large texts with many changes stay cheap.
//!
//! Lines that are unique in both texts are matched first, in the longest order that both share;
//! what is between two of them is matched in the same way, until nothing in it is unique, and
//! then by the smallest difference. So a text of any size with a thousand changes gives a
//! thousand small blocks. No clock is looked at: the same texts give the same blocks, on which
//! the ids of hunks rely.
use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::changes::Block;
use crate::lines::lines;

/// How often what is between two unique lines is searched for lines that are unique in it.
pub(crate) const MAX_ALIGN_DEPTH: usize = 32;
/// How many pairs of lines may be compared in stretches without unique lines, all together. A
/// stretch beyond that is one block, which is correct, but larger than it need be.
pub(crate) const MAX_ALIGN_PAIRS: usize = 16_000_000;
/// The partner of a line that has none.
const NONE: usize = usize::MAX;

/// The whole lines that differ, in order, with a line that is equal between any two.
pub(crate) fn blocks(old: &str, new: &str) -> Vec<Block> {
    if old == new {
        return Vec::new();
    }
    let old_lines = lines(old).collect::<Vec<_>>();
    let new_lines = lines(new).collect::<Vec<_>>();
    let pairs = old_lines.iter().zip(&new_lines);
    let head = pairs.take_while(|(old, new)| old == new).count();
    let pairs = old_lines[head..]
        .iter()
        .rev()
        .zip(new_lines[head..].iter().rev());
    let tail = pairs.take_while(|(old, new)| old == new).count();

    let old_middle = &old_lines[head..old_lines.len() - tail];
    let new_middle = &new_lines[head..new_lines.len() - tail];
    let start = old_lines[..head].iter().map(|line| line.len()).sum();
    let partners = partners(old_middle, new_middle);
    collect(start, old_middle, new_middle, &partners)
}

/// The ranges of lines that differ, in order, with lines that are equal between any two.
pub(crate) fn changed(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut ranges = Vec::new();
    let (mut old_start, mut new_start) = (0, 0);
    let mut close = |old: Range<usize>, new: Range<usize>| {
        if !old.is_empty() || !new.is_empty() {
            ranges.push((old, new));
        }
    };
    for (at, partner) in partners(old, new).into_iter().enumerate() {
        if partner != NONE {
            close(old_start..at, new_start..partner);
            (old_start, new_start) = (at + 1, partner + 1);
        }
    }
    close(old_start..old.len(), new_start..new.len());
    ranges
}

/// The blocks between lines that have partners, `start` bytes into both texts.
fn collect(start: usize, old: &[&str], new: &[&str], partners: &[usize]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut old_at, mut new_at) = (start, start);
    let (mut old_start, mut new_start) = (start, start);
    let mut next = 0;
    let mut close = |old: Range<usize>, new: Range<usize>| {
        if !old.is_empty() || !new.is_empty() {
            blocks.push(Block { old, new });
        }
    };
    for (line, &partner) in old.iter().zip(partners) {
        if partner == NONE {
            old_at += line.len();
            continue;
        }
        new_at += length(&new[next..partner]);
        close(old_start..old_at, new_start..new_at);
        next = partner + 1;
        old_at += line.len();
        new_at += line.len();
        (old_start, new_start) = (old_at, new_at);
    }
    new_at += length(&new[next..]);
    close(old_start..old_at, new_start..new_at);
    blocks
}

fn length(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.len()).sum()
}

/// For each old line the new line that it is, rising, or [`NONE`].
fn partners(old: &[&str], new: &[&str]) -> Vec<usize> {
    if old.is_empty() || new.is_empty() {
        return vec![NONE; old.len()];
    }
    let mut names = HashMap::with_capacity(old.len());
    let mut name = |line| {
        let next = names.len();
        *names.entry(line).or_insert(next)
    };
    let old = old.iter().copied().map(&mut name).collect::<Vec<_>>();
    let new = new.iter().copied().map(&mut name).collect::<Vec<_>>();
    let mut aligner = Aligner {
        places: vec![Places::default(); names.len()],
        partners: vec![NONE; old.len()],
        pairs_left: MAX_ALIGN_PAIRS,
        old: &old,
        new: &new,
    };
    aligner.align();
    aligner.partners
}

/// Where a line is in the two stretches that are compared, and how often.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    old_count: u32,
    new_count: u32,
    new_at: usize,
}

/// Two texts whose lines are numbers, and what is known of them.
struct Aligner<'a> {
    old: &'a [usize],
    new: &'a [usize],
    places: Vec<Places>,
    partners: Vec<usize>,
    pairs_left: usize,
}

impl Aligner<'_> {
    fn align(&mut self) {
        let mut work = vec![(0..self.old.len(), 0..self.new.len(), 0)];
        while let Some((mut old, mut new, depth)) = work.pop() {
            self.trim(&mut old, &mut new);
            if old.is_empty() || new.is_empty() {
                continue;
            }
            let anchors = match depth < MAX_ALIGN_DEPTH {
                true => self.anchors(old.clone(), new.clone()),
                false => Vec::new(),
            };
            if anchors.is_empty() {
                self.smallest(old, new);
                continue;
            }
            for (old_at, new_at) in anchors {
                self.partners[old_at] = new_at;
                work.push((old.start..old_at, new.start..new_at, depth + 1));
                (old.start, new.start) = (old_at + 1, new_at + 1);
            }
            work.push((old, new, depth + 1));
        }
    }

    /// Matches what both stretches begin and end with, and takes it off them.
    fn trim(&mut self, old: &mut Range<usize>, new: &mut Range<usize>) {
        while old.start < old.end
            && new.start < new.end
            && self.old[old.start] == self.new[new.start]
        {
            self.partners[old.start] = new.start;
            old.start += 1;
            new.start += 1;
        }
        while old.start < old.end
            && new.start < new.end
            && self.old[old.end - 1] == self.new[new.end - 1]
        {
            old.end -= 1;
            new.end -= 1;
            self.partners[old.end] = new.end;
        }
    }

    /// The lines that are unique in both stretches, as many as are in the same order in both.
    fn anchors(&mut self, old: Range<usize>, new: Range<usize>) -> Vec<(usize, usize)> {
        for at in old.clone() {
            self.places[self.old[at]].old_count += 1;
        }
        for at in new.clone() {
            let place = &mut self.places[self.new[at]];
            place.new_count += 1;
            place.new_at = at;
        }
        let unique = old
            .clone()
            .filter_map(|at| {
                let place = self.places[self.old[at]];
                (place.old_count == 1 && place.new_count == 1).then_some((at, place.new_at))
            })
            .collect::<Vec<_>>();
        for at in old {
            self.places[self.old[at]] = Places::default();
        }
        for at in new {
            self.places[self.new[at]] = Places::default();
        }
        longest_rising(&unique)
    }

    /// Matches a stretch by its smallest difference, within the bounds.
    fn smallest(&mut self, old: Range<usize>, new: Range<usize>) {
        let pairs = old.len().saturating_mul(new.len());
        let Some(left) = self.pairs_left.checked_sub(pairs) else {
            return;
        };
        self.pairs_left = left;
        let (olds, news) = (&self.old[old.clone()], &self.new[new.clone()]);
        let ops = capture_diff_slices(Algorithm::Myers, olds, news);
        for op in ops {
            match op {
                DiffOp::Equal {
                    old_index,
                    new_index,
                    len,
                } => {
                    for at in 0..len {
                        self.partners[old.start + old_index + at] = new.start + new_index + at;
                    }
                }
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {}
            }
        }
    }
}

/// The longest part of `pairs`, whose first numbers rise, in which the second ones rise too.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best part of each length, and what comes before each pair in its part.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![NONE; pairs.len()];
    for (index, &(_, new)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < new);
        if length > 0 {
            before[index] = ends[length - 1];
        }
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut longest = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied().unwrap_or(NONE);
    while at != NONE {
        longest.push(pairs[at]);
        at = before[at];
    }
    longest.reverse();
    longest
}
