//! The backends, and which of them the settings want.
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// How programs are confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// Linux namespaces through bubblewrap, with Landlock and a filter of system calls inside:
    /// protected paths are read-only, also those that do not exist yet.
    Bubblewrap,
    /// Landlock and a filter of system calls alone: protected paths are watched, and put back
    /// after the program.
    Landlock,
    /// `sandbox-exec` of macOS.
    Seatbelt,
    /// Nothing confines them. Limits hold, and nothing outlives its command.
    Unsandboxed,
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Backend::Bubblewrap => "bubblewrap",
            Backend::Landlock => "landlock",
            Backend::Seatbelt => "seatbelt",
            Backend::Unsandboxed => "unsandboxed",
        })
    }
}

/// Which backend is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// The best that works here, and none if none works.
    #[default]
    Best,
    /// This one; where it does not work, nothing is run.
    Only(Backend),
}

/// What a [`crate::Sandbox`] is made with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The program that confines.
    pub launcher: Launcher,
    /// Which backend is used.
    pub choice: Choice,
}

/// The program that confines: one that calls [`crate::launch::main`] when it gets these arguments.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// Its absolute path.
    pub program: PathBuf,
    /// What stands before what `main` reads.
    pub args: Vec<OsString>,
}

/// What the sandbox leaves open, in a sentence for a permission prompt; `None` if nothing that
/// needs saying.
pub(crate) fn caveat(backend: Backend, sockets_are_closed: bool) -> Option<&'static str> {
    match backend {
        Backend::Bubblewrap => None,
        Backend::Landlock if sockets_are_closed => Some(
            "Landlock alone cannot keep .git/hooks, .git/config and .aside from being changed: \
             they are watched, and put back after the command.",
        ),
        Backend::Landlock => Some(
            "Landlock alone cannot keep .git/hooks, .git/config and .aside from being changed: \
             they are watched, and put back after the command. With the network on, it cannot \
             keep the command from services that listen on local sockets either (such as Docker \
             or D-Bus).",
        ),
        Backend::Seatbelt => None,
        Backend::Unsandboxed => {
            Some("Not sandboxed: this command can do everything that you can do on this system.")
        }
    }
}
