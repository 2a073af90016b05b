//! Why an edit was not made, in sentences that tell a model what to do.
use std::fmt;

use memchr::memmem;

use super::closest::{Closest, Difference, closest};
use super::endings::normalized;
use super::index::Index;
use super::{MAX_EDITS, MAX_PLACES, MAX_RESULT_BYTES};
use crate::lines::{content, count_breaks, lines};
use crate::stage::Stage;

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
        "old_text is in the file {count} times{}, at lines {}. Give more lines around it so that \
         it is there only once, or set replace_all to true.", but_for(*stage), list(lines, *count)
    )]
    Ambiguous {
        /// How many times.
        count: usize,
        /// The lines, from 1, where the first few begin.
        lines: Vec<usize>,
        /// How exactly it is there.
        stage: Stage,
    },
    /// The only place has far more text than was asked for.
    #[error(
        "old_text has {wanted} bytes, but the place that it may mean, lines \
         {first_line}-{last_line}, has {bytes}, most of them white space. Read the file with \
         read_file and copy old_text exactly."
    )]
    Disproportionate {
        /// The place's first line, from 1.
        first_line: usize,
        /// The place's last line, from 1.
        last_line: usize,
        /// How many bytes the place has.
        bytes: usize,
        /// How many bytes were asked for.
        wanted: usize,
    },
    /// More places than are replaced at once.
    #[error("old_text is in the file more than {MAX_PLACES} times. Give a longer one.")]
    TooManyPlaces,
    /// The result would be too large.
    #[error("The file would have more than {MAX_RESULT_BYTES} bytes. Replace less at a time.")]
    TooLarge,
}

impl Refusal {
    /// A name that a program can go by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEdits => "noEdits",
            Self::TooManyEdits => "tooManyEdits",
            Self::EmptyOldText => "emptyOldText",
            Self::Unchanged => "unchanged",
            Self::NotFound(not_found) => match not_found.already_at {
                Some(_) => "alreadyThere",
                None => "notFound",
            },
            Self::Ambiguous { .. } => "ambiguous",
            Self::Disproportionate { .. } => "disproportionate",
            Self::TooManyPlaces => "tooManyPlaces",
            Self::TooLarge => "tooLarge",
        }
    }

    /// The places most like what was not found, the best first.
    pub fn candidates(&self) -> &[Closest] {
        match self {
            Self::NotFound(not_found) => &not_found.candidates,
            Self::NoEdits
            | Self::TooManyEdits
            | Self::EmptyOldText
            | Self::Unchanged
            | Self::Ambiguous { .. }
            | Self::Disproportionate { .. }
            | Self::TooManyPlaces
            | Self::TooLarge => &[],
        }
    }

    /// The line, from 1, where the replacement is already.
    pub fn already_at(&self) -> Option<usize> {
        match self {
            Self::NotFound(not_found) => not_found.already_at,
            Self::NoEdits
            | Self::TooManyEdits
            | Self::EmptyOldText
            | Self::Unchanged
            | Self::Ambiguous { .. }
            | Self::Disproportionate { .. }
            | Self::TooManyPlaces
            | Self::TooLarge => None,
        }
    }
}

/// What is known of a text that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// The most similar places, the best first.
    pub candidates: Vec<Closest>,
    /// The line, from 1, where the replacement is already.
    pub already_at: Option<usize>,
    /// Whether the text was copied with the line numbers that it is shown with.
    pub numbered: bool,
}

impl NotFound {
    /// Looks for what may have been meant; takes time in proportion to the text, of whose lines
    /// and those of `old` the index is.
    pub(super) fn new(text: &str, index: &Index<'_>, old: &str, new: &str) -> Self {
        let bare = without_numbers(old);
        let candidates = match &bare {
            None => closest(index, old),
            Some(bare) => {
                let wanted = lines(bare).map(content).collect::<Vec<_>>();
                closest(&Index::new(text, &wanted), bare)
            }
        };
        Self {
            candidates,
            already_at: already_at(text, old, new),
            numbered: bare.is_some(),
        }
    }
}

/// The line, from 1, where a replacement is already.
fn already_at(text: &str, old: &str, new: &str) -> Option<usize> {
    // What only takes away lines leaves what was there before too.
    if new.trim().len() < MIN_TELLING_BYTES || old.contains(new.trim()) {
        return None;
    }
    let (text, new) = (normalized(text), normalized(new));
    // The text's last line may lack the line ending.
    let last = new.strip_suffix('\n').filter(|new| text.ends_with(new));
    let at = memmem::find(text.as_bytes(), new.as_bytes())
        .or_else(|| last.map(|new| text.len() - new.len()))?;
    Some(count_breaks(&text[..at]) + 1)
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
        let Some((closest, others)) = self.candidates.split_first() else {
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
        let others = others.iter().map(|other| other.first_line);
        let others = others.collect::<Vec<_>>();
        let gap = match &closest.difference {
            Some(Difference::Text { .. }) => "",
            Some(_) | None => " ",
        };
        if !others.is_empty() {
            let are = if others.len() > 1 {
                "Others are"
            } else {
                "Another is"
            };
            let lines = if others.len() > 1 { "lines" } else { "line" };
            let list = list(&others, others.len());
            return write!(
                out,
                "{gap}{are} at {lines} {list}. Copy old_text exactly from read_file, without \
                 line numbers."
            );
        }
        write!(
            out,
            "{gap}Copy old_text exactly from read_file, without line numbers."
        )
    }
}

/// Whether a text was copied with the line numbers that it is shown with.
pub(super) fn is_numbered(text: &str) -> bool {
    without_numbers(text).is_some()
}

/// What the places of a stage differ in, as a clause.
fn but_for(stage: Stage) -> &'static str {
    match stage {
        Stage::Exact => "",
        Stage::TrailingSpace => " but for white space at the end of lines",
        Stage::Indent => " but for its indentation",
        Stage::Unicode => " but for white space, dashes and quotes",
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
