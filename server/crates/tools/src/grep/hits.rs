//! What a search found: the first matches in the order of paths, whichever thread finds them.
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use grep_matcher::Matcher;
use grep_regex::RegexMatcher;
use grep_searcher::{Searcher, Sink, SinkContext, SinkMatch};

use crate::blocking::Stop;

/// How many bytes of a line are shown.
const MAX_SHOWN_BYTES: usize = 300;

/// A line that matches, or one beside it.
#[derive(Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    pub(super) matches: bool,
    /// Whether lines between this and the one before are left out.
    pub(super) gap: bool,
    /// Without its ending, cut where it is long.
    pub(super) text: String,
}

/// The lines of one file.
#[derive(Debug)]
pub(super) struct FileHits {
    pub(super) display: String,
    pub(super) lines: Vec<Line>,
    pub(super) matches: usize,
}

/// The lines of all files.
#[derive(Debug, Default)]
pub(super) struct Found {
    limit: usize,
    pub(super) files: BTreeMap<PathBuf, FileHits>,
    matches: usize,
    /// Files too large or not readable.
    pub(super) unread: usize,
    /// Whether there were more files than are looked at.
    pub(super) stopped: bool,
}

impl Found {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Whether matches of a file would be kept. Once there are enough, files whose paths come
    /// later need not be searched.
    pub(super) fn wants(&self, path: &Path) -> bool {
        !self.is_full()
            || self
                .files
                .last_key_value()
                .is_none_or(|(last, _)| path < last.as_path())
    }

    /// Whether there are as many matches as were asked for; then there may be more.
    pub(super) fn is_full(&self) -> bool {
        self.matches >= self.limit
    }

    /// Adds a file's matches, and drops files that come too late by now.
    pub(super) fn add(&mut self, path: PathBuf, hits: FileHits) {
        if hits.matches == 0 || self.files.contains_key(&path) {
            return;
        }
        self.matches += hits.matches;
        self.files.insert(path, hits);
        while let Some(last) = self.files.last_entry() {
            let without = self.matches - last.get().matches;
            if without < self.limit {
                break;
            }
            last.remove();
            self.matches = without;
        }
    }
}

/// Takes the matches of one file.
pub(super) struct Collector<'a> {
    pub(super) matcher: &'a RegexMatcher,
    pub(super) stop: &'a Stop,
    pub(super) limit: usize,
    pub(super) lines: Vec<Line>,
    pub(super) matches: usize,
    pub(super) binary: bool,
    gap: bool,
}

impl<'a> Collector<'a> {
    pub(super) fn new(matcher: &'a RegexMatcher, limit: usize, stop: &'a Stop) -> Self {
        Self {
            matcher,
            stop,
            limit,
            lines: Vec::new(),
            matches: 0,
            binary: false,
            gap: false,
        }
    }

    fn push(&mut self, number: Option<u64>, matches: bool, bytes: &[u8]) {
        let bytes = match bytes {
            [line @ .., b'\r', b'\n'] | [line @ .., b'\n'] => line,
            line => line,
        };
        let around = match matches && bytes.len() > MAX_SHOWN_BYTES {
            true => self.matcher.find(bytes).ok().flatten().map(|at| at.start()),
            false => None,
        };
        self.lines.push(Line {
            number: number.unwrap_or_default(),
            matches,
            gap: std::mem::take(&mut self.gap),
            text: cut(bytes, around.unwrap_or(0)),
        });
    }
}

impl Sink for Collector<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        if self.matches == self.limit {
            return Ok(false);
        }
        self.matches += 1;
        self.push(found.line_number(), true, found.bytes());
        Ok(!self.stop.is_set())
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        self.push(context.line_number(), false, context.bytes());
        Ok(true)
    }

    fn context_break(&mut self, _: &Searcher) -> io::Result<bool> {
        self.gap = true;
        Ok(true)
    }

    fn binary_data(&mut self, _: &Searcher, _: u64) -> io::Result<bool> {
        self.binary = true;
        Ok(false)
    }
}

/// The part of a line around byte `at`, as text.
fn cut(line: &[u8], at: usize) -> String {
    if line.len() <= MAX_SHOWN_BYTES {
        return String::from_utf8_lossy(line).into_owned();
    }
    let inside = |at: &usize| line.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let mut start = at.saturating_sub(MAX_SHOWN_BYTES / 3);
    let mut end = (start + MAX_SHOWN_BYTES).min(line.len());
    start = start.min(end.saturating_sub(MAX_SHOWN_BYTES));
    // A character has at most three bytes after its first.
    start += (start..start + 3).take_while(inside).count();
    end -= (end.saturating_sub(2)..=end)
        .rev()
        .take_while(inside)
        .count();
    let left = if start > 0 { "[…]" } else { "" };
    let right = if end < line.len() { "[…]" } else { "" };
    format!(
        "{left}{}{right}",
        String::from_utf8_lossy(&line[start..end])
    )
}
