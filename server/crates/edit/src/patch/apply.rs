//! Making the changes of a patch in the text of a file.
use super::HunkPatch;
use super::find::{File, Found, Indents, Index, Place, places};
use super::indent::Shift;
use super::narrow::{Anchors, by_end, settle};
use super::reading::{Leniency, Reading, Role, all_new, is_all_new, readings};
use super::refusal::{HunkRefusal, PatchRefusal};
use super::trimmed;
use crate::lines::{Endings, ending, split_bom};
use crate::matching::MAX_RESULT_BYTES;
use crate::stage::Stage;

/// A hunk whose `@@` line is not there is taken by its lines alone, if it has this many.
const MIN_TELLING_LINES: usize = 2;

/// More hunks are not looked for one by one, as each takes time in proportion to the text.
const MAX_ONE_BY_ONE: usize = 64;

/// A text with all hunks made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The whole new text, which differs from the old one.
    pub text: String,
    /// Where each hunk was made, in the order of the patch.
    pub hunks: Vec<HunkMatch>,
}

/// Where a hunk was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HunkMatch {
    /// How exactly its lines were there.
    pub stage: Stage,
    /// Whether it was read otherwise than the format says, such as without the sign of context
    /// lines.
    pub is_lenient: bool,
    /// The first line of the hunk, from 1, in the text that it was found in.
    pub first_line: usize,
    /// The last one; one less than `first_line` where lines were only added without context.
    pub last_line: usize,
}

/// Makes all hunks in a file's text, or none.
///
/// All hunks are found in the old text. Their lines must be there once: where they are more
/// often, `@@` lines, the end of the file, line numbers and the order of the hunks must leave
/// one place. Only where the lines of one are not there, each hunk is looked for in what those
/// before it made. Lines that stay keep their bytes; a new line gets the ending of the line that
/// it replaces, else of one beside it. A last line that is replaced or added ends with a newline,
/// unless the patch says that it has none.
pub fn apply(hunks: &[HunkPatch], text: &str) -> Result<Applied, PatchRefusal> {
    let refusal = match at_once(hunks, text) {
        Err(refusal) if matches!(refusal.reason, HunkRefusal::NotFound { .. }) => refusal,
        other => return other,
    };
    match (2..=MAX_ONE_BY_ONE).contains(&hunks.len()) {
        true => one_by_one(hunks, text).map_err(|_| refusal),
        false => Err(refusal),
    }
}

fn one_by_one(hunks: &[HunkPatch], text: &str) -> Result<Applied, PatchRefusal> {
    let mut applied = Applied {
        text: text.to_owned(),
        hunks: Vec::with_capacity(hunks.len()),
    };
    for hunk in hunks {
        let next = at_once(std::slice::from_ref(hunk), &applied.text)?;
        applied.text = next.text;
        applied.hunks.extend(next.hunks);
    }
    Ok(applied)
}

fn at_once(hunks: &[HunkPatch], text: &str) -> Result<Applied, PatchRefusal> {
    let refused = |hunk: usize, reason| PatchRefusal {
        hunk,
        count: hunks.len(),
        line: hunks.get(hunk).map_or(0, |hunk| hunk.line),
        reason,
    };
    let (bom, body) = split_bom(text);
    let file = File::new(body);
    let mut finder = Finder::new(&file, hunks);
    let mut found = Vec::with_capacity(hunks.len());
    for (number, hunk) in hunks.iter().enumerate() {
        let places = finder.find(number).map_err(|reason| {
            refused(
                number,
                match reason {
                    Missed::NotFound => HunkRefusal::not_found(body, hunk),
                    Missed::Refused(reason) => reason,
                },
            )
        })?;
        found.push(places);
    }
    let (stages, found): (Vec<Stage>, Vec<Vec<Place<'_>>>) = found.into_iter().unzip();
    let chosen = settle(hunks, found).map_err(|(hunk, reason)| refused(hunk, reason))?;
    for (number, place) in chosen.iter().enumerate() {
        if place.is_unclear {
            let line = place.start + 1;
            return Err(refused(number, HunkRefusal::Unclear { line }));
        }
    }
    let text = write(bom, &file, body, hunks, &chosen);
    if text.len() > MAX_RESULT_BYTES.max(body.len()) {
        return Err(refused(0, HunkRefusal::TooLarge));
    }
    if text[bom.len()..] == *body {
        return Err(PatchRefusal {
            count: 1,
            ..refused(0, HunkRefusal::NoChange)
        });
    }
    let matched = |(stage, place): (Stage, &Place<'_>)| HunkMatch {
        stage,
        is_lenient: place.cost > 0,
        first_line: place.start + 1,
        last_line: place.end,
    };
    Ok(Applied {
        text,
        hunks: stages.into_iter().zip(&chosen).map(matched).collect(),
    })
}

/// Why a hunk has no place.
enum Missed {
    NotFound,
    Refused(HunkRefusal),
}

/// How a hunk is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// As the format says.
    Given,
    /// Those of context lines may be missing.
    Missing,
}

/// In which order hunks are looked for. A missing sign is more likely than an indentation that
/// is off in all lines.
const LEVELS: [(Stage, Signs); 8] = [
    (Stage::Exact, Signs::Given),
    (Stage::TrailingSpace, Signs::Given),
    (Stage::Exact, Signs::Missing),
    (Stage::TrailingSpace, Signs::Missing),
    (Stage::Indent, Signs::Given),
    (Stage::Indent, Signs::Missing),
    (Stage::Unicode, Signs::Given),
    (Stage::Unicode, Signs::Missing),
];

struct Finder<'f, 'a> {
    file: &'f File<'a>,
    hunks: &'a [HunkPatch],
    readings: Vec<Vec<Vec<Reading<'a>>>>,
    indexes: Vec<(Stage, Index<'a>)>,
}

impl<'f, 'a> Finder<'f, 'a> {
    fn new(file: &'f File<'a>, hunks: &'a [HunkPatch]) -> Self {
        Self {
            file,
            hunks,
            readings: hunks
                .iter()
                .map(|hunk| readings(hunk, Leniency::Context))
                .collect(),
            indexes: Vec::new(),
        }
    }

    /// All places of a hunk at the strictest stage that has any.
    fn find(&mut self, number: usize) -> Result<(Stage, Vec<Place<'a>>), Missed> {
        let hunk = &self.hunks[number];
        let anchors = Anchors::find(self.file, hunk);
        if is_all_new(hunk) {
            return self.only_new(hunk, anchors);
        }
        if let Ok(anchors) = &anchors
            && let Some(found) = self.by_level(number, anchors)?
        {
            return Ok(found);
        }
        if hunk.anchors.is_empty() {
            return Err(Missed::NotFound);
        }
        // What is behind @@ helps no one; the lines may tell enough.
        let found = self.without_anchors(number)?;
        match (found, anchors) {
            (Some(found), _) => Ok(found),
            (None, Ok(_)) => Err(Missed::NotFound),
            (None, Err(anchor)) => Err(Missed::Refused(HunkRefusal::NoAnchor {
                anchor: super::source::quote(anchor),
            })),
        }
    }

    fn by_level(
        &mut self,
        number: usize,
        anchors: &Anchors,
    ) -> Result<Option<(Stage, Vec<Place<'a>>)>, Missed> {
        let file = self.file;
        let hunk = &self.hunks[number];
        let mut stages: Vec<(Stage, Vec<Place<'a>>)> = Vec::new();
        for (stage, signs) in LEVELS {
            if !stages.iter().any(|(known, _)| *known == stage) {
                let mut places = self.places(stage, number, Indents::Shifted)?;
                if stage == Stage::Indent && trimmed::may_be(hunk) {
                    let trimmed = self.places(stage, number, Indents::Trimmed)?;
                    places = trimmed::either(file, places, trimmed);
                }
                stages.push((stage, anchors.keep(file, places)));
            }
            let Some((_, places)) = stages.iter().find(|(known, _)| *known == stage) else {
                continue;
            };
            if let Some(places) = cheapest(places, signs) {
                return Ok(Some((stage, by_end(file, hunk, places))));
            }
        }
        let lenient = readings(hunk, Leniency::EmptyNew);
        for stage in [Stage::Exact, Stage::TrailingSpace] {
            let index = self.index(stage);
            let places = all(places(file, index, &lenient, Indents::Shifted))?;
            let places = anchors.keep(file, places);
            if let Some(places) = cheapest(&places, Signs::Missing) {
                return Ok(Some((stage, by_end(file, hunk, places))));
            }
        }
        Ok(None)
    }

    /// By lines alone: only as they are, and only where there is one place.
    fn without_anchors(
        &mut self,
        number: usize,
    ) -> Result<Option<(Stage, Vec<Place<'a>>)>, Missed> {
        let telling = self.readings[number].iter().filter(|ways| {
            let first = ways.first();
            first.is_some_and(|way| way.role.is_old() && !way.text.trim().is_empty())
        });
        if telling.count() < MIN_TELLING_LINES {
            return Ok(None);
        }
        for (stage, signs) in &LEVELS[..4] {
            let places = self.places(*stage, number, Indents::Shifted)?;
            match cheapest(&places, *signs) {
                Some(places) if places.len() == 1 => return Ok(Some((*stage, places))),
                Some(_) => return Ok(None),
                None => {}
            }
        }
        Ok(None)
    }

    fn places(
        &mut self,
        stage: Stage,
        number: usize,
        indents: Indents,
    ) -> Result<Vec<Place<'a>>, Missed> {
        let file = self.file;
        self.index(stage);
        let index = self.indexes.iter().find(|(known, _)| *known == stage);
        let Some((_, index)) = index else {
            return Ok(Vec::new());
        };
        all(places(file, index, &self.readings[number], indents))
    }

    fn index(&mut self, stage: Stage) -> &Index<'a> {
        let at = match self.indexes.iter().position(|(known, _)| *known == stage) {
            Some(at) => at,
            None => {
                let readings = self.readings.iter().flatten().flatten();
                let index = Index::new(stage, self.file, readings);
                self.indexes.push((stage, index));
                self.indexes.len() - 1
            }
        };
        &self.indexes[at].1
    }

    /// Lines that are only added go below their anchor, else to the end of the file.
    fn only_new(
        &self,
        hunk: &'a HunkPatch,
        anchors: Result<Anchors, &str>,
    ) -> Result<(Stage, Vec<Place<'a>>), Missed> {
        let anchors = anchors.map_err(|anchor| {
            Missed::Refused(HunkRefusal::NoAnchor {
                anchor: super::source::quote(anchor),
            })
        })?;
        let end = self.file.lines.len();
        // An empty line above new ones may be where they go, but tells too little.
        if hunk.lines.first().is_some_and(|line| line.text.is_empty()) {
            return Err(Missed::Refused(HunkRefusal::NoPlace));
        }
        let gaps = match (anchors.is_empty() || hunk.end_of_file, hunk.hint) {
            (false, _) => anchors
                .below(self.file)
                .iter()
                .map(|line| line + 1)
                .collect(),
            (true, Some(0)) => vec![0],
            (true, Some(line)) if line < end && !hunk.end_of_file => Vec::new(),
            (true, Some(_) | None) => vec![end],
        };
        if gaps.is_empty() {
            return Err(Missed::Refused(HunkRefusal::NoPlace));
        }
        let place = |gap: usize| Place {
            start: gap,
            end: gap,
            cost: 0,
            is_unclear: false,
            has_kept: false,
            shift: Shift::Same,
            roles: all_new(hunk)
                .iter()
                .map(|line| (Role::Add, *line))
                .collect(),
        };
        Ok((Stage::Exact, gaps.into_iter().map(place).collect()))
    }
}

fn all(found: Found<'_>) -> Result<Vec<Place<'_>>, Missed> {
    match found {
        Found::All(places) => Ok(places),
        Found::TooMany => Err(Missed::Refused(HunkRefusal::TooManyPlaces)),
    }
}

/// The places with the least price, which is none where signs are as given.
fn cheapest<'a>(places: &[Place<'a>], signs: Signs) -> Option<Vec<Place<'a>>> {
    let least = places.iter().map(|place| place.cost).min()?;
    if signs == Signs::Given && least > 0 {
        return None;
    }
    let places = places.iter().filter(|place| place.cost == least);
    Some(places.cloned().collect())
}

/// What happens to the lines of the file.
struct Plan<'a> {
    /// Whether each line goes.
    is_removed: Vec<bool>,
    /// What is new before each line, and at the end: text with endings, but for a last line that
    /// is to have none.
    new: Vec<(usize, String)>,
    usual: &'a str,
}

fn write(
    bom: &str,
    file: &File<'_>,
    body: &str,
    hunks: &[HunkPatch],
    chosen: &[Place<'_>],
) -> String {
    let usual = match Endings::of(body) {
        Endings::None => "\n",
        Endings::Uniform(ending) | Endings::Mixed(ending) => ending,
    };
    let mut plan = Plan {
        is_removed: vec![false; file.lines.len()],
        new: Vec::new(),
        usual,
    };
    for (hunk, place) in hunks.iter().zip(chosen) {
        plan.add(file, hunk, place);
    }
    // Hunks that add lines at the same place keep their order.
    plan.new.sort_by_key(|(gap, _)| *gap);

    let mut out = String::with_capacity(body.len() + bom.len());
    out.push_str(bom);
    let mut new = plan.new.into_iter().peekable();
    let push = |out: &mut String, text: &str| {
        // Only the last line of a text may lack its ending.
        if out.len() > bom.len() && ending(out.as_bytes()).is_empty() && !text.is_empty() {
            out.push_str(usual);
        }
        out.push_str(text);
    };
    for (number, line) in file.whole.iter().enumerate() {
        while let Some((_, text)) = new.next_if(|(gap, _)| *gap == number) {
            push(&mut out, &text);
        }
        if !plan.is_removed[number] {
            push(&mut out, line);
        }
    }
    for (_, text) in new {
        push(&mut out, &text);
    }
    out
}

impl Plan<'_> {
    fn add(&mut self, file: &File<'_>, hunk: &HunkPatch, place: &Place<'_>) {
        let mut at = place.start;
        // The run of changed lines that is being read: its first line and its new lines.
        let mut first = at;
        let mut added: Vec<(String, bool)> = Vec::new();
        let mut gap = at;
        let notes = hunk.lines.iter().map(|line| line.lacks_newline);
        // Hunks that only add lines have lost empty ones at their ends, which bear no note.
        let is_whole = hunk.lines.len() == place.roles.len();
        let notes = notes
            .map(|lacks| lacks && is_whole)
            .chain(std::iter::repeat(false));
        for ((role, text), lacks_newline) in place.roles.iter().zip(notes) {
            match role {
                Role::Nothing => {}
                Role::Context => {
                    self.close(file, first..at, gap, &mut added);
                    at += 1;
                    first = at;
                    gap = at;
                }
                Role::Remove => {
                    if let Some(is_removed) = self.is_removed.get_mut(at) {
                        *is_removed = true;
                    }
                    at += 1;
                    if added.is_empty() {
                        gap = at;
                    }
                }
                Role::Add => added.push((place.shift.line(text).into_owned(), lacks_newline)),
            }
        }
        self.close(file, first..at, gap, &mut added);
    }

    /// Writes the new lines of a run, with the endings of the lines that they replace.
    fn close(
        &mut self,
        file: &File<'_>,
        removed: std::ops::Range<usize>,
        gap: usize,
        added: &mut Vec<(String, bool)>,
    ) {
        let of = |line: Option<&&str>| {
            line.map(|line| ending(line.as_bytes()))
                .filter(|ending| !ending.is_empty())
        };
        let before = of(removed
            .start
            .checked_sub(1)
            .and_then(|at| file.whole.get(at)));
        let behind = of(file.whole.get(removed.end));
        let mut last = before.or(behind).unwrap_or(self.usual);
        let mut own = file.whole[removed].iter();
        let mut text = String::new();
        for (line, lacks_newline) in added.drain(..) {
            if !text.is_empty() && ending(text.as_bytes()).is_empty() {
                text.push_str(last);
            }
            last = of(own.next()).unwrap_or(last);
            text.push_str(&line);
            if !lacks_newline {
                text.push_str(last);
            }
        }
        if !text.is_empty() {
            self.new.push((gap, text));
        }
    }
}
