//! `context/complete`: what may stand behind an `@` or a `/` in a message.
use serde::{Deserialize, Serialize};

use crate::ContentBlock;

/// Params of `context/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContextCompleteParams {
    /// The session, whose MCP servers are meant; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What was typed.
    pub trigger: ContextTrigger,
    /// What stands between the trigger and the cursor.
    pub query: String,
}

/// What was typed to be offered something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ContextTrigger {
    /// Something to attach: open documents, files, folders, resources of MCP servers.
    #[serde(rename = "@")]
    At,
    /// A slash command.
    #[serde(rename = "/")]
    Slash,
}

/// Result of `context/complete`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ContextCompleteResult {
    /// In the order in which they are to be shown.
    pub candidates: Vec<Candidate>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// What it is called.
    pub label: String,
    /// What it is, in a few words.
    pub detail: String,
    /// What takes the place of the trigger and the query.
    pub insert: String,
    /// The `resource` block that goes with the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ContentBlock>,
}
