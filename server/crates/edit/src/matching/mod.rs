//! Finding what a model means to replace, and replacing it.
//!
//! For now a match is exact, but for line endings: a model sees lines, so its LF stands for
//! whatever ends the line in the file, and what it writes gets the endings that are there.
mod closest;
mod endings;
mod refusal;
#[cfg(test)]
mod tests;

pub use closest::{Closest, Difference};
pub use refusal::{NotFound, Refusal, Refused};

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use crate::lines::{BOM, Breaks, split_bom};
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
}

/// Makes all edits in order, each on the result of those before it, or none.
///
/// A byte-order mark is not part of the text that is matched, and stays. So do the line endings
/// of all lines that an edit does not touch; new lines get those of the lines that they replace.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<Edited, Refused> {
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
    for (index, edit) in edits.iter().enumerate() {
        let (next, count) = apply_one(&now, edit).map_err(|reason| refused(index, reason))?;
        now = Cow::Owned(next);
        places.push(count);
    }
    let mut text = now.into_owned();
    if !bom.is_empty() {
        text.insert_str(0, bom);
    }
    Ok(Edited { text, places })
}

/// Makes one edit: the new text, and how many places were replaced.
fn apply_one(body: &str, edit: &Edit) -> Result<(String, usize), Refusal> {
    let (old, new) = match edit.old_text.strip_prefix(BOM) {
        None => (edit.old_text.as_str(), edit.new_text.as_str()),
        Some(old) => (old, split_bom(&edit.new_text).1),
    };
    if endings::normalized(old) == endings::normalized(new) {
        return Err(unchanged(body, old));
    }
    if old.is_empty() {
        return match body.is_empty() {
            true => Ok((new.to_owned(), 1)),
            false => Err(Refusal::EmptyOldText),
        };
    }
    let view = View::new(body, &[old, new]);
    let ranges = find(&view, old, edit)?;
    let whole = ranges.len().saturating_mul(new.len().saturating_mul(2));
    if body.len().saturating_add(whole) > MAX_RESULT_BYTES.max(body.len()) {
        return Err(Refusal::TooLarge);
    }

    let mut out = String::with_capacity(body.len() + new.len());
    let mut done = 0;
    for range in &ranges {
        out.push_str(&body[done..range.start]);
        view.write(new, range.clone(), &mut out);
        done = range.end;
    }
    out.push_str(&body[done..]);
    Ok((out, ranges.len()))
}

/// A model that invents both texts has not read the file; it is told what is there.
fn unchanged(body: &str, old: &str) -> Refusal {
    let is_there = endings::normalized(body).contains(&*endings::normalized(old));
    if old.is_empty() || is_there {
        return Refusal::Unchanged;
    }
    Refusal::NotFound(Box::new(NotFound::new(body, old, "")))
}

/// Where `old` is, in bytes of the body: one place, or all of them.
fn find(view: &View<'_>, old: &str, edit: &Edit) -> Result<Vec<Range<usize>>, Refusal> {
    let needle = view.needle(old);
    let finder = memmem::Finder::new(needle.as_bytes());
    let hay = view.hay().as_bytes();
    let Some(first) = finder.find(hay) else {
        return Err(Refusal::NotFound(Box::new(NotFound::new(
            view.body(),
            old,
            &edit.new_text,
        ))));
    };
    let range = |start: usize| view.range(start..start + needle.len());
    if edit.replace_all {
        let starts = finder.find_iter(hay).take(MAX_PLACES + 1);
        let ranges = starts.map(range).collect::<Vec<_>>();
        return match ranges.len() > MAX_PLACES {
            true => Err(Refusal::TooManyPlaces),
            false => Ok(ranges),
        };
    }
    // Two places that overlap are ambiguous too.
    let Some(second) = finder.find(&hay[first + 1..]) else {
        return Ok(vec![range(first)]);
    };
    let line = |start: usize| Breaks::Lsp.count(&hay[..start]) + 1;
    let count = finder.find_iter(hay).take(MAX_PLACES).count();
    let lines = match count {
        1 => vec![line(first), line(first + 1 + second)],
        _ => finder
            .find_iter(hay)
            .take(MAX_NAMED_PLACES)
            .map(line)
            .collect(),
    };
    Err(Refusal::Ambiguous {
        count: count.max(2),
        lines,
    })
}
