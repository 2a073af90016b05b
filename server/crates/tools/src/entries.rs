//! The files and folders of the workspace, for people to choose from.
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use aside_agent::tool::ToolError;
use ignore::WalkState;
use tokio_util::sync::CancellationToken;

use crate::blocking;
use crate::walk::{self, THREADS};

/// How many files and folders are listed; of a larger workspace some are left out.
pub const MAX_ENTRIES: usize = 200_000;

/// A file or folder below a folder of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// Its path below that folder, with `/` between its parts.
    pub below: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// All that git does not ignore below a folder, sorted; at most [`MAX_ENTRIES`]. Works on a thread
/// of its own, which stops when the future is dropped.
///
/// # Errors
///
/// A sentence, where the work failed inside.
pub async fn entries(folder: PathBuf) -> Result<Vec<Entry>, ToolError> {
    blocking::run(&CancellationToken::new(), move |stop| {
        let visited = AtomicUsize::new(0);
        let found = Mutex::new(Vec::new());
        walk::walk(&folder)
            .threads(THREADS)
            .build_parallel()
            .run(|| {
                let (visited, found, folder) = (&visited, &found, &folder);
                Box::new(move |entry| {
                    if stop.is_set() || visited.fetch_add(1, Ordering::Relaxed) >= MAX_ENTRIES {
                        return WalkState::Quit;
                    }
                    if let Ok(entry) = entry
                        && entry.depth() > 0
                    {
                        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                        let entry = of(folder, entry.into_path(), is_folder);
                        // Nothing that holds the lock leaves the results half changed.
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        found.push(entry);
                    }
                    WalkState::Continue
                })
            });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable();
        Ok(found)
    })
    .await
}

fn of(folder: &Path, path: PathBuf, is_folder: bool) -> Entry {
    Entry {
        below: walk::slashed(walk::below(folder, &path)),
        path,
        is_folder,
    }
}
