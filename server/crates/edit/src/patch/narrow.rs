//! Which of several places is meant: by `@@` lines, the file's end, line numbers and order.
use super::HunkPatch;
use super::find::{File, Place};
use super::refusal::HunkRefusal;
use crate::matching::MAX_NAMED_PLACES;
use crate::stage::fold;

/// How far above a change the line is looked for whose block it is in.
const MAX_BLOCK_LINES: usize = 5_000;
/// An anchor shorter than this must be a whole line.
const MIN_PART_BYTES: usize = 4;

/// Where the lines named behind `@@` are.
pub(super) struct Anchors {
    /// For each, the outermost first, its lines from 0, in order.
    lines: Vec<Vec<usize>>,
    /// Whether the innermost is named in full.
    is_whole: bool,
}

impl Anchors {
    /// Gives the first anchor that is not in the file as the error.
    pub(super) fn find<'h>(file: &File<'_>, hunk: &'h HunkPatch) -> Result<Self, &'h str> {
        let mut lines = Vec::with_capacity(hunk.anchors.len());
        let mut is_whole = true;
        for anchor in &hunk.anchors {
            let (found, whole) = find(file, anchor);
            if found.is_empty() {
                return Err(anchor);
            }
            lines.push(found);
            is_whole = whole;
        }
        Ok(Self { lines, is_whole })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The first line that the innermost can be: behind all the others.
    fn earliest(&self) -> Option<usize> {
        let mut at = 0;
        let mut last = None;
        for lines in &self.lines {
            let line = *lines.get(lines.partition_point(|line| *line < at))?;
            last = Some(line);
            at = line + 1;
        }
        last
    }

    /// Keeps what is behind the anchors, and where several are, what is in the anchors' blocks.
    pub(super) fn keep<'a>(&self, file: &File<'_>, mut places: Vec<Place<'a>>) -> Vec<Place<'a>> {
        if self.is_empty() {
            return places;
        }
        let Some(earliest) = self.earliest() else {
            return Vec::new();
        };
        places.retain(|place| place.core().start >= earliest);
        if places.len() > 1 {
            let is_in = places
                .iter()
                .map(|place| self.is_block_of(file, self.lines.len(), place.core().start))
                .collect::<Vec<_>>();
            if is_in.contains(&true) {
                let mut is_in = is_in.into_iter();
                places.retain(|_| is_in.next().unwrap_or(false));
            }
        }
        places
    }

    /// Where lines go that are only added: below the innermost anchor.
    pub(super) fn below(&self, file: &File<'_>) -> Vec<usize> {
        let Some(earliest) = self.earliest().filter(|_| self.is_whole) else {
            return Vec::new();
        };
        let Some(innermost) = self.lines.last() else {
            return Vec::new();
        };
        let outer = self.lines.len() - 1;
        let behind = innermost.iter().copied().filter(|line| *line >= earliest);
        let all = behind.collect::<Vec<_>>();
        if all.len() < 2 || outer == 0 {
            return all;
        }
        all.into_iter()
            .filter(|line| self.is_block_of(file, outer, *line))
            .collect()
    }

    /// Whether a line is in a block of the first `count` anchors, one inside the other.
    fn is_block_of(&self, file: &File<'_>, count: usize, line: usize) -> bool {
        let Some(lines) = count.checked_sub(1).and_then(|last| self.lines.get(last)) else {
            return true;
        };
        let first = line.saturating_sub(MAX_BLOCK_LINES);
        // The least indentation of the lines between; an anchor has less.
        let mut least = usize::MAX;
        for at in (first..=line).rev() {
            let Some(text) = file.lines.get(at) else {
                continue;
            };
            let indent = text.len() - text.trim_start().len();
            let is_anchor = lines.binary_search(&at).is_ok();
            if is_anchor
                && (indent < least || at == line)
                && self.is_block_of_outer(file, count, at)
            {
                return true;
            }
            if at < line && !continues(text) {
                least = least.min(indent);
            }
        }
        false
    }

    fn is_block_of_outer(&self, file: &File<'_>, count: usize, at: usize) -> bool {
        match (count, at) {
            (0 | 1, _) => true,
            (_, 0) => false,
            (_, _) => self.is_block_of(file, count - 1, at - 1),
        }
    }
}

/// Whether a line leaves a block open that has the same indentation.
fn continues(line: &str) -> bool {
    let line = line.trim();
    match line.as_bytes().first() {
        None | Some(b'{' | b')' | b']') => true,
        Some(b'}') => line.ends_with('{'),
        Some(_) => false,
    }
}

/// The lines that an anchor names, and whether it names them in full.
fn find(file: &File<'_>, anchor: &str) -> (Vec<usize>, bool) {
    let all = |is_it: &dyn Fn(&str) -> bool| {
        let lines = file.lines.iter().enumerate();
        let found = lines.filter(|(_, line)| is_it(line));
        found.map(|(number, _)| number).collect::<Vec<_>>()
    };
    let bare = anchor.trim();
    let folded = fold(bare);
    let whole: [&dyn Fn(&str) -> bool; 4] = [
        &|line| line == anchor,
        &|line| line.trim_end() == anchor.trim_end(),
        &|line| line.trim() == bare,
        &|line| fold(line.trim()) == folded,
    ];
    for is_it in whole {
        let found = all(is_it);
        if !found.is_empty() {
            return (found, true);
        }
    }
    if bare.len() < MIN_PART_BYTES {
        return (Vec::new(), false);
    }
    let starting = all(&|line| line.trim_start().starts_with(bare));
    match starting.is_empty() {
        false => (starting, false),
        true => (all(&|line| line.contains(bare)), false),
    }
}

/// Keeps what reaches the end of the file, where the hunk says so and any does.
pub(super) fn by_end<'a>(
    file: &File<'_>,
    hunk: &HunkPatch,
    mut places: Vec<Place<'a>>,
) -> Vec<Place<'a>> {
    let used = file.lines.iter().rposition(|line| !line.trim().is_empty());
    let end = used.map_or(0, |last| last + 1);
    if hunk.end_of_file && places.iter().any(|place| place.end >= end) {
        places.retain(|place| place.end >= end);
    }
    places
}

/// Chooses one place for each hunk, or names the first hunk that has several.
pub(super) fn settle<'a>(
    hunks: &[HunkPatch],
    mut places: Vec<Vec<Place<'a>>>,
) -> Result<Vec<Place<'a>>, (usize, HunkRefusal)> {
    if places.iter().any(|places| places.len() > 1) {
        let by_number = numbered(hunks, &places);
        let ways: [(&[Vec<Place<'a>>], Order); 4] = [
            (&by_number, Order::Apart),
            (&by_number, Order::Touching),
            (&places, Order::Apart),
            (&places, Order::Touching),
        ];
        let ordered = ways
            .into_iter()
            .find_map(|(places, order)| in_order(places, order));
        if let Some(ordered) = ordered {
            places = ordered;
        }
    }
    for (index, places) in places.iter().enumerate() {
        if places.len() > 1 {
            let lines = places.iter().take(MAX_NAMED_PLACES);
            let reason = HunkRefusal::Ambiguous {
                count: places.len(),
                lines: lines.map(|place| place.start + 1).collect(),
            };
            return Err((index, reason));
        }
    }
    let chosen = places.into_iter().flatten().collect::<Vec<_>>();
    apart(&chosen)?;
    Ok(chosen)
}

/// Takes the place that the header's line number names, where it names one. How far the numbers
/// are off is told by the hunks that have one place; they must agree.
fn numbered<'a>(hunks: &[HunkPatch], places: &[Vec<Place<'a>>]) -> Vec<Vec<Place<'a>>> {
    let number = |place: &Place<'_>| i128::try_from(place.start + 1).unwrap_or(i128::MAX);
    let hint = |hunk: &HunkPatch| hunk.hint.and_then(|hint| i128::try_from(hint).ok());
    let mut offsets = hunks
        .iter()
        .zip(places)
        .filter_map(|(hunk, places)| match places.as_slice() {
            [place] => Some(number(place) - hint(hunk)?),
            _ => None,
        })
        .collect::<Vec<_>>();
    offsets.sort_unstable();
    offsets.dedup();
    let offset = match offsets.as_slice() {
        [] => 0,
        [offset] => *offset,
        _ => return places.to_vec(),
    };
    let named = |(hunk, places): (&HunkPatch, &Vec<Place<'a>>)| {
        let wanted = hint(hunk).map(|hint| hint + offset);
        let named = places.iter().find(|place| Some(number(place)) == wanted);
        named.map_or_else(|| places.clone(), |place| vec![place.clone()])
    };
    hunks.iter().zip(places).map(named).collect()
}

/// What may lie between two hunks that follow each other.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// Their lines are apart.
    Apart,
    /// Lines that stay may be in both.
    Touching,
}

impl Order {
    fn range(self, place: &Place<'_>) -> std::ops::Range<usize> {
        match self {
            Self::Apart => place.start..place.end,
            Self::Touching => place.core(),
        }
    }
}

/// The places from which all hunks can be in order; `None` where they cannot.
fn in_order<'a>(places: &[Vec<Place<'a>>], order: Order) -> Option<Vec<Vec<Place<'a>>>> {
    let mut kept = places.to_vec();
    let mut least = 0;
    for places in &mut kept {
        places.retain(|place| order.range(place).start >= least);
        least = places.iter().map(|place| order.range(place).end).min()?;
    }
    let mut most = usize::MAX;
    for places in kept.iter_mut().rev() {
        places.retain(|place| order.range(place).end <= most);
        most = places.iter().map(|place| order.range(place).start).max()?;
    }
    Some(kept)
}

/// No two hunks change the same lines.
fn apart(places: &[Place<'_>]) -> Result<(), (usize, HunkRefusal)> {
    let mut cores = places.iter().map(Place::core).zip(0..).collect::<Vec<_>>();
    cores.sort_by_key(|(core, hunk)| (core.start, core.end, *hunk));
    let mut end = 0;
    for (core, hunk) in cores {
        if core.start < end {
            return Err((
                hunk,
                HunkRefusal::Overlap {
                    line: core.start + 1,
                },
            ));
        }
        end = core.end;
    }
    Ok(())
}
