//! Whole files in a model's plain answer, for small models that call no tools well.
//!
//! ````text
//! src/main.rs
//! ```rust
//! all that the file is to be
//! ```
//! ````
mod cut;
mod elision;
mod manner;
#[cfg(test)]
mod tests;

use crate::blocks::path::{fence, surely_in_info, surely_whole_line};
use crate::blocks::{MAX_ANSWER_BYTES, text};
use crate::lines::{Breaks, split_bom};

pub use cut::cut;
pub use elision::{Elision, elision};
pub use manner::in_place_of;

/// How many files an answer may have.
pub const MAX_FILES: usize = 256;
/// How many fenced texts without a path are kept.
const MAX_OTHERS: usize = 64;
/// How far a closing fence may be indented beyond its opening one, in bytes.
const MAX_CLOSING_INDENT: usize = 3;
/// How many characters a fence has that files of text may have too.
const USUAL_FENCE: usize = 3;
/// How the names of files end in which lines are fences.
const WITH_FENCES: &[&str] = &[
    "adoc", "markdown", "md", "mdc", "mdown", "mdx", "qmd", "rmd", "rst",
];
/// Such files without an ending.
const NAMES_WITH_FENCES: &[&str] = &["CHANGELOG", "CHANGES", "CONTRIBUTING", "NEWS", "README"];

/// What an answer holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The files, in the order in which they come; of a path that comes twice the last one.
    pub files: Vec<File>,
    /// Fenced texts that no path stands above: examples, commands, and files that lack it.
    pub others: Vec<String>,
}

/// A file as an answer gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, as the answer names it.
    pub path: String,
    /// All of it: lines that end with LF, or nothing.
    pub text: String,
    /// The line of the answer, from 1, where its fence begins.
    pub line: usize,
}

/// Why the files of an answer cannot be told. Lines are those of the answer, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WholeError {
    /// The answer ends inside a fence.
    #[error("The fence that begins at line {line} does not end. Close it with a line ```.")]
    Unterminated {
        /// Where it begins.
        line: usize,
    },
    /// A file in which fences are usual stands in one that its own lines may close.
    #[error(
        "It is not clear where {path} ends, because other fences follow. Put it between fences of \
         four backticks (````)."
    )]
    Unclear {
        /// The file.
        path: String,
    },
    /// More files than are taken at once.
    #[error("The answer has more than {MAX_FILES} files. Give fewer at a time.")]
    TooMany,
    /// More text than is read.
    #[error("The answer has more than {MAX_ANSWER_BYTES} bytes. Give fewer files at a time.")]
    TooLarge,
}

impl WholeError {
    /// The name that is stored and that programs can tell errors apart by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unterminated { .. } => "unterminated",
            Self::Unclear { .. } => "unclear",
            Self::TooMany => "tooMany",
            Self::TooLarge => "tooLarge",
        }
    }
}

/// Finds all files of an answer: a fenced text is one where its path stands on the line above, or
/// above an empty line, or in its info string.
pub fn parse(answer: &str) -> Result<Answer, WholeError> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Err(WholeError::TooLarge);
    }
    let lines = Breaks::Lf.lines(split_bom(answer).1);
    let lines = lines
        .map(|line| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            line.trim_end_matches('\r')
        })
        .collect::<Vec<_>>();
    let mut found = Answer::default();
    // A file that may have ended at a line of its own.
    let mut unsure: Option<String> = None;
    // Behind the last fence.
    let mut from = 0;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let Some(fence) = Fence::of(line) else {
            at += 1;
            continue;
        };
        if let (Some(path), true) = (&unsure, fence.info.is_empty()) {
            let path = path.clone();
            return Err(WholeError::Unclear { path });
        }
        let path = surely_in_info(fence.info).or_else(|| above(&lines[from..at]));
        let Some(end) = fence.end(&lines, at + 1) else {
            if path.is_some() || !found.files.is_empty() {
                return Err(WholeError::Unterminated { line: at + 1 });
            }
            let rest = text(&lines[at + 1..], fence.pad);
            found.others.push(rest);
            break;
        };
        let body = text(&lines[at + 1..end], fence.pad);
        match path {
            Some(path) => {
                if fence.length == USUAL_FENCE && may_have_fences(&path) {
                    unsure = Some(path.clone());
                }
                found.add(File {
                    path,
                    text: body,
                    line: at + 1,
                })?;
            }
            None if found.others.len() < MAX_OTHERS => found.others.push(body),
            None => {}
        }
        at = end + 1;
        from = at;
    }
    Ok(found)
}

impl Answer {
    fn add(&mut self, file: File) -> Result<(), WholeError> {
        self.files.retain(|other| other.path != file.path);
        if self.files.len() == MAX_FILES {
            return Err(WholeError::TooMany);
        }
        self.files.push(file);
        Ok(())
    }
}

/// The path on the last line, or above the last one if that is empty.
fn above(lines: &[&str]) -> Option<String> {
    let line = match lines {
        [.., line, last] if last.trim().is_empty() => line,
        [.., last] => last,
        [] => return None,
    };
    surely_whole_line(line)
}

/// The line that opens a fenced text.
struct Fence<'a> {
    /// The white space before it.
    pad: &'a str,
    mark: char,
    length: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (mark, length, info) = fence(line)?;
        let pad = &line[..line.len() - line.trim_start().len()];
        Some(Self {
            pad,
            mark,
            length,
            info,
        })
    }

    /// The line that closes it. What has an info string opens a text in the text.
    fn end(&self, lines: &[&str], from: usize) -> Option<usize> {
        let mut inner: Vec<usize> = Vec::new();
        for (at, line) in lines.iter().enumerate().skip(from) {
            let Some(other) = Fence::of(line) else {
                continue;
            };
            let is_near = other.pad.len() <= self.pad.len() + MAX_CLOSING_INDENT;
            if other.mark != self.mark || !is_near {
                continue;
            }
            if !other.info.is_empty() {
                if other.length >= self.length {
                    inner.push(other.length);
                }
                continue;
            }
            match inner.last() {
                Some(length) if other.length >= *length => drop(inner.pop()),
                Some(_) => {}
                None if other.length >= self.length => return Some(at),
                None => {}
            }
        }
        None
    }
}

/// Whether lines of a file may be fences.
fn may_have_fences(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name.rsplit_once('.') {
        None => NAMES_WITH_FENCES.contains(&name),
        Some((_, extension)) => {
            let is = |known: &&str| extension.eq_ignore_ascii_case(known);
            WITH_FENCES.iter().any(is)
        }
    }
}
