//! Exact counts by OpenAI's public tokenizers.
//!
//! Their tables take a tenth of a second and 25 to 46 MB to set up, so they are there only while
//! someone keeps a [`Counter`].
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tiktoken_rs::CoreBPE;

use super::estimate;
use crate::Tokenizer;

/// Bytes that are counted at once. Longer texts are cut where no token can be; only a run of as
/// many bytes without such a place (spaces alone, one endless word) is cut anyhow, which can add
/// a token or two for each window. Within it no pattern of the tokenizers exhausts its stack.
pub(crate) const WINDOW: usize = 64 * 1024;

/// The tables of a tokenizer, set up. They go when the last who keeps this lets it go.
pub struct Counter {
    tokenizer: Tokenizer,
    /// Absent if the tables cannot be read, which cannot be: they are part of the program.
    tables: Option<CoreBPE>,
}

/// Those that someone keeps.
static KEPT: Mutex<[Weak<Counter>; 2]> = Mutex::new([Weak::new(), Weak::new()]);

impl Counter {
    /// Sets the tables up, or gives those that someone has. This takes a tenth of a second at
    /// first: it is not for a thread that others wait for.
    #[must_use]
    pub fn new(tokenizer: Tokenizer) -> Arc<Self> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let [cl100k, o200k] = &mut *kept;
        let place = match tokenizer {
            Tokenizer::Cl100k => cl100k,
            Tokenizer::O200k => o200k,
        };
        if let Some(counter) = place.upgrade() {
            return counter;
        }
        let tables = match tokenizer {
            Tokenizer::Cl100k => tiktoken_rs::cl100k_base(),
            Tokenizer::O200k => tiktoken_rs::o200k_base(),
        };
        let tables = tables
            .inspect_err(|error| tracing::error!(%error, "the tokenizer's tables are broken"))
            .ok();
        let counter = Arc::new(Self { tokenizer, tables });
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
        let Some(tables) = &self.tables else {
            return usize::try_from(estimate(text)).unwrap_or(usize::MAX);
        };
        let mut rest = text;
        let mut tokens = 0;
        while !rest.is_empty() {
            let (window, after) = rest.split_at(cut(rest));
            tokens += tables.encode_ordinary(window).len();
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

/// The tokens of a text. Those who count often keep a [`Counter`]: here the tables are set up
/// anew unless someone does.
#[must_use]
pub fn count(tokenizer: Tokenizer, text: &str) -> usize {
    Counter::new(tokenizer).count(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, cl100k: usize, o200k: usize) {
        let shown: String = text.chars().take(40).collect();
        assert_eq!(count(Tokenizer::Cl100k, text), cl100k, "cl100k: {shown:?}");
        assert_eq!(count(Tokenizer::O200k, text), o200k, "o200k: {shown:?}");
    }

    #[test]
    fn counts_that_are_known() {
        let _kept = [Tokenizer::Cl100k, Tokenizer::O200k].map(Counter::new);
        check("", 0, 0);
        check("hello world", 2, 2);
        check("tiktoken is great!", 6, 6);
        check("antidisestablishmentarianism", 6, 6);
        check("2 + 2 = 4", 7, 7);
        check("お誕生日おめでとう", 9, 8);
        check("<|endoftext|>", 7, 7);
        check("<|im_start|>system", 7, 7);
    }

    #[test]
    fn long_runs_are_counted() {
        let _kept = [Tokenizer::Cl100k, Tokenizer::O200k].map(Counter::new);
        check(&"a".repeat(100_000), 12_500, 12_500);
        check(&"0".repeat(60_000), 20_000, 20_000);
    }

    #[test]
    fn no_text_is_too_odd_to_be_counted() {
        let parts = [
            "a", "A", " ", "\n", "\t", "é", "日", "🦀", "\u{301}", "!", "'", "0", " \n", "'s", "ªǅ",
        ];
        for tokenizer in [Tokenizer::Cl100k, Tokenizer::O200k] {
            let counter = Counter::new(tokenizer);
            for part in parts {
                let text = part.repeat(WINDOW / part.len() + 100);
                let tokens = counter.count(&text);
                assert!(tokens > 0 && tokens <= text.len(), "{part:?}: {tokens}");
                // What stands before and after such a run is counted as well.
                assert!(counter.count(&format!("x{text}x")) >= tokens, "{part:?}");
            }
        }
    }

    #[test]
    fn windows_do_not_change_the_count() {
        let counter = Counter::new(Tokenizer::O200k);
        let tables = counter.tables.as_ref().expect("the tables");
        let own = include_str!("exact.rs");
        let prose =
            "Two words, 3 numbers: 12345;\n\n  then\tmore — 日本語のテキスト。\r\n// end\n/";
        for text in [own.repeat(20), prose.repeat(4000)] {
            assert!(text.len() > 2 * WINDOW);
            assert_eq!(counter.count(&text), tables.encode_ordinary(&text).len());
        }
    }

    #[test]
    fn tables_go_when_nobody_keeps_them() {
        // Another test may keep the tables of the other tokenizers, never these two at once.
        let first = Counter::new(Tokenizer::Cl100k);
        let second = Counter::new(Tokenizer::Cl100k);
        assert!(Arc::ptr_eq(&first, &second));
        let weak = Arc::downgrade(&first);
        drop(first);
        assert!(weak.upgrade().is_some());
    }
}
