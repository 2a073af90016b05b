//! Diagnostics that code-action requests carry: what is known of an editor that cannot be asked.
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use aside_agent::world::{Diagnostic, Known, Reported};

/// How many files' diagnostics are kept; the oldest go first.
pub const MAX_CARRIED_FILES: usize = 200;
/// How many requests of one file are remembered by the lines that they were about.
pub const MAX_CARRIED_RANGES: usize = 100;

/// The diagnostics last seen of each file.
#[derive(Debug, Default)]
pub struct Carried {
    files: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    of: HashMap<PathBuf, File>,
    order: VecDeque<PathBuf>,
}

#[derive(Debug, Default)]
struct File {
    diagnostics: Vec<Diagnostic>,
    /// The lines that requests were about, the oldest first.
    lines: VecDeque<Range<u32>>,
}

impl Carried {
    /// Notes what one request carried of a file: those of the lines that it is about take the
    /// place of what was known of these lines. Lines are from 0, the end is not included.
    pub fn note(&self, path: &Path, lines: Range<u32>, found: Vec<Diagnostic>) {
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
        let File {
            diagnostics,
            lines: asked,
        } = known;
        diagnostics.retain(|old| !lines.contains(&old.line) && !found.contains(old));
        diagnostics.extend(found);
        diagnostics.truncate(super::read::MAX_DIAGNOSTICS);
        if asked.back() != Some(&lines) {
            asked.push_back(lines);
        }
        if asked.len() > MAX_CARRIED_RANGES {
            asked.pop_front();
        }
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
            Some(path) => Some(kept.of.get(path)?.diagnostics.clone()),
            None if kept.of.is_empty() => None,
            None => {
                let all = kept.of.values().flat_map(|file| &file.diagnostics);
                Some(all.cloned().collect())
            }
        }
    }

    /// What is known of a file, and of which of its lines; none where nothing was ever carried.
    pub fn reported(&self, path: &Path) -> Option<Reported> {
        let kept = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let file = kept.of.get(path)?;
        Some(Reported {
            diagnostics: file.diagnostics.clone(),
            known: Known::Lines(file.lines.iter().cloned().collect()),
        })
    }

    /// Whether something was carried of a file, or of any.
    pub fn knows(&self, path: Option<&Path>) -> bool {
        let kept = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            Some(path) => kept.of.contains_key(path),
            None => !kept.of.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use aside_agent::world::{Diagnostic, Severity};

    use super::super::read::MAX_DIAGNOSTICS;
    use super::{Carried, Known, MAX_CARRIED_FILES, MAX_CARRIED_RANGES};

    fn on(path: &str, lines: &[u32]) -> Vec<Diagnostic> {
        let made = lines.iter().map(|line| Diagnostic {
            path: path.into(),
            line: *line,
            end_line: line + 1,
            severity: Severity::Error,
            message: "no".to_owned(),
            source: None,
            code: None,
        });
        made.collect()
    }

    fn lines(carried: &Carried, path: &str) -> Option<Vec<u32>> {
        let found = carried.of(Some(Path::new(path)))?;
        Some(found.iter().map(|one| one.line).collect())
    }

    #[test]
    fn a_request_replaces_what_was_known_of_its_lines() {
        let carried = Carried::default();
        let path = Path::new("/p/a");
        assert!(!carried.knows(None));
        assert_eq!(carried.of(None), None);
        carried.note(path, 0..10, on("/p/a", &[1, 5]));
        assert!(carried.knows(None) && carried.knows(Some(path)));
        assert!(!carried.knows(Some(Path::new("/p/b"))));
        carried.note(path, 5..6, Vec::new());
        carried.note(path, 7..8, on("/p/a", &[7]));
        // What spans more lines than were asked about is not there twice.
        carried.note(path, 8..9, on("/p/a", &[7]));
        assert_eq!(lines(&carried, "/p/a"), Some(vec![1, 7]));
        let reported = carried.reported(path).map(|reported| reported.known);
        let asked = vec![0..10, 5..6, 7..8, 8..9];
        assert_eq!(reported, Some(Known::Lines(asked)));
        assert_eq!(lines(&carried, "/p/b"), None);
        carried.forget(path);
        assert!(!carried.knows(None));
        assert_eq!(carried.reported(path), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let carried = Carried::default();
        for number in 0..=MAX_CARRIED_FILES {
            let path = format!("/p/{number}");
            carried.note(Path::new(&path), 0..1, on(&path, &[0]));
        }
        assert_eq!(lines(&carried, "/p/0"), None);
        assert_eq!(
            carried.of(None).map(|all| all.len()),
            Some(MAX_CARRIED_FILES)
        );
        let many = vec![0; MAX_DIAGNOSTICS + 1];
        let path = Path::new("/p/1");
        for line in 0..200 {
            carried.note(path, line..line + 1, on("/p/1", &many));
        }
        assert_eq!(
            lines(&carried, "/p/1").map(|all| all.len()),
            Some(MAX_DIAGNOSTICS)
        );
        let Some(Known::Lines(asked)) = carried.reported(path).map(|one| one.known) else {
            panic!("nothing is known");
        };
        assert_eq!(asked.len(), MAX_CARRIED_RANGES);
    }
}
