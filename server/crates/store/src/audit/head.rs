//! Where the chain ended last, in a small file beside the database: rows that are cut off its end
//! leave a chain that is whole, and only this shows that it was longer.
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{End, Head};
use crate::open::with_suffix;

/// How long to wait for another server that reads or writes the file.
pub const LOCK_WAIT: Duration = Duration::from_millis(50);
/// How long to pause before the lock is tried again.
const PAUSE: Duration = Duration::from_millis(1);
/// The digits of a number.
const DIGITS: usize = 20;
/// The digits of a hash.
const HASH: usize = 64;
/// All of the file: a number, a space, a hash and a line break.
const LENGTH: usize = DIGITS + 1 + HASH + 1;

/// The file.
#[derive(Debug)]
pub(crate) struct HeadFile(PathBuf);

impl HeadFile {
    /// That of a database.
    pub(crate) fn of(database: &Path) -> Self {
        Self(with_suffix(database, "-audit"))
    }

    /// What is noted; `None` where nothing is, or it cannot be read.
    pub(crate) fn read(&self) -> Option<Head> {
        let file = match OpenOptions::new().read(true).open(&self.0) {
            Ok(file) => file,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, "the end of the audit log cannot be read");
                }
                return None;
            }
        };
        lock(|| file.try_lock_shared())?;
        read(&file)
    }

    /// Notes a committed end. Failing costs no more than that: the next row notes its own.
    pub(crate) fn note(&self, end: &End) {
        if let Err(error) = self.try_note(end) {
            tracing::warn!(%error, "the end of the audit log cannot be noted");
        }
    }

    fn try_note(&self, end: &End) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.0)?;
        if lock(|| file.try_lock()).is_none() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        // Another server may have appended after us and noted it before us. After a loss, what is
        // noted is of rows that are gone.
        if !end.is_after_loss && read(&file).is_some_and(|noted| noted.seq > end.head.seq) {
            return Ok(());
        }
        let (digits, hash) = (DIGITS, &end.head.hash);
        file.rewind()?;
        file.write_all(format!("{:0digits$} {hash}\n", end.head.seq).as_bytes())
    }
}

fn read(mut file: &File) -> Option<Head> {
    let mut bytes = [0; LENGTH];
    file.rewind().ok()?;
    file.read_exact(&mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (seq, hash) = text.trim_end().split_once(' ')?;
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(())?;
    Some(Head {
        seq: seq.parse().ok()?,
        hash: hash.to_owned(),
    })
}

/// Others hold it for as long as a hundred bytes take.
fn lock(mut try_lock: impl FnMut() -> Result<(), TryLockError>) -> Option<()> {
    let deadline = Instant::now() + LOCK_WAIT;
    loop {
        match try_lock() {
            Ok(()) => return Some(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
    }
}
