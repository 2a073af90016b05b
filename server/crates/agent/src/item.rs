//! Items: what a turn is made of, as the agent knows them and as they are stored.
//!
//! The JSON of these types is what the database keeps. It holds no columns in any
//! editor's position encoding: locations are whole lines, converted at the edge.
use std::path::PathBuf;

use aside_llm::Opaque;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One thing in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// A file, or lines of it.
    Resource {
        /// The resource's URI as the client gave it.
        uri: String,
        /// Lines from 0, the end not included; the whole resource where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<LineRange>,
        /// The text where it was sent along or read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl ContentBlock {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// Lines from 0; `end` is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRange {
    /// The first line.
    pub start: u32,
    /// The line after the last.
    pub end: u32,
}

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Absolute path.
    pub path: PathBuf,
    /// Which lines; the whole file where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LineRange>,
}

/// A tool call: what was asked, how it went and what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The result: text for the model first.
    pub output: Vec<ContentBlock>,
    /// The edits it made.
    #[serde(default)]
    pub edit_ids: Vec<String>,
    /// The places it read or changed.
    #[serde(default)]
    pub locations: Vec<Location>,
    /// From `running` to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Where a tool comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl ToolStatus {
    /// Whether nothing more will happen to the call.
    pub fn is_final(self) -> bool {
        match self {
            Self::Pending | Self::Waiting | Self::Running => false,
            Self::Completed
            | Self::Failed
            | Self::Rejected
            | Self::Cancelled
            | Self::Interrupted => true,
        }
    }
}

/// An item with what its provider wants back, which clients never see.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRecord {
    /// The item.
    pub item: Item,
    /// For items that a model made: how they appeared in its answer. For any item: what the
    /// model is told with it.
    pub replay: Option<Replay>,
}

/// How an item appeared in a model's answer, to be replayed to it exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// Which answer of the turn, from 0; items of one answer are one assistant message.
    pub answer: u32,
    /// For a tool call: the provider's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// For a tool call: the arguments exactly as the model wrote them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// What the model is told with this item beside its own content: of a user's message before
    /// it, of a tool call after its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What the provider wants to see again with this item, or in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attached: Option<Opaque>,
    /// What the provider wants to see again before this item and was never shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Opaque>,
    /// What the provider wants to see again after this item, the last of its answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Opaque>,
    /// The answer broke off and was asked for again: the model is not shown this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// For a tool call that was written as a block in a plain answer: the model has no tools, so
    /// it is told the result as a user's message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_text: bool,
}

impl Item {
    /// Marks what a stop of the server left unfinished as interrupted. Says whether anything changed.
    pub fn interrupt(&mut self) -> bool {
        match &mut self.body {
            ItemBody::AssistantMessage { status, .. } | ItemBody::Reasoning { status, .. }
                if *status == MessageStatus::InProgress =>
            {
                *status = MessageStatus::Interrupted;
                true
            }
            ItemBody::ToolCall(call) if !call.status.is_final() => {
                call.status = ToolStatus::Interrupted;
                true
            }
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::ToolCall(_)
            | ItemBody::UserMessage { .. }
            | ItemBody::Compaction { .. } => false,
        }
    }
}
