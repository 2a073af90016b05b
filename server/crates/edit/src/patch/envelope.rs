//! What lies around a patch: fences, here-documents, prose, and which dialect it is in.
use super::PatchError;
use super::error::Problem;
use super::source::{Numbered, Source};
use super::v4a::Marker;

/// A patch without what lies around it.
pub(super) enum Opened<'a> {
    V4a(Vec<Numbered<'a>>),
    Unified(Vec<Numbered<'a>>),
}

/// Finds the patch in a text. What comes first decides: the beginning of an envelope, the header
/// of a file, or a unified diff, whose lines may look like any of these.
pub(super) fn open<'a>(source: &Source<'a>) -> Result<Opened<'a>, PatchError> {
    let lines = &source.lines;
    for (index, line) in lines.iter().enumerate() {
        if is_unified_start(&lines[index..]) {
            return Ok(Opened::Unified(until_fence(lines, index)));
        }
        let marker = Marker::of_padded(line.text);
        if marker == Some(Marker::Begin) {
            let lines = dedented(lines, index);
            let inner = inside(&lines, index);
            return Ok(match is_unified(&inner) {
                true => Opened::Unified(inner),
                false => Opened::V4a(inner),
            });
        }
        if marker.is_some_and(|marker| marker.names_file()) {
            return Ok(Opened::V4a(until_fence(&dedented(lines, index), index)));
        }
        if let Some(problem) = Marker::unknown(line.text) {
            return Err(problem.at(line.number));
        }
    }
    let first = lines.iter().find(|line| !line.is_blank());
    Err(match first {
        None => Problem::Empty.at(1),
        Some(line) => Problem::NotAPatch.at(line.number),
    })
}

/// A whole patch may be indented, as in a list; then all its lines lose what its first marker
/// has.
fn dedented<'a>(lines: &[Numbered<'a>], first: usize) -> Vec<Numbered<'a>> {
    let marker = lines[first].text;
    let pad = &marker[..marker.len() - marker.trim_start().len()];
    let patch = &lines[first..];
    let is_padded = |line: &Numbered<'_>| line.is_blank() || line.text.starts_with(pad);
    let last = patch
        .iter()
        .rposition(|line| Marker::of_padded(line.text) == Some(Marker::End))
        .unwrap_or(patch.len() - 1);
    if pad.is_empty() || !patch[..=last].iter().all(is_padded) {
        return lines.to_vec();
    }
    let bare = |line: &Numbered<'a>| Numbered {
        number: line.number,
        text: line.text.strip_prefix(pad).unwrap_or(line.text),
    };
    let mut out = lines[..first].to_vec();
    out.extend(patch.iter().map(bare));
    out
}

/// What is between the markers. Several envelopes in a row are one.
fn inside<'a>(lines: &[Numbered<'a>], begin: usize) -> Vec<Numbered<'a>> {
    let mut out = Vec::new();
    let mut at = begin;
    loop {
        let body = &lines[at + 1..];
        let Some(end) = end_of(body) else {
            out.extend(until_fence(lines, at + 1));
            return out;
        };
        out.extend_from_slice(&body[..end]);
        let behind = at + 1 + end + 1;
        let next = lines[behind..]
            .iter()
            .position(|line| Marker::of(line.text) == Some(Marker::Begin));
        match next {
            None => return out,
            Some(next) => at = behind + next,
        }
    }
}

/// The line of the end marker. With white space before it, it may also be a line of the file,
/// and counts only where no other one is.
fn end_of(body: &[Numbered<'_>]) -> Option<usize> {
    body.iter()
        .position(|line| Marker::of(line.text) == Some(Marker::End))
        .or_else(|| {
            body.iter()
                .rposition(|line| Marker::of_padded(line.text) == Some(Marker::End))
        })
}

/// Lines from `start` on, up to the end of the fence or the here-document that they are in.
fn until_fence<'a>(lines: &[Numbered<'a>], start: usize) -> Vec<Numbered<'a>> {
    let closing = lines[..start]
        .iter()
        .rev()
        .find_map(|line| closing(line.text));
    let rest = &lines[start..];
    let end = closing
        .and_then(|closing| rest.iter().position(|line| line.text.trim_end() == closing))
        .unwrap_or(rest.len());
    rest[..end].to_vec()
}

/// What closes the fence or the here-document that a line opens.
fn closing(line: &str) -> Option<String> {
    let line = line.trim();
    for mark in ["```", "~~~"] {
        if line.starts_with(mark) {
            let length = line.len() - line.trim_start_matches(&mark[..1]).len();
            return Some(mark[..1].repeat(length));
        }
    }
    let (_, word) = line.split_once("<<")?;
    let word = word
        .trim_start_matches('-')
        .trim()
        .trim_matches(['\'', '"']);
    let is_word = !word.is_empty()
        && word
            .chars()
            .all(|char| char.is_alphanumeric() || char == '_');
    is_word.then(|| word.to_owned())
}

/// Whether the lines of an envelope are a unified diff all the same.
fn is_unified(lines: &[Numbered<'_>]) -> bool {
    let first = lines.iter().position(|line| !line.is_blank());
    first.is_some_and(|first| is_unified_start(&lines[first..]))
}

fn is_unified_start(lines: &[Numbered<'_>]) -> bool {
    match lines {
        [first, ..] if first.text.starts_with("diff --git ") => true,
        [first, second, ..] => first.text.starts_with("--- ") && second.text.starts_with("+++ "),
        [] | [_] => false,
    }
}
