//! Puts back what a command changed. All is done from the folder around it, without following
//! symbolic links, after the command has ended.
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Mode, OFlags, fchmod, mkdirat, openat, symlinkat, unlinkat};

use super::snapshot::{MAX_DEPTH, State, names, open_folder};

/// Makes an entry of a folder what it was.
pub(super) fn put_back(
    parent: &OwnedFd,
    name: &OsStr,
    before: &State,
    after: &State,
) -> io::Result<()> {
    if let (State::Folder { mode, entries }, State::Folder { entries: now, .. }) = (before, after) {
        let folder = open_folder(parent, name)?;
        for added in now.keys().filter(|added| !entries.contains_key(*added)) {
            remove(&folder, added, 0)?;
        }
        for (entry, state) in entries {
            let other = now.get(entry).unwrap_or(&State::Absent);
            if !state.is_same(other) {
                put_back(&folder, entry, state, other)?;
            }
        }
        return Ok(fchmod(&folder, Mode::from_raw_mode(*mode))?);
    }
    if is_lost(before) {
        return Err(io::Error::other("its content was too much to keep"));
    }
    remove(parent, name, 0)?;
    make(parent, name, before)
}

/// Whether a state cannot be made again.
fn is_lost(state: &State) -> bool {
    match state {
        State::File { text, .. } => text.is_none(),
        State::Folder { entries, .. } => entries.values().any(is_lost),
        State::Other => true,
        State::Absent | State::Elsewhere | State::Link(_) => false,
    }
}

fn make(parent: &OwnedFd, name: &OsStr, state: &State) -> io::Result<()> {
    match state {
        State::File {
            mode,
            text: Some(text),
            ..
        } => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
            let owner = Mode::RUSR | Mode::WUSR;
            let mut file = File::from(openat(parent, name, flags | OFlags::CLOEXEC, owner)?);
            file.write_all(text)?;
            Ok(fchmod(&file, Mode::from_raw_mode(*mode))?)
        }
        State::Folder { mode, entries } => {
            mkdirat(parent, name, Mode::RWXU)?;
            let folder = open_folder(parent, name)?;
            for (entry, state) in entries {
                make(&folder, entry, state)?;
            }
            Ok(fchmod(&folder, Mode::from_raw_mode(*mode))?)
        }
        State::Link(target) => Ok(symlinkat(target, parent, name)?),
        State::Absent | State::Elsewhere => Ok(()),
        State::Other | State::File { text: None, .. } => {
            Err(io::Error::other("its content was too much to keep"))
        }
    }
}

/// Removes an entry with all that is below. That it is missing is no error.
fn remove(parent: &OwnedFd, name: &OsStr, depth: usize) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other("the folders are too deep"));
    }
    match unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(rustix::io::Errno::NOENT) => return Ok(()),
        Err(rustix::io::Errno::ISDIR | rustix::io::Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    let folder = open_folder(parent, name)?;
    for entry in names(&folder) {
        remove(&folder, &entry, depth + 1)?;
    }
    Ok(unlinkat(parent, name, AtFlags::REMOVEDIR)?)
}
