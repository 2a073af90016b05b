//! Programs that try to leave the sandbox, with every backend that works on this machine.
#![cfg(target_os = "linux")]
mod files;
mod harness;
mod network;
mod processes;
mod protected;
