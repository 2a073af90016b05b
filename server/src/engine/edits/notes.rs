//! What the model is told about what the user did to its edits.
use std::ops::Range;

use aside_protocol::FileEditKind;

use super::edit::Edit;
use crate::engine::limits::MAX_AMENDED_NOTE_BYTES;

/// The user took hunks back.
pub fn rejected(edit: &Edit, which: &[usize]) -> String {
    let name = edit.name();
    let all = which.len() == edit.stored.hunks.len();
    if edit.stored.proposed {
        return format!(
            "The user rejected your proposed change to {name}{}. It was not made.",
            part(edit, which)
        );
    }
    match edit.kind {
        FileEditKind::Create if all => {
            format!("The user rejected your new file {name}; it is not there any more.")
        }
        FileEditKind::Delete if all => {
            format!("The user rejected that you deleted {name}; it is there again.")
        }
        FileEditKind::Rename if all => format!(
            "The user rejected that you moved {name}; it is at its old place again, with its old text."
        ),
        FileEditKind::Create
        | FileEditKind::Delete
        | FileEditKind::Rename
        | FileEditKind::Modify => format!(
            "The user rejected your change to {name}{}. The old text is there again.",
            part(edit, which)
        ),
    }
}

/// The user had a proposal made.
pub fn accepted_proposal(edit: &Edit, which: &[usize]) -> String {
    format!(
        "The user accepted your proposed change to {}{}. It is made now.",
        edit.name(),
        part(edit, which)
    )
}

/// A proposal that the user accepted could not be made.
pub fn conflicted_proposal(edit: &Edit) -> String {
    format!(
        "The user accepted your proposed change to {}, but the file had changed in the same lines, so it was not made. Go by what the file holds now if you propose another change.",
        edit.name()
    )
}

/// The user made something else of a hunk.
pub fn amended(edit: &Edit, index: usize, text: &str) -> String {
    let shown = beginning(text);
    let whole = if shown.len() < text.len() {
        "begins with"
    } else {
        "is now"
    };
    let fence = fence(shown);
    let end = if shown.is_empty() || shown.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!(
        "The user changed your edit of {}{}. The text there {whole}:\n{fence}\n{shown}{end}{fence}",
        edit.name(),
        part(edit, &[index]),
    )
}

/// Backticks that are no line of the text.
fn fence(text: &str) -> String {
    let longest = text
        .lines()
        .filter(|line| !line.is_empty() && line.bytes().all(|byte| byte == b'`'))
        .map(str::len)
        .max();
    "`".repeat(longest.map_or(3, |length| (length + 1).max(3)))
}

/// The files went back to before a turn.
pub fn rewound(names: &[String]) -> String {
    format!(
        "The user took your changes to these files back, so they hold the text from before: {}.",
        names.join(", ")
    )
}

/// What was taken back came back.
pub fn unrewound(names: &[String]) -> String {
    format!(
        "The user brought your changes to these files back: {}.",
        names.join(", ")
    )
}

/// `, lines 3-5 (1 of 3 hunks)`, as the model wrote them.
fn part(edit: &Edit, which: &[usize]) -> String {
    let count = edit.stored.hunks.len();
    if which.is_empty() || edit.kind == FileEditKind::Delete {
        return String::new();
    }
    let review = edit.review();
    let hunks = which.iter().filter_map(|&index| review.hunks().get(index));
    let places: Vec<String> = hunks.take(8).map(|hunk| lines(&hunk.new_lines)).collect();
    let more = if places.len() < which.len() {
        " and more"
    } else {
        ""
    };
    let share = if which.len() == count {
        String::new()
    } else {
        format!(" ({} of {count} hunks)", which.len())
    };
    format!(", {}{more}{share}", places.join(", "))
}

/// Lines from 0 as people count them.
pub fn lines(lines: &Range<usize>) -> String {
    match lines.len() {
        0 | 1 => format!("line {}", lines.start + 1),
        _ => format!("lines {}-{}", lines.start + 1, lines.end),
    }
}

/// The beginning of a text, within the limit.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MAX_AMENDED_NOTE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
