//! Why a program was not started.
use std::path::PathBuf;

/// Why a program was not started. Nothing of it has run.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The settings ask for a backend that this system does not have.
    #[error("the sandbox {backend} is not usable here: {reason}")]
    Unavailable {
        /// Which one.
        backend: crate::Backend,
        /// What its trial run said.
        reason: String,
    },
    /// A folder that the program needs is missing.
    #[error("{what} {path} does not exist or cannot be opened: {source}")]
    Missing {
        /// What the folder is for.
        what: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A path that does not exist yet could not be protected.
    #[error("a folder that has to be protected could not be prepared: {0}")]
    Protect(#[source] std::io::Error),
    /// A path that the sandbox cannot pass on.
    #[error("the path {0:?} is not absolute, or not valid UTF-8")]
    Path(PathBuf),
    /// More rules than one command may carry.
    #[error("the sandbox has more rules than one command may carry: {0} bytes")]
    TooLarge(usize),
    /// The operating system started nothing.
    #[error("the sandbox could not be started: {0}")]
    Start(#[source] std::io::Error),
}
