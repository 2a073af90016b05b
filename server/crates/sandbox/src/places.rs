//! The paths of a profile as they are on the disk, with symbolic links resolved.
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::bubblewrap::Mount;
use crate::error::SpawnError;
use crate::git;
use crate::profile::Profile;

/// What bubblewrap replaces altogether: nothing there needs hiding.
const REPLACED: &[&str] = &["/dev", "/proc", "/run", "/tmp"];

/// The paths of a profile, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) writable: Vec<PathBuf>,
    pub(crate) hidden: Vec<PathBuf>,
    /// What is to be hidden and is not there now.
    pub(crate) absent: Vec<PathBuf>,
    pub(crate) protected: Vec<PathBuf>,
    pub(crate) scratch: PathBuf,
    pub(crate) cwd: PathBuf,
}

impl Places {
    /// Resolves a profile, and makes the scratch folder.
    pub(crate) fn resolve(profile: &Profile, cwd: &Path) -> Result<Self, SpawnError> {
        make_private(&profile.scratch).map_err(|source| SpawnError::Missing {
            what: "the scratch folder",
            path: profile.scratch.clone(),
            source,
        })?;
        let scratch = real("the scratch folder", &profile.scratch)?;
        let mut writable = Vec::new();
        for path in &profile.writable {
            writable.push(real("the writable folder", path)?);
        }
        let (mut hidden, mut absent) = (Vec::new(), Vec::new());
        for path in &profile.hidden {
            match path.canonicalize() {
                Ok(path) => hidden.push(path),
                Err(_) => absent.push(below_resolved(path)),
            }
        }
        let protected = profile
            .protected
            .iter()
            .map(|path| below_resolved(path))
            .filter(|path| writable.iter().any(|root| path.starts_with(root)))
            .collect();
        let places = Places {
            writable,
            hidden,
            absent,
            protected,
            scratch,
            cwd: real("the folder", cwd)?,
        };
        places.check()?;
        Ok(places)
    }

    fn check(&self) -> Result<(), SpawnError> {
        let lists = [&self.writable, &self.hidden, &self.absent, &self.protected];
        let all = lists
            .into_iter()
            .flatten()
            .chain([&self.scratch, &self.cwd]);
        for path in all {
            if !path.is_absolute() || path.to_str().is_none() {
                return Err(SpawnError::Path(path.clone()));
            }
        }
        Ok(())
    }

    /// What may be written: the writable folders and the scratch folder.
    pub(crate) fn all_writable(&self) -> Vec<PathBuf> {
        let mut all = self.writable.clone();
        all.push(self.scratch.clone());
        all
    }

    /// Variables that point programs to the scratch folder.
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let scratch = self.scratch.as_os_str().to_owned();
        let cache = self.scratch.join(".cache");
        vec![
            ("TMPDIR", scratch.clone()),
            ("TMP", scratch.clone()),
            ("TEMP", scratch),
            ("npm_config_cache", cache.join("npm").into_os_string()),
            ("XDG_CACHE_HOME", cache.into_os_string()),
        ]
    }

    /// Repositories of work trees that are where bubblewrap has put something over them.
    pub(crate) fn shown_again(&self) -> Vec<Mount> {
        self.writable
            .iter()
            .flat_map(|root| git::outside(root))
            .filter(|path| path.to_str().is_some())
            .filter(|path| !self.writable.iter().any(|root| path.starts_with(root)))
            .filter(|path| is_replaced(path))
            .map(Mount::ReadOnly)
            .collect()
    }

    /// The folders that may be written, for bubblewrap.
    pub(crate) fn writable_mounts(&self) -> Vec<Mount> {
        let all = self.all_writable();
        all.into_iter().map(Mount::Writable).collect()
    }

    /// What is hidden, there or not. What bubblewrap replaces needs no rule.
    pub(crate) fn all_hidden(&self) -> Vec<PathBuf> {
        self.hidden
            .iter()
            .chain(&self.absent)
            .filter(|path| !is_replaced(path))
            .cloned()
            .collect()
    }

    /// What bubblewrap puts over the hidden paths that exist.
    pub(crate) fn hiding_mounts(&self) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for path in &self.hidden {
            if is_replaced(path) {
                continue;
            }
            mounts.push(if path.is_dir() {
                Mount::HiddenFolder(path.clone())
            } else {
                Mount::HiddenFile(path.clone())
            });
        }
        mounts
    }
}

fn is_replaced(path: &Path) -> bool {
    REPLACED.iter().any(|replaced| path.starts_with(replaced))
}

/// The path with its existing folders resolved. The last part is not followed: a link is itself
/// what is protected.
fn below_resolved(path: &Path) -> PathBuf {
    for ancestor in path.ancestors().skip(1) {
        if let Ok(real) = ancestor.canonicalize()
            && let Ok(rest) = path.strip_prefix(ancestor)
        {
            return real.join(rest);
        }
    }
    path.to_owned()
}

fn real(what: &'static str, path: &Path) -> Result<PathBuf, SpawnError> {
    if !path.is_absolute() {
        return Err(SpawnError::Path(path.to_owned()));
    }
    path.canonicalize().map_err(|source| SpawnError::Missing {
        what,
        path: path.to_owned(),
        source,
    })
}

fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
