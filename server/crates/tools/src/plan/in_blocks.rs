//! Refusals in the words of SEARCH/REPLACE blocks, for models that have no tools to read with.
use std::fmt::Write as _;

use aside_edit::matching::{Refusal, Refused};

/// What is told instead of the refusal's own text.
pub(super) fn refusal(path: &str, refused: &Refused) -> String {
    let mut out = match refused.count {
        0 | 1 => format!("{path} is unchanged. "),
        count => format!(
            "{path} is unchanged. Block {} of its {count}: ",
            refused.index + 1
        ),
    };
    out.push_str(&reason(&refused.reason));
    if let Some(line) = refused.reason.already_at() {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            " REPLACE is already there at line {line}, so the edit may have been made before."
        );
    }
    if !refused.reason.candidates().is_empty() {
        out.push_str(" Copy SEARCH exactly from the lines that are there.");
    }
    if refused.count > 1 {
        out.push_str(" None of its blocks was made.");
    }
    out
}

fn reason(reason: &Refusal) -> String {
    match reason {
        Refusal::NoEdits => "There is no block.".to_owned(),
        Refusal::TooManyEdits => "It has too many blocks; give fewer at a time.".to_owned(),
        Refusal::EmptyOldText => {
            "SEARCH is empty, but the file is not. Give lines that are there.".to_owned()
        }
        Refusal::Unchanged => {
            "SEARCH and REPLACE are the same, so nothing would change.".to_owned()
        }
        Refusal::NotFound(not_found) if not_found.numbered => {
            "SEARCH is not in the file: it has line numbers, which are to be left out.".to_owned()
        }
        Refusal::NotFound(_) => "SEARCH is not in the file.".to_owned(),
        Refusal::Ambiguous { count, lines, .. } => {
            let lines = lines.iter().map(usize::to_string).collect::<Vec<_>>();
            format!(
                "SEARCH is in the file {count} times, at lines {}. Give more lines around it.",
                lines.join(", ")
            )
        }
        Refusal::Disproportionate {
            first_line,
            last_line,
            ..
        } => format!(
            "SEARCH is not in the file; lines {first_line}-{last_line} are like it, but far \
             longer. Copy it exactly."
        ),
        Refusal::TooManyPlaces => "SEARCH is in the file too many times.".to_owned(),
        Refusal::TooLarge => "The file would become too large. Replace less at a time.".to_owned(),
    }
}
