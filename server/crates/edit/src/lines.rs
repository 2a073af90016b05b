//! Lines as LSP knows them: ended by LF, CR LF or a CR alone.
//!
//! A line here is a slice of the text with its ending. A text that ends with an ending has no
//! further, empty line behind it: `"a\n"` is one line, `""` is none.
use memchr::{memchr_iter, memchr2, memrchr, memrchr2};

/// How many bytes are looked at at once for CR LF; at most half of them are pairs.
const PAIRS_BYTES: usize = 256;

/// The byte-order mark, which may open a file and is no part of its text.
pub const BOM: char = '\u{feff}';

/// The byte-order mark (or nothing) and what follows it.
pub fn split_bom(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with(BOM) {
        BOM.len_utf8()
    } else {
        0
    })
}

/// All lines of a text, each with its ending; together they are the text.
pub fn lines(text: &str) -> Lines<'_> {
    Lines {
        rest: text,
        breaks: Breaks::Lsp,
    }
}

/// The lines of a text; see [`lines`].
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a str,
    breaks: Breaks,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// LF, CR LF and a CR alone, as in LSP.
    Lsp,
    /// LF and CR LF, as in unified diffs.
    Lf,
}

impl Breaks {
    pub(crate) fn lines(self, text: &str) -> Lines<'_> {
        Lines {
            rest: text,
            breaks: self,
        }
    }

    /// How many bytes the first line has, its ending included.
    fn first_len(self, text: &[u8]) -> usize {
        let at = match self {
            Self::Lsp => memchr2(b'\n', b'\r', text),
            Self::Lf => memchr::memchr(b'\n', text),
        };
        match at {
            None => text.len(),
            Some(at) if text[at] == b'\r' && text.get(at + 1) == Some(&b'\n') => at + 2,
            Some(at) => at + 1,
        }
    }

    /// Where the last line of `text` begins; a text that ends with an ending ends in a whole line.
    pub(crate) fn last_start(self, text: &[u8]) -> usize {
        let body = &text[..text.len() - ending(text).len()];
        match self {
            Self::Lsp => memrchr2(b'\n', b'\r', body),
            Self::Lf => memrchr(b'\n', body),
        }
        .map_or(0, |at| at + 1)
    }

    /// Whether a line may begin at byte `at`, or the text ends there.
    pub(crate) fn is_boundary(self, text: &[u8], at: usize) -> bool {
        if at == 0 || at == text.len() {
            return true;
        }
        match (text[at - 1], self) {
            (b'\n', _) => true,
            (b'\r', Self::Lsp) => text[at] != b'\n',
            (_, _) => false,
        }
    }

    /// How many lines end inside `text`.
    pub(crate) fn count(self, text: &[u8]) -> usize {
        let feeds = memchr_iter(b'\n', text).count();
        match self {
            Self::Lf => feeds,
            Self::Lsp => feeds + returns(text).0,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self
            .rest
            .split_at(self.breaks.first_len(self.rest.as_bytes()));
        self.rest = rest;
        Some(line)
    }
}

/// How many lines of `text` have an ending, which is the number, from 0, of the line that a
/// position at its end is on.
pub fn count_breaks(text: &str) -> usize {
    Breaks::Lsp.count(text.as_bytes())
}

/// How many CR stand alone, and how many before a LF.
fn returns(text: &[u8]) -> (usize, usize) {
    let all = memchr_iter(b'\r', text).count();
    if all == 0 {
        return (0, 0);
    }
    // In parts so small that a byte counts them, which many at once can be added to.
    let behind = text.get(1..).unwrap_or_default();
    let parts = text.chunks(PAIRS_BYTES).zip(behind.chunks(PAIRS_BYTES));
    let pairs = parts.map(|(part, behind)| {
        let pairs = part.iter().zip(behind);
        let count = pairs.map(|(one, next)| u8::from(*one == b'\r') & u8::from(*next == b'\n'));
        usize::from(count.sum::<u8>())
    });
    let pairs = pairs.sum::<usize>();
    (all - pairs, pairs)
}

/// A line without its ending.
pub fn content(line: &str) -> &str {
    &line[..line.len() - ending(line.as_bytes()).len()]
}

/// The ending of a line, empty for a last line that has none.
pub(crate) fn ending(line: &[u8]) -> &'static str {
    match line {
        [.., b'\r', b'\n'] => "\r\n",
        [.., b'\n'] => "\n",
        [.., b'\r'] => "\r",
        _ => "",
    }
}

/// Writes the endings that `text` brings along as `wanted`: LF and CR LF are endings, while a CR
/// alone may be meant and stays.
pub(crate) fn with_endings(text: &str, wanted: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in Breaks::Lf.lines(text) {
        match line.strip_suffix('\n') {
            None => out.push_str(line),
            Some(line) => {
                out.push_str(line.strip_suffix('\r').unwrap_or(line));
                out.push_str(wanted);
            }
        }
    }
    out
}

/// Which endings a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endings {
    /// The text is one line.
    None,
    /// All are the same.
    Uniform(&'static str),
    /// They differ; the one that most lines have.
    Mixed(&'static str),
}

impl Endings {
    /// Looks at all lines.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let feeds = memchr_iter(b'\n', bytes).count();
        let (alone, pairs) = returns(bytes);
        let plain = feeds - pairs;
        match (plain, pairs, alone) {
            (0, 0, 0) => Self::None,
            (_, 0, 0) => Self::Uniform("\n"),
            (0, _, 0) => Self::Uniform("\r\n"),
            (0, 0, _) => Self::Uniform("\r"),
            _ if plain >= pairs && plain >= alone => Self::Mixed("\n"),
            _ if pairs >= alone => Self::Mixed("\r\n"),
            _ => Self::Mixed("\r"),
        }
    }
}

/// Gives a whole new text the byte-order mark and the line endings of the one it replaces,
/// where those are all the same; its own stay otherwise.
pub fn in_the_manner_of(old: &str, new: &str) -> String {
    let (bom, old) = split_bom(old);
    let (new_bom, new) = split_bom(new);
    let bom = if old.is_empty() && bom.is_empty() {
        new_bom
    } else {
        bom
    };
    let body = match Endings::of(old) {
        Endings::Uniform(ending) => with_endings(new, ending),
        Endings::None | Endings::Mixed(_) => new.to_owned(),
    };
    format!("{bom}{body}")
}

#[cfg(test)]
mod tests {
    use super::{Breaks, Endings, count_breaks, in_the_manner_of, lines};

    #[test]
    fn lines_are_those_of_lsp() {
        fn check(text: &str, expect: &[&str]) {
            assert_eq!(lines(text).collect::<Vec<_>>(), expect);
            assert_eq!(lines(text).collect::<String>(), text);
            let ended = expect.iter().filter(|line| line.ends_with(['\n', '\r']));
            assert_eq!(count_breaks(text), ended.count());
            if let Some(last) = expect.last() {
                let start = Breaks::Lsp.last_start(text.as_bytes());
                assert_eq!(&&text[start..], last);
            }
        }
        check("", &[]);
        check("a", &["a"]);
        check("a\n", &["a\n"]);
        check("a\r\n\rb\n\nc", &["a\r\n", "\r", "b\n", "\n", "c"]);
        check("\r\r\n\n", &["\r", "\r\n", "\n"]);
        // Line separators that other rules know are text here.
        check("a\u{2028}b\u{85}c\u{b}d", &["a\u{2028}b\u{85}c\u{b}d"]);
    }

    #[test]
    fn endings_are_counted() {
        fn check(text: &str, expect: Endings) {
            assert_eq!(Endings::of(text), expect);
        }
        check("a", Endings::None);
        check("a\nb\n", Endings::Uniform("\n"));
        check("a\r\nb\r\n", Endings::Uniform("\r\n"));
        check("a\rb", Endings::Uniform("\r"));
        check("a\r\nb\r\nc\n", Endings::Mixed("\r\n"));
        check("a\nb\r", Endings::Mixed("\n"));
    }

    #[test]
    fn a_new_text_takes_on_the_manner_of_the_old() {
        fn check(old: &str, new: &str, expect: &str) {
            assert_eq!(in_the_manner_of(old, new), expect);
        }
        check("a\r\n", "b\nc\r\nd", "b\r\nc\r\nd");
        check("a\n", "b\r\nc", "b\nc");
        check("a", "b\r\nc\n", "b\r\nc\n");
        check("a\r\nb\n", "c\nd\r\n", "c\nd\r\n");
        check("\u{feff}a\r\n", "b\n", "\u{feff}b\r\n");
        check("\u{feff}a", "\u{feff}b", "\u{feff}b");
        check("a", "\u{feff}b", "b");
        check("", "\u{feff}b", "\u{feff}b");
        check("a\n", "b\rc\n", "b\rc\n");
    }
}
