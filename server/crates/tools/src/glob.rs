//! `glob`: files by name.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use aside_agent::host::{Document, WorkspacePath};
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use ignore::WalkState;
use serde::Deserialize;

use crate::blocking::{Stop, cancelled};
use crate::builtin::Builtin;
use crate::overlay::{self, Overlay};
use crate::walk::{self, MAX_VISITED, Pattern, THREADS};
use crate::{blocking, definition, nearby};

/// How many files are named where no limit is given.
pub(crate) const DEFAULT_LIMIT: u64 = 100;
/// How many files are named at most.
pub(crate) const MAX_LIMIT: u64 = 1000;

/// The arguments of `glob`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    pattern: String,
    path: Option<String>,
    limit: Option<u64>,
}

pub(crate) struct Glob;

impl Builtin for Glob {
    type Args = Args;
    const NAME: &'static str = "glob";
    const KIND: ToolKind = ToolKind::Search;
    const DESCRIPTION: &'static str = include_str!("../descriptions/glob.md");
    const SCHEMA: &'static str = include_str!("../descriptions/glob.json");

    fn title(arguments: &Arguments) -> String {
        definition::search_title("Find files", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        walk::scopes(context.files.as_ref(), args.path.as_deref())?;
        Ok(Vec::new())
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        find(args, context)
    }
}

async fn find(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let pattern = Pattern::new(&args.pattern, &context.files.roots())?;
    let scopes = walk::scopes(context.files.as_ref(), args.path.as_deref())?;
    let open = context.files.open_documents();
    if let [base] = scopes.as_slice()
        && !overlay::is_there(base.absolute(), &open)
    {
        let otherwise = "Leave out path to search the whole workspace.";
        return Err(nearby::missing(base, &context, otherwise).await);
    }
    let limit = args.limit.filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let mut found = Found {
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        ..Found::default()
    };
    let found = blocking::run(&context.cancel, move |stop| {
        for base in &scopes {
            search(base, &pattern, &open, &mut found, stop)?;
        }
        Ok(found)
    });
    Ok(Outcome::Done(ToolOutput {
        text: found.await?.show(&args.pattern),
        ..ToolOutput::default()
    }))
}

/// The first files in the order of their paths, and how many there are in all.
#[derive(Default)]
struct Found {
    limit: usize,
    first: BTreeSet<(PathBuf, String)>,
    total: usize,
    visited: usize,
}

impl Found {
    fn add(&mut self, path: PathBuf, display: String) {
        if !self.first.insert((path, display)) {
            return;
        }
        self.total += 1;
        if self.first.len() > self.limit {
            self.first.pop_last();
        }
    }

    fn show(&self, pattern: &str) -> String {
        let lines = self.first.iter().map(|(_, display)| display.as_str());
        let mut text = lines.collect::<Vec<_>>().join("\n");
        if self.first.is_empty() {
            text = format!("[No file matches `{pattern}`. Files that git ignores are left out.]");
        }
        if self.total > self.first.len() {
            text.push_str(&format!(
                "\n[{} more not shown. Narrow the pattern, or raise limit.]",
                self.total - self.first.len()
            ));
        }
        if self.visited > MAX_VISITED {
            text.push_str(&format!(
                "\n[Stopped after {MAX_VISITED} files. Give a path to search less.]"
            ));
        }
        text
    }
}

fn search(
    base: &WorkspacePath,
    pattern: &Pattern,
    open: &[Document],
    found: &mut Found,
    stop: &Stop,
) -> Result<(), ToolError> {
    let folder = base.absolute();
    let visited = AtomicUsize::new(0);
    let all = Mutex::new(found);
    let offer = |path: &Path, relative: &Path| {
        let Some(display) = pattern.shown(base, relative) else {
            return;
        };
        // Nothing that holds the lock leaves the results half changed.
        let mut found = all.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(path.to_owned(), display);
    };
    for (relative, _) in Overlay::new(folder, open).unsaved(folder) {
        offer(&folder.join(relative), relative);
    }
    walk::walk(folder)
        .threads(THREADS)
        .build_parallel()
        .run(|| {
            let (offer, visited) = (&offer, &visited);
            Box::new(move |entry| {
                if stop.is_set() || visited.fetch_add(1, Ordering::Relaxed) >= MAX_VISITED {
                    return WalkState::Quit;
                }
                if let Ok(entry) = entry
                    && entry.file_type().is_some_and(|kind| !kind.is_dir())
                {
                    offer(entry.path(), walk::below(folder, entry.path()));
                }
                WalkState::Continue
            })
        });
    if stop.is_set() {
        return Err(cancelled());
    }
    let found = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.visited = found.visited.max(visited.into_inner());
    Ok(())
}
