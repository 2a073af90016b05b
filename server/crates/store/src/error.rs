//! What can go wrong in the store, in sentences that say what to do.
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// The result of every operation of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why an operation of the store failed. The state is as it was before the operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("there is no {what} with the id {id:?}; list the {what}s to see which there are")]
    NotFound {
        /// What was looked for, for example `session`.
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// An argument is not acceptable.
    #[error("`{field}` is not valid: {message}")]
    Invalid {
        /// The argument, as its field is called on the wire.
        field: &'static str,
        /// What is wrong with it and what would be right.
        message: String,
    },
    /// The row exists already and is another's.
    #[error("a {what} with the id {id:?} exists already; use another id")]
    Exists {
        /// What exists already.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Another server that is alive owns the session.
    #[error(
        "session {session_id} is in use by another Aside server ({owner}); wait until its turn \
         ends, or go on in the editor that runs it"
    )]
    Busy {
        /// The session.
        session_id: String,
        /// The id of the server that owns it.
        owner: String,
    },
    /// The server that owned the session died; `take_over_dead` comes first.
    #[error(
        "session {session_id} was left behind by an Aside server that died ({owner}); it must be \
         repaired first"
    )]
    NeedsRepair {
        /// The session.
        session_id: String,
        /// The id of the dead server.
        owner: String,
    },
    /// An event was to be written, or a lease given back, without a lease on the session that
    /// covers it.
    #[error("this server holds no lease on session {session_id} that covers the event; acquire it")]
    NotLeased {
        /// The session.
        session_id: String,
    },
    /// A change was to be numbered by the store while a lease of this server numbers them.
    #[error("this server holds a lease on session {session_id}; number the event from the lease")]
    Leased {
        /// The session.
        session_id: String,
    },
    /// Another program kept the database locked for longer than the busy timeout.
    #[error(
        "the database is locked by another program; close what else has it open, then try again"
    )]
    Locked,
    /// The disk is full, or a quota or a size limit is reached.
    #[error("the disk is full or a size limit is reached; free some space, then try again")]
    Full,
    /// The database file is damaged.
    #[error(
        "the database is damaged ({detail}); restart every Aside server of this workspace: the \
         damaged file is then moved aside and a new one started"
    )]
    Corrupt {
        /// What SQLite or the check said.
        detail: String,
    },
    /// A text that was kept is damaged; the database is in order otherwise.
    #[error(
        "the text kept under {hash} is damaged ({detail}), so what needs it cannot be taken back; \
         restore the file from a backup or from version control"
    )]
    CorruptBlob {
        /// The hash of what was kept.
        hash: String,
        /// What is wrong with what is there.
        detail: String,
    },
    /// The database was written by a newer version of Aside.
    #[error(
        "the database {} was made by a newer version of Aside (its format is {found}, this version \
         knows up to {known}); update Aside, or choose another data folder",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The number of its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The file system refused.
    #[error(
        "the database could not be read or written: {message}; check that its folder exists and \
         may be written"
    )]
    Io {
        /// What the system said.
        message: String,
    },
    /// The store was closed.
    #[error("the database is closed because the server is shutting down; start it again")]
    Closed,
    /// A mistake in Aside.
    #[error("the store failed: {message}; please report this")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl StoreError {
    /// There is no session with this id.
    pub(crate) fn no_session(id: &str) -> Self {
        Self::not_found("session", id)
    }

    /// There is no row of this sort with this id.
    pub(crate) fn not_found(what: &'static str, id: &str) -> Self {
        Self::NotFound {
            what,
            id: id.to_owned(),
        }
    }

    /// An argument is not acceptable.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            message: message.into(),
        }
    }

    /// A mistake in Aside.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Internal {
            message: message.into(),
        }
    }

    /// The database is damaged.
    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt {
            detail: detail.into(),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => of_sqlite(failure, error.to_string()),
            // The tables are strict, so only damage puts other types or broken UTF-8 in them.
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => Self::corrupt(error.to_string()),
            _ => Self::internal(error.to_string()),
        }
    }
}

fn of_sqlite(failure: &ffi::Error, message: String) -> StoreError {
    match failure.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => StoreError::Locked,
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            StoreError::Corrupt { detail: message }
        }
        ErrorCode::SystemIoFailure => match failure.extended_code {
            // A file size limit or a quota is not reported as a full disk, but as a failed write.
            ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE => StoreError::Full,
            ffi::SQLITE_IOERR_CORRUPTFS => StoreError::Corrupt { detail: message },
            _ => StoreError::Io { message },
        },
        ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            StoreError::Io { message }
        }
        ErrorCode::TooBig => StoreError::Invalid {
            field: "content",
            message: "it is larger than the database can hold in one row".to_owned(),
        },
        _ => StoreError::Internal { message },
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io {
                message: error.to_string(),
            },
        }
    }
}
