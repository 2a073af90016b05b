//! Exact counts by OpenAI's public tokenizers: a text is split into pieces by a pattern, and each
//! piece is merged by the table of tokens.
//!
//! The tables are part of the program and are read where they are. What a [`Counter`] holds is
//! the pattern, which takes some milliseconds and a few MB.
use std::sync::{Arc, Mutex, PoisonError, Weak};

use regex_automata::meta::Regex;

use super::table::Table;
use super::{estimate, merge};
use crate::Tokenizer;

/// Bytes that are counted at once, so that no text needs much memory. Longer texts are cut where
/// no token can be; only a run of as many bytes without such a place (spaces alone, one endless
/// word) is cut anyhow, which can add a token or two for each window.
pub(crate) const WINDOW: usize = 64 * 1024;

/// What OpenAI's patterns are without looking ahead, which [`piece`] does for them.
/// <https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py>
const CL100K: &str = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]+|\s+";
const O200K: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+";

/// Counts tokens. Those who keep one share it; what it holds goes with the last of them.
pub struct Counter {
    tokenizer: Tokenizer,
    table: Table,
    /// Absent if it cannot be made, which cannot be: it is the same always.
    pattern: Option<Regex>,
}

/// Those that someone keeps.
static KEPT: Mutex<[Weak<Counter>; 2]> = Mutex::new([Weak::new(), Weak::new()]);

impl Counter {
    /// One of this tokenizer, or the one that someone has.
    #[must_use]
    pub fn new(tokenizer: Tokenizer) -> Arc<Self> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let [cl100k, o200k] = &mut *kept;
        let (place, pattern) = match tokenizer {
            Tokenizer::Cl100k => (cl100k, CL100K),
            Tokenizer::O200k => (o200k, O200K),
        };
        if let Some(counter) = place.upgrade() {
            return counter;
        }
        let pattern = Regex::new(pattern)
            .inspect_err(|error| tracing::error!(%error, "the tokenizer's pattern is broken"));
        let counter = Arc::new(Self {
            tokenizer,
            table: Table::of(tokenizer),
            pattern: pattern.ok(),
        });
        *place = Arc::downgrade(&counter);
        counter
    }

    /// Which tokenizer this is.
    #[must_use]
    pub fn tokenizer(&self) -> Tokenizer {
        self.tokenizer
    }

    /// The tokens of a text. What looks like a special token is text as any other.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        let Some(pattern) = &self.pattern else {
            return usize::try_from(estimate(text)).unwrap_or(usize::MAX);
        };
        let mut rest = text;
        let mut tokens = 0;
        while !rest.is_empty() {
            let (mut window, after) = rest.split_at(cut(rest));
            while !window.is_empty() {
                let (piece, more) = window.split_at(piece(pattern, window));
                tokens += merge::tokens(self.table, piece.as_bytes());
                window = more;
            }
            rest = after;
        }
        tokens
    }
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counter")
            .field("tokenizer", &self.tokenizer)
            .finish_non_exhaustive()
    }
}

/// Where the first piece of a text that is not empty ends. Every character is matched by
/// something, so that there is one.
fn piece(pattern: &Regex, text: &str) -> usize {
    let end = pattern.find(text).map_or(text.len(), |found| found.end());
    // `\s+(?!\S)`: of spaces before a word, the last belongs to the word.
    match text[..end].char_indices().next_back() {
        Some((last, space))
            if last > 0 && end < text.len() && space.is_whitespace() && !"\r\n".contains(space) =>
        {
            last
        }
        Some(_) | None => end,
    }
}

/// Where the first window of a text ends: at most [`WINDOW`] bytes on, and on a character's edge.
fn cut(text: &str) -> usize {
    if text.len() <= WINDOW {
        return text.len();
    }
    let bytes = text.as_bytes();
    let between = (1..WINDOW).rev().find(|&at| is_between(bytes, at));
    between.unwrap_or_else(|| text.floor_char_boundary(WINDOW))
}

/// Whether no token of either tokenizer reaches over this place, and what each matches on one
/// side does not depend on the other: after a line's end before a letter or digit, since no
/// pattern has both, and after a letter before a space and a letter, since a space joins what
/// follows it.
fn is_between(bytes: &[u8], at: usize) -> bool {
    match (bytes.get(at - 1), bytes.get(at)) {
        (Some(b'\n'), Some(next)) => next.is_ascii_alphanumeric(),
        (Some(before), Some(b' ')) => {
            before.is_ascii_alphabetic() && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
        }
        (_, _) => false,
    }
}
