//! A file that is appended to and rotated, by several processes at once.
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file that is begun anew when it is full. It is opened, and its folder made, when the first
/// line is written, both for the user alone.
///
/// Several processes may write to it: each line is one append. Who finds it full locks it and
/// renames it; the others see that they hold a renamed file and open the new one.
#[derive(Debug)]
pub struct RotatedFile {
    path: PathBuf,
    max_bytes: u64,
    files: usize,
    open: Mutex<Option<File>>,
}

impl RotatedFile {
    /// Nothing is opened yet. `files` counts the one that is written to.
    pub fn new(path: PathBuf, max_bytes: u64, files: usize) -> Self {
        Self {
            path,
            max_bytes,
            files: files.max(1),
            open: Mutex::new(None),
        }
    }

    /// Appends a line, its line break included. After an error, the next line tries again with
    /// the file opened anew.
    pub fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match open.take() {
            Some(file) => file,
            None => self.open()?,
        };
        let size = file.metadata()?.len();
        let line_bytes = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if size > 0 && size.saturating_add(line_bytes) > self.max_bytes {
            file = self.rotate(file)?;
        }
        file.write_all(line)?;
        *open = Some(file);
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            make_private_folder(folder)?;
        }
        // A pipe in the place of the file would hold up whoever writes until somebody reads.
        if fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is not a file",
            ));
        }
        open_private(&self.path)
    }

    /// The file to write to when `full` is full.
    fn rotate(&self, full: File) -> io::Result<File> {
        // Who holds the lock rotates. Nobody waits: a few lines too many do no harm. Where files
        // cannot be locked, it is done without.
        if let Err(TryLockError::WouldBlock) = full.try_lock() {
            return Ok(full);
        }
        let is_current = fs::metadata(&self.path)
            .and_then(|current| Ok(is_same_file(&current, &full.metadata()?)))
            .unwrap_or(false);
        if is_current {
            self.shift()?;
        }
        // Closing `full` unlocks it.
        self.open()
    }

    /// Renames each file to the next number; the last one is replaced.
    #[allow(
        clippy::disallowed_methods,
        reason = "Aside's own logs, not the user's files"
    )]
    fn shift(&self) -> io::Result<()> {
        if self.files == 1 {
            return fs::remove_file(&self.path);
        }
        for number in (1..self.files - 1).rev() {
            match fs::rename(self.numbered(number), self.numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        fs::rename(&self.path, self.numbered(1))
    }

    fn numbered(&self, number: usize) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(unix)]
fn is_same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same_file(a: &Metadata, b: &Metadata) -> bool {
    // A new file is younger and shorter than the full one.
    a.len() == b.len() && a.created().ok() == b.created().ok()
}
