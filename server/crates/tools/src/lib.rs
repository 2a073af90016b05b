//! The built-in tools: reading, searching and editing the workspace.
//!
//! They read and edit files through `aside_agent::host::Files`. Searches walk the disk
//! themselves, with the open documents laid over it, and never write.
mod arguments;
mod blocking;
mod bounds;
mod definition;
mod edit_file;
mod glob;
mod grep;
mod list_directory;
mod nearby;
mod overlay;
mod read_file;
#[cfg(test)]
mod tests;
mod text;
mod walk;
mod write_file;

use std::sync::Arc;

use aside_agent::tool::Tool;

pub use arguments::ArgumentError;
pub use bounds::BOUNDS;

/// All built-in tools, in the order in which models are told of them.
pub fn builtin() -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(read_file::ReadFile::new()),
        Arc::new(list_directory::ListDirectory::new()),
        Arc::new(glob::Glob::new()),
        Arc::new(grep::Grep::new()),
        Arc::new(edit_file::EditFile::new()),
        Arc::new(write_file::WriteFile::new()),
    ]
}
