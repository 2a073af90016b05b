//! Why an edit was not made, in sentences that tell a model what to do.
use std::fmt;

use memchr::memmem;

use super::closest::{Closest, Difference, closest};
use super::endings::normalized;
use super::{MAX_EDITS, MAX_PLACES, MAX_RESULT_BYTES};
use crate::lines::{count_breaks, lines};

/// A replacement shorter than this is found by chance, so that it says nothing.
const MIN_TELLING_BYTES: usize = 4;

/// Which edit was refused, and why; none was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// Which edit, from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
    /// Why.
    pub reason: Refusal,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 && self.count <= MAX_EDITS {
            write!(out, "edits[{}]: ", self.index)?;
        }
        write!(out, "{}", self.reason)?;
        if self.count > 1 {
            write!(out, " No edit was made.")?;
        }
        Ok(())
    }
}

/// Why an edit was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing to do.
    #[error("edits is empty. Give at least one {{old_text, new_text}}.")]
    NoEdits,
    /// More edits than are taken at once.
    #[error("There are more than {MAX_EDITS} edits. Make several calls.")]
    TooManyEdits,
    /// No text to replace in a file that has text.
    #[error(
        "old_text is empty, but the file is not. Give the text to replace; to insert, give a \
         line that is there as old_text, and in new_text that line with the new ones."
    )]
    EmptyOldText,
    /// Nothing would change.
    #[error(
        "old_text and new_text are the same, so nothing would change. Read the file with \
         read_file and give in new_text what is to be there instead."
    )]
    Unchanged,
    /// The text is not there.
    #[error("{0}")]
    NotFound(Box<NotFound>),
    /// The text is there more than once.
    #[error(
        "old_text is in the file {count} times, at lines {}. Give more lines around it so that \
         it is there only once, or set replace_all to true.", list(lines, *count)
    )]
    Ambiguous {
        /// How many times.
        count: usize,
        /// The lines, from 1, where the first few begin.
        lines: Vec<usize>,
    },
    /// More places than are replaced at once.
    #[error("old_text is in the file more than {MAX_PLACES} times. Give a longer one.")]
    TooManyPlaces,
    /// The result would be too large.
    #[error("The file would have more than {MAX_RESULT_BYTES} bytes. Replace less at a time.")]
    TooLarge,
}

/// What is known of a text that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// The most similar place.
    pub closest: Option<Closest>,
    /// The line, from 1, where the replacement is already.
    pub already_at: Option<usize>,
    /// Whether the text was copied with the line numbers that it is shown with.
    pub numbered: bool,
}

impl NotFound {
    /// Looks for what may have been meant; takes time in proportion to the text.
    pub(super) fn new(text: &str, old: &str, new: &str) -> Self {
        let (text, old, new) = (normalized(text), normalized(old), normalized(new));
        let bare = without_numbers(&old);
        let already_at = (new.trim().len() >= MIN_TELLING_BYTES)
            .then(|| memmem::find(text.as_bytes(), new.as_bytes()))
            .flatten()
            .map(|at| count_breaks(&text[..at]) + 1);
        Self {
            closest: closest(&text, bare.as_deref().unwrap_or(&old)),
            already_at,
            numbered: bare.is_some(),
        }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "old_text is not in the file.")?;
        if self.numbered {
            write!(
                out,
                " It has line numbers: leave out the number and the tab before each line."
            )?;
        }
        if let Some(line) = self.already_at {
            write!(
                out,
                " new_text is already there at line {line}, so the edit may have been made before."
            )?;
        }
        let Some(closest) = &self.closest else {
            return write!(
                out,
                " Nothing in it is similar. Read the file again with read_file and copy old_text \
                 exactly, without line numbers."
            );
        };
        match closest.first_line == closest.last_line {
            true => write!(out, " The closest place is line {}", closest.first_line)?,
            false => write!(
                out,
                " The closest place is lines {}-{}",
                closest.first_line, closest.last_line
            )?,
        }
        match &closest.difference {
            None => write!(out, ".")?,
            Some(Difference::Text {
                line,
                found,
                wanted,
            }) => write!(
                out,
                "; the first difference is in line {line}:\nfile:     {found}\nold_text: \
                 {wanted}\n"
            )?,
            Some(Difference::WhiteSpace { line, how }) => write!(
                out,
                "; the first difference is white space in line {line}: {how}."
            )?,
            Some(Difference::End { lines }) => {
                write!(out, ", but the file ends after line {lines}.")?;
            }
            Some(Difference::FinalNewline) => write!(
                out,
                ", where the file ends without a newline: leave out the last newline of old_text."
            )?,
        }
        let gap = match &closest.difference {
            Some(Difference::Text { .. }) => "",
            Some(_) | None => " ",
        };
        write!(
            out,
            "{gap}Copy old_text exactly from read_file, without line numbers."
        )
    }
}

/// The text without `12<tab>` before each line, if every line that is not blank has it.
fn without_numbers(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut numbered = false;
    for line in lines(text) {
        if line.trim().is_empty() {
            out.push_str(line);
            continue;
        }
        let rest = line.trim_start_matches(' ');
        let bare = rest.trim_start_matches(|char: char| char.is_ascii_digit());
        if bare.len() == rest.len() {
            return None;
        }
        out.push_str(bare.strip_prefix('\t')?);
        numbered = true;
    }
    numbered.then_some(out)
}

/// "3, 7 and 9", or "3, 7, 9, …" where there are more.
fn list(lines: &[usize], count: usize) -> String {
    let mut words = lines.iter().map(usize::to_string).collect::<Vec<_>>();
    if count > lines.len() {
        return format!("{}, …", words.join(", "));
    }
    match (words.pop(), words.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", words.join(", ")),
    }
}
