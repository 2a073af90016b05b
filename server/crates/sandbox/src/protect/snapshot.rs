//! What protected paths hold. No symbolic link is followed: the command may have put one anywhere.
use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::Errno;

/// What is kept of all watched files together, in bytes.
pub(crate) const MAX_WATCHED_BYTES: u64 = 4 << 20;

/// How many files and folders are watched.
pub(crate) const MAX_WATCHED_ENTRIES: usize = 4096;

/// How deep folders are looked into.
pub(crate) const MAX_DEPTH: usize = 16;

/// One path, with all that is below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Absent,
    /// A file. Its text is missing where there is too much to keep.
    File {
        mode: u32,
        stamp: Stamp,
        text: Option<Vec<u8>>,
    },
    /// A folder.
    Folder {
        mode: u32,
        entries: BTreeMap<OsString, State>,
    },
    /// A symbolic link.
    Link(CString),
    /// A folder above it is missing, or is a link: that one is what has been changed.
    Elsewhere,
    /// Something else, or something that cannot be looked at.
    Other,
}

/// What tells whether a file whose text is not kept was changed: its size and the time of its
/// last change of any kind, which programs cannot set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: u64,
}

/// Counts what is kept.
pub(super) struct Budget {
    bytes: u64,
    entries: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            bytes: MAX_WATCHED_BYTES,
            entries: MAX_WATCHED_ENTRIES,
        }
    }
}

/// Opens the folder around a path. An error of `NotFound` kind: it is missing, or is none.
pub(super) fn open_parent(root: &OwnedFd, below: &Path) -> io::Result<OwnedFd> {
    let mut folder = root.try_clone()?;
    let parts = below.parent().into_iter().flat_map(Path::components);
    for part in parts {
        let Component::Normal(name) = part else {
            return Err(io::ErrorKind::NotFound.into());
        };
        folder = open_folder(&folder, name)?;
    }
    Ok(folder)
}

pub(super) fn open_folder(parent: &OwnedFd, name: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(parent, name, flags, Mode::empty())?)
}

/// Looks at a path below a root.
pub(super) fn look(root: &OwnedFd, below: &Path, budget: &mut Budget) -> State {
    let Some(name) = below.file_name() else {
        return State::Other;
    };
    match open_parent(root, below) {
        Ok(parent) => look_at(&parent, name, budget, 0),
        Err(_) => State::Elsewhere,
    }
}

/// Looks at an entry of a folder.
pub(super) fn look_at(parent: &OwnedFd, name: &OsStr, budget: &mut Budget, depth: usize) -> State {
    let metadata = match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(metadata) => metadata,
        Err(Errno::NOENT) => return State::Absent,
        Err(_) => return State::Other,
    };
    if budget.entries == 0 || depth > MAX_DEPTH {
        return State::Other;
    }
    budget.entries -= 1;
    let mode = metadata.st_mode & 0o7777;
    let kind = FileType::from_raw_mode(metadata.st_mode);
    if kind == FileType::Symlink {
        return readlinkat(parent, name, Vec::new()).map_or(State::Other, State::Link);
    }
    if kind == FileType::RegularFile {
        let stamp = Stamp {
            inode: metadata.st_ino,
            size: u64::try_from(metadata.st_size).unwrap_or_default(),
            seconds: metadata.st_ctime,
            nanoseconds: metadata.st_ctime_nsec,
        };
        let text = read(parent, name, stamp.size, budget);
        return State::File { mode, stamp, text };
    }
    if kind == FileType::Directory
        && let Ok(folder) = open_folder(parent, name)
    {
        let entries = entries(&folder, budget, depth);
        return State::Folder { mode, entries };
    }
    State::Other
}

fn entries(folder: &OwnedFd, budget: &mut Budget, depth: usize) -> BTreeMap<OsString, State> {
    names(folder)
        .into_iter()
        .map(|name| {
            let state = look_at(folder, &name, budget, depth + 1);
            (name, state)
        })
        .collect()
}

/// The names in a folder, up to the number that is watched.
pub(super) fn names(folder: &OwnedFd) -> Vec<OsString> {
    let Ok(listing) = Dir::read_from(folder) else {
        return Vec::new();
    };
    listing
        .flatten()
        .map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
        .filter(|name| name != "." && name != "..")
        .take(MAX_WATCHED_ENTRIES)
        .collect()
}

fn read(parent: &OwnedFd, name: &OsStr, size: u64, budget: &mut Budget) -> Option<Vec<u8>> {
    if size > budget.bytes {
        return None;
    }
    // Not blocking: by now it may be a pipe.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(parent, name, flags, Mode::empty()).ok()?);
    let mut text = Vec::new();
    file.take(budget.bytes).read_to_end(&mut text).ok()?;
    budget.bytes -= text.len() as u64;
    Some(text)
}

impl State {
    /// Whether two looks saw the same. A file that holds the same bytes is the same.
    pub(super) fn is_same(&self, other: &State) -> bool {
        match (self, other) {
            (
                State::File { mode, stamp, text },
                State::File {
                    mode: other_mode,
                    stamp: other_stamp,
                    text: other_text,
                },
            ) => {
                mode == other_mode && text == other_text && (text.is_some() || stamp == other_stamp)
            }
            (
                State::Folder { mode, entries },
                State::Folder {
                    mode: other_mode,
                    entries: other_entries,
                },
            ) => {
                mode == other_mode
                    && entries.len() == other_entries.len()
                    && entries.iter().all(|(name, state)| {
                        other_entries
                            .get(name)
                            .is_some_and(|other| state.is_same(other))
                    })
            }
            // A path whose folder is missing is missing.
            (State::Absent | State::Elsewhere, State::Absent | State::Elsewhere) => true,
            _ => self == other,
        }
    }
}
