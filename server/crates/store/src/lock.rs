//! Operating-system file locks: which servers are alive, and who has the database open.
//!
//! The system lets go of a lock when its process ends, however it ends, so a dead
//! server is known at once and needs no heartbeat.
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Result, StoreError};

/// The longest server id.
const MAX_ID_LEN: usize = 64;
/// How often a lock file is made anew when a sweep removed it between making and locking.
const HOLD_ATTEMPTS: usize = 16;
/// How many files of dead servers one start removes.
const MAX_SWEEP: usize = 256;
/// How old a file must be to be swept, so that one that is just being made is left alone.
const SWEEP_AGE: Duration = Duration::from_secs(60);
/// How long to pause before a lock is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(2);
const EXTENSION: &str = "lock";

/// A server's sign of life: an exclusive lock on a file named after it, removed on drop.
#[derive(Debug)]
pub(crate) struct ServerLock {
    file: File,
    path: PathBuf,
}

impl ServerLock {
    /// Makes and locks the file of this server.
    pub(crate) fn hold(dir: &Path, server_id: &str) -> Result<Self> {
        if !is_id(server_id) {
            return Err(StoreError::invalid(
                "serverId",
                "it must be 1 to 64 letters, digits, hyphens or underscores",
            ));
        }
        let path = file_of(dir, server_id);
        for _ in 0..HOLD_ATTEMPTS {
            let file = open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                // Somebody probes or sweeps; they let go at once.
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(RETRY_PAUSE);
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            // A sweep may have removed the file before it was locked; the lock then counts for
            // nothing, as nobody can find it.
            if matches!(probe(&path)?, Probe::Held) {
                return Ok(Self { file, path });
            }
        }
        Err(StoreError::internal(format!(
            "the lock of server {server_id} is held by another process"
        )))
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        remove(&self.path);
        if let Err(error) = self.file.unlock() {
            tracing::debug!(%error, "the server's lock could not be released");
        }
    }
}

/// Whether the server with this id runs; the file of one that does not is removed.
pub(crate) fn is_alive(dir: &Path, server_id: &str) -> Result<bool> {
    // The id comes from a row: one that is not an id must not lead out of the folder.
    if !is_id(server_id) {
        return Ok(false);
    }
    let path = file_of(dir, server_id);
    match probe(&path)? {
        Probe::Held => Ok(true),
        Probe::Missing => Ok(false),
        Probe::Free(lock) => {
            remove(&path);
            drop(lock);
            Ok(false)
        }
    }
}

/// Removes the files of dead servers. A failure only leaves files behind.
pub(crate) fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten().take(MAX_SWEEP) {
        let path = entry.path();
        if path.extension().is_none_or(|it| it != EXTENSION) || !is_old(&entry) {
            continue;
        }
        if let Ok(Probe::Free(lock)) = probe(&path) {
            remove(&path);
            drop(lock);
        }
    }
}

fn is_old(entry: &fs::DirEntry) -> bool {
    entry
        .metadata()
        .and_then(|it| it.modified())
        .is_ok_and(|it| it.elapsed().is_ok_and(|age| age > SWEEP_AGE))
}

/// The lock beside the database: shared while a server has it open, exclusive while it is
/// moved aside.
#[derive(Debug)]
pub(crate) struct Guard {
    file: File,
}

impl Guard {
    /// Opens the file of the lock, without locking it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self { file: open(path)? })
    }

    /// Notes that the database is open, once nobody moves it aside;
    /// [`StoreError::Locked`] after the deadline.
    pub(crate) fn share(&self, deadline: Instant) -> Result<()> {
        self.file.unlock()?;
        loop {
            match self.file.try_lock_shared() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(StoreError::Locked);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(RETRY_PAUSE),
            }
        }
    }

    /// Becomes the only one that has the database open, or lets go of it altogether where
    /// others have it open.
    pub(crate) fn try_exclusive(&self) -> Result<bool> {
        self.file.unlock()?;
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID_LEN).contains(&id.len())
        && id
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
}

fn file_of(dir: &Path, server_id: &str) -> PathBuf {
    dir.join(format!("{server_id}.{EXTENSION}"))
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    Ok(options.open(path)?)
}

/// What a look at a server's lock file finds.
enum Probe {
    /// Its server is alive.
    Held,
    /// Nobody holds it; the file comes locked, so that nobody can begin to.
    Free(File),
    /// There is no such file.
    Missing,
}

/// Tries the lock of a file. The probe is a shared lock, so that two probes at once do not
/// take each other for the owner.
fn probe(path: &Path) -> Result<Probe> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Probe::Missing),
        Err(error) => return Err(error.into()),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Probe::Free(file)),
        Err(TryLockError::WouldBlock) => Ok(Probe::Held),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a lock file of the store's own folder, not a file of the user"
)]
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "a lock file could not be removed");
    }
}
