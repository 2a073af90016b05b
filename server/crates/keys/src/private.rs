//! Files that only their owner may read, replaced as a whole.
//!
//! A file is written beside its place, flushed to the disk and renamed: whoever is killed at any
//! moment leaves the old file or the new one.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::KeyError;

/// What others may do is these bits of a mode.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// The bytes of a file of at most `limit` bytes; `None` if there is no such file.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeyError::reading(path)(error)),
    };
    let metadata = file.metadata().map_err(KeyError::reading(path))?;
    if !metadata.is_file() {
        return Err(damaged(path, "it is not a file"));
    }
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    // One allocation, so that growing leaves no copies of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(limit) + 1));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(KeyError::reading(path))?;
    if bytes.len() > limit {
        return Err(damaged(path, "it is too long"));
    }
    Ok(Some(bytes))
}

/// A pipe in the place of the file must not hold us up.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    options.open(path)
}

/// As `open(2)` has it on Linux.
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;

fn damaged(path: &Path, why: &str) -> KeyError {
    KeyError::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

/// Puts these bytes in the place of the file. The caller holds the lock of the folder.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let fresh = beside(path);
    write_fresh(&fresh, bytes).map_err(KeyError::writing(path))?;
    rename(&fresh, path).map_err(KeyError::writing(path))?;
    if let Some(folder) = path.parent() {
        flush_folder(folder);
    }
    Ok(())
}

/// Writes a file that must not be there yet; `false` if it is.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<bool, KeyError> {
    let fresh = beside(path);
    write_fresh(&fresh, bytes).map_err(KeyError::writing(path))?;
    // A link fails where a rename would take the place of what is there.
    let linked = fs::hard_link(&fresh, path);
    let done = match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(_) if path.exists() => Ok(false),
        // Some file systems know no links.
        Err(_) => rename(&fresh, path)
            .map(|()| true)
            .map_err(KeyError::writing(path)),
    };
    remove(&fresh).map_err(KeyError::writing(path))?;
    if let Some(folder) = path.parent() {
        flush_folder(folder);
    }
    done
}

/// Makes the folder for its owner alone; one that is there stays as it is.
pub(crate) fn make_folder(folder: &Path) -> Result<(), KeyError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(KeyError::writing(folder))
}

/// Deletes a file; one that is not there is no failure.
#[allow(
    clippy::disallowed_methods,
    reason = "a file of the store's own folder, not a file of the user"
)]
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a file of the store's own folder, not a file of the user"
)]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// What others may do with the file, as a whole mode; `None` if they may do nothing.
#[cfg(unix)]
pub(crate) fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & OTHERS != 0).then_some(mode)
}

/// Elsewhere the user's own folders are private by themselves.
#[cfg(not(unix))]
pub(crate) fn open_to_others(_: &Path) -> Option<u32> {
    None
}

/// Takes others' rights to the file away.
pub(crate) fn close_to_others(path: &Path) {
    let Some(mode) = open_to_others(path) else {
        return;
    };
    let path_shown = path.display();
    match only_owner(path) {
        Ok(()) => {
            tracing::warn!("others could read {path_shown} (mode {mode:o}); its mode is 600 again")
        }
        Err(error) => tracing::warn!(
            %error,
            "others can read {path_shown} (mode {mode:o}), and its mode cannot be changed"
        ),
    }
}

#[cfg(unix)]
fn only_owner(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn only_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Where a file is written before it takes its place. The name is always the same, so that
/// whatever a killed process left is overwritten by the next one.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn write_fresh(path: &Path, bytes: &[u8]) -> io::Result<()> {
    remove(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename is only safe from a power cut once the folder is flushed. Where that cannot be done,
/// the old file is what may be left.
fn flush_folder(folder: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
    {
        tracing::debug!(%error, "the folder of the keys cannot be flushed");
    }
}
