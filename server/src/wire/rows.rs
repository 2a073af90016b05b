//! Rows of the database, and what they hold.
use aside_agent::event::{TurnError, TurnStop};
use aside_agent::item::{Item, ItemBody, ItemRecord, MessageStatus, Replay, ToolStatus};
use aside_agent::permission::PermissionMode;
use aside_protocol as wire;
use aside_store::{ItemRow, SessionRow, TurnRow};
use serde::de::DeserializeOwned;

use super::to_json;

/// A name of the protocol as its enum; the default for a name that it does not know, which a
/// newer Aside may have written.
fn named<T: DeserializeOwned + Default>(name: &str) -> T {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap_or_default()
}

/// A session as clients see it.
pub fn session(row: &SessionRow) -> wire::Session {
    wire::Session {
        id: row.id.clone(),
        title: row.title.clone(),
        workspace_uri: wire::Uri(row.workspace_uri.clone()),
        created_at: row.created_at.clone(),
        updated_at: row.updated_at.clone(),
        model: row.model.clone(),
        agent: row.agent.clone(),
        permission_mode: named(&row.permission_mode),
        status: named(&row.status),
        pinned: row.pinned,
        archived: row.archived,
        parent_id: row.parent_id.clone(),
        project_id: row.project_id.clone(),
        mcp_servers: session_servers(row),
        effort: session_effort(row),
        turn_count: u64::try_from(row.turn_count).unwrap_or(0),
        usage: usage(parse_usage(&row.usage)),
    }
}

/// The MCP servers that a session may use; all where none.
pub fn session_servers(row: &SessionRow) -> Option<Vec<String>> {
    serde_json::from_str(row.mcp_servers.as_deref()?).ok()
}

/// How much a session's model is to think, if that is said.
fn session_effort(row: &SessionRow) -> Option<wire::Effort> {
    let effort: wire::Effort = named(row.effort.as_deref()?);
    (effort != wire::Effort::Default).then_some(effort)
}

/// The same for a model.
pub fn model_effort(row: &SessionRow) -> Option<aside_llm::Effort> {
    match session_effort(row)? {
        wire::Effort::Default => None,
        wire::Effort::Minimal => Some(aside_llm::Effort::Minimal),
        wire::Effort::Low => Some(aside_llm::Effort::Low),
        wire::Effort::Medium => Some(aside_llm::Effort::Medium),
        wire::Effort::High => Some(aside_llm::Effort::High),
    }
}

/// A session's mode as stored.
pub fn parse_mode(mode: &str) -> PermissionMode {
    named(mode)
}

/// Tokens as stored.
pub fn parse_usage(json: &str) -> aside_llm::Usage {
    serde_json::from_str(json).unwrap_or_default()
}

/// Tokens as clients see them.
pub fn usage(usage: aside_llm::Usage) -> wire::Usage {
    wire::Usage {
        input_tokens: usage.input_tokens,
        cached_input_tokens: usage.cached_input_tokens,
        output_tokens: usage.output_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        cost_usd: usage.cost_usd,
    }
}

/// Tokens as clients see them, back to count with.
pub fn from_usage(usage: wire::Usage) -> aside_llm::Usage {
    aside_llm::Usage {
        input_tokens: usage.input_tokens,
        cached_input_tokens: usage.cached_input_tokens,
        output_tokens: usage.output_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        cost_usd: usage.cost_usd,
        ..aside_llm::Usage::default()
    }
}

/// Tokens as they are stored.
pub fn model_usage(usage: aside_llm::Usage) -> String {
    to_json(&usage)
}

/// A turn as clients see it.
pub fn turn(row: &TurnRow) -> wire::Turn {
    wire::Turn {
        id: row.id.clone(),
        session_id: row.session_id.clone(),
        status: match row.status.as_str() {
            "queued" => wire::TurnStatus::Queued,
            "running" => wire::TurnStatus::Running,
            _ => wire::TurnStatus::Completed,
        },
        stop_reason: row.stop_reason.as_deref().map(|name| {
            serde_json::from_value(serde_json::Value::String(name.to_owned()))
                .unwrap_or(wire::StopReason::Error)
        }),
        error: row
            .error
            .as_deref()
            .and_then(|json| serde_json::from_str(json).ok()),
        created_at: row.created_at.clone(),
        started_at: row.started_at.clone(),
        completed_at: row.completed_at.clone(),
        usage: usage(parse_usage(&row.usage)),
    }
}

/// Why a turn stopped, by its wire name.
pub fn stop_reason(stop: &TurnStop) -> &'static str {
    match stop {
        TurnStop::EndTurn => "endTurn",
        TurnStop::MaxTokens => "maxTokens",
        TurnStop::MaxIterations => "maxIterations",
        TurnStop::Refusal => "refusal",
        TurnStop::Cancelled => "cancelled",
        TurnStop::Error(_) => "error",
    }
}

/// A turn's failure, as it is stored and sent.
pub fn turn_error(error: &TurnError) -> String {
    let code = error.code.parse().unwrap_or(wire::ErrorCode::Internal);
    to_json(&wire::TurnError {
        code,
        message: error.message.clone(),
        retryable: error.retryable,
    })
}

/// An item's row.
pub fn item_row(session_id: &str, record: &ItemRecord, first_seq: i64) -> ItemRow {
    let (kind, status) = kind_and_status(&record.item.body);
    ItemRow {
        id: record.item.id.clone(),
        session_id: session_id.to_owned(),
        turn_id: record.item.turn_id.clone(),
        created_at: record.item.created_at.clone(),
        kind: kind.to_owned(),
        status: status.to_owned(),
        json: to_json(&record.item),
        replay: record.replay.as_ref().map(to_json),
        first_seq,
    }
}

fn kind_and_status(body: &ItemBody) -> (&'static str, &'static str) {
    let message = |status: MessageStatus| match status {
        MessageStatus::InProgress => "inProgress",
        MessageStatus::Completed => "completed",
        MessageStatus::Interrupted => "interrupted",
    };
    match body {
        ItemBody::UserMessage { .. } => ("userMessage", "completed"),
        ItemBody::AssistantMessage { status, .. } => ("assistantMessage", message(*status)),
        ItemBody::Reasoning { status, .. } => ("reasoning", message(*status)),
        ItemBody::Compaction { .. } => ("compaction", "completed"),
        ItemBody::ToolCall(call) => (
            "toolCall",
            match call.status {
                ToolStatus::Pending => "pending",
                ToolStatus::Waiting => "waiting",
                ToolStatus::Running => "running",
                ToolStatus::Completed => "completed",
                ToolStatus::Failed => "failed",
                ToolStatus::Rejected => "rejected",
                ToolStatus::Cancelled => "cancelled",
                ToolStatus::Interrupted => "interrupted",
            },
        ),
    }
}

/// The item that a row holds. `None`, and a line in the log, for one that cannot be read.
pub fn agent_item(row: &ItemRow) -> Option<Item> {
    serde_json::from_str(&row.json)
        .inspect_err(|error| {
            tracing::error!(session = row.session_id, item = row.id, %error, "a stored item cannot be read");
        })
        .ok()
}

/// The item that a row holds, with what its provider wants back.
pub fn item_record(row: &ItemRow) -> Option<ItemRecord> {
    let replay: Option<Replay> = row
        .replay
        .as_deref()
        .and_then(|json| serde_json::from_str(json).ok());
    agent_item(row).map(|item| ItemRecord { item, replay })
}
