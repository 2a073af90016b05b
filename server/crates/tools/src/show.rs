//! The lines of a file around what was changed, or around what an edit may have meant.
use aside_agent::host::{Document, WorkspacePath};
use aside_agent::item::{LineRange, Location};
use aside_edit::diff::LineEdit;
use aside_edit::lines::{content, lines, split_bom};

use crate::text::{self, count};

/// How many changed places of one file are shown to the model.
const MAX_SHOWN_PLACES: usize = 8;
/// How many lines around a change are shown.
const CONTEXT_LINES: usize = 2;
/// How many lines around the place are shown that a refused edit may have meant.
const REFUSAL_CONTEXT_LINES: usize = 6;
/// How many lines of one place are shown.
const MAX_PLACE_LINES: usize = 24;
/// How many bytes of changed places are shown in all.
pub(crate) const MAX_SHOWN_BYTES: usize = 6 * 1024;
/// How many changed places of one file are named to the client.
const MAX_LOCATIONS: usize = 50;

/// The new lines around each change, numbered as in `read_file`.
pub(crate) fn changed(new_text: &str, changes: &[LineEdit]) -> String {
    if split_bom(new_text).1.is_empty() {
        return " It is now empty.".to_owned();
    }
    let shown = places(new_text, changes, CONTEXT_LINES);
    if shown.is_empty() {
        return shown;
    }
    format!("\nIt now reads:\n{shown}")
}

/// The lines of the user's in a new text, where it differs from what the model takes it for;
/// only that there are some, where no changes are given.
pub(crate) fn kept(path: &WorkspacePath, new_text: &str, changes: &[LineEdit]) -> String {
    let head = format!(
        "\nThe user changed {} since you read it; that change is kept",
        path.display()
    );
    let shown = places(new_text, changes, 0);
    match (changes.is_empty(), shown.is_empty()) {
        (true, _) => format!("{head}."),
        (false, true) => format!("{head}: lines were removed."),
        (false, false) => format!("{head}:\n{shown}"),
    }
}

/// What is said of a file that another program changed below unsaved text.
pub(crate) fn changed_on_disk(document: &Document) -> Option<String> {
    document.changed_on_disk.then(|| {
        format!(
            "[Another program changed {} on disk while the editor holds unsaved text. This is \
             the editor's text; the user has to decide there which to keep.]",
            document.path.display()
        )
    })
}

fn places(new_text: &str, changes: &[LineEdit], context: usize) -> String {
    let mut out = String::new();
    let mut rest = lines(split_bom(new_text).1).enumerate().peekable();
    let mut shown_to = 0;
    for (index, change) in changes.iter().enumerate() {
        if index == MAX_SHOWN_PLACES || out.len() > MAX_SHOWN_BYTES {
            let left = changes.len() - index;
            let left = count(left, "more changed place", "more changed places");
            out.push_str(&format!("[{left} not shown.]"));
            break;
        }
        let start = change.new_start_line.saturating_sub(context).max(shown_to);
        let end = change.new_end_line + context;
        let last = end.min(start + MAX_PLACE_LINES);
        if start > shown_to && !out.is_empty() && !out.ends_with("…\n") {
            out.push_str("…\n");
        }
        while rest.next_if(|(number, _)| *number < start).is_some() {}
        while let Some((number, line)) = rest.next_if(|(number, _)| *number < last) {
            text::push_numbered(&mut out, number + 1, content(line));
            if out.len() > MAX_SHOWN_BYTES {
                break;
            }
        }
        shown_to = last;
        if last < end {
            out.push_str("…\n");
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// The lines that a refused edit may have meant, as they are: with them before its eyes, also a
/// small model corrects itself.
pub(crate) fn closest(text: &str, first: usize, last: usize) -> String {
    let start = first.saturating_sub(REFUSAL_CONTEXT_LINES).max(1);
    let end = (last + REFUSAL_CONTEXT_LINES).min(start + MAX_PLACE_LINES);
    let mut out = format!("\nThese are the lines of the file from line {start} on:\n```\n");
    let shown = lines(split_bom(text).1).skip(start - 1);
    for line in shown.take(end + 1 - start) {
        text::push_line(&mut out, content(line));
        if out.len() > MAX_SHOWN_BYTES {
            break;
        }
    }
    out.push_str("```");
    out
}

/// The changed places, for the client.
pub(crate) fn locations(path: &WorkspacePath, changes: &[LineEdit]) -> Vec<Location> {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let changes = changes.iter().take(MAX_LOCATIONS);
    changes
        .map(|change| Location {
            path: path.absolute().to_owned(),
            lines: Some(LineRange {
                start: line(change.new_start_line),
                end: line(change.new_end_line),
            }),
        })
        .collect()
}
