//! Slash commands.
use serde::{Deserialize, Serialize};

/// Params of `command/list`: none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommandListParams {}

/// Result of `command/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommandListResult {
    /// What may be written at the beginning of a message.
    pub commands: Vec<SlashCommand>,
}

/// A slash command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SlashCommand {
    /// What is written behind the slash: `server:prompt` for a prompt of an MCP server.
    pub name: String,
    /// What it does.
    pub description: String,
    /// What it takes, in order: words, or `name=value`; the last takes the rest of the line.
    pub arguments: Vec<SlashArgument>,
}

/// An argument of a slash command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SlashArgument {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether the command needs it.
    pub required: bool,
}
