//! Empty folders that exist while programs run, so that something can be mounted there.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The placeholders of all running programs, with how many programs hold each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders(Arc<Mutex<HashMap<PathBuf, usize>>>);

/// Placeholders of one program. Dropping it removes those that no other program holds.
#[derive(Debug)]
pub(crate) struct Held {
    all: Placeholders,
    paths: Vec<PathBuf>,
}

impl Placeholders {
    /// Whether what is there is a placeholder, and so stands for a path that is missing.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.contains_key(path)
    }

    /// Makes folders, or joins those who hold them. What has come to exist meanwhile and is not
    /// ours is left alone.
    pub(crate) fn hold(&self, paths: Vec<PathBuf>) -> std::io::Result<Held> {
        let mut held = Held {
            all: self.clone(),
            paths: Vec::new(),
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in paths {
            match std::fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    if !counts.contains_key(&path) {
                        continue;
                    }
                }
                Err(error) => {
                    drop(counts);
                    return Err(error);
                }
            }
            *counts.entry(path.clone()).or_default() += 1;
            held.paths.push(path);
        }
        drop(counts);
        Ok(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in &self.paths {
            let Some(count) = counts.get_mut(path) else {
                continue;
            };
            *count -= 1;
            if *count > 0 {
                continue;
            }
            counts.remove(path);
            // Only an empty folder can be removed this way: if somebody has put something in
            // from outside, it stays.
            if let Err(error) = std::fs::remove_dir(path) {
                tracing::debug!(%error, path = %path.display(), "a placeholder stays");
            }
        }
    }
}
