//! What the server tells the launcher: an argument in JSON.
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::profile::{Limits, Network};

/// A plan is no longer, in bytes; one argument of a program may have 128 KiB on Linux.
pub(crate) const MAX_PLAN_BYTES: usize = 96 * 1024;

/// What the launcher does before it starts the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// What the program may touch.
    pub(crate) confine: Confine,
    /// What it may use.
    pub(crate) limits: Limits,
    /// What ties the launcher to the server; nothing on a trial run, and on other systems.
    pub(crate) tie: Option<Descriptors>,
    /// The control group to join first: the folder. Only root is given one.
    pub(crate) group: Option<PathBuf>,
}

/// The descriptors that the launcher inherits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Descriptors {
    /// The reading end of a pipe that closes when the server ends.
    pub(crate) alive: i32,
    /// The writing end of the pipe for reports.
    pub(crate) say: i32,
}

/// What the launcher confines the program with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confine {
    /// Nothing.
    Nothing,
    /// Nothing: the program takes the place of the launcher. It is bubblewrap, and joins a group.
    Outermost,
    /// Landlock and a filter of system calls, alone.
    Alone(Rules),
    /// The same inside of bubblewrap, which has hidden files and cut the network already.
    Inside(Rules),
    /// macOS: this profile for `sandbox-exec`.
    Seatbelt(String),
}

/// The rules for Landlock and for the filter of system calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// May be written, with all that is below.
    pub(crate) writable: Vec<PathBuf>,
    /// May not be read. Inside of bubblewrap only what no mount hides.
    pub(crate) hidden: Vec<PathBuf>,
    /// Whether the network may be reached.
    pub(crate) network: Network,
    /// Whether programs may call `connect` with the network off; with Landlock that resolves the
    /// names of sockets, they then reach those in writable folders.
    pub(crate) connects: bool,
}

/// What the launcher reports: one line of JSON each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    /// The launcher runs: what is around it has been set up. Nothing of the program has run.
    Started,
    /// The sandbox could not be set up; the program did not run.
    Refused(String),
    /// The program could not be started.
    NotStarted(String),
    /// It ended by itself with this code.
    Exited(i32),
    /// A signal ended it.
    Signaled(i32),
    /// All of it was ended, for it held too much memory.
    Memory,
    /// All of it was ended, for it had too many processes.
    Processes,
}
