//! The tables of tokenizers: all tokens by rank, and where each is found by its hash. They are
//! read as they are, so that nothing of them is ever built or copied at run time.
//!
//! Each is a file of little-endian `u32`: how many tokens there are, how many slots, where each
//! token's bytes end, then the slots (0, or a rank and one, and above it what is left of the
//! hash), then the bytes.
#[path = "../src/tokens/hash.rs"]
mod hash;

use tiktoken_rs::CoreBPE;

/// The table of a tokenizer.
pub fn table(tokenizer: &CoreBPE) -> Result<Vec<u8>, String> {
    let ranks = 0..hash::MAX_TOKENS;
    let tokens: Vec<Vec<u8>> = ranks
        .map_while(|rank| tokenizer.decode_bytes(&[rank]).ok())
        .collect();
    // A fifth of them is empty at least, so that searches are short.
    let slots = (tokens.len() * 5 / 4).next_power_of_two();
    let mut table = vec![0_u32; slots];
    let mut ends = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for (rank, token) in (1..).zip(&tokens) {
        end += number(token.len())?;
        ends.push(end);
        let hash = hash::hash(token);
        let mut slot = hash as usize % slots;
        while table[slot] != 0 {
            slot = (slot + 1) % slots;
        }
        table[slot] = hash::slot(hash, rank);
    }
    let head = [number(tokens.len())?, number(slots)?];
    let numbers = head.into_iter().chain(ends).chain(table);
    let mut bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    bytes.extend(tokens.concat());
    Ok(bytes)
}

fn number(count: usize) -> Result<u32, String> {
    u32::try_from(count).map_err(|error| format!("a tokenizer is too large: {error}"))
}
