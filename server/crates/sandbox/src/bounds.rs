//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "the rules of a sandbox for one command",
        crate::plan::MAX_PLAN_BYTES as u64,
        "bytes",
    ),
    (
        "what the launcher reports about a command",
        crate::tie::MAX_REPORT_BYTES,
        "bytes",
    ),
    (
        "tries to start a command whose surroundings change meanwhile",
        crate::sandbox::MAX_STARTS as u64,
        "tries",
    ),
    (
        "how long a sandbox may take to say that it runs, before it counts as running",
        crate::sandbox::MAX_BEGINNING.as_millis() as u64,
        "ms",
    ),
    (
        "commands that wait to be started",
        crate::spawner::QUEUE as u64,
        "commands",
    ),
    (
        "the trial run of a sandbox",
        crate::probe::MAX_TRIAL.as_millis() as u64,
        "ms",
    ),
    (
        "what is kept of a failed trial run",
        crate::probe::MAX_REASON_BYTES,
        "bytes",
    ),
    (
        "submodules whose hooks are protected",
        crate::credentials::MAX_SUBMODULES as u64,
        "folders",
    ),
    (
        "a file of git that points to a folder",
        crate::git::MAX_POINTER_BYTES,
        "bytes",
    ),
    (
        "the kernel's list of sockets",
        crate::sockets::MAX_LIST_BYTES,
        "bytes",
    ),
    (
        "sockets hidden from one command",
        crate::sockets::MAX_HIDDEN as u64,
        "sockets",
    ),
    (
        "entries of /run and /tmp in which sockets are looked for",
        crate::sockets::MAX_ENTRIES as u64,
        "entries",
    ),
    #[cfg(target_os = "linux")]
    (
        "what is kept of protected files to put them back",
        crate::protect::MAX_WATCHED_BYTES,
        "bytes",
    ),
    #[cfg(target_os = "linux")]
    (
        "protected files that are watched",
        crate::protect::MAX_WATCHED_ENTRIES as u64,
        "files",
    ),
    #[cfg(target_os = "linux")]
    (
        "files beside hidden ones that Landlock is told of",
        crate::launch::MAX_RULES as u64,
        "files",
    ),
    #[cfg(target_os = "linux")]
    (
        "tries to remove the control group of a command, a millisecond apart",
        crate::cgroup::MAX_REMOVALS as u64,
        "tries",
    ),
    #[cfg(target_os = "linux")]
    (
        "processes that are looked at to end a command",
        crate::tree::MAX_PROCESSES as u64,
        "processes",
    ),
    #[cfg(target_os = "linux")]
    (
        "passes over the processes of a command to end them",
        crate::tree::MAX_PASSES as u64,
        "passes",
    ),
];
