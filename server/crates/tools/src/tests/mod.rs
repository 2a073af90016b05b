//! The tools against files in a temporary folder.
#![allow(
    clippy::disallowed_methods,
    reason = "tests set up files that users would have"
)]
mod arguments;
mod blocking;
mod definitions;
mod edit_file;
mod glob;
mod grep;
mod list_directory;
mod read_file;
mod workspace;
mod write_file;
