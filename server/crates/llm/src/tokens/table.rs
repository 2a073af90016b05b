//! The tokens of a tokenizer, where the program keeps them: nothing here is on the heap.
use super::hash::{self, hash};
use crate::Tokenizer;

/// All tokens of a tokenizer and their ranks.
#[derive(Clone, Copy)]
pub(super) struct Table {
    /// Where each token's bytes end.
    ends: &'static [u8],
    /// Where each token is, by hash.
    slots: &'static [u8],
    /// The tokens' bytes, by rank.
    bytes: &'static [u8],
    /// How many slots there are, less one: all of its bits are ones.
    mask: u32,
}

static CL100K: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.bin"));
static O200K: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k.bin"));

/// Bytes of a number.
const NUMBER: usize = 4;

impl Table {
    pub(super) fn of(tokenizer: Tokenizer) -> Self {
        let file = match tokenizer {
            Tokenizer::Cl100k => CL100K,
            Tokenizer::O200k => O200K,
        };
        let tokens = number(file, 0) as usize;
        let slots = number(file, 1);
        let (ends, rest) = split(split(file, 2 * NUMBER).1, tokens * NUMBER);
        let (slots_bytes, bytes) = split(rest, slots as usize * NUMBER);
        Self {
            ends,
            slots: slots_bytes,
            bytes,
            mask: slots.saturating_sub(1),
        }
    }

    /// The rank of a token; `None` if there is none of these bytes.
    pub(super) fn rank(&self, piece: &[u8]) -> Option<u32> {
        let hash = hash(piece);
        let mut place = hash & self.mask;
        // There are more slots than tokens, so that an empty one ends the search.
        for _ in 0..=self.mask {
            let slot = number(self.slots, place as usize);
            let rank = hash::rank_and_one(slot).checked_sub(1)?;
            if slot == hash::slot(hash, rank + 1) && self.token(rank) == Some(piece) {
                return Some(rank);
            }
            place = (place + 1) & self.mask;
        }
        None
    }

    fn token(&self, rank: u32) -> Option<&'static [u8]> {
        let start = match rank.checked_sub(1) {
            Some(before) => number(self.ends, before as usize) as usize,
            None => 0,
        };
        let end = number(self.ends, rank as usize) as usize;
        self.bytes.get(start..end)
    }
}

/// The number at that place of a list; 0 beyond its end.
fn number(list: &[u8], place: usize) -> u32 {
    let at = place * NUMBER;
    let bytes = list
        .get(at..at + NUMBER)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}

fn split(bytes: &'static [u8], at: usize) -> (&'static [u8], &'static [u8]) {
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_ranks_that_are_public() {
        let check = |tokenizer, token: &str, expect: Option<u32>| {
            assert_eq!(
                Table::of(tokenizer).rank(token.as_bytes()),
                expect,
                "{token:?}"
            );
        };
        check(Tokenizer::Cl100k, "!", Some(0));
        check(Tokenizer::Cl100k, "hello", Some(15_339));
        check(Tokenizer::Cl100k, " world", Some(1_917));
        check(Tokenizer::O200k, "hello", Some(24_912));
        check(Tokenizer::O200k, " world", Some(2_375));
        for tokenizer in [Tokenizer::Cl100k, Tokenizer::O200k] {
            check(tokenizer, "", None);
            check(tokenizer, "<|endoftext|>", None);
            check(tokenizer, "no token is as long as this sentence", None);
            let table = Table::of(tokenizer);
            for byte in 0..=u8::MAX {
                assert!(table.rank(&[byte]).is_some(), "byte {byte}");
            }
        }
    }
}
