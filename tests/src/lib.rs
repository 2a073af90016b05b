//! What drives the built server in tests and benchmarks: an editor, a shell and places to work in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "this crate is only for tests: it fails loudly, spawns the server and writes the files it works on"
)]
pub mod editor;
pub mod mocks;
pub mod process;
pub mod rules;
pub mod text;
pub mod wire;
pub mod world;

use std::time::Duration;

/// How long anything may take before a test fails. Nothing waits this long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);
