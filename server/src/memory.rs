//! How much memory this process uses.

/// Bytes of a page on every platform where `/proc` exists and Aside is built for.
const PAGE_BYTES: u64 = 4096;

/// Resident memory in bytes, where the system tells (Linux: `/proc/self/statm`, second field).
pub fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages.saturating_mul(PAGE_BYTES))
}
