//! Opening the database file: settings, a quick look for damage, and moving a damaged
//! file aside.
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::lock::Guard;
use crate::migrate;

/// Memory for cached pages, in KiB.
const CACHE_KIB: i64 = 1024;
/// How much of the write-ahead log is kept on disk after a checkpoint, in bytes.
const JOURNAL_LIMIT: i64 = 4 * 1024 * 1024;
/// How many prepared statements are kept.
const STATEMENT_CACHE: usize = 64;
/// Files up to this size, in bytes, are checked whole at each start.
const QUICK_CHECK_MAX: u64 = 1024 * 1024;
/// How long to pause before the database is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(5);
/// How many names are tried for a file moved aside within one second.
const ASIDE_NAMES: u32 = 1000;
/// What SQLite adds to the name of the file for its other files; the file itself first.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];
/// A look at each table from its end, where the newest pages are.
const PROBES: [&str; 13] = [
    "SELECT key FROM meta ORDER BY key DESC LIMIT 1",
    "SELECT id FROM sessions ORDER BY rowid DESC LIMIT 1",
    "SELECT id FROM turns ORDER BY position DESC LIMIT 1",
    "SELECT id FROM items ORDER BY position DESC LIMIT 1",
    "SELECT seq FROM events ORDER BY rowid DESC LIMIT 1",
    "SELECT id FROM edits ORDER BY position DESC LIMIT 1",
    "SELECT id FROM rewinds ORDER BY position DESC LIMIT 1",
    "SELECT id FROM notes ORDER BY id DESC LIMIT 1",
    "SELECT id FROM attempts ORDER BY position DESC LIMIT 1",
    "SELECT position FROM permission_rules ORDER BY position DESC LIMIT 1",
    "SELECT seq FROM audit ORDER BY seq DESC LIMIT 1",
    "SELECT hash FROM blobs ORDER BY hash DESC LIMIT 1",
    "SELECT hash FROM blob_uses ORDER BY session_id DESC, hash DESC LIMIT 1",
];

/// An open database.
pub(crate) struct Database {
    /// The connection, ready for use.
    pub(crate) conn: Connection,
    /// Says to other servers that the file is in use.
    pub(crate) guard: Guard,
    /// Where a damaged file was moved.
    pub(crate) moved_aside: Option<PathBuf>,
}

/// Opens the database, or makes it. A damaged one is moved aside, never deleted, and never
/// while another server has it open.
pub(crate) fn open(path: &Path, busy_timeout: Duration) -> Result<Database> {
    let deadline = Instant::now() + busy_timeout;
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let guard = Guard::open(&with_suffix(path, "-guard"))?;
    loop {
        guard.share(deadline)?;
        let damage = match connect(path, busy_timeout, deadline) {
            Ok(conn) => return Ok(database(conn, guard, None)),
            Err(StoreError::Corrupt { detail }) => detail,
            Err(error) => return Err(error),
        };
        if guard.try_exclusive()? {
            let (conn, moved_aside) = replace(path, busy_timeout, deadline)?;
            guard.share(deadline)?;
            return Ok(database(conn, guard, moved_aside));
        }
        // Another server works with this file, or is just looking at it or moving it aside. If
        // it keeps it, it is not ours to pull the file away from under it.
        if Instant::now() >= deadline {
            return Err(StoreError::Corrupt { detail: damage });
        }
        std::thread::sleep(RETRY_PAUSE);
    }
}

/// Asks the next start to check the whole file, after damage was met at run time.
pub(crate) fn suspect(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    if let Err(error) = options.open(suspect_file(path)) {
        tracing::warn!(%error, "the damaged database could not be marked");
    }
}

/// Makes a folder and those above it, for this user alone where they are new.
pub(crate) fn make_private_folder(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(path)?)
}

/// The name of a file that lies beside the database.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn database(conn: Connection, guard: Guard, moved_aside: Option<PathBuf>) -> Database {
    Database {
        conn,
        guard,
        moved_aside,
    }
}

/// Makes a new database in place of a damaged one, which nobody else has open.
fn replace(
    path: &Path,
    busy_timeout: Duration,
    deadline: Instant,
) -> Result<(Connection, Option<PathBuf>)> {
    // Another server may have moved it aside meanwhile.
    let detail = match connect(path, busy_timeout, deadline) {
        Ok(conn) => return Ok((conn, None)),
        Err(StoreError::Corrupt { detail }) => detail,
        Err(error) => return Err(error),
    };
    let aside = move_aside(path)?;
    tracing::warn!(%detail, moved_to = %aside.display(), "the database was damaged");
    Ok((connect(path, busy_timeout, deadline)?, Some(aside)))
}

fn connect(path: &Path, busy_timeout: Duration, deadline: Instant) -> Result<Connection> {
    loop {
        match try_connect(path, busy_timeout) {
            // SQLite does not wait by itself while another process recovers the log or
            // changes the journal mode.
            Err(StoreError::Locked) if Instant::now() < deadline => std::thread::sleep(RETRY_PAUSE),
            result => return result,
        }
    }
}

fn try_connect(path: &Path, busy_timeout: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(busy_timeout)?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // Before anything is changed, so that a newer database stays untouched.
    migrate::check_known(&conn, path)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    if migrate::version(&conn)? == 0 {
        // A new database holds nothing yet that a power failure could take.
        conn.pragma_update(None, "synchronous", "OFF")?;
    }
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        if fs::metadata(path)?.len() == 0 {
            // A new file need not reach the disk page by page: a power failure could only lose
            // what the log would lose as well, and a half-made file is moved aside.
            conn.pragma_update(None, "synchronous", "OFF")?;
        }
        let mode: String =
            conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::Io {
                message: format!("its file system allows no write-ahead log, only {mode:?}"),
            });
        }
    }
    conn.pragma_update_and_check(None, "journal_size_limit", JOURNAL_LIMIT, |_| Ok(()))?;
    check_whole(&conn, path)?;
    migrate::migrate(&mut conn, path)?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    probe(&conn)?;
    Ok(conn)
}

/// Checks every page of a small database, and of one in which damage was met.
fn check_whole(conn: &Connection, path: &Path) -> Result<()> {
    let mark = suspect_file(path);
    let marked = mark.exists();
    if !marked && fs::metadata(path)?.len() > QUICK_CHECK_MAX {
        return Ok(());
    }
    let check = if marked {
        "integrity_check"
    } else {
        "quick_check"
    };
    let verdict: String = conn.query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt { detail: verdict });
    }
    if marked {
        remove(&mark)?;
    }
    Ok(())
}

/// Reads one row of each table.
fn probe(conn: &Connection) -> Result<()> {
    for sql in PROBES {
        // A table that is not there although the format says so is damage too.
        let mut statement = conn.prepare(sql).map_err(|error| match error.into() {
            StoreError::Internal { message } => StoreError::corrupt(message),
            other => other,
        })?;
        statement.exists([])?;
    }
    Ok(())
}

/// Renames the damaged file and what belongs to it, and says where it is now.
fn move_aside(path: &Path) -> Result<PathBuf> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |it| it.as_secs());
    let aside = (0..ASIDE_NAMES)
        .map(|number| match number {
            0 => with_suffix(path, &format!(".corrupt-{now}")),
            _ => with_suffix(path, &format!(".corrupt-{now}-{number}")),
        })
        .find(|it| {
            SUFFIXES
                .iter()
                .all(|suffix| !with_suffix(it, suffix).exists())
        })
        .ok_or_else(|| StoreError::Io {
            message: "no name is left for the damaged file; remove old ones".to_owned(),
        })?;
    // The log goes first: a log without its file is ignored, but a new file beside the old
    // log would be filled from it.
    for suffix in SUFFIXES.iter().rev() {
        let from = with_suffix(path, suffix);
        if from.exists() {
            rename(&from, &with_suffix(&aside, suffix))?;
        }
    }
    let mark = suspect_file(path);
    if mark.exists() {
        remove(&mark)?;
    }
    Ok(aside)
}

fn suspect_file(path: &Path) -> PathBuf {
    with_suffix(path, "-suspect")
}

#[allow(
    clippy::disallowed_methods,
    reason = "the store's own database, not a file of the user"
)]
fn rename(from: &Path, to: &Path) -> Result<()> {
    Ok(fs::rename(from, to)?)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the store's own mark, not a file of the user"
)]
fn remove(path: &Path) -> Result<()> {
    Ok(fs::remove_file(path)?)
}
