//! Params and results of `chat/send`, `chat/cancel` and `chat/events`.
use serde::{Deserialize, Serialize};

use crate::{ChatEvent, ContentBlock};

/// Params of `chat/send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatSendParams {
    /// Which session; a new one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The message.
    pub content: Vec<ContentBlock>,
    /// What to do while a turn runs; `queue` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// The client's own id of the message: sent twice, it is one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
}

/// What a message does while a turn runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// It waits and becomes a turn of its own.
    #[default]
    Queue,
    /// It joins the running turn before its next request to the model; with none running, it
    /// starts one. If the turn ends before that, it becomes a turn of its own.
    Steer,
}

/// Result of `chat/send`. It comes at once; events may come before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatSendResult {
    /// The session, perhaps a new one.
    pub session_id: String,
    /// The turn that the message started, waits in or joined.
    pub turn_id: String,
    /// Whether that turn runs.
    pub status: ChatSendStatus,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ChatSendStatus {
    /// Its turn runs.
    Running,
    /// Its turn waits for the one before.
    Queued,
}

/// Params of `chat/cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatCancelParams {
    /// Which session.
    pub session_id: String,
    /// Which turn, running or queued; the running one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
}

/// Result of `chat/cancel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatCancelResult {
    /// Whether there was a turn to cancel.
    pub cancelled: bool,
}

/// Params of `chat/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatEventsParams {
    /// Which session.
    pub session_id: String,
    /// Only events after this one; 0 for all.
    pub after_seq: u64,
}

/// Result of `chat/events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatEventsResult {
    /// One page in order; empty when there are no more.
    pub events: Vec<ChatEvent>,
    /// The `afterSeq` of the next page.
    pub next_seq: u64,
}
