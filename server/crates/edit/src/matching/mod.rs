//! Finding what a model means to replace, and replacing it.
//!
//! A match is exact, but for line endings: a model sees lines, so its LF stands for whatever ends
//! the line in the file, and what it writes gets the endings that are there. What is not there
//! exactly is looked for as whole lines, [stage](crate::Stage) by stage. The first stage that
//! finds any place must find one only.
mod closest;
mod endings;
mod exact;
mod fragment;
mod indent;
mod index;
mod keep;
mod likeness;
mod loose;
mod places;
mod refusal;
#[cfg(test)]
mod tests;

pub use closest::{Closest, Difference};
pub use fragment::MAX_COMPARED_CHARS;
pub use index::MAX_INDEXED_LINES;
pub use places::{MAX_COMPARED_LINES, MAX_LINE_SLACK_BYTES, MAX_PLACE_RATIO};
pub use refusal::{NotFound, Refusal, Refused};

use std::borrow::Cow;
use std::ops::Range;

use crate::lines::{BOM, Breaks, content, lines, split_bom};
use crate::stage::Stage;
use endings::View;

/// How many edits one call may have.
pub const MAX_EDITS: usize = 256;
/// How many places one edit may replace.
pub const MAX_PLACES: usize = 100_000;
/// How many bytes a text may have after an edit.
pub const MAX_RESULT_BYTES: usize = 128 * 1024 * 1024;
/// How many places an ambiguous match names.
pub const MAX_NAMED_PLACES: usize = 8;

/// One replacement of text, as a model writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// What is there; empty only to fill an empty file.
    pub old_text: String,
    /// What is to be there instead.
    pub new_text: String,
    /// Replaces all places instead of the only one.
    pub replace_all: bool,
}

/// A text with all edits made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The whole new text. It may equal the old one, where edits take each other back.
    pub text: String,
    /// How many places each edit replaced.
    pub places: Vec<usize>,
    /// How exactly each edit was found; the loosest stage where it replaced several places.
    pub stages: Vec<Stage>,
    /// All places that were replaced, edit by edit, from top to bottom.
    pub matches: Vec<Match>,
}

/// A place that an edit replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which edit, from 0.
    pub edit: usize,
    /// How exactly the place was what was asked for.
    pub stage: Stage,
    /// Its first line, from 1, in the text as it was when this edit was made.
    pub first_line: usize,
    /// Its last line, from 1.
    pub last_line: usize,
}

/// What a model's old text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Any text, which may begin and end within lines.
    Text,
    /// Whole lines, whose indentation may be missing.
    Lines,
}

/// A replacement of a part of the body.
struct Change {
    range: Range<usize>,
    text: String,
    stage: Stage,
}

/// Makes all edits in order, each on the result of those before it, or none.
///
/// A byte-order mark is not part of the text that is matched, and stays. So do the line endings
/// of all lines that an edit does not touch; new lines get those of the lines that they replace.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<Edited, Refused> {
    apply(text, edits, Reading::Text)
}

/// As [`apply_edits`], for SEARCH/REPLACE blocks: the old text is whole lines, so it is not
/// found within one.
pub fn apply_blocks(text: &str, edits: &[Edit]) -> Result<Edited, Refused> {
    apply(text, edits, Reading::Lines)
}

fn apply(text: &str, edits: &[Edit], reading: Reading) -> Result<Edited, Refused> {
    let refused = |index, reason| Refused {
        index,
        count: edits.len(),
        reason,
    };
    if edits.is_empty() {
        return Err(refused(0, Refusal::NoEdits));
    }
    if edits.len() > MAX_EDITS {
        return Err(refused(0, Refusal::TooManyEdits));
    }
    let (bom, body) = split_bom(text);
    // Large texts are not copied more often than there are edits.
    let mut now = Cow::Borrowed(body);
    let mut places = Vec::with_capacity(edits.len());
    let mut stages = Vec::with_capacity(edits.len());
    let mut matches = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let changes = changes(&now, edit, reading).map_err(|reason| refused(index, reason))?;
        places.push(changes.len());
        let loosest = changes.iter().map(|change| change.stage).max();
        stages.push(loosest.unwrap_or(Stage::Exact));
        add_matches(&mut matches, &now, index, &changes);
        now = Cow::Owned(written(&now, &changes).map_err(|reason| refused(index, reason))?);
    }
    let mut text = now.into_owned();
    if !bom.is_empty() {
        text.insert_str(0, bom);
    }
    Ok(Edited {
        text,
        places,
        stages,
        matches,
    })
}

/// What one edit changes, from top to bottom; at least one place.
fn changes(body: &str, edit: &Edit, reading: Reading) -> Result<Vec<Change>, Refusal> {
    let (old, new) = match edit.old_text.strip_prefix(BOM) {
        None => (edit.old_text.as_str(), edit.new_text.as_str()),
        Some(old) => (old, split_bom(&edit.new_text).1),
    };
    if endings::normalized(old) == endings::normalized(new) {
        return Err(unchanged(body, old));
    }
    if old.is_empty() || reading == Reading::Lines && old.trim().is_empty() {
        let change = || Change {
            range: 0..0,
            text: new.to_owned(),
            stage: Stage::Exact,
        };
        return match body.is_empty() {
            true => Ok(vec![change()]),
            false => Err(Refusal::EmptyOldText),
        };
    }
    let view = View::new(body, &[old, new]);
    let ranges = exact::find(&view, old, edit, reading)?;
    if ranges.is_empty() {
        return loose::changes(&view, old, new, edit, reading);
    }
    if let [only] = ranges.as_slice()
        && exact::is_partly_indented(body, only.start, old)
    {
        // Whole lines that are shifted come before a part of a line.
        match loose::changes(&view, old, new, edit, reading) {
            Err(Refusal::NotFound(not_found)) if not_found.already_at.is_none() => {}
            result => return result,
        }
    }
    let whole = ranges.len().saturating_mul(new.len().saturating_mul(2));
    check_size(body.len().saturating_add(whole), body)?;
    let change = |range: Range<usize>| {
        let (new, stage) = exact::fitted(body, &range, old, new);
        let mut text = String::with_capacity(new.len());
        view.write(&new, range.clone(), &mut text);
        Change { range, text, stage }
    };
    Ok(ranges.into_iter().map(change).collect())
}

fn check_size(size: usize, body: &str) -> Result<(), Refusal> {
    match size > MAX_RESULT_BYTES.max(body.len()) {
        true => Err(Refusal::TooLarge),
        false => Ok(()),
    }
}

fn written(body: &str, changes: &[Change]) -> Result<String, Refusal> {
    let added = changes
        .iter()
        .map(|change| change.text.len())
        .sum::<usize>();
    check_size(body.len().saturating_add(added), body)?;
    let mut out = String::with_capacity(body.len() + added);
    let mut done = 0;
    for change in changes {
        out.push_str(&body[done..change.range.start]);
        out.push_str(&change.text);
        done = change.range.end;
    }
    out.push_str(&body[done..]);
    Ok(out)
}

fn add_matches(matches: &mut Vec<Match>, body: &str, edit: usize, changes: &[Change]) {
    let bytes = body.as_bytes();
    let (mut at, mut line) = (0, 1);
    for change in changes {
        line += Breaks::Lsp.count(&bytes[at..change.range.start]);
        at = change.range.start;
        // A place that ends with a line's ending ends on that line.
        let text = &body[change.range.clone()];
        let within = Breaks::Lsp.count(content(text).as_bytes());
        matches.push(Match {
            edit,
            stage: change.stage,
            first_line: line,
            last_line: line + within,
        });
    }
}

/// What is known of a text that is not there: where it may have been meant, and whether what was
/// to replace it is there. Takes time in proportion to the text.
pub fn not_found(text: &str, old: &str, new: &str) -> NotFound {
    let wanted = lines(old).map(content).collect::<Vec<_>>();
    NotFound::new(text, &index::Index::new(text, &wanted), old, new)
}

/// A model that invents both texts has not read the file; it is told what is there.
fn unchanged(body: &str, old: &str) -> Refusal {
    let is_there = endings::normalized(body).contains(&*endings::normalized(old));
    if old.is_empty() || is_there {
        return Refusal::Unchanged;
    }
    Refusal::NotFound(Box::new(not_found(body, old, "")))
}
