//! How many tokens one piece of text becomes: neighbours are merged, those of the lowest rank
//! first, until no two of them make a token.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::table::Table;

/// Pieces of so many bytes or fewer are searched anew for each merge, which is quicker for them
/// than keeping order.
const SHORT: usize = 64;

/// How many tokens a piece has.
pub(super) fn tokens(table: Table, piece: &[u8]) -> usize {
    if piece.len() < 2 || table.rank(piece).is_some() {
        return usize::from(!piece.is_empty());
    }
    if piece.len() <= SHORT {
        return short(table, piece);
    }
    Long::new(table, piece).merged()
}

fn short(table: Table, piece: &[u8]) -> usize {
    // Where each token starts, and the rank of what it would make with the next one.
    let rank = |start: usize, end: usize| {
        let both = piece.get(start..end)?;
        table.rank(both)
    };
    let mut parts: Vec<(usize, Option<u32>)> =
        (0..piece.len()).map(|at| (at, rank(at, at + 2))).collect();
    let start = |parts: &[(usize, Option<u32>)], part: usize| {
        parts.get(part).map_or(piece.len(), |(start, _)| *start)
    };
    loop {
        let ranks = parts.iter().enumerate();
        let ranks = ranks.filter_map(|(part, (_, rank))| Some((rank.as_ref()?, part)));
        let Some((_, part)) = ranks.min() else {
            return parts.len();
        };
        parts.remove(part + 1);
        let of = |parts: &[(usize, Option<u32>)], part: usize| {
            (part + 1 < parts.len())
                .then(|| rank(start(parts, part), start(parts, part + 2)))
                .flatten()
        };
        parts[part].1 = of(&parts, part);
        if let Some(before) = part.checked_sub(1) {
            parts[before].1 = of(&parts, before);
        }
    }
}

/// A long piece that is being merged.
struct Long<'a> {
    table: Table,
    piece: &'a [u8],
    /// Where the token that starts at a byte ends; 0 where none starts any more.
    ends: Vec<usize>,
    /// Where the token before the one that starts at a byte starts.
    before: Vec<usize>,
    /// What may be merged: the rank, where the first token starts, where the second ends.
    merges: BinaryHeap<Reverse<(u32, usize, usize)>>,
}

impl<'a> Long<'a> {
    fn new(table: Table, piece: &'a [u8]) -> Self {
        let mut long = Self {
            table,
            piece,
            ends: (1..=piece.len()).collect(),
            before: (0..piece.len()).map(|at| at.saturating_sub(1)).collect(),
            merges: BinaryHeap::new(),
        };
        for start in 0..piece.len() - 1 {
            long.may_merge(start);
        }
        long
    }

    /// Notes what the token that starts there would make with the next one.
    fn may_merge(&mut self, start: usize) {
        let second = self.ends[start];
        let Some(end) = self.ends.get(second).copied() else {
            return;
        };
        if let Some(rank) = self.table.rank(&self.piece[start..end]) {
            self.merges.push(Reverse((rank, start, end)));
        }
    }

    fn merged(mut self) -> usize {
        let mut tokens = self.piece.len();
        while let Some(Reverse((_, start, end))) = self.merges.pop() {
            let second = self.ends[start];
            // One of the two may have become part of another since.
            let is_alive = second != 0 && self.ends.get(second) == Some(&end);
            if !is_alive {
                continue;
            }
            tokens -= 1;
            self.ends[start] = end;
            self.ends[second] = 0;
            if let Some(before) = self.before.get_mut(end) {
                *before = start;
            }
            self.may_merge(start);
            if start > 0 {
                self.may_merge(self.before[start]);
            }
        }
        tokens
    }
}
