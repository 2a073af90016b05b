//! Text for the model and for people, cut to size.
use std::fmt::Write as _;

/// How many bytes of one call's text the model is given.
pub(crate) const MAX_OUTPUT_BYTES: usize = 48 * 1024;
/// How many bytes of one line the model is given when it reads.
pub(crate) const MAX_LINE_BYTES: usize = 2000;
/// How many bytes a title may have.
const MAX_TITLE_BYTES: usize = 120;

/// A title in one line, cut where it is long.
pub(crate) fn title(text: &str) -> String {
    let mut line = text
        .chars()
        .take(MAX_TITLE_BYTES + 1)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect::<String>();
    if line.len() > MAX_TITLE_BYTES {
        line.truncate(line.floor_char_boundary(MAX_TITLE_BYTES));
        line.push('…');
    }
    line
}

/// The beginning of a text, at most so many bytes of it.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The number of things with their name: "1 match", "2 matches".
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// Writes a line as `read_file` shows it, its end cut off where it is long.
pub(crate) fn push_numbered(out: &mut String, number: usize, line: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}\t");
    push_line(out, line);
}

/// Writes a line, its end cut off where it is long.
pub(crate) fn push_line(out: &mut String, line: &str) {
    let shown = &line[..line.floor_char_boundary(MAX_LINE_BYTES)];
    out.push_str(shown);
    if shown.len() < line.len() {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "[… {} more bytes in this line; grep shows the part that matches]",
            line.len() - shown.len()
        );
    }
    out.push('\n');
}
