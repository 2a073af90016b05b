//! The one place that prints, with colours only on a terminal.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "commands other than `aside lsp` talk to a person"
)]
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// A heading.
    Bold,
    /// Less important.
    Dim,
    /// Removed, or failed.
    Red,
    /// Added, or well.
    Green,
    /// A place in a diff.
    Cyan,
}

/// Colours are wanted on a terminal, unless `NO_COLOR` is set.
fn colours(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The text without what a terminal would obey: models, servers and files say anything. Whoever
/// reads from a pipe gets it as it is.
fn shown(text: &str, terminal: bool) -> Cow<'_, str> {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !terminal || !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|c| *c != '\r');
    let shown = kept.map(|c| if is_obeyed(c) { '\u{FFFD}' } else { c });
    Cow::Owned(shown.collect())
}

fn styled(text: &str, style: Style, colours: bool) -> String {
    let code = match style {
        Style::Plain => return text.to_owned(),
        Style::Bold => BOLD,
        Style::Dim => DIM,
        Style::Red => RED,
        Style::Green => GREEN,
        Style::Cyan => CYAN,
    };
    if colours {
        format!("{code}{text}{RESET}")
    } else {
        text.to_owned()
    }
}

/// Writes text to standard output; an error means that nobody reads any more.
pub fn out(text: &str, style: Style) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let text = shown(text, stdout.is_terminal());
    stdout.write_all(styled(&text, style, colours(stdout.is_terminal())).as_bytes())?;
    stdout.flush()
}

/// Writes a line to standard output.
pub fn line(text: &str, style: Style) -> io::Result<()> {
    out(text, style)?;
    out("\n", Style::Plain)
}

/// Writes a line to standard error; if that fails there is nobody left to tell.
pub fn note(text: &str, style: Style) {
    let mut stderr = io::stderr().lock();
    let text = shown(text, stderr.is_terminal());
    let text = styled(&text, style, colours(stderr.is_terminal()));
    let _ = writeln!(stderr, "{text}");
}

/// Writes an error to standard error.
pub fn error(message: &str) {
    let mut stderr = io::stderr().lock();
    let head = styled("error:", Style::Red, colours(stderr.is_terminal()));
    let message = shown(message, stderr.is_terminal());
    let _ = writeln!(stderr, "{head} {message}");
}

/// Writes a unified diff, coloured, to standard error or standard output.
pub fn diff(text: &str, mut write: impl FnMut(&str, Style)) {
    for line in text.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::Green,
            Some(b'-') => Style::Red,
            Some(b'@') => Style::Cyan,
            _ => Style::Dim,
        };
        write(line, style);
    }
}

/// Whether a person can be asked: both what they type and what they read is a terminal.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn nothing_that_a_terminal_obeys_reaches_one() {
        for (said, expected) in [
            ("a\n\tb \u{e9}\u{1F980}", "a\n\tb \u{e9}\u{1F980}"),
            (
                "\x1b]0;title\x07\x1b[2J",
                "\u{FFFD}]0;title\u{FFFD}\u{FFFD}[2J",
            ),
            ("fine\r\nover\rwritten", "fine\noverwritten"),
            ("\u{9b}31m\0\x08\x7f", "\u{FFFD}31m\u{FFFD}\u{FFFD}\u{FFFD}"),
        ] {
            assert_eq!(shown(said, true), expected, "{said:?}");
            assert_eq!(shown(said, false), said, "{said:?}");
        }
    }
}
