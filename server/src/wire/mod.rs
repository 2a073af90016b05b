//! Between what is stored and what goes over the wire. Every range here is of whole lines, so
//! nothing depends on an editor's position encoding.
mod edit;
mod item;
mod mcp;
mod models;
mod rows;
mod trust;
mod uri;

pub use edit::{
    MAX_DIFF_BYTES, diff_of, edit_kind, file_edit, hunk_id, moved_to, parse_hunk_id, unified_diff,
    whole_lines,
};
pub use item::{content_from_wire, effect, item, tool_kind};
pub use mcp::mcp_server;
pub use models::model_info;
pub use rows::{
    agent_item, from_usage, item_record, item_row, model_effort, model_usage, parse_mode,
    parse_usage, session, session_servers, stop_reason, turn, turn_error, usage,
};
pub use trust::trust_state;
pub use uri::{path_to_uri, uri_to_path};

use aside_agent::event::NoticeLevel;
use aside_agent::host::PermissionOutcome;
use serde::Serialize;

/// The wire name of a value of one of the protocol's enums without fields.
pub fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// A value of ours as JSON. Our types have string keys and no foreign number types, so this
/// cannot fail; if it ever does, the log says so.
pub fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| {
        tracing::error!(%error, "a value could not be written as JSON");
        "null".to_owned()
    })
}

/// The params of `chat/event`, around an event that is JSON already.
pub fn event_params(session_id: &str, seq: i64, turn_id: Option<&str>, event: &str) -> String {
    let session_id = to_json(&session_id);
    match turn_id {
        None => format!("{{\"sessionId\":{session_id},\"seq\":{seq},\"event\":{event}}}"),
        Some(turn_id) => {
            let turn_id = to_json(&turn_id);
            format!(
                "{{\"sessionId\":{session_id},\"seq\":{seq},\"turnId\":{turn_id},\"event\":{event}}}"
            )
        }
    }
}

/// How a question for permission ended, as clients are told.
pub fn outcome(outcome: &PermissionOutcome) -> aside_protocol::PermissionOutcome {
    match outcome {
        PermissionOutcome::Allowed
        | PermissionOutcome::AllowedForSession
        | PermissionOutcome::AllowedAlways => aside_protocol::PermissionOutcome::Allowed,
        PermissionOutcome::Rejected { .. }
        | PermissionOutcome::RejectedAlways { .. }
        | PermissionOutcome::Denied(_) => aside_protocol::PermissionOutcome::Rejected,
        PermissionOutcome::Cancelled => aside_protocol::PermissionOutcome::Cancelled,
        PermissionOutcome::Expired | PermissionOutcome::Unavailable(_) => {
            aside_protocol::PermissionOutcome::Expired
        }
    }
}

/// An entry of a plan.
pub fn plan_entry(entry: aside_agent::plan::PlanEntry) -> aside_protocol::PlanEntry {
    use aside_agent::plan::PlanStatus;
    aside_protocol::PlanEntry {
        text: entry.text,
        status: match entry.status {
            PlanStatus::Pending => aside_protocol::PlanStatus::Pending,
            PlanStatus::InProgress => aside_protocol::PlanStatus::InProgress,
            PlanStatus::Completed => aside_protocol::PlanStatus::Completed,
        },
    }
}

/// A notice's level as the wire writes it.
pub fn notice_level(level: NoticeLevel) -> aside_protocol::NoticeLevel {
    match level {
        NoticeLevel::Info => aside_protocol::NoticeLevel::Info,
        NoticeLevel::Warning => aside_protocol::NoticeLevel::Warning,
        NoticeLevel::Error => aside_protocol::NoticeLevel::Error,
    }
}
