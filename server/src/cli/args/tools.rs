//! Arguments of `aside tools`.
use clap::{Args, Subcommand};

/// Arguments of `aside tools`.
#[derive(Debug, Args)]
pub struct ToolsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ToolsCommand,
}

/// What is done with tools.
#[derive(Debug, Subcommand)]
pub enum ToolsCommand {
    /// List the tools that a model may call.
    List {
        /// Print JSON, schemas included.
        #[arg(long)]
        json: bool,
    },
    /// Call a tool as a model would, and print what the model would be told.
    #[command(after_help = "\
Examples:
  aside tools call grep '{\"pattern\": \"fn main\"}'
  aside tools call bash '{\"command\": \"make test\"}' --yes")]
    Call {
        /// Its name; `mcp__server__tool` for one of an MCP server.
        name: String,
        /// Its arguments, a JSON object.
        #[arg(default_value = "{}")]
        arguments: String,
        /// Let it do what a model would have to ask for.
        #[arg(long)]
        yes: bool,
    },
}
