//! The first stage: character by character, but for line endings.
use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::endings::View;
use super::indent::{Reindent, Unit, split};
use super::{Edit, MAX_NAMED_PLACES, MAX_PLACES, Reading, Refusal};
use crate::lines::{Breaks, content, lines};
use crate::stage::Stage;

/// How many bytes before a place tell how the file is indented.
const NEAR_BYTES: usize = 8 * 1024;

/// Where `old` is, in bytes of the body: the only place, or all of them; none if it is not there.
pub(super) fn find(
    view: &View<'_>,
    old: &str,
    edit: &Edit,
    reading: Reading,
) -> Result<Vec<Range<usize>>, Refusal> {
    let needle = view.needle(old);
    let finder = memmem::Finder::new(needle.as_bytes());
    let hay = view.hay().as_bytes();
    let starts_line = |start: usize| Breaks::Lsp.is_boundary(hay, start);
    // Whole lines neither begin nor end within a line's text.
    let ends_line = |end: usize| matches!(hay.get(end), None | Some(b'\n' | b'\r'));
    let is_place = |start: &usize| match reading {
        Reading::Text => true,
        Reading::Lines => {
            indent_start(hay, *start).is_some()
                && (needle.ends_with(['\n', '\r']) || ends_line(start + needle.len()))
        }
    };
    let Some(first) = finder.find_iter(hay).find(is_place) else {
        return Ok(Vec::new());
    };
    let range = |start: usize| view.range(start..start + needle.len());
    if edit.replace_all {
        let starts = finder.find_iter(hay).filter(is_place).take(MAX_PLACES + 1);
        let ranges = starts.map(range).collect::<Vec<_>>();
        return match ranges.len() > MAX_PLACES {
            true => Err(Refusal::TooManyPlaces),
            false => Ok(ranges),
        };
    }
    // Two places that overlap are ambiguous too.
    let more = finder.find_iter(&hay[first + 1..]).map(|at| first + 1 + at);
    let Some(second) = more.clone().find(is_place) else {
        return Ok(vec![range(first)]);
    };
    if reading == Reading::Lines || needle.ends_with(['\n', '\r']) {
        // Who writes whole lines means whole lines, if they are there once.
        let mut whole = std::iter::once(first)
            .chain(more)
            .filter(|at| starts_line(*at));
        if let (Some(only), None) = (whole.next(), whole.next()) {
            return Ok(vec![range(only)]);
        }
    }
    let line = |start: usize| Breaks::Lsp.count(&hay[..start]) + 1;
    let all = || finder.find_iter(hay).filter(is_place);
    let count = all().take(MAX_PLACES).count();
    let lines = match count {
        1 => vec![line(first), line(second)],
        _ => all().take(MAX_NAMED_PLACES).map(line).collect(),
    };
    Err(Refusal::Ambiguous {
        count: count.max(2),
        lines,
        stage: Stage::Exact,
    })
}

/// What is written in place of `range`. Where the model's text begins after the indentation of
/// the line, what follows its first line may be meant from there on, or its new text from the
/// line's beginning.
pub(super) fn fitted<'n>(
    body: &str,
    range: &Range<usize>,
    old: &str,
    new: &'n str,
) -> (Cow<'n, str>, Stage) {
    let line = indent_start(body.as_bytes(), range.start);
    if line != Some(range.start) && joins(old, new) {
        return (Cow::Owned(format!("\n{new}")), Stage::TrailingSpace);
    }
    let Some(line) = line.filter(|line| *line < range.start) else {
        return (Cow::Borrowed(new), Stage::Exact);
    };
    let before = &body[line..range.start];
    let near = body.floor_char_boundary(line.saturating_sub(NEAR_BYTES));
    let unit = || Unit::of(lines(&body[near..range.end]).map(content));
    match shifted(before, old, new, unit) {
        Some(shifted) if shifted != new => (Cow::Owned(shifted), Stage::Indent),
        Some(_) | None => (Cow::Borrowed(new), Stage::Exact),
    }
}

/// Whether a line ending that whole lines begin with, behind text, would be lost, so that the
/// first one would be written behind the line before it.
fn joins(old: &str, new: &str) -> bool {
    let breaks = ['\n', '\r'];
    let is_lost = old.starts_with(breaks) && old.ends_with(breaks);
    if !is_lost || new.starts_with(breaks) {
        return false;
    }
    // A bracket that is moved to the line before it has another indentation there.
    let indent = |line: &str| split(line).0.len();
    let mut old = lines(old).filter(|line| !line.trim().is_empty());
    new.starts_with(|char: char| !char.is_whitespace())
        || old.next().map(indent) == lines(new).next().map(indent)
}

/// Whether a match of `old` that begins at `start` begins within a line's indentation, so that
/// the model took the line to be less deep.
pub(super) fn is_partly_indented(body: &str, start: usize, old: &str) -> bool {
    let line = indent_start(body.as_bytes(), start);
    line.is_some_and(|line| line < start) && old.starts_with([' ', '\t'])
}

fn shifted(before: &str, old: &str, new: &str, unit: impl Fn() -> Unit) -> Option<String> {
    let filled = |text: &'_ str| lines(text).filter(|line| !line.trim().is_empty()).count();
    let (first_old, _) = split(lines(old).next()?);
    let mut rest = Breaks::Lf.lines(new);
    let first = rest.next()?;
    if first.trim().is_empty() || first_old.contains(['\n', '\r']) {
        return None;
    }
    let (first_new, first_body) = split(first);
    if first_old.is_empty()
        && let Some(rest_of_line) = moved_up(before, old, first)
    {
        return Some(format!("{rest_of_line}{}", &new[first.trim_end().len()..]));
    }
    if first_old.is_empty() && first_new == before {
        // The new text has the indentation that the old one lacks, unless it is a deeper one.
        let is_deeper = filled(new) == 1 && first_body.trim_end() == old.trim_end();
        let mut others = rest.clone().filter(|line| !line.trim().is_empty());
        let is_from_line = match last_filled(old) {
            None => others.all(|line| line.starts_with(before)),
            Some(last) => rest.any(|line| line.trim_end() == last),
        };
        return (is_from_line && !is_deeper)
            .then(|| format!("{first_body}{}", &new[first.len()..]));
    }
    if filled(old) != 1 || filled(new) < 2 || first_new != first_old {
        // Other old lines say how the text is indented: as it is written.
        return None;
    }
    let others = rest.collect::<Vec<_>>();
    if first_old.is_empty() && !is_relative(before, old, first, &others) {
        return None;
    }
    let indents = others.iter().filter(|line| !line.trim().is_empty());
    let indents = indents.map(|line| split(line).0).collect::<Vec<_>>();
    let there = format!("{before}{first_old}");
    let reindent = Reindent::learn(&[(first_old, &there)], &indents, unit())?;
    let mut out = first.to_owned();
    for line in others {
        let (indent, body) = split(line);
        match line.trim().is_empty() {
            true => out.push_str(line),
            false => {
                out.push_str(&reindent.map(indent)?);
                out.push_str(body);
            }
        }
    }
    Some(out)
}

/// What is written of a new first line that is a later one of the old lines, which tells its
/// indentation: all but what is before the place.
fn moved_up<'o>(before: &str, old: &'o str, first: &str) -> Option<&'o str> {
    let mut olds = lines(old).map(str::trim_end);
    let is_first = olds.next()?.trim_start() == first.trim();
    let twin = olds.find(|line| line.trim_start() == first.trim())?;
    let is_like = first.starts_with(|char: char| !char.is_whitespace()) || first.trim_end() == twin;
    twin.strip_prefix(before).filter(|_| is_like && !is_first)
}

/// The last line with text but for the first line.
fn last_filled(text: &str) -> Option<&str> {
    let others = lines(text).skip(1).map(str::trim_end);
    others.filter(|line| !line.is_empty()).last()
}

/// Where the line begins, if there is only indentation before `at`. Lines may be long, and places
/// in them many: no more than the indentation is looked at.
fn indent_start(text: &[u8], at: usize) -> Option<usize> {
    let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t');
    let start = at - text[..at].iter().rev().take_while(blank).count();
    let is_start = start == 0 || matches!(text[start - 1], b'\n' | b'\r');
    is_start.then_some(start)
}

/// Whether the lines after the first one count from its indentation, which the model left out,
/// and not from the line's beginning.
fn is_relative(before: &str, old: &str, first: &str, others: &[&str]) -> bool {
    // The old line, where it stays without indentation, has the same as the first one.
    if others.iter().any(|line| line.trim_end() == old.trim()) {
        return true;
    }
    let others = || others.iter().filter(|line| !line.trim().is_empty());
    if others().all(|line| line.starts_with(before)) {
        // All are at least as deep. After what opens a block, a line is deeper.
        let opens = first.trim_end().ends_with([':', '{', '(', '[']);
        let next = others().next().map(|line| split(line));
        return opens && next.is_some_and(|(indent, body)| indent == before && !closes(body));
    }
    // A bracket that closes more than the first line did closes a block around it.
    let (mut depth, mut least) = (0_i64, 0_i64);
    for (at, line) in std::iter::once(&first).chain(others()).enumerate() {
        for char in line.chars() {
            match char {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                _ => {}
            }
            if at == 0 {
                least = depth.min(least);
            } else if depth < least {
                return false;
            }
        }
    }
    true
}

fn closes(line: &str) -> bool {
    line.starts_with(['}', ')', ']'])
}
