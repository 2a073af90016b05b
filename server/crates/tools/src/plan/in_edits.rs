//! Refusals in the words of `edit_file`.
use aside_edit::matching::{Difference, NotFound, Refusal, Refused};

/// What is told before the lines of the file. A text that is not there is not shown beside what is
/// there instead: the lines show that, and a small model that reads its own words again repeats
/// them.
pub(super) fn reason(refused: &Refused) -> String {
    let Refusal::NotFound(not_found) = &refused.reason else {
        return refused.to_string();
    };
    let mut out = match refused.count {
        0 | 1 => String::new(),
        _ => format!("edits[{}]: ", refused.index),
    };
    out.push_str("old_text is not in the file.");
    out.push_str(&hints(not_found));
    if refused.count > 1 {
        out.push_str(" No edit was made.");
    }
    out
}

/// What the lines of the file do not show, a sentence for each.
fn hints(not_found: &NotFound) -> String {
    let mut out = String::new();
    if not_found.numbered {
        out.push_str(" It has line numbers: leave out the number and the tab before each line.");
    }
    if let Some(line) = not_found.already_at {
        out.push_str(&format!(
            " new_text is already there at line {line}, so the edit may have been made before."
        ));
    }
    let closest = not_found.candidates.first();
    match closest.and_then(|closest| closest.difference.as_ref()) {
        Some(Difference::WhiteSpace { line, how }) => {
            out.push_str(&format!(" White space differs from line {line}: {how}."));
        }
        Some(Difference::FinalNewline) => out
            .push_str(" The file ends without a newline: leave out the last newline of old_text."),
        Some(Difference::Text { .. } | Difference::End { .. }) | None => {}
    }
    out
}
