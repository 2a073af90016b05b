//! Patches as models write them: the `*** Begin Patch` envelope (V4A) and unified diffs.
//!
//! [`parse`] reads the patch alone and knows no file. What its lines say is decided by the file
//! in [`apply`]: models leave out the space before context lines, so that a line may be read in
//! more than one way, and the reading that fits the file is taken.
mod apply;
mod envelope;
mod error;
mod find;
mod indent;
mod narrow;
mod reading;
mod refusal;
mod source;
#[cfg(test)]
mod tests;
mod trimmed;
mod unified;
mod v4a;

pub use apply::{Applied, HunkMatch, apply};
pub use error::{PatchError, Problem};
pub use refusal::{HunkRefusal, PatchRefusal};

/// How many bytes a patch may have.
pub const MAX_PATCH_BYTES: usize = 32 * 1024 * 1024;
/// How many files a patch may change.
pub const MAX_FILES: usize = 2_000;
/// How many hunks a patch may have, all files together.
pub const MAX_HUNKS: usize = 20_000;
/// How many `@@` lines one hunk may have.
pub const MAX_ANCHORS: usize = 16;
/// How many places of one hunk are looked at.
pub const MAX_PLACES: usize = 4_096;
/// How many lines are compared for one hunk in one stage before the search gives up.
pub const MAX_STEPS: usize = 5_000_000;

/// How a patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The `*** Begin Patch` envelope.
    V4a,
    /// A unified diff, as `diff -u` and git write it.
    Unified,
}

impl Dialect {
    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4a => "v4a",
            Self::Unified => "unified",
        }
    }
}

/// A patch: what it does to each file, in its own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// How it is written.
    pub dialect: Dialect,
    /// At least one. A path may come again; then it means the result of what came before.
    pub files: Vec<FilePatch>,
}

/// What a patch does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    /// The path as it is written, without quotes; for git's diffs without `a/` and `b/`.
    pub path: String,
    /// The line of the patch, from 1, that names the file.
    pub line: usize,
    /// What is done.
    pub kind: FileChange,
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// It is created, or written over.
    Add {
        /// The whole text; lines end with LF.
        content: String,
    },
    /// It is deleted.
    Delete,
    /// It is changed, moved, or both.
    Update {
        /// The path it moves to; a file there is written over.
        move_to: Option<String>,
        /// The changes; empty only for a file that moves.
        hunks: Vec<HunkPatch>,
    },
}

/// One change of a file, to be found by its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkPatch {
    /// The line of the patch, from 1, where the hunk begins.
    pub line: usize,
    /// The lines named behind `@@`, the outermost first: the change is behind them.
    pub anchors: Vec<String>,
    /// The line, from 1, where a unified diff says that the hunk begins in the old text.
    pub hint: Option<usize>,
    /// Whether the hunk says that it reaches the end of the file.
    pub end_of_file: bool,
    /// The lines as they are written.
    pub lines: Vec<PatchLine>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchLine {
    /// The line with its sign, if it has one, and without its ending.
    pub text: String,
    /// Whether `\ No newline at end of file` follows.
    pub lacks_newline: bool,
}

/// Reads a patch in either dialect, with or without a Markdown fence or a shell's here-document
/// around it.
pub fn parse(text: &str) -> Result<Patch, PatchError> {
    if text.len() > MAX_PATCH_BYTES {
        return Err(Problem::TooLarge.at(1));
    }
    let source = source::Source::new(text);
    match envelope::open(&source)? {
        envelope::Opened::V4a(lines) => v4a::parse(&lines),
        envelope::Opened::Unified(lines) => unified::parse(&lines),
    }
}

/// Counts hunks while a patch is read.
#[derive(Debug, Default)]
struct HunkCount(usize);

impl HunkCount {
    fn add(&mut self, line: usize) -> Result<(), PatchError> {
        self.0 += 1;
        match self.0 > MAX_HUNKS {
            true => Err(Problem::TooManyHunks.at(line)),
            false => Ok(()),
        }
    }
}
