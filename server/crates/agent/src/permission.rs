//! Effects of tool calls, and what a session's permission mode says to them.
use serde::{Deserialize, Serialize};

/// How much an agent may do unasked. Reading inside the workspace is never asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PermissionMode {
    /// Ask before each effect other than reading.
    #[default]
    Ask,
    /// Edit files unasked; ask before the rest.
    AcceptEdits,
    /// Read only; refuse the rest.
    ReadOnly,
    /// Do all unasked, inside the workspace.
    Full,
}

/// What a tool call would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Effect {
    /// Reads a path.
    ReadPath {
        /// Absolute.
        path: String,
    },
    /// Writes, creates, deletes or moves a path.
    WritePath {
        /// Absolute.
        path: String,
    },
    /// Runs a program.
    RunProgram {
        /// Its name or path.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// Talks to a host.
    Network {
        /// Its name or address.
        host: String,
    },
    /// Calls an MCP server's tool.
    McpTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// What the server says of it.
        read_only: bool,
    },
}

/// What is to happen with a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Allow,
    /// Ask the user; the sentence says why.
    Ask(String),
    /// Refuse; the sentence says why and what would help.
    Deny(String),
}

/// Decides by mode.
pub fn decide(mode: PermissionMode, effects: &[Effect]) -> Decision {
    let mut decision = Decision::Allow;
    for effect in effects {
        match decide_one(mode, effect) {
            Decision::Allow => {}
            Decision::Ask(reason) => decision = Decision::Ask(reason),
            deny @ Decision::Deny(_) => return deny,
        }
    }
    decision
}

fn decide_one(mode: PermissionMode, effect: &Effect) -> Decision {
    let what = match effect {
        Effect::ReadPath { .. } => return Decision::Allow,
        Effect::McpTool {
            read_only: true, ..
        } => return Decision::Allow,
        Effect::WritePath { path } => format!("write {path}"),
        Effect::RunProgram { program, .. } => format!("run {program}"),
        Effect::Network { host } => format!("talk to {host}"),
        Effect::McpTool { server, tool, .. } => format!("call {tool} of {server}"),
    };
    let is_write = matches!(effect, Effect::WritePath { .. });
    match mode {
        PermissionMode::Full => Decision::Allow,
        PermissionMode::AcceptEdits if is_write => Decision::Allow,
        PermissionMode::Ask | PermissionMode::AcceptEdits => {
            Decision::Ask(format!("Aside wants to {what}."))
        }
        PermissionMode::ReadOnly => Decision::Deny(format!(
            "This session is read-only, so it may not {what}. Change its permission mode to allow it."
        )),
    }
}
