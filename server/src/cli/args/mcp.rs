//! Arguments of `aside mcp`.
use clap::{Args, Subcommand};

/// Arguments of `aside mcp`.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: McpCommand,
}

/// What is done with MCP servers.
#[derive(Debug, Subcommand)]
pub enum McpCommand {
    /// List the servers that are configured, and what is wrong with them. Starts none.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Start servers and list their tools.
    Test {
        /// Which; all without.
        name: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Offer Aside's tools to other agents, as an MCP server on standard input and output.
    Serve(McpServeArgs),
    /// Add a server for all your workspaces.
    Add(McpAddArgs),
    /// Remove a server that was added.
    Remove {
        /// Which.
        name: String,
    },
}

/// Arguments of `aside mcp add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aside mcp add files -- npx -y @modelcontextprotocol/server-filesystem .
  aside mcp add tracker --url https://mcp.example.com/mcp --header 'Authorization=Bearer ${TRACKER_TOKEN}'

${NAME} stands for a variable of the environment, so that no secret need be written down.")]
pub struct McpAddArgs {
    /// The name, by which models and rules of permission know it.
    pub name: String,
    /// The address of a server of streamable HTTP.
    #[arg(long, value_name = "URL", conflicts_with_all = ["command", "env"])]
    pub url: Option<String>,
    /// A header of each request to it.
    #[arg(long, value_name = "NAME=VALUE", requires = "url")]
    pub header: Vec<String>,
    /// A variable of the program's environment.
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// The program and its arguments, after `--`.
    #[arg(last = true, required_unless_present = "url")]
    pub command: Vec<String>,
}

/// Arguments of `aside mcp serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Other agents start this themselves, in the folder they work on. Where an editor has that folder \
open with Aside, they read what the editor holds, unsaved text included, their edits arrive in \
the editor, and you are asked there; else they work on the disk by the rules of permission alone.

Put this into the other agent's configuration of MCP servers:
  { \"mcpServers\": { \"aside\": { \"command\": \"aside\", \"args\": [\"mcp\", \"serve\"] } } }

With nobody to ask, edits are refused unless rules or the mode allow them:
  aside permission add allow writePath 'src/**'
  ASIDE_PERMISSION_MODE=acceptEdits aside mcp serve --standalone")]
pub struct McpServeArgs {
    /// Work on the disk, also where an editor has the folder open.
    #[arg(long)]
    pub standalone: bool,
}
