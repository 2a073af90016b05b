//! What a turn tells the one who runs it.
use futures_util::future::BoxFuture;

use aside_llm::Usage;

use crate::attempt::Attempt;
use crate::host::{AppliedChange, FileChange, PermissionOutcome};
use crate::item::ItemRecord;
use crate::plan::PlanEntry;

/// One event of a turn. `turnStarted` and `turnCompleted` are the session's, not the turn's.
#[derive(Debug, Clone)]
pub enum TurnEvent {
    /// An item begins.
    ItemStarted(ItemRecord),
    /// An item streams on.
    ItemDelta {
        /// Which item.
        item_id: String,
        /// What came.
        delta: Delta,
    },
    /// An item has a new status or title.
    ItemUpdated(ItemRecord),
    /// The model is told something with the user's message or a final tool call, which is
    /// otherwise as it was: it is stored again before the event's future resolves. Clients see
    /// nothing of it.
    ItemNoted(ItemRecord),
    /// A tool call begins to act: it is stored as running, with what was there before, before
    /// the event's future resolves.
    ToolRunning {
        /// The tool call, its status `running`; `edit_ids` name the edits in order.
        record: ItemRecord,
        /// The changes about to be made, one for each of `edit_ids`.
        changes: Vec<FileChange>,
    },
    /// An edit about to be made was computed anew over what the user changed meanwhile. It is
    /// stored with what is there now before the event's future resolves.
    EditRebased {
        /// Which edit.
        edit_id: String,
        /// What is to be made in place of the change before.
        change: FileChange,
    },
    /// An edit of a running tool call was made, proposed, or failed. One that was made fails
    /// afterwards where it was taken back, because a later edit of the same call failed.
    EditResolved {
        /// Which edit.
        edit_id: String,
        /// What became of it.
        outcome: EditOutcome,
    },
    /// A tool call tried to edit; comes before the call's edits or its end.
    Attempted {
        /// The tool call.
        item_id: String,
        /// One for each file.
        attempts: Vec<Attempt>,
    },
    /// An item is final.
    ItemCompleted(ItemRecord),
    /// Tokens of the turn so far, and of the context.
    UsageUpdated {
        /// The model that was asked, as `provider/model`.
        model: String,
        /// This request alone, to be added to turn and session.
        request: Usage,
        /// Tokens that the next request starts from.
        context_tokens: u64,
    },
    /// The user is asked.
    PermissionRequested {
        /// Which question.
        request_id: String,
        /// The tool call that waits.
        record: ItemRecord,
    },
    /// The question is settled.
    PermissionResolved {
        /// Which question.
        request_id: String,
        /// The tool call that waited.
        record: ItemRecord,
        /// How.
        outcome: PermissionOutcome,
    },
    /// A request failed and is made again after a while.
    Retrying {
        /// Which retry this will be, from 1.
        attempt: u32,
        /// How many there will be at most.
        max_attempts: u32,
        /// How long until then, in milliseconds.
        delay_ms: u64,
        /// A sentence: what failed.
        reason: String,
    },
    /// The agent has a new plan.
    PlanUpdated {
        /// The whole plan, in order.
        entries: Vec<PlanEntry>,
    },
    /// Something the user should know.
    Notice {
        /// How bad.
        level: NoticeLevel,
        /// A sentence.
        message: String,
    },
}

/// What became of an edit.
#[derive(Debug, Clone)]
pub enum EditOutcome {
    /// It is made.
    Applied(AppliedChange),
    /// It waits for the user; the file is as it was.
    Proposed,
    /// It was not made, since the file had changed or the editor did not take it; or it was made
    /// and is taken back.
    Failed,
}

/// How bad a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeLevel {
    /// For information.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}

/// A piece of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Of a message or reasoning.
    Text(String),
    /// Of a tool call's raw arguments.
    Arguments(String),
    /// Of a tool call's output.
    Output(String),
}

/// The event could not be stored; the turn must stop.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// Where a turn's events go: numbered, stored and published in order.
pub trait TurnSink: Send + Sync {
    /// Resolves when the event is durable; for a delta, when it is taken.
    fn emit(&self, event: TurnEvent) -> BoxFuture<'_, Result<(), SinkError>>;
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnOutcome {
    /// Why it stopped.
    pub stop: TurnStop,
    /// All requests of the turn.
    pub usage: Usage,
}

/// Why a turn stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnStop {
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
    /// Something failed.
    Error(TurnError),
}

/// A failure that ended a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnError {
    /// One of the protocol's stable codes.
    pub code: &'static str,
    /// A sentence that says what to do.
    pub message: String,
    /// Whether the same prompt may work later.
    pub retryable: bool,
}
