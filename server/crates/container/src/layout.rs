//! What of the machine a container sees.
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bollard::models::{Mount, MountType};

use crate::bounds::MAX_MOUNTS;
use crate::error::ContainerError;

/// What a program may touch. Paths are absolute and valid UTF-8, and the same inside and outside.
#[derive(Debug, Clone)]
pub struct Place {
    /// The workspace's folders. They must exist.
    pub roots: Vec<PathBuf>,
    /// Whether they may be written.
    pub access: Access,
    /// Paths inside of them that stay as they are. Those that do not exist cannot be held: see
    /// [`crate::Exit::changed`].
    pub protected: Vec<PathBuf>,
    /// Paths that cannot be read where they are inside of the workspace.
    pub hidden: Vec<PathBuf>,
    /// The session's private folder, which exists and may be written. The folder that it is in is
    /// otherwise empty inside.
    pub scratch: PathBuf,
    /// Whether the network can be reached.
    pub network: Network,
}

/// Whether folders may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// They stay as they are.
    ReadOnly,
    /// They may be written.
    ReadWrite,
}

/// Whether the network can be reached. Calls with it have a container of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// There is a loopback and nothing else.
    Off,
    /// The engine's usual network.
    On,
}

/// What a container is given of the workspace. A container fits a place as long as what it would
/// be given is still the same: a file that was replaced is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    mounts: Vec<(PathBuf, Kind)>,
    stamps: Vec<(PathBuf, Option<Stamp>)>,
    network: Network,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder(Access),
    HiddenFolder,
    HiddenFile,
}

/// Which file it is.
type Stamp = (u64, u64);

impl Layout {
    /// Looks at the file system.
    pub(crate) fn of(place: &Place) -> Result<Self, ContainerError> {
        let mut mounts: Vec<(PathBuf, Kind)> = Vec::new();
        let is_inside = |path: &Path| place.roots.iter().any(|root| path.starts_with(root));
        for root in &place.roots {
            let is_fine = root.is_absolute() && root.parent().is_some() && root.exists();
            if !is_fine || root.to_str().is_none() {
                return Err(ContainerError::Path(root.clone()));
            }
            mounts.push((root.clone(), Kind::Folder(place.access)));
        }
        for path in &place.protected {
            // Behind a link it is the target that is held; the link itself is watched.
            if let Ok(target) = path.canonicalize()
                && is_inside(&target)
            {
                mounts.push((target, Kind::Folder(Access::ReadOnly)));
            }
        }
        for path in place.hidden.iter().filter(|path| is_inside(path)) {
            match path.symlink_metadata() {
                Ok(data) if data.is_dir() => mounts.push((path.clone(), Kind::HiddenFolder)),
                Ok(data) if data.is_file() => mounts.push((path.clone(), Kind::HiddenFile)),
                // What a link points to is hidden where it is, or is not there inside.
                Ok(_) | Err(_) => {}
            }
        }
        mounts.sort_by(|(left, _), (right, _)| left.cmp(right));
        mounts.dedup_by(|(left, _), (right, _)| left == right);
        if mounts.len() > MAX_MOUNTS {
            return Err(ContainerError::TooMany(mounts.len()));
        }
        let watched = place.roots.iter().chain(&place.protected);
        let stamps = watched.map(|path| (path.clone(), stamp(path)));
        Ok(Self {
            stamps: stamps.collect(),
            mounts,
            network: place.network,
        })
    }

    pub(crate) fn network(&self) -> Network {
        self.network
    }

    /// The paths that are others than they were.
    pub(crate) fn changed(&self) -> Vec<PathBuf> {
        let changed = self.stamps.iter().filter(|(path, was)| stamp(path) != *was);
        changed.map(|(path, _)| path.clone()).collect()
    }

    /// As the engine is told: what is mounted, and which folders are empty ones in memory.
    pub(crate) fn mounts(
        &self,
        scratch: &Path,
    ) -> Result<(Vec<Mount>, HashMap<String, String>), ContainerError> {
        let mut mounts = Vec::new();
        let mut empty = HashMap::new();
        let base = scratch.parent();
        let base = base.ok_or_else(|| ContainerError::Path(scratch.to_owned()))?;
        empty.insert(text(base)?, "rw,size=64k,mode=1777".to_owned());
        for (path, kind) in &self.mounts {
            match kind {
                Kind::Folder(access) => mounts.push(bind(path, path, *access)?),
                Kind::HiddenFile => {
                    mounts.push(bind(Path::new("/dev/null"), path, Access::ReadOnly)?);
                }
                Kind::HiddenFolder => {
                    empty.insert(text(path)?, "ro,size=4k,mode=0111".to_owned());
                }
            }
        }
        mounts.push(bind(scratch, scratch, Access::ReadWrite)?);
        Ok((mounts, empty))
    }
}

fn bind(source: &Path, target: &Path, access: Access) -> Result<Mount, ContainerError> {
    Ok(Mount {
        source: Some(text(source)?),
        target: Some(text(target)?),
        typ: Some(MountType::BIND),
        read_only: Some(access == Access::ReadOnly),
        ..Mount::default()
    })
}

pub(crate) fn text(path: &Path) -> Result<String, ContainerError> {
    let text = path.to_str().filter(|_| path.is_absolute());
    text.map(str::to_owned)
        .ok_or_else(|| ContainerError::Path(path.to_owned()))
}

#[cfg(unix)]
fn stamp(path: &Path) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let data = path.symlink_metadata().ok()?;
    Some((data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn stamp(path: &Path) -> Option<Stamp> {
    path.symlink_metadata().ok().map(|_| (0, 0))
}
