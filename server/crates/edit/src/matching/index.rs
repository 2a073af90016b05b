//! The lines of a text by what they say, so that places are found in one pass.
use std::borrow::Cow;
use std::collections::HashMap;

use crate::lines::{content, lines};
use crate::stage::fold;

/// How many lines of a text are looked at for inexact matches and similar places.
pub const MAX_INDEXED_LINES: usize = 2_000_000;
/// The id of lines without text.
pub(super) const BLANK: u32 = 0;
/// The id of lines that are none of those wanted.
const OTHER: u32 = u32::MAX;
/// How many kinds of lines, by length and ends, are told apart before a line is hashed.
const SIEVE: usize = 1 << 14;

/// A text's lines, each with the id of the wanted line that says the same, where white space at
/// both ends and the characters that [`fold`] unites are left aside.
pub(super) struct Index<'a> {
    text: &'a str,
    /// Where each line begins, and the end of the last one.
    starts: Vec<usize>,
    /// The id of each line.
    ids: Vec<u32>,
    /// The ids of the wanted lines.
    wanted: Vec<u32>,
    /// Whether all lines of the text are in it.
    whole: bool,
    /// Whether each wanted line with text is there.
    has_all: bool,
}

impl<'a> Index<'a> {
    /// Takes time in proportion to the text.
    pub(super) fn new(text: &'a str, wanted: &[&str]) -> Self {
        let mut names: HashMap<Cow<'_, str>, u32> = HashMap::new();
        let mut sieve = vec![false; SIEVE];
        let mut wanted_ids = Vec::with_capacity(wanted.len());
        let mut next = BLANK + 1;
        for line in wanted {
            let key = key(line);
            if key.is_empty() {
                wanted_ids.push(BLANK);
                continue;
            }
            sieve[kind(&key)] = true;
            let id = *names.entry(key).or_insert(next);
            if id == next {
                next += 1;
            }
            wanted_ids.push(id);
        }

        let (mut starts, mut ids) = (Vec::new(), Vec::new());
        let mut seen = vec![false; next as usize];
        let mut at = 0;
        for line in lines(text).take(MAX_INDEXED_LINES) {
            starts.push(at);
            at += line.len();
            let key = key(line);
            let id = match () {
                () if key.is_empty() => BLANK,
                () if !sieve[kind(&key)] => OTHER,
                () => names.get(&key).copied().unwrap_or(OTHER),
            };
            if let Some(seen) = seen.get_mut(id as usize) {
                *seen = true;
            }
            ids.push(id);
        }
        starts.push(at);
        Self {
            text,
            starts,
            ids,
            wanted: wanted_ids,
            whole: at == text.len(),
            has_all: seen.iter().skip(1).all(|seen| *seen),
        }
    }

    /// Whether what is wanted may be there, and a place can be called the only one.
    pub(super) fn may_match(&self) -> bool {
        self.whole && self.has_all
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The ids of the text's lines.
    pub(super) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The ids of the wanted lines.
    pub(super) fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// Where a line begins; the line after the last one begins at the end.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts[line]
    }

    /// A line with its ending.
    pub(super) fn line(&self, line: usize) -> &'a str {
        &self.text[self.starts[line]..self.starts[line + 1]]
    }

    /// Whether the text ends in the middle of a line.
    pub(super) fn lacks_final_ending(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with(['\n', '\r'])
    }

    /// A line without its ending.
    pub(super) fn content(&self, line: usize) -> &'a str {
        content(self.line(line))
    }
}

fn key(line: &str) -> Cow<'_, str> {
    fold(line.trim())
}

/// A number below [`SIEVE`]; lines whose numbers differ differ.
fn kind(key: &str) -> usize {
    let bytes = key.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    let mixed = bytes.len().wrapping_mul(0x9e37)
        ^ byte(0) << 3
        ^ byte(bytes.len() / 2).wrapping_mul(0x1f3)
        ^ byte(bytes.len().saturating_sub(1)) << 6;
    mixed % SIEVE
}
