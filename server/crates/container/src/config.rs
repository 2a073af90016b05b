//! What containers are made of, and whose they are.
use std::time::Duration;

use crate::owner::Owner;

/// What containers are made of. They are all of one workspace.
#[derive(Debug, Clone)]
pub struct Config {
    /// A path, `unix://PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`. Without one `DOCKER_HOST`
    /// and the usual places are looked at.
    pub socket: Option<String>,
    /// The image, as `podman run` and `docker run` know it.
    pub image: String,
    /// Whether a missing image is got.
    pub pull: Pull,
    /// How many containers are kept ready for sessions to come.
    pub pool: usize,
    /// A container is removed when nothing has run in it for so long.
    pub idle: Duration,
    /// How much one container may use.
    pub limits: Limits,
    /// Whose containers they are.
    pub owner: Owner,
}

/// Whether a missing image is got from its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// It is an error.
    Never,
    /// It is got when it is first needed.
    Missing,
}

/// How much one container may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory, in bytes; there is no swap beside it.
    pub memory_bytes: u64,
    /// Processes at one time.
    pub processes: u64,
    /// Thousandths of a processor; 0 does not limit them.
    pub milli_cpus: u64,
}
