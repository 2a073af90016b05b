//! Runs programs for the agent: `bash`, checkers, hooks, code. What a program may touch is a
//! [`Profile`], which program it is a [`Spec`]; a [`Sandbox`] starts it, and a [`Running`] is
//! what it is while it runs. Nothing of it outlives it, and nothing outlives the server.
//!
//! No other crate starts programs. There is no unsafe code here and nothing runs between `fork`
//! and `exec`: the server's own program is started with a hidden subcommand ([`launch::main`]),
//! confines itself and then starts the program.
mod backend;
pub mod bounds;
mod bubblewrap;
#[cfg(target_os = "linux")]
mod cgroup;
mod command;
mod credentials;
mod environment;
mod error;
mod explain;
mod finish;
mod git;
mod guards;
#[cfg(unix)]
pub mod launch;
mod output;
mod places;
mod plan;
mod probe;
mod profile;
#[cfg(target_os = "linux")]
mod protect;
mod running;
mod sandbox;
mod seatbelt;
mod sockets;
mod spawner;
mod spec;
mod tampered;
mod tie;
#[cfg(target_os = "linux")]
mod tree;

pub use backend::{Backend, Choice, Config, Launcher};
pub use credentials::{credentials, protected_in};
pub use environment::environment;
pub use error::SpawnError;
pub use explain::explain;
pub use output::Reader;
pub use profile::{Limits, Network, Profile};
pub use running::{Exit, Running, Why};
pub use sandbox::Sandbox;
pub use spec::{Output, Spec, Stdin};
pub use tampered::{Outcome, Tampered};
