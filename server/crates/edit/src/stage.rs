//! How exactly a place is what a model asked for.
use std::borrow::Cow;
use std::fmt;

/// The stages of matching, the strictest first. Each but [`Stage::Indent`] compares lines by
/// their [key](Stage::key); a later stage forgives all that those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Character by character, but for line endings.
    Exact,
    /// White space at the end of lines may differ.
    TrailingSpace,
    /// All lines may be shifted by the same indentation, and the new text is shifted back.
    Indent,
    /// Dashes, quotes and spaces may be other characters that look the same.
    Unicode,
}

impl Stage {
    /// All stages in the order in which they are tried.
    pub const ALL: [Self; 4] = [
        Self::Exact,
        Self::TrailingSpace,
        Self::Indent,
        Self::Unicode,
    ];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::TrailingSpace => "trailingSpace",
            Self::Indent => "indent",
            Self::Unicode => "unicode",
        }
    }

    /// What is compared of a line, given without its ending. Indentation is kept: where it may
    /// differ, the caller takes it off first.
    pub fn key(self, line: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(line),
            Self::TrailingSpace | Self::Indent => Cow::Borrowed(line.trim_end()),
            Self::Unicode => fold(line.trim_end()),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Dashes, quotes and spaces as their ASCII likes. One character stays one character.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(ascii_like).collect())
}

/// Unicode's dashes (Pd and the minus sign), quotation marks and space separators (Zs).
fn ascii_like(char: char) -> char {
    match char {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{ff07}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}' => '"',
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            ' '
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

    #[test]
    fn each_stage_forgives_more() {
        fn check(stage: Stage, one: &str, other: &str, expect: bool) {
            assert_eq!(
                stage.key(one) == stage.key(other),
                expect,
                "{stage}: {one:?}"
            );
        }
        check(Stage::Exact, "a", "a", true);
        check(Stage::Exact, "a ", "a", false);
        check(Stage::TrailingSpace, "a \t", "a", true);
        check(Stage::TrailingSpace, " a", "a", false);
        check(Stage::TrailingSpace, "a\u{2013}b", "a-b", false);
        check(Stage::Unicode, "a\u{2013}b\u{a0}", "a-b", true);
        check(Stage::Unicode, "\u{201c}a\u{201d}", "\"a\"", true);
        check(Stage::Unicode, "\u{e9}", "e", false);
    }
}
