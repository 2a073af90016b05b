//! Why a text is no patch, in sentences that tell a model what to do.
use super::{MAX_ANCHORS, MAX_FILES, MAX_HUNKS, MAX_PATCH_BYTES};

/// What is wrong with a patch, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the patch: {problem}")]
pub struct PatchError {
    /// The line of the patch, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a patch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Neither dialect.
    #[error(
        "This is no patch. Begin it with `*** Begin Patch` and a header such as \
         `*** Update File: path`, or give a unified diff with `--- ` and `+++ ` lines."
    )]
    NotAPatch,
    /// No file is named.
    #[error("The patch is empty. Name at least one file to add, update or delete.")]
    Empty,
    /// An update says nothing.
    #[error(
        "The update of {0} changes nothing. Give at least one hunk with lines that begin with - \
         or +."
    )]
    NoChange(String),
    /// `*** Something File:`.
    #[error(
        "`{0}` is no header. Headers are `*** Add File: path`, `*** Update File: path`, \
         `*** Move to: path` and `*** Delete File: path`."
    )]
    UnknownHeader(String),
    /// A header without its path.
    #[error("The header names no path.")]
    NoPath,
    /// `*** Move to:` that does not follow `*** Update File:`.
    #[error("`*** Move to:` belongs right below `*** Update File:`.")]
    StrayMove,
    /// A line where a header must be.
    #[error("A header such as `*** Update File: path` was expected, not `{0}`.")]
    NoHeader(String),
    /// A line of a new file without its sign.
    #[error("Each line of a new file begins with +, but this one does not: `{0}`.")]
    NotAdded(String),
    /// Lines behind the mark of a file's end.
    #[error("A hunk ends with `*** End of File`; begin the next one with @@.")]
    BehindEnd,
    /// `--- a/x` and `+++ b/y`.
    #[error(
        "The names {old} and {new} differ. To move a file, add `rename from` and `rename to` \
         lines; else give the same name twice."
    )]
    NamesDiffer {
        /// The name behind `---`.
        old: String,
        /// The name behind `+++`.
        new: String,
    },
    /// `---` without `+++`, or the other way round.
    #[error("A `--- path` line and a `+++ path` line belong together, and one is missing.")]
    HalfHeader,
    /// A hunk that belongs to no file.
    #[error("The hunk has no file. Put `--- path` and `+++ path` above it.")]
    NoFile,
    /// What git can say and text cannot.
    #[error("{0} cannot be done with apply_patch.")]
    Unsupported(&'static str),
    /// More bytes than are read.
    #[error("The patch has more than {MAX_PATCH_BYTES} bytes. Make several.")]
    TooLarge,
    /// More files than are taken at once.
    #[error("The patch has more than {MAX_FILES} files. Make several.")]
    TooManyFiles,
    /// More hunks than are taken at once.
    #[error("The patch has more than {MAX_HUNKS} hunks. Make several.")]
    TooManyHunks,
    /// More `@@` lines in a row than are taken.
    #[error("More than {MAX_ANCHORS} `@@` lines follow each other.")]
    TooManyAnchors,
}

impl Problem {
    pub(super) fn at(self, line: usize) -> PatchError {
        PatchError {
            line,
            problem: self,
        }
    }

    /// The name that is stored and that programs can tell problems apart by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPatch => "notAPatch",
            Self::Empty => "empty",
            Self::NoChange(_) => "noChange",
            Self::UnknownHeader(_) => "unknownHeader",
            Self::NoPath => "noPath",
            Self::StrayMove => "strayMove",
            Self::NoHeader(_) => "noHeader",
            Self::NotAdded(_) => "notAdded",
            Self::BehindEnd => "behindEnd",
            Self::NamesDiffer { .. } => "namesDiffer",
            Self::HalfHeader => "halfHeader",
            Self::NoFile => "noFile",
            Self::Unsupported(_) => "unsupported",
            Self::TooLarge => "tooLarge",
            Self::TooManyFiles => "tooManyFiles",
            Self::TooManyHunks => "tooManyHunks",
            Self::TooManyAnchors => "tooManyAnchors",
        }
    }
}
