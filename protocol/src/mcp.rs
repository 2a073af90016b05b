//! MCP servers as clients see them.
use serde::{Deserialize, Serialize};

/// Params of `mcp/list`: none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpListParams {}

/// Result of `mcp/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpListResult {
    /// All servers, by their names.
    pub servers: Vec<McpServer>,
}

/// Params of `mcp/restart`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpRestartParams {
    /// The server's name.
    pub name: String,
}

/// Params of `mcp/setEnabled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpSetEnabledParams {
    /// The server's name.
    pub name: String,
    /// Whether it may be started, until the program ends.
    pub enabled: bool,
}

/// Params of `mcp/event`: a server has another status, or other lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpEvent {
    /// The server as it is now.
    pub server: McpServer,
}

/// An MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct McpServer {
    /// Its name.
    pub name: String,
    /// What it does.
    pub status: McpStatus,
    /// How it is reached.
    pub transport: McpTransport,
    /// Where it is configured: a path, or a word such as `settings`.
    pub origin: String,
    /// Its tools, as of the last time that it listed them.
    pub tools: Vec<McpTool>,
    /// Its prompts.
    pub prompts: Vec<McpPrompt>,
    /// Its resources.
    pub resources: Vec<McpResource>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What an MCP server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum McpStatus {
    /// It is switched off.
    Disabled,
    /// Nobody needed it yet.
    Stopped,
    /// It starts.
    Starting,
    /// It answers.
    Ready,
    /// It could not be started, or ended too often.
    Failed,
    /// It wants a login.
    NeedsAuth,
}

/// How an MCP server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum McpTransport {
    /// A program that is started.
    Stdio,
    /// Streamable HTTP.
    Http,
}

/// A tool of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct McpTool {
    /// The name by which models call it, `mcp__server__tool`.
    pub name: String,
    /// What it does, in the server's words.
    pub description: String,
    /// Whether the server says that it changes nothing.
    pub read_only: bool,
}

/// A prompt of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct McpPrompt {
    /// Its name.
    pub name: String,
    /// What it is for, in the server's words.
    pub description: String,
}

/// A resource of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct McpResource {
    /// Its URI.
    pub uri: String,
    /// Its name.
    pub name: String,
}
