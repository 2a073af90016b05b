//! The built-in tools: reading, searching and editing the workspace.
//!
//! They read and edit files through `aside_agent::host::Files`. Searches walk the disk
//! themselves, with the open documents laid over it, and never write. What edits come to is
//! computed by [`plan`], which needs no model.
mod apply_patch;
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
pub mod plan;
mod read_file;
pub mod replay;
mod show;
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
        builtin::tool::<apply_patch::ApplyPatch>(),
    ]
}
