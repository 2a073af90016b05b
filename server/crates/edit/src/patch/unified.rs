//! Unified diffs, as `diff -u` and git write them and as models imitate them.
use super::error::Problem;
use super::source::{Numbered, quote};
use super::v4a::is_newline_note;
use super::{
    Dialect, FileChange, FilePatch, HunkCount, HunkPatch, MAX_FILES, Patch, PatchError, PatchLine,
};

/// The name of no file.
const NOWHERE: &str = "/dev/null";
/// What git leaves out.
const BINARY: &str = "A change of a binary file";

/// Reads a diff of any number of files.
pub(super) fn parse(lines: &[Numbered<'_>]) -> Result<Patch, PatchError> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let taken = reader.take(&lines[at..])?;
        if reader.files.len() > MAX_FILES {
            return Err(Problem::TooManyFiles.at(line.number));
        }
        at += taken.max(1);
    }
    reader.close()?;
    match reader.files.is_empty() {
        true => Err(Problem::Empty.at(lines.first().map_or(1, |line| line.number))),
        false => Ok(Patch {
            dialect: Dialect::Unified,
            files: reader.files,
        }),
    }
}

/// The numbers of a hunk's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// The first old line, from 1.
    pub(super) old_start: usize,
    old_count: usize,
    new_count: usize,
}

impl Range {
    /// Reads `@@ -1,2 +3,4 @@ heading`.
    pub(super) fn of(line: &str) -> Option<Self> {
        let (old, rest) = line.strip_prefix("@@")?.trim_start().split_once(' ')?;
        let new = rest.trim_start().split([' ', '@']).next()?;
        let (old_start, old_count) = numbers(old.strip_prefix('-')?)?;
        let (_, new_count) = numbers(new.strip_prefix('+')?)?;
        Some(Self {
            old_start,
            old_count,
            new_count,
        })
    }
}

fn numbers(text: &str) -> Option<(usize, usize)> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, count.parse().ok()?))
}

/// What is known of a file so far.
#[derive(Debug, Default)]
struct Head {
    number: usize,
    /// Whether git wrote the head, so that names have `a/` and `b/`.
    is_git: bool,
    /// The names behind `diff --git`.
    names: Option<(String, String)>,
    old: Option<String>,
    new: Option<String>,
    rename: (Option<String>, Option<String>),
    is_new: bool,
    is_deleted: bool,
    hunks: Vec<HunkPatch>,
}

#[derive(Default)]
struct Reader {
    files: Vec<FilePatch>,
    head: Option<Head>,
    count: HunkCount,
}

impl Reader {
    /// Reads the line or the hunk that `lines` begins with: how many lines that were.
    fn take(&mut self, lines: &[Numbered<'_>]) -> Result<usize, PatchError> {
        let [line, rest @ ..] = lines else {
            return Ok(0);
        };
        let text = line.text;
        if let Some(names) = text.strip_prefix("diff --git ") {
            self.close()?;
            self.head = Some(Head {
                number: line.number,
                is_git: true,
                names: git_names(names),
                ..Head::default()
            });
            return Ok(1);
        }
        if let Some(old) = text.strip_prefix("--- ") {
            let Some(new) = rest.first().and_then(|next| next.text.strip_prefix("+++ ")) else {
                return Err(Problem::HalfHeader.at(line.number));
            };
            let begun = self.head.as_ref().is_some_and(|head| head.old.is_none());
            if !begun {
                self.close()?;
            }
            let head = self.head.get_or_insert_default();
            if !begun {
                head.number = line.number;
            }
            head.old = Some(name(old).ok_or_else(|| Problem::NoPath.at(line.number))?);
            head.new = Some(name(new).ok_or_else(|| Problem::NoPath.at(line.number + 1))?);
            return Ok(2);
        }
        if text.starts_with("+++ ") {
            return Err(Problem::HalfHeader.at(line.number));
        }
        if is_hunk_header(text) {
            return self.hunk(lines);
        }
        if text.starts_with("GIT binary patch") || text.starts_with("Binary files ") {
            return Err(Problem::Unsupported(BINARY).at(line.number));
        }
        // Without a head it is prose above the diff.
        if let Some(head) = &mut self.head {
            head.extended(line)?;
        }
        Ok(1)
    }

    fn hunk(&mut self, lines: &[Numbered<'_>]) -> Result<usize, PatchError> {
        let Some((header, rest)) = lines.split_first() else {
            return Ok(0);
        };
        self.count.add(header.number)?;
        let Some(head) = self.head.as_mut().filter(|head| head.old.is_some()) else {
            return Err(Problem::NoFile.at(header.number));
        };
        let range = Range::of(header.text);
        let mut hunk = HunkPatch {
            line: header.number,
            anchors: Vec::new(),
            hint: range.map(|range| range.old_start),
            end_of_file: false,
            lines: Vec::new(),
        };
        let mut counts = Counts::new(range);
        let mut taken = 0;
        while let Some(line) = rest.get(taken) {
            if is_next(&rest[taken..]) || counts.is_over(line.text) {
                break;
            }
            taken += 1;
            if is_newline_note(line.text) {
                if let Some(last) = hunk.lines.last_mut() {
                    last.lacks_newline = true;
                }
                continue;
            }
            counts.see(line.text);
            hunk.lines.push(PatchLine {
                text: line.text.to_owned(),
                lacks_newline: false,
            });
        }
        head.hunks.push(hunk);
        Ok(taken + 1)
    }

    fn close(&mut self) -> Result<(), PatchError> {
        match self.head.take() {
            None => Ok(()),
            Some(head) => {
                self.files.push(head.finish()?);
                Ok(())
            }
        }
    }
}

impl Head {
    /// The lines that git writes between `diff --git` and `---`.
    fn extended(&mut self, line: &Numbered<'_>) -> Result<(), PatchError> {
        let path = |text: &str| name(text).ok_or_else(|| Problem::NoPath.at(line.number));
        let text = line.text;
        if let Some(from) = text.strip_prefix("rename from ") {
            self.rename.0 = Some(path(from)?);
        } else if let Some(to) = text.strip_prefix("rename to ") {
            self.rename.1 = Some(path(to)?);
        } else if text.starts_with("new file mode ") {
            self.is_new = true;
        } else if text.starts_with("deleted file mode ") {
            self.is_deleted = true;
        } else if text.starts_with("copy from ") {
            return Err(Problem::Unsupported("A copy of a file").at(line.number));
        }
        Ok(())
    }

    fn finish(self) -> Result<FilePatch, PatchError> {
        let number = self.number;
        let (old, new) = self.paths().map_err(|problem| problem.at(number))?;
        let (path, kind) = match (old, new) {
            (None, None) => return Err(Problem::NoPath.at(number)),
            (None, Some(path)) => (path, added(&self.hunks)?),
            (Some(path), None) => (path, FileChange::Delete),
            (Some(path), Some(new)) => {
                let move_to = (path != new).then_some(new);
                if self.hunks.is_empty() && move_to.is_none() {
                    return Err(Problem::NoChange(quote(&path)).at(number));
                }
                let hunks = self.hunks;
                (path, FileChange::Update { move_to, hunks })
            }
        };
        Ok(FilePatch {
            path,
            line: number,
            kind,
        })
    }

    /// The old and the new path, each `None` where there is no file.
    fn paths(&self) -> Result<(Option<String>, Option<String>), Problem> {
        if let (Some(from), Some(to)) = &self.rename {
            return Ok((Some(from.clone()), Some(to.clone())));
        }
        let (old, new) = match (&self.old, &self.new, &self.names) {
            (Some(old), Some(new), _) => (old.as_str(), new.as_str()),
            (_, _, Some((old, new))) => (old.as_str(), new.as_str()),
            (_, _, None) => return Err(Problem::NoPath),
        };
        let (old, new) = without_prefixes(old, new, self.is_git);
        let is_new = self.is_new || old == NOWHERE;
        let is_deleted = self.is_deleted || new == NOWHERE;
        match (is_new, is_deleted) {
            (true, true) => Err(Problem::NoPath),
            (true, false) => Ok((None, Some(new.to_owned()))),
            (false, true) => Ok((Some(old.to_owned()), None)),
            (false, false) => {
                let is_copy = [".orig", ".old", ".bak", "~"]
                    .iter()
                    .any(|end| old.strip_suffix(end) == Some(new));
                match old == new || is_copy {
                    true => Ok((Some(new.to_owned()), Some(new.to_owned()))),
                    false => Err(Problem::NamesDiffer {
                        old: quote(old),
                        new: quote(new),
                    }),
                }
            }
        }
    }
}

/// Takes `a/` and `b/` off where both names have theirs, or the only one that names a file.
fn without_prefixes<'a>(old: &'a str, new: &'a str, is_git: bool) -> (&'a str, &'a str) {
    let bare = (old.strip_prefix("a/"), new.strip_prefix("b/"));
    match bare {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) if new == NOWHERE || is_git => (old, new),
        (None, Some(new)) if old == NOWHERE || is_git => (old, new),
        (Some(_) | None, Some(_) | None) => (old, new),
    }
}

/// The text of a new file.
fn added(hunks: &[HunkPatch]) -> Result<FileChange, PatchError> {
    let mut content = String::new();
    for hunk in hunks {
        let used = hunk.lines.iter().rposition(|line| !line.text.is_empty());
        let lines = &hunk.lines[..used.map_or(0, |last| last + 1)];
        for (line, number) in lines.iter().zip(hunk.line + 1..) {
            match line.text.strip_prefix('+') {
                Some(text) => content.push_str(text),
                None if line.text.trim().is_empty() => {}
                None => return Err(Problem::NotAdded(quote(&line.text)).at(number)),
            }
            if !line.lacks_newline {
                content.push('\n');
            }
        }
    }
    Ok(FileChange::Add { content })
}

/// How many lines a hunk still has to come, by its header; which may be wrong.
struct Counts {
    old: usize,
    new: usize,
    is_known: bool,
}

impl Counts {
    fn new(range: Option<Range>) -> Self {
        Self {
            old: range.map_or(0, |range| range.old_count),
            new: range.map_or(0, |range| range.new_count),
            is_known: range.is_some(),
        }
    }

    fn see(&mut self, line: &str) {
        let (old, new) = match line.as_bytes().first() {
            Some(b'+') => (0, 1),
            Some(b'-') => (1, 0),
            Some(_) | None => (1, 1),
        };
        self.old = self.old.saturating_sub(old);
        self.new = self.new.saturating_sub(new);
    }

    /// Whether the hunk has all its lines and `line` is no further one: prose, or the signature
    /// of a mail.
    fn is_over(&self, line: &str) -> bool {
        let is_full = self.is_known && self.old == 0 && self.new == 0;
        is_full && (line == "-- " || !line.starts_with([' ', '+', '-', '\\', '\t']))
    }
}

fn is_hunk_header(line: &str) -> bool {
    Range::of(line).is_some() || line.trim_end() == "@@" || line.starts_with("@@ ")
}

/// Whether a hunk ends before these lines.
fn is_next(lines: &[Numbered<'_>]) -> bool {
    match lines {
        [] => true,
        [line, ..] if is_hunk_header(line.text) || line.text.starts_with("diff --git ") => true,
        [old, new, hunk, ..] => {
            old.text.starts_with("--- ")
                && new.text.starts_with("+++ ")
                && (is_hunk_header(hunk.text) || hunk.is_blank())
        }
        [_] | [_, _] => false,
    }
}

/// A name in a header: up to a tab, which a time may follow, and without git's quotes.
fn name(text: &str) -> Option<String> {
    let text = text.split('\t').next().unwrap_or(text).trim();
    let name = match text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    {
        Some(quoted) => unescaped(quoted)?,
        None => super::source::path(text)?.to_owned(),
    };
    (!name.is_empty()).then_some(name)
}

/// The two names behind `diff --git`, where it is clear where the second one begins.
fn git_names(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('"') {
        let (old, new) = rest.split_once("\" ")?;
        return Some((unescaped(old)?, name(new)?));
    }
    // Both names are the same but for a/ and b/, so each is half of the text.
    let (old, new) = match text.len() % 2 {
        1 => (text.get(..text.len() / 2)?, text.get(text.len() / 2 + 1..)?),
        _ => text.split_once(' ')?,
    };
    Some((name(old)?, name(new)?))
}

/// Git's quoting: `\n`, `\"`, and bytes as `\303`.
fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        out.push(match bytes.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            first @ b'0'..=b'7' => {
                let value = digit(first)? * 64 + digit(bytes.next()?)? * 8 + digit(bytes.next()?)?;
                u8::try_from(value).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}
