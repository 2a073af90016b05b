//! The places in a text that are most like one that is not there.
use super::index::{BLANK, Index};
use crate::lines::{content, lines};

/// How many places a refusal names.
const MAX_CLOSEST: usize = 3;

/// How many lines of what is wanted are looked at.
const MAX_WANTED_LINES: usize = 400;
/// How many lines of what is wanted may have the same text and still count.
const MAX_SAME: usize = 4;
/// Lines shorter than this, such as a brace, say little about a place.
const MIN_TELLING_BYTES: usize = 3;
/// A line's share in the choice of the place grows with its length up to here.
const MAX_WEIGHT: u32 = 40;
/// How much of a line is looked at for likeness.
const MAX_LIKE_BYTES: usize = 256;
/// Below this share of common letter pairs, in hundredths, lines are not alike.
const MIN_LIKENESS: usize = 60;
/// How many bytes of a line are quoted.
const MAX_QUOTE_BYTES: usize = 160;

/// A place that is like what was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closest {
    /// Its first line, from 1.
    pub first_line: usize,
    /// Its last line, from 1.
    pub last_line: usize,
    /// The first difference.
    pub difference: Option<Difference>,
}

/// The first line in which a text differs from what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The line reads differently. Long lines are cut to the part around the difference.
    Text {
        /// The line's number, from 1.
        line: usize,
        /// What is there.
        found: String,
        /// What was wanted there.
        wanted: String,
    },
    /// The line differs in white space only; says how.
    WhiteSpace {
        /// The line's number, from 1.
        line: usize,
        /// A clause, such as "it begins with 1 tab there, with 4 spaces in old_text".
        how: String,
    },
    /// The text ends before the line.
    End {
        /// How many lines the text has.
        lines: usize,
    },
    /// The text ends without the line ending that was wanted.
    FinalNewline,
}

/// Looks for the places, the most similar one first; takes time in proportion to the text. The
/// index is of the text and the lines of `wanted`.
pub(super) fn closest(index: &Index<'_>, wanted: &str) -> Vec<Closest> {
    let wanted_lines = lines(wanted)
        .take(MAX_WANTED_LINES)
        .map(content)
        .collect::<Vec<_>>();
    let mut starts = by_equal_lines(index, &wanted_lines);
    if starts.is_empty() {
        starts = by_likeness(index, &wanted_lines);
    }
    let place = |start: usize| Closest {
        first_line: start + 1,
        last_line: (start + wanted_lines.len()).min(index.len()).max(start + 1),
        difference: first_difference(index, start, wanted, &wanted_lines),
    };
    starts.into_iter().map(place).collect()
}

/// The lines, from 0, from which on most lines say the same.
fn by_equal_lines(index: &Index<'_>, wanted: &[&str]) -> Vec<usize> {
    let ids = index.wanted().get(..wanted.len()).unwrap_or_default();
    let kinds = ids.iter().max().map_or(0, |id| *id as usize + 1);
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    for (at, (id, line)) in ids.iter().zip(wanted).enumerate() {
        let same = &mut places[*id as usize];
        if *id != BLANK && line.trim().len() >= MIN_TELLING_BYTES && same.len() < MAX_SAME {
            same.push(at);
        }
    }
    if places.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let mut votes = vec![0_u32; index.len()];
    for (number, id) in index.ids().iter().enumerate() {
        let Some(same) = places.get(*id as usize) else {
            continue;
        };
        for at in same {
            votes[number.saturating_sub(*at)] += weight(wanted[*at]);
        }
    }
    let mut best: Vec<usize> = Vec::new();
    while best.len() < MAX_CLOSEST {
        let is_apart = |start: usize| best.iter().all(|one| one.abs_diff(start) >= wanted.len());
        let candidates = votes.iter().enumerate();
        let next = candidates
            .filter(|(start, votes)| **votes > 0 && is_apart(*start))
            .max_by_key(|(start, votes)| (**votes, usize::MAX - start));
        // A further place is named only if it is half as similar.
        let least = best.first().map_or(0, |first| votes[*first] / 2);
        match next {
            Some((start, votes)) if *votes > least => best.push(start),
            Some(_) | None => break,
        }
    }
    best
}

/// A line's share in the choice of the place.
fn weight(line: &str) -> u32 {
    u32::try_from(line.trim().len()).map_or(MAX_WEIGHT, |len| len.min(MAX_WEIGHT))
}

/// The lines, from 0, from which on the longest line wanted has its like.
fn by_likeness(index: &Index<'_>, wanted: &[&str]) -> Vec<usize> {
    let longest = wanted
        .iter()
        .map(|line| line.trim())
        .enumerate()
        .max_by_key(|(index, line)| (line.len(), usize::MAX - index));
    let Some((at, like)) = longest.and_then(|(at, line)| Some((at, Likeness::new(line)?))) else {
        return Vec::new();
    };
    let mut best: Vec<(usize, usize)> = Vec::new();
    for number in 0..index.len() {
        let score = like.hundredths(index.content(number).trim());
        let least = match best.get(MAX_CLOSEST - 1) {
            Some((score, _)) => *score,
            None => MIN_LIKENESS - 1,
        };
        if score > least {
            let rank = best.partition_point(|(other, _)| *other >= score);
            best.insert(rank, (score, number));
            best.truncate(MAX_CLOSEST);
        }
    }
    best.into_iter()
        .map(|(_, number)| number.saturating_sub(at))
        .collect()
}

/// Compares lines with one line, by the pairs of neighbouring bytes that both have.
struct Likeness {
    pairs: Vec<bool>,
    count: usize,
}

impl Likeness {
    fn new(line: &str) -> Option<Self> {
        let line = &line.as_bytes()[..line.len().min(MAX_LIKE_BYTES)];
        if line.len() < MIN_TELLING_BYTES {
            return None;
        }
        let mut pairs = vec![false; 1 << 16];
        for pair in line.windows(2) {
            pairs[number(pair)] = true;
        }
        Some(Self {
            pairs,
            count: line.len() - 1,
        })
    }

    fn hundredths(&self, line: &str) -> usize {
        let line = &line.as_bytes()[..line.len().min(MAX_LIKE_BYTES)];
        let count = line.len().saturating_sub(1);
        if count > self.count * 2 || count * 2 < self.count {
            return 0;
        }
        let common = line.windows(2).filter(|pair| self.pairs[number(pair)]);
        common.count() * 200 / (count + self.count)
    }
}

fn number(pair: &[u8]) -> usize {
    match pair {
        [first, second, ..] => usize::from(*first) << 8 | usize::from(*second),
        _ => 0,
    }
}

/// Compares line by line from `start` on. The first line wanted may begin, and the last one end,
/// inside a line.
fn first_difference(
    index: &Index<'_>,
    start: usize,
    wanted: &str,
    wanted_lines: &[&str],
) -> Option<Difference> {
    let mut last = "";
    for (offset, want) in wanted_lines.iter().enumerate() {
        let line = start + offset + 1;
        if line > index.len() {
            return Some(Difference::End { lines: line - 1 });
        }
        let have = index.line(line - 1);
        last = have;
        let have = content(have);
        // What was wanted ends with this line and has no ending of its own.
        let is_last = offset + 1 == wanted_lines.len() && !wanted.ends_with(['\n', '\r']);
        let equal = match (offset == 0, is_last) {
            (true, true) => have.contains(want),
            (true, false) => have.ends_with(want),
            (false, true) => have.starts_with(want),
            (false, false) => have == *want,
        };
        if !equal {
            return Some(differing(line, have, want));
        }
    }
    let lacks_ending = content(last).len() == last.len() && wanted.ends_with(['\n', '\r']);
    lacks_ending.then_some(Difference::FinalNewline)
}

fn differing(line: usize, have: &str, want: &str) -> Difference {
    if have.split_whitespace().eq(want.split_whitespace()) {
        return Difference::WhiteSpace {
            line,
            how: white_space(have, want),
        };
    }
    let at = have
        .char_indices()
        .zip(want.chars())
        .find(|((_, have), want)| have != want)
        .map_or(have.len().min(want.len()), |((at, _), _)| at);
    Difference::Text {
        line,
        found: excerpt(have, at),
        wanted: excerpt(want, at),
    }
}

fn white_space(have: &str, want: &str) -> String {
    let lead = |line: &str| spaces(&line[..line.len() - line.trim_start().len()]);
    let trail = |line: &str| spaces(&line[line.trim_end().len()..]);
    if lead(have) != lead(want) {
        return format!(
            "it begins with {} in the file, with {} in old_text",
            lead(have),
            lead(want)
        );
    }
    if trail(have) != trail(want) {
        return format!(
            "it ends with {} in the file, with {} in old_text",
            trail(have),
            trail(want)
        );
    }
    "the white space between its words differs".to_owned()
}

/// White space in words: "1 tab and 2 spaces".
fn spaces(text: &str) -> String {
    let count = |wanted: fn(char) -> bool| text.chars().filter(|char| wanted(*char)).count();
    let named = [
        (count(|char| char == '\t'), "tab"),
        (count(|char| char == ' '), "space"),
        (count(|char| char != '\t' && char != ' '), "other blank"),
    ];
    let words = named
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if *count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>();
    match words.is_empty() {
        true => "no white space".to_owned(),
        false => words.join(" and "),
    }
}

/// The part of a line around byte `at`.
fn excerpt(line: &str, at: usize) -> String {
    if line.len() <= MAX_QUOTE_BYTES {
        return line.to_owned();
    }
    let start = line.floor_char_boundary(at.saturating_sub(MAX_QUOTE_BYTES / 2));
    let end = line.floor_char_boundary((start + MAX_QUOTE_BYTES).min(line.len()));
    let start_mark = if start > 0 { "…" } else { "" };
    let end_mark = if end < line.len() { "…" } else { "" };
    format!("{start_mark}{}{end_mark}", &line[start..end])
}
