//! Where a request is marked for Anthropic's cache, so that each request reads what the one
//! before it wrote. <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>.
//!
//! The provider writes its cache at each mark, up to four, and reads the longest prefix that was
//! written, looking for it at most twenty blocks before a mark. One mark each goes on the tools
//! and the system prompt, which outlive a conversation. Two go on the ends of what the user's side
//! said last: the last of them is where this request writes, and the one before it is where the
//! last request wrote, however many blocks lie between them.
use serde::Serialize;

use super::turns::{Role, Turn};

/// How many of the last messages of the user's side are marked.
const MARKED_MESSAGES: usize = 2;

/// A mark: what ends here is to be kept for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Mark {
    Ephemeral,
}

/// The mark of the tool at this place of so many.
pub(super) fn of_tool(at: usize, count: usize) -> Option<Mark> {
    (at + 1 == count).then_some(Mark::Ephemeral)
}

/// Marks the ends of the last messages of the user's side.
pub(super) fn mark(turns: &mut [Turn<'_>]) {
    let users = turns
        .iter_mut()
        .rev()
        .filter(|turn| turn.role == Role::User);
    for turn in users.take(MARKED_MESSAGES) {
        if let Some(last) = turn.content.last_mut() {
            last.set_mark(Mark::Ephemeral);
        }
    }
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
