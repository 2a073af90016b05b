//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.
use std::time::Duration;

/// How long one request to the engine may take.
pub(crate) const MAX_REQUEST: Duration = Duration::from_secs(60);
/// How long getting an image may take.
pub(crate) const MAX_PULL: Duration = Duration::from_secs(15 * 60);
/// How many containers of dead servers are removed at one start.
pub(crate) const MAX_LEFTOVERS: usize = 256;
/// How many containers one server has at a time.
pub(crate) const MAX_CONTAINERS: usize = 64;
/// How many containers are kept ready at most, whatever the settings say.
pub(crate) const MAX_WARM: usize = 8;
/// What waits between the engine and who reads a program's output, for each stream.
pub(crate) const PIPE_BYTES: usize = 64 * 1024;
/// What is kept of a message of the engine, in characters.
pub(crate) const MAX_MESSAGE: usize = 500;
/// How many folders and files one container is given.
pub(crate) const MAX_MOUNTS: usize = 1024;
/// Entries of the folder of private folders that are looked at for those of dead servers.
pub(crate) const MAX_ENTRIES: usize = 10_000;
/// The `/tmp` of a container.
pub(crate) const TMP_BYTES: u64 = 1 << 30;

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "a request to the engine of containers",
        MAX_REQUEST.as_millis() as u64,
        "ms",
    ),
    (
        "getting the image of containers",
        MAX_PULL.as_millis() as u64,
        "ms",
    ),
    (
        "containers of dead servers that are removed at a start",
        MAX_LEFTOVERS as u64,
        "containers",
    ),
    (
        "containers of one server",
        MAX_CONTAINERS as u64,
        "containers",
    ),
    (
        "containers that are kept ready",
        MAX_WARM as u64,
        "containers",
    ),
    (
        "output of a program in a container that nobody has read",
        PIPE_BYTES as u64,
        "bytes",
    ),
    (
        "a message of the engine of containers",
        MAX_MESSAGE as u64,
        "characters",
    ),
    (
        "folders and files that a container is given",
        MAX_MOUNTS as u64,
        "paths",
    ),
    (
        "private folders that are looked at for those of dead servers",
        MAX_ENTRIES as u64,
        "folders",
    ),
    ("the /tmp of a container", TMP_BYTES, "bytes"),
];
