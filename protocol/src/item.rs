//! Items: what a turn is made of.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Location, Range, Uri};

/// One thing in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// UUIDv7.
    pub id: String,
    /// The turn it belongs to.
    pub turn_id: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// What it is.
    #[serde(flatten)]
    pub body: ItemBody,
}

/// The kinds of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ItemBody {
    /// What the user said.
    UserMessage {
        /// Text, pictures and resources in order.
        content: Vec<ContentBlock>,
        /// The client's own id, by which a message sent twice is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_message_id: Option<String>,
    },
    /// What the model said.
    AssistantMessage {
        /// Markdown.
        text: String,
        /// How far it is.
        status: MessageStatus,
    },
    /// What the model thought, where the provider shows it.
    Reasoning {
        /// Markdown.
        text: String,
        /// How far it is.
        status: MessageStatus,
    },
    /// A tool call and its result.
    ToolCall(ToolCall),
    /// A summary that stands for older items.
    Compaction {
        /// The summary.
        summary: String,
        /// How many items it stands for.
        dropped_items: u64,
    },
}

/// How far a streamed message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum MessageStatus {
    /// Still streaming.
    InProgress,
    /// Whole.
    Completed,
    /// Cut short by a cancel, a failure or a crash; what came is kept.
    Interrupted,
}

/// A block of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ContentBlock {
    /// Plain text or Markdown.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    Image {
        /// For example `image/png`.
        mime_type: String,
        /// The bytes in base64.
        data: String,
    },
    /// A file, or a part of it.
    Resource {
        /// Which file.
        uri: Uri,
        /// Which part of it; the whole where absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        range: Option<Range>,
        /// Its text, where it was sent along or read.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl ContentBlock {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// A tool call: what was asked, how it went and what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// The tool's name as the model called it.
    pub name: String,
    /// Where the tool comes from.
    pub source: ToolSource,
    /// What sort of thing the tool does.
    pub kind: ToolKind,
    /// One line for people.
    pub title: String,
    /// The arguments; empty where the model's text was not a JSON object.
    pub arguments: Map<String, Value>,
    /// How far it is.
    pub status: ToolStatus,
    /// The result: what the model was told, first.
    pub output: Vec<ContentBlock>,
    /// The edits it made.
    pub edit_ids: Vec<String>,
    /// The places it read or changed.
    pub locations: Vec<Location>,
    /// Milliseconds from `running` to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Where a tool comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ToolSource {
    /// Built in.
    Builtin,
    /// From an MCP server.
    Mcp {
        /// The server's name.
        server: String,
    },
}

/// What sort of thing a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ToolKind {
    /// Reads files.
    Read,
    /// Changes files.
    Edit,
    /// Deletes files.
    Delete,
    /// Moves files.
    Move,
    /// Searches the workspace.
    Search,
    /// Runs programs.
    Execute,
    /// Reads from the network.
    Fetch,
    /// Only for the model's own order.
    Think,
    /// Anything else; also a tool that does not exist.
    Other,
}

/// How far a tool call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ToolStatus {
    /// Waits for its turn.
    Pending,
    /// Waits for the user's permission.
    Waiting,
    /// Acts.
    Running,
    /// Done.
    Completed,
    /// Tried and failed.
    Failed,
    /// Not permitted.
    Rejected,
    /// Cancelled by the user.
    Cancelled,
    /// The server stopped while it ran; its effect is unknown.
    Interrupted,
}
