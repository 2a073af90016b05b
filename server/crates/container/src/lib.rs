//! Runs programs in containers, through any Docker-compatible socket (Docker, Podman): one
//! container per session, some kept ready ahead, idle ones removed. A program sees the image, the
//! workspace at its own path, and the session's private folder; nothing else of the machine.
//!
//! The API: <https://docs.docker.com/reference/api/engine/>.
pub mod bounds;
mod config;
mod container;
mod containers;
mod engine;
mod error;
mod layout;
mod leftovers;
mod owner;
mod run;
mod running;
mod slot;
mod socket;
mod warm;

pub use config::{Config, Limits, Pull};
pub use containers::Containers;
pub use error::ContainerError;
pub use layout::{Access, Network, Place};
pub use owner::Owner;
pub use run::{Spec, Streams};
pub use running::{Exit, Reader, Running, Why};
