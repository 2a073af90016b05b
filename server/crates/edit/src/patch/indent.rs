//! Indentation that a patch has otherwise than the file.
use std::borrow::Cow;

/// How many columns a tab may stand for.
const TAB_WIDTHS: [usize; 3] = [2, 4, 8];

/// How the indentation of a whole hunk is made that of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Shift<'a> {
    /// It is that of the file.
    Same,
    /// The file has this before it.
    Deeper(&'a str),
    /// The hunk has this before it.
    Shallower(&'a str),
    /// The file has a tab for so many spaces.
    Tabs(usize),
    /// The file has so many spaces for a tab.
    Spaces(usize),
}

impl<'a> Shift<'a> {
    /// What may make `written` of a hunk `found` of the file, where both are white space.
    pub(super) fn between(written: &'a str, found: &'a str) -> Vec<Self> {
        if written.is_empty() && found.is_empty() {
            // Lines without indentation tell nothing about others.
            let tabs = TAB_WIDTHS.into_iter().map(Self::Tabs);
            let spaces = TAB_WIDTHS.into_iter().map(Self::Spaces);
            return [Self::Same].into_iter().chain(tabs).chain(spaces).collect();
        }
        if written == found {
            return vec![Self::Same];
        }
        if let Some(more) = found.strip_suffix(written) {
            return vec![Self::Deeper(more)];
        }
        if let Some(more) = written.strip_suffix(found) {
            return vec![Self::Shallower(more)];
        }
        let tabs = TAB_WIDTHS.into_iter().map(Self::Tabs);
        let spaces = TAB_WIDTHS.into_iter().map(Self::Spaces);
        tabs.chain(spaces)
            .filter(|shift| shift.indent(written).as_deref() == Some(found))
            .collect()
    }

    /// An indentation as the file has it; `None` where the hunk has less than it must have.
    pub(super) fn indent<'t>(self, written: &'t str) -> Option<Cow<'t, str>> {
        match self {
            Self::Same => Some(Cow::Borrowed(written)),
            Self::Deeper(more) => Some(Cow::Owned(format!("{more}{written}"))),
            Self::Shallower(more) => written.strip_prefix(more).map(Cow::Borrowed),
            Self::Tabs(width) => {
                let spaces = written.len() - written.trim_start_matches(' ').len();
                let (tabs, rest) = (spaces / width, spaces % width);
                let tail = &written[spaces..];
                Some(Cow::Owned(format!(
                    "{}{}{tail}",
                    "\t".repeat(tabs),
                    " ".repeat(rest)
                )))
            }
            Self::Spaces(width) => Some(Cow::Owned(written.replace('\t', &" ".repeat(width)))),
        }
    }

    /// A new line as the file would have it. A line with less indentation than all others have
    /// gets none.
    pub(super) fn line<'t>(self, line: &'t str) -> Cow<'t, str> {
        if self == Self::Same || line.trim().is_empty() {
            return Cow::Borrowed(line);
        }
        let (indent, rest) = split(line);
        let indent = self.indent(indent).unwrap_or(Cow::Borrowed(""));
        Cow::Owned(format!("{indent}{rest}"))
    }

    /// Whether a line of the hunk, indented so, has the file's indentation.
    pub(super) fn fits(self, written: &str, found: &str) -> bool {
        match self {
            Self::Same => written == found,
            Self::Deeper(more) => found.strip_prefix(more) == Some(written),
            Self::Shallower(more) => written.strip_prefix(more) == Some(found),
            Self::Tabs(_) | Self::Spaces(_) => self.indent(written).as_deref() == Some(found),
        }
    }
}

/// The white space that a line begins with, and the rest.
pub(super) fn split(line: &str) -> (&str, &str) {
    line.split_at(line.len() - line.trim_start().len())
}

#[cfg(test)]
mod tests {
    use super::Shift;

    #[test]
    fn shifts_are_found_and_made() {
        fn check(written: &str, found: &str, line: &str, expect: &[&str]) {
            let lines = Shift::between(written, found)
                .into_iter()
                .map(|shift| shift.line(line).into_owned())
                .collect::<Vec<_>>();
            assert_eq!(lines, expect, "{written:?} {found:?}");
        }
        check("  ", "    ", "  x", &["    x"]);
        check("    ", "  ", "      x", &["    x"]);
        check("    ", "  ", "x", &["x"]);
        check("  ", "\t  ", "x", &["\tx"]);
        check("  ", "  ", "x", &["x"]);
        check("    ", "\t", "      x", &["\t  x"]);
        check("\t\t", "        ", "\tx", &["    x"]);
        check(" \t", "\t ", "x", &[]);
        check("  ", "    ", "  ", &["  "]);
    }
}
