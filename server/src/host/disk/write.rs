//! Writing, deleting and moving so that a crash leaves the old or the new state, never half of one.
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many names a temporary file is tried under.
const MAX_TEMPORARY_NAMES: u32 = 16;

/// The bits of a mode that a file may be made with: never those that lend its owner's rights.
#[cfg(unix)]
const GIVEN_BITS: u32 = 0o777;

/// Writes a new file; fails with `AlreadyExists` where there is something. Folders are made.
pub(super) fn create(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let folder = make_folder_of(path)?;
    let temporary = Temporary::write(folder, bytes, permissions(mode))?;
    match fs::hard_link(&temporary.path, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // Not every file system has links. A crash may leave part of the file then.
        Err(_) => create_in_place(path, bytes, permissions(mode))?,
    }
    drop(temporary);
    sync_folder(folder);
    Ok(())
}

/// Writes beside a file, syncs, and renames over it. Its permissions stay, and a symbolic link
/// stays one. `is_same` is asked once more right before the old text goes: with `false` nothing
/// is done.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    is_same: impl FnOnce() -> bool,
) -> io::Result<bool> {
    let target = path.canonicalize()?;
    let folder = folder_of(&target)?;
    let permissions = target.metadata()?.permissions();
    let mut temporary = Temporary::write(folder, bytes, Some(permissions))?;
    if !is_same() {
        return Ok(false);
    }
    #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
    fs::rename(&temporary.path, &target)?;
    temporary.is_gone = true;
    sync_folder(folder);
    Ok(true)
}

/// Deletes a file, or a link and not what it leads to.
pub(super) fn delete(path: &Path) -> io::Result<()> {
    #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
    fs::remove_file(path)?;
    sync_folder(folder_of(path)?);
    Ok(())
}

/// Gives a file a second name; fails with `AlreadyExists` where there is something.
pub(super) fn link_file(from: &Path, to: &Path) -> io::Result<()> {
    let folder = make_folder_of(to)?;
    fs::hard_link(from, to)?;
    sync_folder(folder);
    Ok(())
}

/// Makes a symbolic link; fails with `AlreadyExists` where there is something.
#[cfg(unix)]
pub(super) fn make_link(target: &Path, at: &Path) -> io::Result<()> {
    let folder = make_folder_of(at)?;
    std::os::unix::fs::symlink(target, at)?;
    sync_folder(folder);
    Ok(())
}

/// Symbolic links cannot be made everywhere.
#[cfg(not(unix))]
pub(super) fn make_link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("symbolic links are not made here"))
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    path.parent()
        .ok_or_else(|| io::Error::other("the path has no parent folder"))
}

fn make_folder_of(path: &Path) -> io::Result<&Path> {
    let folder = folder_of(path)?;
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// After it, the names in a folder outlast a crash of the system. The work is done by then, so
/// that some file systems cannot do this is no failure.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, folder = %folder.display(), "a folder is not synced");
    }
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(unix)]
fn permissions(mode: Option<u32>) -> Option<Permissions> {
    mode.map(|mode| std::os::unix::fs::PermissionsExt::from_mode(mode & GIVEN_BITS))
}

#[cfg(not(unix))]
fn permissions(_: Option<u32>) -> Option<Permissions> {
    None
}

fn create_in_place(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let filled = fill(&mut file, bytes, permissions);
    if filled.is_err() {
        #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
        let _ = fs::remove_file(path);
    }
    filled
}

fn fill(file: &mut File, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    // First: nobody may read in it, even for a moment, what they could not read before.
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// A whole, synced file under a name of its own; removed with this value.
struct Temporary {
    path: PathBuf,
    /// It has been renamed.
    is_gone: bool,
}

impl Temporary {
    fn write(folder: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<Self> {
        let (path, mut file) = create_temporary(folder)?;
        let temporary = Self {
            path,
            is_gone: false,
        };
        fill(&mut file, bytes, permissions)?;
        Ok(temporary)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_gone {
            #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn create_temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    let mut last = io::Error::other("no free name for a temporary file");
    for attempt in 0..MAX_TEMPORARY_NAMES {
        let name = format!(".aside-{}-{attempt}.tmp", crate::clock::new_id());
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
