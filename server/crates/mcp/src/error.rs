//! What can go wrong with a server, said to the user.
use std::time::Duration;

use thiserror::Error;

/// Why a server did not do what it was asked. The text names the server and says what to do; it
/// holds no value of an environment variable or header.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum McpError {
    /// No server has this name.
    #[error("There is no MCP server `{server}`. `aside mcp list` shows those that are configured.")]
    UnknownServer {
        /// As it was asked for.
        server: String,
    },
    /// The user switched the server off.
    #[error("The MCP server `{server}` is switched off. Enable it to use its tools.")]
    Disabled {
        /// The server's name.
        server: String,
    },
    /// Its configuration cannot be used.
    #[error("The MCP server `{server}` is not configured well: {reason}")]
    Config {
        /// The server's name.
        server: String,
        /// What is wrong, as a sentence.
        reason: String,
    },
    /// It could not be started or reached, or did not introduce itself.
    #[error("The MCP server `{server}` could not be started: {reason}")]
    Start {
        /// The server's name.
        server: String,
        /// What happened, as a sentence; may end with the last lines of its standard error.
        reason: String,
    },
    /// It asks for a login that nobody gave yet.
    #[error(
        "The MCP server `{server}` asks for a login. Restart it from the editor to log in with \
         the browser, or set an `Authorization` header for it."
    )]
    NeedsAuth {
        /// The server's name.
        server: String,
    },
    /// It has no such tool, or the tool is not allowed by its configuration.
    #[error("The MCP server `{server}` has no tool `{tool}`.")]
    UnknownTool {
        /// The server's name.
        server: String,
        /// As it was asked for.
        tool: String,
    },
    /// The connection ended before the answer came.
    #[error(
        "The MCP server `{server}` ended before it answered `{request}`: {reason} What it was \
         asked to do may be done, in part or whole, so look before asking again."
    )]
    Died {
        /// The server's name.
        server: String,
        /// What was asked: a tool's name or a method.
        request: String,
        /// How it ended, as a sentence.
        reason: String,
    },
    /// It was silent for too long.
    #[error(
        "The MCP server `{server}` was silent for {} seconds over `{request}`, so the request was \
         cancelled. A longer limit can be set for the server or the tool.",
        limit.as_secs_f64()
    )]
    Idle {
        /// The server's name.
        server: String,
        /// What was asked.
        request: String,
        /// How long it may be silent.
        limit: Duration,
    },
    /// It showed progress, but did not end in the time that one request may take.
    #[error(
        "The MCP server `{server}` did not finish `{request}` in {} seconds, so the request was \
         cancelled.",
        limit.as_secs_f64()
    )]
    TooLong {
        /// The server's name.
        server: String,
        /// What was asked.
        request: String,
        /// How long a request may take.
        limit: Duration,
    },
    /// The caller cancelled it. The server was told.
    #[error("The request to the MCP server `{server}` was cancelled.")]
    Cancelled {
        /// The server's name.
        server: String,
    },
    /// It answered with an error.
    #[error("The MCP server `{server}` refused `{request}`: {message} (code {code})")]
    Refused {
        /// The server's name.
        server: String,
        /// What was asked.
        request: String,
        /// The server's words, bounded.
        message: String,
        /// The code of JSON-RPC.
        code: i32,
    },
    /// It answered with something that is no answer to what was asked.
    #[error("The MCP server `{server}` answered `{request}` with something else: {reason}")]
    BadAnswer {
        /// The server's name.
        server: String,
        /// What was asked.
        request: String,
        /// What is wrong with it, as a sentence.
        reason: String,
    },
    /// The manager is closed.
    #[error("The MCP servers are being ended.")]
    Closing,
}
