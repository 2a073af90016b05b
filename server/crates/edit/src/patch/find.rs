//! Finding the lines of a hunk in a file.
use std::borrow::Cow;
use std::collections::HashMap;

use super::indent::{Shift, split};
use super::reading::{Reading, Role};
use super::{MAX_PLACES, MAX_STEPS};
use crate::lines::{content, lines};
use crate::stage::{Stage, fold};

/// How many ways to read a hunk are followed at once.
const MAX_WAYS: usize = 16;

/// A file by lines.
pub(super) struct File<'a> {
    /// The lines with their endings.
    pub(super) whole: Vec<&'a str>,
    /// The lines without them.
    pub(super) lines: Vec<&'a str>,
}

impl<'a> File<'a> {
    pub(super) fn new(body: &'a str) -> Self {
        let whole = lines(body).collect::<Vec<_>>();
        let lines = whole.iter().map(|line| content(line)).collect();
        Self { whole, lines }
    }
}

/// Where the lines that hunks look for are in a file, for one stage.
pub(super) struct Index<'a> {
    stage: Stage,
    places: HashMap<Cow<'a, str>, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(super) fn new<'r>(
        stage: Stage,
        file: &File<'a>,
        readings: impl Iterator<Item = &'r Reading<'a>>,
    ) -> Self
    where
        'a: 'r,
    {
        let mut places: HashMap<Cow<'a, str>, Vec<usize>> = HashMap::new();
        for reading in readings {
            places.entry(key(stage, reading.text)).or_default();
        }
        for (number, line) in file.lines.iter().enumerate() {
            if let Some(numbers) = places.get_mut(key(stage, line).as_ref()) {
                numbers.push(number);
            }
        }
        Self { stage, places }
    }

    fn of(&self, text: &str) -> &[usize] {
        self.places
            .get(key(self.stage, text).as_ref())
            .map_or(&[], Vec::as_slice)
    }
}

/// What must be the same; indentation is looked at apart.
fn key(stage: Stage, line: &str) -> Cow<'_, str> {
    match stage {
        Stage::Exact => Cow::Borrowed(line),
        Stage::TrailingSpace => Cow::Borrowed(line.trim_end()),
        Stage::Indent => Cow::Borrowed(line.trim()),
        Stage::Unicode => fold(line.trim()),
    }
}

/// Which indentation may be other than the file's, in the stages that leave it aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indents {
    /// That of all lines alike.
    Shifted,
    /// That of context lines which lost it with their sign; all others are as they are written.
    Trimmed,
}

/// A place where a hunk fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// The first line, from 0.
    pub(super) start: usize,
    /// The line behind the last one.
    pub(super) end: usize,
    /// The price of the readings.
    pub(super) cost: u32,
    /// Whether the lines can also be read so that something else comes out.
    pub(super) is_unclear: bool,
    /// Whether a line that begins with + was taken as one that is there.
    pub(super) has_kept: bool,
    pub(super) shift: Shift<'a>,
    /// What each line of the hunk is, with its text.
    pub(super) roles: Vec<(Role, &'a str)>,
}

impl Place<'_> {
    /// From the first line that changes up to behind the last one; empty between two lines where
    /// lines are only added.
    pub(super) fn core(&self) -> std::ops::Range<usize> {
        let mut at = self.start;
        let mut core = None;
        for (role, _) in &self.roles {
            let next = at + usize::from(role.is_old());
            if matches!(role, Role::Add | Role::Remove) {
                let start = core.map_or(at, |(start, _)| start);
                core = Some((start, next));
            }
            at = next;
        }
        core.map_or(self.end..self.end, |(start, end)| start..end)
    }
}

/// The places of a hunk, or that there are too many to look at.
pub(super) enum Found<'a> {
    All(Vec<Place<'a>>),
    TooMany,
}

/// Finds all places of a hunk in one stage.
pub(super) fn places<'a>(
    file: &File<'a>,
    index: &Index<'a>,
    readings: &[Vec<Reading<'a>>],
    indents: Indents,
) -> Found<'a> {
    let Some(pivot) = pivot(index, readings) else {
        return Found::All(Vec::new());
    };
    let mut starts = Vec::new();
    for reading in &readings[pivot.line] {
        for place in index.of(reading.text) {
            for before in pivot.least..=pivot.most {
                let Some(start) = place.checked_sub(before) else {
                    continue;
                };
                let (written, _) = split(reading.text);
                let (there, _) = split(file.lines[*place]);
                let shifts = match (index.stage, indents) {
                    (Stage::Exact | Stage::TrailingSpace, _) | (_, Indents::Trimmed) => {
                        vec![Shift::Same]
                    }
                    (Stage::Indent | Stage::Unicode, Indents::Shifted) => {
                        Shift::between(written, there)
                    }
                };
                starts.extend(shifts.into_iter().map(|shift| (start, shift)));
            }
        }
        if starts.len() > MAX_STEPS {
            return Found::TooMany;
        }
    }
    starts.sort_unstable();
    starts.dedup();

    let mut fitting = Fitting {
        file,
        stage: index.stage,
        indents,
        readings,
        layers: vec![Vec::new(); readings.len() + 1],
        steps: 0,
    };
    let mut found: Vec<Place<'a>> = Vec::new();
    for (start, shift) in starts {
        let place = fitting.fit(start, shift);
        if fitting.steps > MAX_STEPS || found.len() > MAX_PLACES {
            return Found::TooMany;
        }
        let Some(place) = place else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.start == place.start => join(last, place),
            Some(_) | None => found.push(place),
        }
    }
    doubt(&mut found);
    Found::All(found)
}

/// A hunk whose first line begins with + may begin one line earlier, where that line is already.
fn doubt(places: &mut [Place<'_>]) {
    for at in 1..places.len() {
        let (before, behind) = places.split_at_mut(at);
        let (Some(one), Some(other)) = (before.last_mut(), behind.first_mut()) else {
            continue;
        };
        if (one.has_kept || other.has_kept) && other.start < one.end {
            one.is_unclear = true;
            other.is_unclear = true;
        }
    }
}

/// Two ways to indent at one place: the better one, in doubt if they are as good.
fn join<'a>(last: &mut Place<'a>, place: Place<'a>) {
    if place.cost < last.cost {
        *last = place;
    } else if place.cost == last.cost && last.shift != Shift::Same {
        let news = |place: &Place<'_>| {
            place
                .roles
                .iter()
                .filter(|(role, _)| *role == Role::Add)
                .map(|(_, text)| place.shift.line(text).into_owned())
                .collect::<Vec<_>>()
        };
        last.is_unclear |= last.roles != place.roles || news(last) != news(&place);
    }
}

/// The line of a hunk that is in the file the fewest times.
struct Pivot {
    line: usize,
    /// How many of the lines before it are in the file, at least and at most.
    least: usize,
    most: usize,
}

/// `None` where a line that must be in the file is not.
fn pivot(index: &Index<'_>, readings: &[Vec<Reading<'_>>]) -> Option<Pivot> {
    let mut best: Option<(usize, Pivot)> = None;
    let (mut least, mut most) = (0, 0);
    for (line, ways) in readings.iter().enumerate() {
        let count = ways
            .iter()
            .filter(|way| way.role.is_old())
            .map(|way| index.of(way.text).len())
            .sum::<usize>();
        let must_be_there = ways.iter().all(|way| way.role.is_old());
        if must_be_there {
            if count == 0 {
                return None;
            }
            let is_telling = match index.stage {
                Stage::Exact | Stage::TrailingSpace => true,
                Stage::Indent | Stage::Unicode => !ways[0].text.trim().is_empty(),
            };
            if is_telling && best.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
                best = Some((count, Pivot { line, least, most }));
            }
        }
        least += usize::from(must_be_there);
        most += usize::from(count > 0);
    }
    best.map(|(_, pivot)| pivot)
}

/// How far a hunk has been read in one way.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// How many lines of the file have been passed.
    passed: usize,
    cost: u32,
    /// The way in the layer before, and which reading led here.
    from: (usize, usize),
    /// Whether a line that begins with + was taken as one that is there.
    has_kept: bool,
    is_unclear: bool,
}

struct Fitting<'f, 'a> {
    file: &'f File<'a>,
    stage: Stage,
    indents: Indents,
    readings: &'f [Vec<Reading<'a>>],
    /// The ways after each line of the hunk.
    layers: Vec<Vec<Way>>,
    steps: usize,
}

impl<'a> Fitting<'_, 'a> {
    /// Reads the whole hunk from a line of the file on.
    fn fit(&mut self, start: usize, shift: Shift<'a>) -> Option<Place<'a>> {
        let readings = self.readings;
        self.layers[0].clear();
        self.layers[0].push(Way {
            passed: 0,
            cost: 0,
            from: (0, 0),
            has_kept: false,
            is_unclear: false,
        });
        for (line, ways) in readings.iter().enumerate() {
            let mut next = std::mem::take(&mut self.layers[line + 1]);
            next.clear();
            for (from, way) in self.layers[line].iter().enumerate() {
                for (choice, reading) in ways.iter().enumerate() {
                    self.steps += 1;
                    let is_old = reading.role.is_old();
                    let there = self.file.lines.get(start + way.passed);
                    let fits =
                        !is_old || there.is_some_and(|there| self.same(reading, there, shift));
                    if !fits {
                        continue;
                    }
                    let is_kept = is_old && ways[0].role == Role::Add;
                    merge(
                        &mut next,
                        Way {
                            passed: way.passed + usize::from(is_old),
                            cost: way.cost + reading.cost,
                            from: (from, choice),
                            has_kept: way.has_kept || is_kept,
                            is_unclear: way.is_unclear,
                        },
                    );
                }
            }
            let is_stuck = next.is_empty();
            self.layers[line + 1] = next;
            if is_stuck {
                return None;
            }
        }
        self.finish(start, shift)
    }

    fn finish(&self, start: usize, shift: Shift<'a>) -> Option<Place<'a>> {
        let ends = self.layers.last()?;
        let (best, way) = ends.iter().enumerate().min_by_key(|(_, way)| way.cost)?;
        let has_other = ends
            .iter()
            .enumerate()
            .any(|(index, other)| index != best && (other.has_kept || way.has_kept));
        let mut roles = Vec::with_capacity(self.readings.len());
        let mut at = best;
        for (line, ways) in self.readings.iter().enumerate().rev() {
            let (from, choice) = self.layers[line + 1][at].from;
            roles.push((ways[choice].role, ways[choice].text));
            at = from;
        }
        roles.reverse();
        Some(Place {
            start,
            end: start + way.passed,
            cost: way.cost,
            is_unclear: way.is_unclear || has_other,
            has_kept: way.has_kept,
            shift,
            roles,
        })
    }

    fn same(&self, reading: &Reading<'_>, there: &str, shift: Shift<'_>) -> bool {
        let written = reading.text;
        match (self.stage, self.indents) {
            (Stage::Exact, _) => written == there,
            (Stage::TrailingSpace, _) => written.trim_end() == there.trim_end(),
            (Stage::Indent | Stage::Unicode, _)
                if key(self.stage, written) != key(self.stage, there) =>
            {
                false
            }
            (Stage::Indent | Stage::Unicode, Indents::Shifted) => {
                let (written, rest) = split(written);
                rest.is_empty() || shift.fits(written, split(there).0)
            }
            (Stage::Indent | Stage::Unicode, Indents::Trimmed) => {
                let (written, rest) = split(written);
                reading.is_bare || rest.is_empty() || written == split(there).0
            }
        }
    }
}

/// Ways that have come equally far are one from there on.
fn merge(ways: &mut Vec<Way>, new: Way) {
    if let Some(old) = ways.iter_mut().find(|way| way.passed == new.passed) {
        let is_other = old.from.0 != new.from.0 && (old.has_kept || new.has_kept);
        let is_unclear = old.is_unclear || new.is_unclear || is_other;
        if new.cost < old.cost {
            *old = new;
        }
        old.is_unclear = is_unclear;
        return;
    }
    if ways.len() < MAX_WAYS {
        ways.push(new);
        return;
    }
    for way in ways {
        way.is_unclear = true;
    }
}
