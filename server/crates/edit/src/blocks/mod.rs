//! SEARCH/REPLACE blocks in a model's plain answer, for models that call no tools.
//!
//! ````text
//! src/main.rs
//! ```rust
//! <<<<<<< SEARCH
//! what is there
//! =======
//! what is to be there
//! >>>>>>> REPLACE
//! ```
//! ````
pub(crate) mod path;
#[cfg(test)]
mod tests;

use crate::lines::{Breaks, split_bom};
use crate::matching::Edit;
use path::Above;

/// How many bytes an answer may have.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// How many blocks an answer may have.
pub const MAX_BLOCKS: usize = 1_000;
/// How many characters a marker may have, at least.
const MIN_MARKER: usize = 5;
/// And at most.
const MAX_MARKER: usize = 9;

/// One replacement that an answer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The file, as the answer names it.
    pub path: String,
    /// What is there: whole lines that end with LF, or nothing.
    pub search: String,
    /// What is to be there instead: whole lines that end with LF, or nothing.
    pub replace: String,
    /// The line of the answer, from 1, where the block begins.
    pub line: usize,
}

/// What is wrong with a block, and where. Lines are those of the answer, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The answer ends, or another block begins, inside a block.
    #[error("The block that begins at line {line} does not end. Close it with `>>>>>>> REPLACE`.")]
    Unterminated {
        /// Where it begins.
        line: usize,
    },
    /// A block has one part only.
    #[error(
        "The block that begins at line {line} has no `=======` line between what is there and \
         what is to be there."
    )]
    NoDivider {
        /// Where it begins.
        line: usize,
    },
    /// A block has several lines that may part it.
    #[error(
        "The block that begins at line {line} has a further `=======` line at line {second}. If \
         it is text of the file, write the block with markers of another length, such as \
         `<<<<<<<<< SEARCH`, `=========` and `>>>>>>>>> REPLACE`."
    )]
    SeveralDividers {
        /// Where it begins.
        line: usize,
        /// The second divider.
        second: usize,
    },
    /// No file is named.
    #[error("The block that begins at line {line} names no file. Put its path on a line above it.")]
    NoPath {
        /// Where it begins.
        line: usize,
    },
    /// More blocks than are taken at once.
    #[error("The answer has more than {MAX_BLOCKS} blocks. Give fewer at a time.")]
    TooMany,
    /// More text than is read.
    #[error("The answer has more than {MAX_ANSWER_BYTES} bytes. Give fewer blocks at a time.")]
    TooLarge,
}

impl BlockError {
    /// The name that is stored and that programs can tell errors apart by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unterminated { .. } => "unterminated",
            Self::NoDivider { .. } => "noDivider",
            Self::SeveralDividers { .. } => "severalDividers",
            Self::NoPath { .. } => "noPath",
            Self::TooMany => "tooMany",
            Self::TooLarge => "tooLarge",
        }
    }
}

/// Finds all blocks of an answer; none in a text without any.
pub fn parse(answer: &str) -> Result<Vec<Block>, BlockError> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Err(BlockError::TooLarge);
    }
    let lines = Breaks::Lf
        .lines(split_bom(answer).1)
        .map(|line| {
            line.strip_suffix('\n')
                .unwrap_or(line)
                .trim_end_matches('\r')
        })
        .collect::<Vec<_>>();
    let mut blocks: Vec<Block> = Vec::new();
    let mut above = Above::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let Some(opening) = Opening::of(line) else {
            above.push(line);
            at += 1;
            continue;
        };
        if blocks.len() == MAX_BLOCKS {
            return Err(BlockError::TooMany);
        }
        let number = at + 1;
        let parts = Parts::of(&lines, at, opening)?;
        let carried = blocks.last().map(|block| block.path.as_str());
        let path = above.path().or(carried.map(str::to_owned));
        let path = path.ok_or(BlockError::NoPath { line: number })?;
        blocks.push(Block {
            path,
            search: text(&lines[at + 1..parts.divider], opening.pad),
            replace: text(&lines[parts.divider + 1..parts.end], opening.pad),
            line: number,
        });
        above.block();
        at = parts.closing + 1;
    }
    Ok(blocks)
}

/// The edits that blocks ask for, by file: files in the order in which they are first named, and
/// the edits of each in their own order. Models often repeat what they leave as it is: such blocks
/// are left out, unless there are no others.
pub fn edits(blocks: &[Block]) -> Vec<(String, Vec<Edit>)> {
    let changes = |block: &&Block| block.search != block.replace;
    let any = blocks.iter().any(|block| changes(&block));
    let mut files: Vec<(String, Vec<Edit>)> = Vec::new();
    for block in blocks.iter().filter(|block| !any || changes(block)) {
        let edit = Edit {
            old_text: block.search.clone(),
            new_text: block.replace.clone(),
            ..Edit::default()
        };
        match files.iter_mut().find(|(path, _)| *path == block.path) {
            Some((_, edits)) => edits.push(edit),
            None => files.push((block.path.clone(), vec![edit])),
        }
    }
    files
}

/// The line that opens a block.
#[derive(Debug, Clone, Copy)]
struct Opening<'a> {
    /// The white space before all markers of the block.
    pad: &'a str,
    /// How many characters its marker has.
    length: usize,
}

impl<'a> Opening<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let pad = &line[..line.len() - line.trim_start().len()];
        let length = marker(line.trim_start(), '<', "SEARCH")?;
        Some(Self { pad, length })
    }
}

/// How many characters a marker has: the same one 5 to 9 times, and then a word.
fn marker(line: &str, char: char, word: &str) -> Option<usize> {
    let rest = line.trim_start_matches(char);
    let length = line.len() - rest.len();
    let is_marker = (MIN_MARKER..=MAX_MARKER).contains(&length)
        && rest.trim().eq_ignore_ascii_case(word)
        && (word.is_empty() || rest.starts_with(char::is_whitespace));
    is_marker.then_some(length)
}

/// Where the parts of a block are.
struct Parts {
    divider: usize,
    /// Behind the last line of the second part.
    end: usize,
    /// The line that closes the block.
    closing: usize,
}

impl Parts {
    fn of(lines: &[&str], start: usize, opening: Opening<'_>) -> Result<Self, BlockError> {
        let line = start + 1;
        let mut dividers = Vec::new();
        let mut end = None;
        for (at, text) in lines.iter().enumerate().skip(line) {
            let Some(bare) = text.strip_prefix(opening.pad) else {
                continue;
            };
            if marker(bare, '<', "SEARCH").is_some() {
                break;
            }
            if marker(bare, '>', "REPLACE").is_some() {
                end = Some(at);
                break;
            }
            dividers.extend(marker(bare, '=', "").map(|length| (at, length)));
        }
        let end = end.ok_or(BlockError::Unterminated { line })?;
        // Where one is as long as the first marker, others are text.
        if dividers.iter().any(|(_, length)| *length == opening.length) {
            dividers.retain(|(_, length)| *length == opening.length);
        }
        // The one that parts a block is easily written once more where it ends.
        if let [_, (second, _)] = dividers.as_slice()
            && second + 1 == end
            && !may_be_underline(lines[second - 1])
            && !lines[line..end].iter().any(|line| is_of_conflict(line))
        {
            return Ok(Self {
                divider: dividers[0].0,
                end: *second,
                closing: end,
            });
        }
        match dividers.as_slice() {
            [] => Err(BlockError::NoDivider { line }),
            [(divider, _)] => Ok(Self {
                divider: *divider,
                end,
                closing: end,
            }),
            [_, (second, _), ..] => Err(BlockError::SeveralDividers {
                line,
                second: second + 1,
            }),
        }
    }
}

/// Whether `=======` below a line may make it a title, as in Markdown: code seldom looks so.
fn may_be_underline(above: &str) -> bool {
    !above.trim().is_empty() && !above.starts_with([' ', '\t']) && !above.ends_with([';', '{', '}'])
}

/// Whether a line is of a merge conflict, in which there are lines `=======`.
fn is_of_conflict(line: &str) -> bool {
    line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")
}

/// Lines as a text. Those of a block that is indented as a whole lose its indentation.
pub(crate) fn text(lines: &[&str], pad: &str) -> String {
    let is_padded = |line: &&str| line.trim().is_empty() || line.starts_with(pad);
    let pad = if lines.iter().all(is_padded) { pad } else { "" };
    let mut out = String::new();
    for line in lines {
        out.push_str(line.strip_prefix(pad).unwrap_or(line));
        out.push('\n');
    }
    out
}
