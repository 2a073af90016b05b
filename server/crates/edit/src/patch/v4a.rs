//! The `*** Begin Patch` dialect.
use super::error::Problem;
use super::source::{Numbered, path, quote};
use super::unified::Range;
use super::{
    Dialect, FileChange, FilePatch, HunkCount, HunkPatch, MAX_ANCHORS, MAX_FILES, Patch,
    PatchError, PatchLine,
};

/// A line that is no part of a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker<'a> {
    Begin,
    End,
    Add(&'a str),
    Delete(&'a str),
    Update(&'a str),
    Move(&'a str),
    EndOfFile,
}

impl<'a> Marker<'a> {
    /// A marker at the beginning of a line.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("***")?.trim();
        let named = |name: &str| {
            let (head, tail) = rest.split_at_checked(name.len())?;
            head.eq_ignore_ascii_case(name).then_some(tail)
        };
        let whole = |name: &str| rest.eq_ignore_ascii_case(name).then_some(());
        whole("Begin Patch")
            .map(|()| Self::Begin)
            .or_else(|| whole("End Patch").map(|()| Self::End))
            .or_else(|| whole("End of File").map(|()| Self::EndOfFile))
            .or_else(|| named("Add File:").map(Self::Add))
            .or_else(|| named("Delete File:").map(Self::Delete))
            .or_else(|| named("Update File:").map(Self::Update))
            .or_else(|| named("Move to:").map(Self::Move))
    }

    /// A marker that may have white space before it.
    pub(super) fn of_padded(line: &'a str) -> Option<Self> {
        Self::of(line.trim_start())
    }

    /// Whether it opens the part of a file.
    pub(super) fn names_file(self) -> bool {
        match self {
            Self::Add(_) | Self::Delete(_) | Self::Update(_) => true,
            Self::Begin | Self::End | Self::Move(_) | Self::EndOfFile => false,
        }
    }

    /// A line that is like a header, `*** Word File: path`, but none that there is.
    pub(super) fn unknown(line: &'a str) -> Option<Problem> {
        let rest = line.strip_prefix("*** ")?;
        let (word, rest) = rest.trim_start().split_once(' ')?;
        let is_word = !word.is_empty() && word.chars().all(|char| char.is_ascii_alphabetic());
        let is_header = is_word && rest.trim_start().starts_with("File:");
        (is_header && Self::of(line).is_none()).then(|| Problem::UnknownHeader(quote(line)))
    }
}

/// Reads what is between the envelope's markers.
pub(super) fn parse(lines: &[Numbered<'_>]) -> Result<Patch, PatchError> {
    let mut files = Vec::new();
    let mut hunks = HunkCount::default();
    let mut rest = lines;
    while let [line, behind @ ..] = rest {
        rest = behind;
        if line.is_blank() {
            continue;
        }
        let Some(marker) = Marker::of_padded(line.text) else {
            let problem = Marker::unknown(line.text.trim_start());
            return Err(problem
                .unwrap_or_else(|| match line.text.starts_with("***") {
                    true => Problem::UnknownHeader(quote(line.text)),
                    false => Problem::NoHeader(quote(line.text)),
                })
                .at(line.number));
        };
        let named = |text| {
            let path = path(text).ok_or_else(|| Problem::NoPath.at(line.number));
            path.map(str::to_owned)
        };
        let (path, kind) = match marker {
            Marker::Add(name) => (named(name)?, add(&mut rest)?),
            Marker::Delete(name) => (named(name)?, FileChange::Delete),
            Marker::Update(name) => {
                let path = named(name)?;
                let kind = update(&path, line.number, &mut rest, &mut hunks)?;
                (path, kind)
            }
            Marker::Move(_) => return Err(Problem::StrayMove.at(line.number)),
            Marker::EndOfFile => return Err(Problem::NoHeader(quote(line.text)).at(line.number)),
            // A second envelope inside the first says nothing new.
            Marker::Begin | Marker::End => continue,
        };
        if files.len() == MAX_FILES {
            return Err(Problem::TooManyFiles.at(line.number));
        }
        files.push(FilePatch {
            path,
            line: line.number,
            kind,
        });
    }
    match files.is_empty() {
        true => Err(Problem::Empty.at(lines.first().map_or(1, |line| line.number))),
        false => Ok(Patch {
            dialect: Dialect::V4a,
            files,
        }),
    }
}

/// The lines up to the next header, which `rest` then begins with.
fn body<'a, 's>(
    rest: &mut &'s [Numbered<'a>],
    is_header: impl Fn(&Numbered<'a>) -> bool,
) -> &'s [Numbered<'a>] {
    let end = rest.iter().position(is_header).unwrap_or(rest.len());
    let (body, behind) = rest.split_at(end);
    *rest = behind;
    body
}

/// A new file: each line has its sign, or none has.
fn add(rest: &mut &[Numbered<'_>]) -> Result<FileChange, PatchError> {
    let body = body(rest, |line| {
        Marker::of_padded(line.text).is_some_and(|marker| marker != Marker::EndOfFile)
            || Marker::unknown(line.text).is_some()
    });
    let body = match body {
        [inner @ .., last] if Marker::of(last.text) == Some(Marker::EndOfFile) => inner,
        _ => body,
    };
    let used = body.iter().rposition(|line| !line.is_blank());
    let body = &body[..used.map_or(0, |last| last + 1)];
    let is_signed = body.iter().any(|line| line.text.starts_with('+'));
    let mut content = String::new();
    for line in body {
        match (line.text.strip_prefix('+'), is_signed) {
            (Some(text), _) => content.push_str(text),
            (None, false) => content.push_str(line.text),
            // The sign of an empty line is easily lost.
            (None, true) if line.is_blank() => {}
            (None, true) => return Err(Problem::NotAdded(quote(line.text)).at(line.number)),
        }
        content.push('\n');
    }
    Ok(FileChange::Add { content })
}

fn update(
    name: &str,
    number: usize,
    rest: &mut &[Numbered<'_>],
    count: &mut HunkCount,
) -> Result<FileChange, PatchError> {
    let move_to = move_to(rest)?;
    let mut reader = Hunks::default();
    loop {
        let lines = body(rest, |line| Marker::of(line.text).is_some());
        for line in lines {
            if let Some(problem) = Marker::unknown(line.text) {
                return Err(problem.at(line.number));
            }
            reader.line(line, count)?;
        }
        match rest {
            [line, behind @ ..] => match Marker::of(line.text) {
                Some(Marker::EndOfFile) => {
                    reader.end_of_file(line.number)?;
                    *rest = behind;
                }
                Some(Marker::Move(_)) => return Err(Problem::StrayMove.at(line.number)),
                Some(_) | None => break,
            },
            [] => break,
        }
    }
    let hunks = reader.finish();
    let changes = hunks.iter().any(|hunk| {
        let mut lines = hunk.lines.iter();
        lines.any(|line| line.text.starts_with(['+', '-']))
    });
    if !changes && (move_to.is_none() || !hunks.is_empty()) {
        return Err(Problem::NoChange(quote(name)).at(number));
    }
    Ok(FileChange::Update { move_to, hunks })
}

fn move_to(rest: &mut &[Numbered<'_>]) -> Result<Option<String>, PatchError> {
    let Some(first) = rest.iter().position(|line| !line.is_blank()) else {
        return Ok(None);
    };
    let line = rest[first];
    let Some(Marker::Move(name)) = Marker::of_padded(line.text) else {
        return Ok(None);
    };
    *rest = &rest[first + 1..];
    match path(name) {
        None => Err(Problem::NoPath.at(line.number)),
        Some(path) => Ok(Some(path.to_owned())),
    }
}

/// Collects the hunks of one file.
#[derive(Default)]
struct Hunks {
    done: Vec<HunkPatch>,
    open: Option<HunkPatch>,
}

impl Hunks {
    fn line(&mut self, line: &Numbered<'_>, count: &mut HunkCount) -> Result<(), PatchError> {
        if let Some(header) = header(line.text) {
            // Headers that follow each other belong to one hunk.
            let is_new = self.open.as_ref().is_none_or(|hunk| {
                hunk.end_of_file || hunk.lines.iter().any(|line| !line.text.is_empty())
            });
            if is_new {
                self.close();
            }
            let hunk = self.begin(line.number, count)?;
            // Empty lines between headers are no lines of the file.
            hunk.lines.clear();
            match header {
                Header::Plain => {}
                Header::Lines(first) => hunk.hint = Some(first),
                Header::Anchor(text) if hunk.anchors.len() < MAX_ANCHORS => {
                    hunk.anchors.push(text.to_owned());
                }
                Header::Anchor(_) => return Err(Problem::TooManyAnchors.at(line.number)),
            }
            return Ok(());
        }
        let hunk = self.begin(line.number, count)?;
        if hunk.end_of_file {
            return match line.is_blank() {
                true => Ok(()),
                false => Err(Problem::BehindEnd.at(line.number)),
            };
        }
        if is_newline_note(line.text) {
            if let Some(last) = hunk.lines.last_mut() {
                last.lacks_newline = true;
            }
            return Ok(());
        }
        hunk.lines.push(PatchLine {
            text: line.text.to_owned(),
            lacks_newline: false,
        });
        Ok(())
    }

    fn begin(
        &mut self,
        number: usize,
        count: &mut HunkCount,
    ) -> Result<&mut HunkPatch, PatchError> {
        if self.open.is_none() {
            count.add(number)?;
        }
        Ok(self.open.get_or_insert_with(|| HunkPatch {
            line: number,
            anchors: Vec::new(),
            hint: None,
            end_of_file: false,
            lines: Vec::new(),
        }))
    }

    fn end_of_file(&mut self, number: usize) -> Result<(), PatchError> {
        match &mut self.open {
            Some(hunk) if !hunk.end_of_file => {
                hunk.end_of_file = true;
                Ok(())
            }
            Some(_) | None => Err(Problem::BehindEnd.at(number)),
        }
    }

    fn close(&mut self) {
        // A header with nothing below it says nothing.
        let is_said = |hunk: &HunkPatch| hunk.lines.iter().any(|line| !line.text.is_empty());
        self.done.extend(self.open.take().filter(is_said));
    }

    fn finish(mut self) -> Vec<HunkPatch> {
        self.close();
        self.done
    }
}

/// `\ No newline at end of file`, in any language.
pub(super) fn is_newline_note(line: &str) -> bool {
    line.starts_with("\\ ")
}

/// What a line with `@@` says.
enum Header<'a> {
    Plain,
    /// As in a unified diff: the line, from 1.
    Lines(usize),
    Anchor(&'a str),
}

fn header(line: &str) -> Option<Header<'_>> {
    let rest = line.strip_prefix("@@")?;
    if let Some(range) = Range::of(line) {
        return Some(Header::Lines(range.old_start));
    }
    if rest.trim().is_empty() {
        return Some(Header::Plain);
    }
    let text = rest.strip_prefix(' ')?;
    let text = text.trim_end();
    // Some close the header as unified diffs do.
    let text = text.strip_suffix(" @@").unwrap_or(text);
    Some(match text.trim().is_empty() || text.trim() == "@@" {
        true => Header::Plain,
        false => Header::Anchor(text),
    })
}
