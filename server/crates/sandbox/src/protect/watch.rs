//! Watches protected paths that no mount holds: what they were before a command is what they
//! are made again after it.
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};

use super::restore::put_back;
use super::snapshot::{Budget, State, look, look_at, open_parent};
use crate::tampered::{Outcome, Tampered};

/// Protected paths before a command.
#[derive(Debug)]
pub(crate) struct Watch {
    entries: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    root: OwnedFd,
    path: PathBuf,
    below: PathBuf,
    before: State,
}

impl Watch {
    /// Looks at the paths, each of which lies in one of the roots.
    pub(crate) fn begin(roots: &[PathBuf], paths: &[PathBuf]) -> Self {
        let mut budget = Budget::default();
        let entries = paths
            .iter()
            .filter_map(|path| begin_one(roots, path, &mut budget))
            .collect();
        Watch { entries }
    }

    /// Compares, and puts back what has changed. All that the command started has ended.
    pub(crate) fn settle(&self) -> Vec<Tampered> {
        let mut budget = Budget::default();
        let mut tampered = Vec::new();
        for watched in &self.entries {
            let after = look(&watched.root, &watched.below, &mut budget);
            if watched.before.is_same(&after) {
                continue;
            }
            let outcome = match watched.put_back() {
                Ok(()) => Outcome::PutBack,
                Err(error) => Outcome::Left(error.to_string()),
            };
            tracing::warn!(path = %watched.path.display(), ?outcome, "a protected path was changed");
            tampered.push(Tampered {
                path: watched.path.clone(),
                outcome,
            });
        }
        tampered
    }
}

impl Watched {
    fn put_back(&self) -> std::io::Result<()> {
        let Some(name) = self.below.file_name() else {
            return Ok(());
        };
        let parent = open_parent(&self.root, &self.below).map_err(|_| {
            std::io::Error::other("the folder around it was removed, moved or replaced")
        })?;
        // Looked at with a budget of its own, so that all of what was added is seen.
        let after = look_at(&parent, name, &mut Budget::default(), 0);
        put_back(&parent, name, &self.before, &after)
    }
}

fn begin_one(roots: &[PathBuf], path: &Path, budget: &mut Budget) -> Option<Watched> {
    let root = roots
        .iter()
        .find(|root| path.starts_with(root) && *root != path)?;
    let below = path.strip_prefix(root).ok()?.to_owned();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = open(root, flags, Mode::empty()).ok()?;
    let before = look(&root, &below, budget);
    Some(Watched {
        root,
        path: path.to_owned(),
        below,
        before,
    })
}
