//! One process changes keys at a time. The system lets go of the lock when its process ends,
//! however it ends.
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{KeyError, private};

/// How long to wait for another process; none holds the lock while it asks somebody.
pub(crate) const WAIT: Duration = Duration::from_secs(10);

/// How long to pause before a lock is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to change the keys of a folder, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for it; [`KeyError::Busy`] after [`WAIT`].
    pub(crate) fn take(folder: &Path) -> Result<Self, KeyError> {
        private::make_folder(folder)?;
        let path = folder.join("keys.lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(KeyError::writing(&path))?;
        let deadline = Instant::now() + WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(KeyError::Busy);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(KeyError::writing(&path)(error)),
            }
        }
    }
}
