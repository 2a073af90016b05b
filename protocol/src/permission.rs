//! Permission: what a tool call would do, and what the user says to it.
use serde::{Deserialize, Deserializer, Serialize};

use crate::{FileEdit, Item};

/// How much an agent may do unasked. Reading inside the workspace is never asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// What happens with a tool call before the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionDecision {
    /// It is done unasked.
    Allow,
    /// The user is asked.
    Ask,
    /// It is refused.
    Deny,
}

/// Params of `chat/requestPermission`, which the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatRequestPermissionParams {
    /// Identifies the question.
    pub request_id: String,
    /// The session whose turn asks.
    pub session_id: String,
    /// The turn that asks.
    pub turn_id: String,
    /// The tool call that waits.
    pub item: Item,
    /// A sentence: why it is asked.
    pub reason: String,
    /// What the call would do.
    pub effects: Vec<Effect>,
    /// What its edits would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Vec<FileEdit>>,
    /// The answers that the user may choose from.
    pub options: Vec<PermissionOption>,
}

/// One answer that the user may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionOption {
    /// Identifies it in the answer.
    pub id: String,
    /// For people.
    pub label: String,
    /// What choosing it means.
    pub kind: PermissionOptionKind,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionOptionKind {
    /// Do it.
    AllowOnce,
    /// Do it, and do not ask again in this session.
    AllowSession,
    /// Do it, and do not ask again.
    AllowAlways,
    /// Do not do it.
    RejectOnce,
    /// Do not do it, and do not ask again.
    RejectAlways,
}

/// Result of `chat/requestPermission`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum ChatRequestPermissionResult {
    /// The user chose.
    Chosen {
        /// The `id` of the option.
        option_id: String,
        /// What the user wants instead, for the model.
        #[serde(skip_serializing_if = "Option::is_none")]
        feedback: Option<String>,
    },
    /// The user dismissed the question.
    Cancelled {
        /// Always true.
        #[cfg_attr(feature = "schema", schemars(extend("const" = true)))]
        cancelled: bool,
    },
}

impl<'de> Deserialize<'de> for ChatRequestPermissionResult {
    /// Reads both forms. Where an answer claims to be both, it is a dismissal: what is in
    /// doubt permits nothing.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            option_id: Option<String>,
            feedback: Option<String>,
            cancelled: Option<bool>,
        }
        let answer = Answer::deserialize(deserializer)?;
        if answer.cancelled == Some(true) {
            return Ok(Self::Cancelled { cancelled: true });
        }
        match answer.option_id {
            Some(option_id) => Ok(Self::Chosen {
                option_id,
                feedback: answer.feedback,
            }),
            None => Err(serde::de::Error::missing_field("optionId")),
        }
    }
}
