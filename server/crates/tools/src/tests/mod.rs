//! The tools against files in a temporary folder.
#![allow(
    clippy::disallowed_methods,
    reason = "tests set up files that users would have"
)]
mod against_seen;
mod apply_patch;
mod arguments;
mod blocking;
mod contained;
mod definitions;
mod edit_file;
mod effects;
mod further;
mod glob;
mod grep;
mod jobs;
mod list_directory;
mod plan;
mod read_file;
mod replay;
mod stages;
mod whole;
mod workspace;
mod write_file;

pub(crate) use workspace::{Workspace, object};
