//! Diagnostics that code-action requests carry: what is known of an editor that cannot be asked.
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use aside_agent::world::Diagnostic;

/// How many files' diagnostics are kept; the oldest go first.
pub const MAX_CARRIED_FILES: usize = 200;

/// The diagnostics last seen of each file.
#[derive(Debug, Default)]
pub struct Carried {
    files: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    of: HashMap<PathBuf, Vec<Diagnostic>>,
    order: VecDeque<PathBuf>,
}

impl Carried {
    /// Notes what one request carried of a file: those of the lines that it is about take the
    /// place of what was known of these lines. Lines are from 0, the end is not included.
    pub fn note(&self, path: &Path, lines: std::ops::Range<u32>, found: Vec<Diagnostic>) {
        let mut kept = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.of.contains_key(path) {
            kept.order.push_back(path.to_owned());
            if kept.order.len() > MAX_CARRIED_FILES
                && let Some(oldest) = kept.order.pop_front()
            {
                kept.of.remove(&oldest);
            }
        }
        let known = kept.of.entry(path.to_owned()).or_default();
        known.retain(|old| !lines.contains(&old.line) && !found.contains(old));
        known.extend(found);
        known.truncate(super::read::MAX_DIAGNOSTICS);
    }

    /// A file changed, so what was known of it may no longer hold.
    pub fn forget(&self, path: &Path) {
        let mut kept = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        kept.of.remove(path);
        kept.order.retain(|known| known != path);
    }

    /// What is known of a file, or of all; none where nothing was ever carried.
    pub fn of(&self, path: Option<&Path>) -> Option<Vec<Diagnostic>> {
        let kept = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            Some(path) => kept.of.get(path).cloned(),
            None if kept.of.is_empty() => None,
            None => Some(kept.of.values().flatten().cloned().collect()),
        }
    }
}
