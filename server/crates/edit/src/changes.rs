//! How one text became another: replaced byte ranges, which compose.
use std::ops::Range;

use crate::align;

/// How many blocks are kept apart. Beyond it a block and its neighbour become one, so that more
/// of the text counts as changed than was.
pub const MAX_BLOCKS: usize = 10_000;

/// A stretch that was replaced, in bytes of both texts; both ends are between characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What was replaced, in the old text; empty where text was only added.
    pub old: Range<usize>,
    /// What is there instead, in the new text; empty where text was only removed.
    pub new: Range<usize>,
}

/// All that happened to a text: blocks, first to last, with untouched text between any two.
///
/// Only places are kept, no text, so a block may well hold what was there before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    blocks: Vec<Block>,
}

/// Where a range of the old text is in the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// In bytes of the new text. Of blocks that overlap the range, all is in it.
    pub range: Range<usize>,
    /// Whether something inside the range changed. What was replaced or inserted at its border
    /// is outside, and what was inserted at an empty range comes behind it.
    pub touched: bool,
}

impl Changes {
    /// Nothing happened.
    pub fn none() -> Self {
        Self::default()
    }

    /// What must have happened between two texts, in whole lines.
    ///
    /// Bounded in time; texts that have no unique lines in common may come out as fewer blocks
    /// than there were changes, never as wrong ones.
    pub fn between(old: &str, new: &str) -> Self {
        Self {
            blocks: align::blocks(old, new),
        }
    }

    /// One more change: `range`, in bytes of the text as it is now, was replaced by `len` bytes.
    /// Both ends must be between characters. A range that ends before it begins is empty.
    pub fn replace(&mut self, range: Range<usize>, len: usize) {
        let (start, end) = (range.start, range.end.max(range.start));
        if start == end && len == 0 {
            return;
        }
        // The blocks that the change meets, also at their borders, become one with it.
        let first = self.blocks.partition_point(|block| block.new.end < start);
        let last = first + self.blocks[first..].partition_point(|block| block.new.start <= end);
        let mut block = Block {
            old: self.old_of(first, start)..self.old_of(last, end),
            new: start..start + len,
        };
        if let [one, ..] = &self.blocks[first..last]
            && one.new.start <= start
        {
            block.old.start = one.old.start;
            block.new.start = one.new.start;
        }
        if let [.., one] = &self.blocks[first..last]
            && one.new.end >= end
        {
            block.old.end = one.old.end;
            block.new.end += one.new.end - end;
        }
        for later in &mut self.blocks[last..] {
            later.new.start = later.new.start - (end - start) + len;
            later.new.end = later.new.end - (end - start) + len;
        }
        let kept = (!block.old.is_empty() || !block.new.is_empty()).then_some(block);
        self.blocks.splice(first..last, kept);
        if self.blocks.len() > MAX_BLOCKS {
            self.join(first.min(self.blocks.len() - 2));
        }
    }

    /// Makes one block of two neighbours.
    fn join(&mut self, index: usize) {
        let next = self.blocks.remove(index + 1);
        let block = &mut self.blocks[index];
        block.old.end = next.old.end;
        block.new.end = next.new.end;
    }

    /// The old place of byte `at` of the new text, which is behind all blocks before `index` and
    /// in none.
    fn old_of(&self, index: usize, at: usize) -> usize {
        match self.blocks[..index].last() {
            None => at,
            Some(block) => (block.old.end + at).saturating_sub(block.new.end),
        }
    }

    /// The new place of byte `at` of the old text, which is behind all blocks before `index` and
    /// in none.
    fn new_of(&self, index: usize, at: usize) -> usize {
        match self.blocks[..index].last() {
            None => at,
            Some(block) => block.new.end + at - block.old.end,
        }
    }

    /// The blocks, first to last.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Whether nothing happened.
    pub fn is_none(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Where a range of the old text is now.
    pub fn to_new(&self, old: Range<usize>) -> Mapped {
        let inside = self.inside(&old);
        let (first, last) = (inside.start, inside.end);
        let mut range = self.new_of(first, old.start)..self.new_of(first, old.start);
        match &self.blocks[inside] {
            [] => range.end += old.len(),
            [one, .., other] => {
                range.start = range.start.min(one.new.start);
                range.end = other.new.end + old.end.saturating_sub(other.old.end);
            }
            [one] => {
                range.start = range.start.min(one.new.start);
                range.end = one.new.end + old.end.saturating_sub(one.old.end);
            }
        }
        Mapped {
            range,
            touched: first < last,
        }
    }

    /// Which blocks touch the inside of a range of the old text.
    pub(crate) fn inside(&self, old: &Range<usize>) -> Range<usize> {
        if old.is_empty() {
            let at = old.start;
            // What was inserted exactly here comes behind.
            let first = self.blocks.partition_point(|block| {
                block.old.end < at || block.old.end == at && block.old.start < at
            });
            let touched = self
                .blocks
                .get(first)
                .is_some_and(|block| block.old.start < at);
            return first..first + usize::from(touched);
        }
        let first = self
            .blocks
            .partition_point(|block| block.old.end <= old.start);
        let last = first + self.blocks[first..].partition_point(|block| block.old.start < old.end);
        first..last
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Changes, MAX_BLOCKS};

    /// The blocks as `old -> new`, after replacements of ranges by so many bytes.
    fn check(typed: &[(usize, usize, usize)], expect: &[(usize, usize, usize, usize)]) {
        let mut changes = Changes::none();
        for &(start, end, len) in typed {
            changes.replace(start..end, len);
        }
        let block = |&(old, old_end, new, new_end): &(usize, usize, usize, usize)| Block {
            old: old..old_end,
            new: new..new_end,
        };
        assert_eq!(
            changes.blocks(),
            expect.iter().map(block).collect::<Vec<_>>()
        );
    }

    #[test]
    fn changes_that_meet_are_one() {
        check(&[], &[]);
        check(&[(5, 5, 0)], &[]);
        check(&[(5, 7, 1)], &[(5, 7, 5, 6)]);
        check(&[(5, 5, 1), (6, 6, 1)], &[(5, 5, 5, 7)]);
        check(&[(5, 5, 1), (5, 6, 0)], &[]);
        check(&[(5, 7, 1), (1, 1, 3)], &[(1, 1, 1, 4), (5, 7, 8, 9)]);
        check(&[(5, 7, 1), (1, 3, 0), (0, 9, 2)], &[(0, 12, 0, 2)]);
        check(&[(2, 4, 2), (6, 8, 2), (4, 6, 1)], &[(2, 8, 2, 7)]);
        // A range that ends before it begins is empty.
        check(&[(5, 3, 1)], &[(5, 5, 5, 6)]);
    }

    #[test]
    fn beyond_the_bound_neighbours_become_one() {
        let mut changes = Changes::none();
        for n in 0..MAX_BLOCKS + 5 {
            changes.replace(n * 10..n * 10 + 2, 2);
        }
        assert_eq!(changes.blocks().len(), MAX_BLOCKS);
        let last = (MAX_BLOCKS + 4) * 10;
        assert!(changes.to_new(last..last + 1).touched);
        assert!(!changes.to_new(12..20).touched);
        assert_eq!(changes.to_new(last + 5..last + 6).range, last + 5..last + 6);
    }
}
