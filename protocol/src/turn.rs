//! Turns: one prompt of the user and all that the agent does until it stops.
use serde::{Deserialize, Serialize};

use crate::{ErrorCode, Usage};

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    /// UUIDv7.
    pub id: String,
    /// The session it belongs to.
    pub session_id: String,
    /// How far it is.
    pub status: TurnStatus,
    /// Why it stopped; present when it is completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// What failed, where `stopReason` is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC; absent while it is queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// RFC 3339, UTC; present when it is completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// All its requests.
    pub usage: Usage,
}

/// How far a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TurnStatus {
    /// Waits for the turn before it.
    Queued,
    /// Runs.
    Running,
    /// Has ended, well or not.
    Completed,
}

/// Why a turn stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// The model is done.
    EndTurn,
    /// The answer reached its token limit.
    MaxTokens,
    /// The turn reached its limit of model requests.
    MaxIterations,
    /// The model or a filter refused.
    Refusal,
    /// The user cancelled.
    Cancelled,
    /// The server stopped while the turn ran.
    Interrupted,
    /// Something failed.
    Error,
}

/// A failure that ended a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TurnError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// A sentence that says what to do.
    pub message: String,
    /// Whether the same prompt may work later.
    pub retryable: bool,
}
