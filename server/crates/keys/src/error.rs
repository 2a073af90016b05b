//! What can go wrong with keys, in sentences that say what to do.
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::Place;

/// Why a key could not be read, kept or removed. No message and no `Debug` form holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file of keys needs a passphrase and there is none.
    #[error(
        "The file of keys needs its passphrase. Set ASIDE_PASSPHRASE, or ASIDE_PASSPHRASE_FILE \
         to a file that holds it, or write it to {} with mode 600.",
        .file.display()
    )]
    NoPassphrase {
        /// The file in the configuration folder that may hold it.
        file: PathBuf,
    },
    /// The file that should hold the passphrase cannot be used.
    #[error("The passphrase in {} cannot be used: {why}.", .path.display())]
    BadPassphrase {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the passphrase.
        why: String,
    },
    /// The passphrase opens nothing.
    #[error(
        "The passphrase does not open {}. Give the one that the first key was added with. If it \
         is lost, so are the keys in that file: delete it and add them again.",
        .path.display()
    )]
    WrongPassphrase {
        /// The file of keys.
        path: PathBuf,
    },
    /// A file of ours is not as it was written.
    #[error(
        "{} is damaged: {why}. Restore it from a backup, or delete it and add the keys again \
         with `aside auth add`.",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A newer Aside wrote the file.
    #[error("{} was written by a newer Aside (format {version}). Update Aside.", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
    /// Others may read a file that they must not.
    #[error(
        "Others on this machine may read {} (mode {mode:o}), so it is not used. Run \
         `chmod 600` on it; if others may have read it, change the passphrase.",
        .path.display()
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is no keyring.
    #[error(
        "This system has no keyring that Aside can use ({why}). Set `keys.store` to `file` to \
         keep keys in an encrypted file."
    )]
    NoKeyring {
        /// How that is known.
        why: String,
    },
    /// The keyring is locked, or the user dismissed its question.
    #[error("The system's keyring is locked ({why}). Unlock it and try again.")]
    Locked {
        /// In the keyring's words.
        why: String,
    },
    /// The keyring does not answer.
    #[error(
        "The system's keyring did not answer within {} s. It may be asking for its password in \
         a window: unlock it and try again, or set `keys.store` to `file`.",
        .limit.as_secs()
    )]
    TimedOut {
        /// How long it was waited for.
        limit: Duration,
    },
    /// The keyring fails.
    #[error("The system's keyring failed: {why}.")]
    Keyring {
        /// In the keyring's words.
        why: String,
    },
    /// The index names a key that is not there.
    #[error(
        "The key of {name} should be in {place} and is not there. Add it again with \
         `aside auth add {name}`, or forget it with `aside auth remove {name}`."
    )]
    Missing {
        /// What it is kept under.
        name: String,
        /// Where it should be.
        place: Place,
    },
    /// Another process changes keys.
    #[error("Another Aside is changing keys just now. Try again.")]
    Busy,
    /// There are too many.
    #[error(
        "No more than {} keys can be kept. Remove one with `aside auth remove`.",
        crate::MAX_KEYS
    )]
    TooMany,
    /// A name is not one.
    #[error("A provider's name has letters, digits, `-`, `_` and `.` only, at most 96 of them.")]
    BadName,
    /// What was given is no key.
    #[error("That is no key: {0}.")]
    BadKey(&'static str),
    /// The system gives no random numbers.
    #[error("The system gives no random numbers, so nothing can be encrypted.")]
    NoRandom,
    /// A passphrase was asked for, and the user gave none.
    #[error("No passphrase was given, so nothing was changed.")]
    Declined,
    /// The user pressed Ctrl-C when asked for a passphrase.
    #[error("Cancelled; nothing was changed.")]
    Cancelled,
    /// A file cannot be read or written.
    #[error("{} cannot be {what}: {error}.", .path.display())]
    Io {
        /// `read` or `written`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl KeyError {
    /// For `map_err` on reading.
    pub(crate) fn reading(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io {
            what: "read",
            path,
            error,
        }
    }

    /// For `map_err` on writing.
    pub(crate) fn writing(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io {
            what: "written",
            path,
            error,
        }
    }
}
