//! Reading files and what they are, without waiting for anything that is no file.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use aside_agent::host::{Form, HostError, WorkspacePath};

/// The bits of a mode that say who may do what.
#[cfg(unix)]
const PERMISSION_BITS: u32 = 0o7777;

/// Opening a named pipe would wait for its other end, so nothing is waited for.
fn open_to_read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// The text of a file, links followed; `None` where there is none.
pub(super) fn text(path: &WorkspacePath, max_bytes: u64) -> Result<Option<Arc<str>>, HostError> {
    let file = match open_to_read(path.absolute()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(super::io_error("read", path, &error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| super::io_error("read", path, &error))?;
    if metadata.is_dir() {
        return Err(HostError::Unreadable(format!(
            "{} is a folder. Use list_directory to see what is in it.",
            path.display()
        )));
    }
    if !metadata.is_file() {
        return Err(HostError::Unreadable(format!(
            "{} is not a regular file, so it is not read.",
            path.display()
        )));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(max_bytes)).unwrap_or(0));
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| super::io_error("read", path, &error))?;
    if bytes.len() as u64 > max_bytes {
        return Err(HostError::Unreadable(format!(
            "{} is larger than the limit of {} MB (setting files.max_read_mb). Use grep to search it.",
            path.display(),
            max_bytes / (1024 * 1024)
        )));
    }
    if bytes.contains(&0) {
        return Err(HostError::Unreadable(format!(
            "{} is a binary file ({} bytes), not text.",
            path.display(),
            bytes.len()
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.into())),
        Err(error) => Err(HostError::Unreadable(format!(
            "{} is not UTF-8 text (first wrong byte at offset {}).",
            path.display(),
            error.utf8_error().valid_up_to()
        ))),
    }
}

/// What a file is besides its text; what cannot be told is left out. Of a symbolic link, the mode
/// is that of the file it leads to.
pub(super) fn form(path: &Path) -> Form {
    Form {
        mode: fs::metadata(path).ok().and_then(|metadata| mode(&metadata)),
        // Fails for all that are no links.
        link: fs::read_link(path).ok(),
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & PERMISSION_BITS)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<u32> {
    None
}

/// Whether anything is at a path, a link that leads nowhere included.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
