//! `chat/event`: what happens in a session, told as it happens.
use serde::{Deserialize, Serialize};

use crate::{FileEdit, Item, Session, Turn, Usage};

/// Params of the notification `chat/event`. Events of one session arrive in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatEvent {
    /// The session it happened in.
    pub session_id: String,
    /// Rises by one per session and never repeats; a gap is possible only across a restart
    /// of the server.
    pub seq: u64,
    /// The turn it happened in, if in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// What happened.
    pub event: Event,
}

/// What happened. Each turn ends with exactly one `turnCompleted`, after all other events of
/// the turn; each item that starts ends with exactly one `itemCompleted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// A turn runs.
    TurnStarted {
        /// The turn.
        turn: Turn,
    },
    /// A turn has ended.
    TurnCompleted {
        /// The turn, its stop reason set.
        turn: Turn,
    },
    /// An item begins.
    ItemStarted {
        /// The item so far.
        item: Item,
    },
    /// An item is final.
    ItemCompleted {
        /// The whole item; it counts, whatever the deltas were.
        item: Item,
    },
    /// An item streams on.
    ItemDelta {
        /// Which item.
        item_id: String,
        /// What came.
        #[serde(flatten)]
        delta: ItemDelta,
    },
    /// An item has a new status or title.
    ItemUpdated {
        /// The item now.
        item: Item,
    },
    /// An edit is new or has a new status.
    EditUpdated {
        /// The edit now.
        edit: FileEdit,
    },
    /// The agent's plan is new or has changed.
    PlanUpdated {
        /// The whole plan, in order.
        entries: Vec<PlanEntry>,
    },
    /// Tokens were spent.
    UsageUpdated {
        /// All requests of the turn so far.
        usage: Usage,
        /// How full the model's context is.
        context: ContextUsage,
    },
    /// The session has changed.
    SessionUpdated {
        /// The session now.
        session: Session,
    },
    /// The user is asked for permission.
    PermissionRequested {
        /// Which question.
        request_id: String,
        /// The tool call that waits.
        item: Item,
    },
    /// The question is settled.
    PermissionResolved {
        /// Which question.
        request_id: String,
        /// The tool call that waited.
        item: Item,
        /// How it was settled.
        outcome: PermissionOutcome,
    },
    /// A request to the provider failed and is made again.
    Retrying {
        /// Which attempt comes next, from 2.
        attempt: u32,
        /// How many attempts there are at most.
        max_attempts: u32,
        /// Milliseconds until then.
        delay_ms: u64,
        /// A sentence: what failed.
        reason: String,
    },
    /// Something that the user should know.
    Notice {
        /// How bad it is.
        level: NoticeLevel,
        /// A sentence.
        message: String,
    },
}

/// A piece of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ItemDelta {
    /// More of a message or of reasoning.
    Text(String),
    /// More of a tool call's arguments, as the model writes them.
    ArgumentsText(String),
    /// More of a tool call's output.
    OutputText(String),
}

/// One entry of the agent's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlanEntry {
    /// What is to be done.
    pub text: String,
    /// How far it is.
    pub status: PlanStatus,
}

/// How far an entry of the plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PlanStatus {
    /// Not begun.
    Pending,
    /// Begun.
    InProgress,
    /// Done.
    Completed,
}

/// How full the model's context is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContextUsage {
    /// Tokens that the next request starts from.
    pub used_tokens: u64,
    /// Tokens that the model takes; 0 where unknown.
    pub window_tokens: u64,
}

/// How a question for permission was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionOutcome {
    /// The user allowed it.
    Allowed,
    /// The user refused.
    Rejected,
    /// The user dismissed the question, or the turn was cancelled.
    Cancelled,
    /// Nobody answered in time, or nobody can be asked: it counts as refused.
    Expired,
}

/// How bad a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum NoticeLevel {
    /// For information.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}
