//! Searching the disk on two threads, with the open documents laid over it.
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aside_agent::host::{Document, WorkspacePath};
use aside_agent::tool::ToolError;
use grep_matcher::LineTerminator;
use grep_regex::RegexMatcher;
use grep_searcher::{BinaryDetection, MmapChoice, Searcher, SearcherBuilder};
use ignore::{DirEntry, WalkState};

use super::hits::{Collector, FileHits, Found};
use crate::blocking::{Stop, cancelled};
use crate::overlay::Overlay;
use crate::walk::{self, MAX_VISITED, Pattern};

/// Larger files are not searched.
pub(crate) const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How much of a file is held in memory at once; a file with a longer line is not searched.
const MAX_HELD_BYTES: usize = 48 * 1024 * 1024;

/// What is searched for.
pub(super) struct Query {
    pub(super) matcher: RegexMatcher,
    pub(super) glob: Option<Pattern>,
    /// Lines around each match.
    pub(super) context: usize,
    /// Matches to keep.
    pub(super) limit: usize,
}

impl Query {
    fn searcher(&self) -> Searcher {
        SearcherBuilder::new()
            .memory_map(MmapChoice::never())
            .binary_detection(BinaryDetection::quit(0))
            .heap_limit(Some(MAX_HELD_BYTES))
            .before_context(self.context)
            .after_context(self.context)
            .line_number(true)
            // The matcher's own, or nothing is searched.
            .line_terminator(LineTerminator::crlf())
            .build()
    }
}

/// How much of a file is read before it is looked how large it is.
const UNCHECKED_BYTES: u64 = 1024 * 1024;

/// Searches all scopes; the same files give the same result in any order of the threads.
pub(super) fn search(
    query: &Query,
    scopes: &[WorkspacePath],
    open: &[Document],
    stop: &Stop,
) -> Result<Found, ToolError> {
    let found = Mutex::new(Found::new(query.limit));
    let visited = AtomicUsize::new(0);
    for base in scopes {
        let overlay = Overlay::new(base.absolute(), open);
        let scope = Scope {
            query,
            base,
            overlay: &overlay,
            found: &found,
            stop,
        };
        let mut searcher = query.searcher();
        for (relative, document) in overlay.unsaved(base.absolute()) {
            scope.search_document(&mut searcher, relative, document);
        }
        walk::walk(base.absolute())
            .threads(walk::THREADS)
            .build_parallel()
            .run(|| {
                let mut searcher = query.searcher();
                let (scope, visited) = (&scope, &visited);
                Box::new(move |entry| {
                    if stop.is_set() {
                        return WalkState::Quit;
                    }
                    if visited.fetch_add(1, Ordering::Relaxed) >= MAX_VISITED {
                        scope.found().stopped = true;
                        return WalkState::Quit;
                    }
                    if let Ok(entry) = entry {
                        scope.search_entry(&mut searcher, &entry);
                    }
                    WalkState::Continue
                })
            });
        if stop.is_set() {
            return Err(cancelled());
        }
    }
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

struct Scope<'a> {
    query: &'a Query,
    base: &'a WorkspacePath,
    overlay: &'a Overlay,
    found: &'a Mutex<Found>,
    stop: &'a Stop,
}

impl Scope<'_> {
    fn found(&self) -> MutexGuard<'_, Found> {
        // Nothing that holds the lock leaves the results half changed.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the file is shown, if it is to be searched.
    fn wants(&self, path: &Path, relative: &Path) -> Option<String> {
        if !self.found().wants(path) {
            return None;
        }
        match &self.query.glob {
            // A file that is named as such is searched, whatever its name.
            Some(glob) if !relative.as_os_str().is_empty() => glob.shown(self.base, relative),
            Some(_) | None => Some(walk::display(self.base, relative)),
        }
    }

    fn search_entry(&self, searcher: &mut Searcher, entry: &DirEntry) {
        // The named file itself may be a link, which the host has checked; others are not followed.
        let is_file = match entry.depth() {
            0 => entry.path().is_file(),
            _ => entry.file_type().is_some_and(|kind| kind.is_file()),
        };
        if !is_file {
            return;
        }
        let relative = walk::below(self.base.absolute(), entry.path());
        if let Some(document) = self.overlay.get(relative) {
            return self.search_document(searcher, relative, document);
        }
        let Some(display) = self.wants(entry.path(), relative) else {
            return;
        };
        let searched = Stoppable::open(entry.path(), self.stop).and_then(|reader| {
            let mut collector = Collector::new(&self.query.matcher, self.query.limit, self.stop);
            searcher.search_reader(&self.query.matcher, reader, &mut collector)?;
            Ok(collector)
        });
        match searched {
            Ok(collector) => self.keep(entry.path(), display, collector),
            Err(_) => self.found().unread += 1,
        }
    }

    fn search_document(&self, searcher: &mut Searcher, relative: &Path, document: &Document) {
        let path = match relative.as_os_str().is_empty() {
            true => self.base.absolute().to_owned(),
            false => self.base.absolute().join(relative),
        };
        let Some(display) = self.wants(&path, relative) else {
            return;
        };
        let mut collector = Collector::new(&self.query.matcher, self.query.limit, self.stop);
        let text = aside_edit::lines::split_bom(&document.text).1;
        match searcher.search_slice(&self.query.matcher, text.as_bytes(), &mut collector) {
            Ok(()) => self.keep(&path, display, collector),
            Err(_) => self.found().unread += 1,
        }
    }

    fn keep(&self, path: &Path, display: String, collector: Collector<'_>) {
        if collector.binary || collector.matches == 0 {
            return;
        }
        let hits = FileHits {
            display,
            lines: collector.lines,
            matches: collector.matches,
        };
        self.found().add(path.to_owned(), hits);
    }
}

/// A file that ends in an error once the search is to stop, and if it is too large.
struct Stoppable<'a> {
    file: File,
    stop: &'a Stop,
    read: u64,
}

impl<'a> Stoppable<'a> {
    fn open(path: &Path, stop: &'a Stop) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            stop,
            read: 0,
        })
    }

    /// Most files end before it matters how large they are.
    fn check_size(&mut self, more: usize) -> io::Result<()> {
        let before = self.read;
        self.read = before.saturating_add(more as u64);
        let is_due = before < UNCHECKED_BYTES && self.read >= UNCHECKED_BYTES;
        if is_due && self.file.metadata()?.len() > MAX_FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        match self.read > MAX_FILE_BYTES {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => Ok(()),
        }
    }
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_set() {
            return Err(io::ErrorKind::Other.into());
        }
        let more = self.file.read(buffer)?;
        self.check_size(more)?;
        Ok(more)
    }
}
