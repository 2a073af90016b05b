//! The built-in tools: reading, searching and editing the workspace.
//!
//! They read and edit files through `aside_agent::host::Files`. Searches walk the disk
//! themselves, with the open documents laid over it, and never write. What edits come to is
//! computed by [`plan`], which needs no model.
mod apply_patch;
mod arguments;
mod ask_user;
mod bash;
mod blocking;
mod bounds;
mod builtin;
mod checkers;
mod code_interpreter;
mod command;
mod custom;
mod definition;
mod delete_file;
mod edit_file;
mod editor;
mod entries;
mod find_tools;
mod geared;
mod generate_document;
mod glob;
mod grep;
mod job_tools;
mod jobs;
mod list_directory;
mod move_file;
mod nearby;
mod overlay;
pub mod plan;
mod read_file;
pub mod replay;
mod serviced;
mod services;
mod show;
#[cfg(test)]
mod tests;
mod text;
mod update_plan;
mod walk;
mod web;
mod write_file;

use std::sync::Arc;

use aside_agent::tool::Tool;

pub use arguments::ArgumentError;
pub use bounds::BOUNDS;
pub use checkers::CheckerSpec;
pub use custom::{CustomSpec, CustomTool};
pub use entries::{Entry, MAX_ENTRIES, entries};
pub use find_tools::{Findable, Found, ToolIndex, find_tools};
pub use jobs::{End, JobInfo, Jobs};
pub use services::{CommandSettings, ContainerSettings, Place, Services};
pub use web::{NamedDatabase, WebGear, schema_fetch, web_fetch, web_search};

/// All built-in tools, in the order in which models are told of them.
pub fn builtin(services: &Services) -> Vec<Arc<dyn Tool>> {
    vec![
        builtin::tool::<read_file::ReadFile>(),
        builtin::tool::<list_directory::ListDirectory>(),
        builtin::tool::<glob::Glob>(),
        builtin::tool::<grep::Grep>(),
        builtin::tool::<edit_file::EditFile>(),
        builtin::tool::<write_file::WriteFile>(),
        builtin::tool::<apply_patch::ApplyPatch>(),
        serviced::tool::<bash::Bash>(services),
        builtin::tool::<delete_file::DeleteFile>(),
        builtin::tool::<move_file::MoveFile>(),
        Arc::new(editor::Diagnostics::new(services)),
        builtin::tool::<editor::Definition>(),
        builtin::tool::<editor::References>(),
        builtin::tool::<editor::DocumentSymbols>(),
        builtin::tool::<update_plan::UpdatePlan>(),
        builtin::tool::<ask_user::AskUser>(),
        builtin::tool::<generate_document::GenerateDocument>(),
        serviced::tool::<code_interpreter::CodeInterpreter>(services),
        serviced::tool::<job_tools::JobOutput>(services),
        serviced::tool::<job_tools::JobStop>(services),
    ]
}
