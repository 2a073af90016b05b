//! The lines of a patch with their numbers, and the paths in them.
use crate::lines::{Breaks, split_bom};

/// How many bytes of a line an error quotes.
const MAX_QUOTE_BYTES: usize = 120;

/// A line of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its text without LF or CR LF.
    pub(super) text: &'a str,
}

impl Numbered<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A whole patch by lines. A CR alone is part of a line.
pub(super) struct Source<'a> {
    pub(super) lines: Vec<Numbered<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let lines = Breaks::Lf
            .lines(split_bom(text).1)
            .zip(1..)
            .map(|(line, number)| Numbered {
                number,
                text: without_ending(line),
            })
            .collect();
        Self { lines }
    }
}

/// LF goes, and so does each CR before it: some programs double it.
fn without_ending(line: &str) -> &str {
    line.strip_suffix('\n')
        .unwrap_or(line)
        .trim_end_matches('\r')
}

/// A path as it is meant: without white space, quotes or backticks around it. `None` for none.
pub(super) fn path(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
        .trim();
    (!bare.is_empty()).then_some(bare)
}

/// The part of a line that an error quotes.
pub(super) fn quote(line: &str) -> String {
    if line.len() <= MAX_QUOTE_BYTES {
        return line.to_owned();
    }
    format!("{}…", &line[..line.floor_char_boundary(MAX_QUOTE_BYTES)])
}
