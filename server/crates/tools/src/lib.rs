//! The built-in tools: reading, searching and editing the workspace.
//!
//! They read and edit files through `aside_agent::host::Files`. Searches walk the disk
//! themselves, with the open documents laid over it, and never write.
mod arguments;
mod blocking;
mod bounds;
mod builtin;
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
        builtin::tool::<read_file::ReadFile>(),
        builtin::tool::<list_directory::ListDirectory>(),
        builtin::tool::<glob::Glob>(),
        builtin::tool::<grep::Grep>(),
        builtin::tool::<edit_file::EditFile>(),
        builtin::tool::<write_file::WriteFile>(),
    ]
}
