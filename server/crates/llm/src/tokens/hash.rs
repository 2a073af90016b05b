//! The hash by which tokens are found, the same when the tables are built and when they are read.

/// FNV-1a, folded: good enough for tokens of a few bytes, and quick.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
pub(super) fn hash(bytes: &[u8]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let [a, b, c, d, e, f, g, h] = hash.to_le_bytes();
    u32::from_le_bytes([a ^ e, b ^ f, c ^ g, d ^ h])
}

/// Bits of a slot that hold a rank and one; 0 is an empty slot.
const RANK_BITS: u32 = 18;

/// Tokens that a table can have.
#[allow(dead_code, reason = "only the build asks")]
pub(super) const MAX_TOKENS: u32 = (1 << RANK_BITS) - 1;

/// A slot: the rank and one, and above it the highest bits of the hash, by which most other
/// tokens are told apart without a look at their bytes.
pub(super) fn slot(hash: u32, rank_and_one: u32) -> u32 {
    (hash >> RANK_BITS) << RANK_BITS | rank_and_one
}

/// The rank and one of a slot.
#[allow(dead_code, reason = "the build does not ask")]
pub(super) fn rank_and_one(slot: u32) -> u32 {
    slot & ((1 << RANK_BITS) - 1)
}
