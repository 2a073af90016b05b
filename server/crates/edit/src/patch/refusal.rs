//! Why a patch does not fit its file, in sentences that tell a model what to do.
use std::fmt;

use super::HunkPatch;
use super::reading::both_sides;
use crate::matching::{self, Closest, Difference, MAX_RESULT_BYTES};

/// Which hunk of a file was refused, and why; nothing of the file was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PatchRefusal {
    /// Which hunk of the file, from 0.
    pub hunk: usize,
    /// How many hunks the file has.
    pub count: usize,
    /// The line of the patch, from 1, where the hunk begins.
    pub line: usize,
    /// Why.
    pub reason: HunkRefusal,
}

/// Why a hunk was refused. Lines of the file are from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HunkRefusal {
    /// Its lines are not in the file.
    NotFound {
        /// The most similar places, the best first.
        candidates: Vec<Closest>,
        /// The line where what the hunk makes is already.
        already_at: Option<usize>,
    },
    /// The line named behind `@@` is not in the file, and nothing else says where the hunk goes.
    NoAnchor {
        /// The line.
        anchor: String,
    },
    /// Its lines are in the file more than once.
    Ambiguous {
        /// How many times, as far as was counted.
        count: usize,
        /// The first few lines where they are.
        lines: Vec<usize>,
    },
    /// Its lines fit, but a line that begins with + is already there, and may be one that is to
    /// stay.
    Unclear {
        /// The line where the hunk fits.
        line: usize,
    },
    /// It changes lines that another hunk changes.
    Overlap {
        /// The first line.
        line: usize,
    },
    /// It only adds lines and does not say where.
    NoPlace,
    /// Nothing would change.
    NoChange,
    /// The lines fit in more places than are looked at.
    TooManyPlaces,
    /// The result would be too large.
    TooLarge,
}

impl HunkRefusal {
    /// The places most like what was not found, the best first.
    pub fn candidates(&self) -> &[Closest] {
        match self {
            Self::NotFound { candidates, .. } => candidates,
            Self::NoAnchor { .. }
            | Self::Ambiguous { .. }
            | Self::Unclear { .. }
            | Self::Overlap { .. }
            | Self::NoPlace
            | Self::NoChange
            | Self::TooManyPlaces
            | Self::TooLarge => &[],
        }
    }

    /// The line, from 1, where what the hunk makes is already.
    pub fn already_at(&self) -> Option<usize> {
        match self {
            Self::NotFound { already_at, .. } => *already_at,
            Self::NoAnchor { .. }
            | Self::Ambiguous { .. }
            | Self::Unclear { .. }
            | Self::Overlap { .. }
            | Self::NoPlace
            | Self::NoChange
            | Self::TooManyPlaces
            | Self::TooLarge => None,
        }
    }

    /// The name that is stored and that programs can tell refusals apart by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "notFound",
            Self::NoAnchor { .. } => "noAnchor",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Unclear { .. } => "unclear",
            Self::Overlap { .. } => "overlap",
            Self::NoPlace => "noPlace",
            Self::NoChange => "noChange",
            Self::TooManyPlaces => "tooManyPlaces",
            Self::TooLarge => "tooLarge",
        }
    }

    /// Looks for what may have been meant; takes time in proportion to the text.
    pub(super) fn not_found(text: &str, hunk: &HunkPatch) -> Self {
        let (old_text, new_text) = both_sides(hunk);
        let found = matching::not_found(text, &old_text, &new_text);
        Self::NotFound {
            candidates: found.candidates,
            already_at: found.already_at,
        }
    }
}

impl fmt::Display for PatchRefusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 {
            write!(
                out,
                "Hunk {} of {} (line {} of the patch): ",
                self.hunk + 1,
                self.count,
                self.line
            )?;
        }
        write!(out, "{}", self.reason)
    }
}

impl fmt::Display for HunkRefusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound {
                candidates,
                already_at,
            } => not_found(out, candidates.first(), *already_at),
            Self::NoAnchor { anchor } => write!(
                out,
                "The line `{anchor}` behind @@ is not in the file. Read the file with read_file \
                 and name a line that is there."
            ),
            Self::Ambiguous { count, lines } => write!(
                out,
                "Its lines are in the file {count} times, at lines {}. Give more lines around \
                 the change, or a line above it behind @@, so that there is only one place.",
                list(lines, *count)
            ),
            Self::Unclear { line } => write!(
                out,
                "At line {line} it can be read in two ways: a line that begins with + is already \
                 there. Begin each line that stays with a space, and each new one with +."
            ),
            Self::Overlap { line } => write!(
                out,
                "It changes line {line}, which another hunk changes too. Make one hunk of both."
            ),
            Self::NoPlace => write!(
                out,
                "It only adds lines and does not say where. Give a line or more that are there \
                 around them, each with a space before it."
            ),
            Self::NoChange => write!(
                out,
                "The file is already as the patch would make it, so nothing would change."
            ),
            Self::TooManyPlaces => write!(
                out,
                "Its lines are in the file too many times. Give more lines around the change."
            ),
            Self::TooLarge => write!(
                out,
                "The file would have more than {MAX_RESULT_BYTES} bytes. Change less at a time."
            ),
        }
    }
}

fn not_found(
    out: &mut fmt::Formatter<'_>,
    closest: Option<&Closest>,
    already_at: Option<usize>,
) -> fmt::Result {
    write!(out, "Its lines are not in the file.")?;
    if let Some(line) = already_at {
        write!(
            out,
            " What it makes is already there at line {line}, so the patch may have been made \
             before."
        )?;
    }
    let Some(closest) = closest else {
        return write!(
            out,
            " Read the file with read_file and copy the lines from there."
        );
    };
    let (first, last) = (closest.first_line, closest.last_line);
    write!(out, " The closest place is lines {first}-{last}")?;
    match &closest.difference {
        None => write!(out, ".")?,
        Some(Difference::Text {
            line,
            found,
            wanted,
        }) => write!(
            out,
            "; the first difference is in line {line}:\nfile:  {found}\npatch: {wanted}\n"
        )?,
        Some(Difference::WhiteSpace { line, .. }) => {
            write!(out, "; the first difference is white space in line {line}.")?
        }
        Some(Difference::End { lines }) => write!(out, ", but the file ends after line {lines}.")?,
        Some(Difference::FinalNewline) => write!(out, ".")?,
    }
    let gap = match &closest.difference {
        Some(Difference::Text { .. }) => "",
        Some(_) | None => " ",
    };
    write!(
        out,
        "{gap}Read the file with read_file and copy the lines from there."
    )
}

/// "3, 7, 9", with "…" where there are more.
fn list(lines: &[usize], count: usize) -> String {
    let words = lines.iter().map(usize::to_string).collect::<Vec<_>>();
    let more = if count > lines.len() { ", …" } else { "" };
    format!("{}{more}", words.join(", "))
}
