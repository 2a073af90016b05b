//! The files and folders of the workspace, walked once for all that is typed in a while.
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aside_agent::host::Files;
use aside_tools::entries;
use tokio::sync::OnceCell;

use super::fuzzy::Name;
use crate::engine::error::EngineError;

/// How long a walk is good for.
pub const FRESH: Duration = Duration::from_secs(5);

/// A file or folder.
#[derive(Debug)]
pub struct Place {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called: its path in the workspace, absolute outside the first folder; a folder
    /// ends in `/`.
    pub label: String,
    /// The same, to be compared.
    pub name: Name,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// One walk, perhaps under way.
struct Walk {
    begun: Instant,
    roots: Vec<PathBuf>,
    places: OnceCell<Arc<[Place]>>,
}

/// The last walk, as long as it is good: the names of many files take much memory.
#[derive(Default)]
pub struct Index(Arc<Mutex<Last>>);

#[derive(Default)]
struct Last(Option<Arc<Walk>>);

impl Last {
    fn forget_old(&mut self) {
        self.0.take_if(|walk| walk.begun.elapsed() >= FRESH);
    }
}

impl Index {
    /// All files and folders, of a walk that began at most [`FRESH`] ago.
    pub async fn places(&self, files: &dyn Files) -> Result<Arc<[Place]>, EngineError> {
        let walk = self.current(files.roots());
        let places = walk.places.get_or_try_init(|| walked(&walk.roots)).await?;
        Ok(Arc::clone(places))
    }

    fn current(&self, roots: Vec<PathBuf>) -> Arc<Walk> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.forget_old();
        if let Some(walk) = &last.0
            && walk.roots == roots
        {
            return Arc::clone(walk);
        }
        let walk = Arc::new(Walk {
            begun: Instant::now(),
            roots,
            places: OnceCell::new(),
        });
        last.0 = Some(Arc::clone(&walk));
        let index = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(FRESH).await;
            if let Some(index) = index.upgrade() {
                let mut last = index.lock().unwrap_or_else(PoisonError::into_inner);
                last.forget_old();
            }
        });
        walk
    }
}

async fn walked(roots: &[PathBuf]) -> Result<Arc<[Place]>, EngineError> {
    let mut places = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let found = entries(root.clone()).await;
        let found = found.map_err(|error| EngineError::internal(error.to_string()))?;
        places.extend(found.into_iter().map(|entry| {
            let mut label = match number {
                0 => entry.below,
                _ => entry.path.display().to_string(),
            };
            if entry.is_folder {
                label.push('/');
            }
            Place {
                name: Name::new(&label),
                path: entry.path,
                label,
                is_folder: entry.is_folder,
            }
        }));
    }
    Ok(places.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_is_kept_as_long_as_it_is_good() {
        let walk = |begun| {
            let places = OnceCell::new();
            let roots = Vec::new();
            Last(Some(Arc::new(Walk {
                begun,
                roots,
                places,
            })))
        };
        let now = Instant::now();
        let mut last = walk(now + FRESH);
        last.forget_old();
        assert!(last.0.is_some());
        let mut last = walk(now.checked_sub(FRESH).unwrap());
        last.forget_old();
        assert!(last.0.is_none());
    }
}
