//! Texts out of a fuzzer's bytes.
#![allow(dead_code, reason = "each target uses a part of it")]

/// Splits bytes at NUL into so many texts; `None` where they are no UTF-8.
pub fn texts<const N: usize>(data: &[u8]) -> Option<[&str; N]> {
    let mut parts = std::str::from_utf8(data).ok()?.splitn(N, '\0');
    let mut texts = [""; N];
    for text in &mut texts {
        *text = parts.next().unwrap_or("");
    }
    Some(texts)
}

/// Numbers that the bytes say, and then zeros.
pub struct Numbers<'a>(pub std::slice::Iter<'a, u8>);

impl<'a> Numbers<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self(data.iter())
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % limit)
    }

    pub fn is_done(&self) -> bool {
        self.0.len() == 0
    }
}

/// Lines that are easily taken for something else, and easily for each other.
pub const LINES: &[&str] = &[
    "a",
    "b",
    "c",
    "{",
    "}",
    "",
    " ",
    " a",
    "  a",
    "\ta",
    "\t\tb",
    "    b",
    "+a",
    "-a",
    "- b",
    "++i",
    "--i",
    "a ",
    "@@",
    "@@ a",
    "@Component({",
    " * a",
    "*** a",
    "*** End of File",
    " *** End Patch",
    "\\ a",
    "\u{201c}a\u{201d}",
    "\"a\"",
    "=======",
    "unique one",
    "unique two",
    "unique three",
];
