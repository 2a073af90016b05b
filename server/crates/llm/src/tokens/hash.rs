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
