//! Programs that try to leave the sandbox, with every backend that works on this machine.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
mod abandoned;
mod files;
mod harness;
mod network;
mod processes;
mod protected;
mod vanishing;
