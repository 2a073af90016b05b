//! The names that models know the tools of servers by: `mcp__server__tool`.
//!
//! Models take letters, digits, `_` and `-`, at most 64 of them. A part that holds anything else
//! or is too long gets those characters replaced, or its end cut off, and a hash of the whole
//! original at its end. So a name depends on the two originals alone, never on what other servers
//! or tools there are, and two originals share a name only if their hashes do.

/// Characters of a whole name.
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// Characters of the part that names the server.
pub(crate) const MAX_SERVER_CHARS: usize = 24;

/// What all names begin with.
const PREFIX: &str = "mcp__";

/// Between the server and the tool.
const BETWEEN: &str = "__";

/// Hexadecimal digits of a hash.
const HASH_CHARS: usize = 8;

/// The name that models know a tool by.
///
/// ```
/// assert_eq!(aside_mcp::wire_name("git", "git_status"), "mcp__git__git_status");
/// assert_eq!(aside_mcp::wire_name("git", "a.b"), "mcp__git__a_b_108bf50c");
/// ```
#[must_use]
pub fn wire_name(server: &str, tool: &str) -> String {
    let server = server_part(server);
    let tool = tool_part(&server, tool);
    format!("{PREFIX}{server}{BETWEEN}{tool}")
}

/// Cuts a name into the parts of the server and the tool.
pub(crate) fn split(name: &str) -> Option<(&str, &str)> {
    let (server, tool) = name.strip_prefix(PREFIX)?.split_once(BETWEEN)?;
    (!server.is_empty() && !tool.is_empty()).then_some((server, tool))
}

/// What stands for a server. It holds no `__` and does not end with `_`, so the first `__` after
/// it is the one between.
pub(crate) fn server_part(server: &str) -> String {
    let is_clear = !server.contains(BETWEEN) && !server.ends_with('_');
    let part = part(server, MAX_SERVER_CHARS, is_clear);
    if part == server {
        return part;
    }
    let words: Vec<&str> = part.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// What stands for a tool beside what stands for its server.
pub(crate) fn tool_part(server_part: &str, tool: &str) -> String {
    let rest = MAX_NAME_CHARS - PREFIX.len() - BETWEEN.len() - server_part.len();
    part(tool, rest, true)
}

fn part(original: &str, max_chars: usize, is_clear: bool) -> String {
    let is_good = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let is_whole = is_clear && !original.is_empty() && original.len() <= max_chars;
    if is_whole && original.chars().all(is_good) {
        return original.to_owned();
    }
    let kept: String = original
        .chars()
        .map(|char| if is_good(char) { char } else { '_' })
        .take(max_chars - HASH_CHARS - 1)
        .collect();
    let kept = kept.trim_end_matches('_');
    format!("{kept}_{:08x}", hash(original))
}

/// FNV-1a of 32 bits: fixed for ever, which the hashes of the standard library are not.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
