//! What a program may touch.
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What one program, and all that it starts, may read, write, reach and use up. Everything that
/// is not hidden may be read. Paths are absolute and valid UTF-8.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The folders (or files) that may be written, with all that is below them. They must exist.
    pub writable: Vec<PathBuf>,
    /// Paths inside the writable ones that stay as they are; [`crate::protected_in`] lists those
    /// through which a command would get code run outside the sandbox. See [`crate::Backend`]
    /// for how far each backend holds this.
    pub protected: Vec<PathBuf>,
    /// Files and folders that cannot be read; [`crate::credentials`] lists the usual ones. What
    /// does not exist is passed over.
    pub hidden: Vec<PathBuf>,
    /// Whether the network can be reached.
    pub network: Network,
    /// A private folder of the session, made if it is missing. It may be written; `TMPDIR` and
    /// the caches of package managers are inside. With bubblewrap `/tmp` is inside too.
    pub scratch: PathBuf,
    /// How much may be used.
    pub limits: Limits,
}

/// Whether a program reaches the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// No host is reached. With bubblewrap a program still has a loopback of its own, so that
    /// tests may start servers; with Landlock alone it has none.
    Off,
    /// Everything that this machine reaches, its own services included.
    On,
}

/// How much a program, with all that it starts, may use. Time on the clock is the caller's matter:
/// it calls [`crate::Running::stop`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory in bytes: a process cannot allocate more, and when all processes together hold
    /// more, they are ended.
    pub memory_bytes: u64,
    /// Processes at one time.
    pub processes: u64,
    /// The size of one written file, in bytes.
    pub file_bytes: u64,
    /// Open files of one process.
    pub open_files: u64,
    /// Processor time of one process, in seconds.
    pub cpu_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory_bytes: 8 << 30,
            processes: 1024,
            file_bytes: 16 << 30,
            open_files: 4096,
            cpu_seconds: 3600,
        }
    }
}
