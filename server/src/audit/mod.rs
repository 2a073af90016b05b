//! What goes into the audit log, and how much of it: what was done, never whole files, and no
//! secret that can be recognised.
use aside_agent::host::PermissionOutcome;
use aside_agent::item::{ContentBlock, Item, ItemBody, ToolCall};
use aside_protocol::FileEdit;
use aside_store::{AuditEntry, EditRow, Write, blob_hash};
use serde_json::{Value, json};

use crate::clock;

/// How much of a call's arguments a row holds, in bytes.
pub const MAX_ARGUMENT_BYTES: usize = 4096;
/// How much of a text a row holds, such as why something was refused, in bytes.
pub const MAX_TEXT_BYTES: usize = 1024;
/// How many names one row holds.
pub const MAX_NAMES: usize = 100;

/// The kinds of rows that the server appends; the store adds its own about losses.
pub mod kind {
    /// A call of a tool begins to act.
    pub const START: &str = "toolStart";
    /// A call of a tool is over.
    pub const TOOL: &str = "tool";
    /// A question for permission is settled.
    pub const PERMISSION: &str = "permission";
    /// An edit was made, proposed, taken back, or failed.
    pub const EDIT: &str = "edit";
    /// The user trusted a workspace, or trusts it no more.
    pub const TRUST: &str = "trust";
    /// A hook blocked something or failed.
    pub const HOOK: &str = "hook";
}

/// Where in a session something happened.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The session.
    pub session: &'a str,
    /// The turn.
    pub turn: Option<&'a str>,
}

/// A call begins to act. `mode` is the session's permission mode, by which it may.
pub fn started(at: At<'_>, item: &Item, call: &ToolCall, mode: &str) -> Write {
    let json = json!({
        "itemId": item.id,
        "name": call.name,
        "argumentsHash": arguments_hash(call),
        "arguments": arguments(call),
        "permissionMode": mode,
    });
    row(at, kind::START, &json)
}

/// A call is over. Why it was not done is in its output.
pub fn ended(at: At<'_>, item: &Item, call: &ToolCall) -> Write {
    use aside_agent::item::ToolStatus;
    let mut json = json!({
        "itemId": item.id,
        "name": call.name,
        "argumentsHash": arguments_hash(call),
        "arguments": arguments(call),
        "status": call.status,
        "durationMs": call.duration_ms,
    });
    match call.status {
        ToolStatus::Completed | ToolStatus::Pending | ToolStatus::Waiting | ToolStatus::Running => {
        }
        ToolStatus::Failed
        | ToolStatus::Rejected
        | ToolStatus::Cancelled
        | ToolStatus::Interrupted => json["reason"] = reason(call).into(),
    }
    row(at, kind::TOOL, &json)
}

/// A call that a crash kept from its end, where an open item is one.
pub fn interrupted(at: At<'_>, item: &Item) -> Option<Write> {
    match &item.body {
        ItemBody::ToolCall(call) => Some(ended(at, item, call)),
        ItemBody::UserMessage { .. }
        | ItemBody::AssistantMessage { .. }
        | ItemBody::Reasoning { .. }
        | ItemBody::Compaction { .. } => None,
    }
}

/// A question for permission is settled.
pub fn permitted(at: At<'_>, item: &Item, call: &ToolCall, outcome: &PermissionOutcome) -> Write {
    let (word, by, text) = match outcome {
        PermissionOutcome::Allowed => ("allowed", "user", None),
        PermissionOutcome::AllowedForSession => ("allowedForSession", "user", None),
        PermissionOutcome::AllowedAlways => ("allowedAlways", "user", None),
        PermissionOutcome::Rejected { feedback } => ("rejected", "user", feedback.as_deref()),
        PermissionOutcome::RejectedAlways { feedback } => {
            ("rejectedAlways", "user", feedback.as_deref())
        }
        PermissionOutcome::Denied(rule) => ("denied", "rule", Some(rule.as_str())),
        PermissionOutcome::Cancelled => ("cancelled", "user", None),
        PermissionOutcome::Expired => ("expired", "nobody", None),
        PermissionOutcome::Unavailable(why) => ("unavailable", "nobody", Some(why.as_str())),
    };
    let json = json!({
        "itemId": item.id,
        "name": call.name,
        "title": bounded(&call.title, MAX_TEXT_BYTES),
        "argumentsHash": arguments_hash(call),
        "outcome": word,
        "by": by,
        "text": text.map(|text| bounded(text, MAX_TEXT_BYTES)),
    });
    row(at, kind::PERMISSION, &json)
}

/// What became of an edit: `outcome` is a word such as `applied`.
pub fn edited(at: At<'_>, edit: &EditRow, outcome: &str) -> Write {
    let json = json!({
        "editId": edit.id,
        "itemId": edit.item_id,
        "path": edit.path,
        "newPath": edit.new_path,
        "kind": edit.kind,
        "outcome": outcome,
        "beforeHash": edit.pre_image,
        "afterHash": edit.post_image,
    });
    row(at, kind::EDIT, &json)
}

/// What the user made of an edit: accepted, rejected, amended, or taken back.
pub fn reviewed(at: At<'_>, edit: &FileEdit) -> Write {
    let json = json!({
        "editId": edit.id,
        "itemId": edit.item_id,
        "uri": edit.uri,
        "kind": edit.kind,
        "outcome": edit.status,
        "by": "user",
    });
    row(at, kind::EDIT, &json)
}

/// The user decided about the workspace. `hash` is that of what is trusted now.
pub fn trusted<'a>(
    hash: Option<&str>,
    files: impl Iterator<Item = &'a String>,
    front: &str,
) -> Write {
    let files: Vec<&String> = files.take(MAX_NAMES).collect();
    let json = json!({
        "trusted": hash.is_some(),
        "hash": hash,
        "files": files,
        "by": front,
    });
    Write::Audit(AuditEntry {
        at: clock::now(),
        session_id: None,
        turn_id: None,
        kind: kind::TRUST.to_owned(),
        json: crate::wire::to_json(&json),
    })
}

/// A hook blocked something, or failed.
pub fn hooked(at: At<'_>, event: &str, command: &str, outcome: &str, text: &str) -> Write {
    let json = json!({
        "event": event,
        "command": bounded(command, MAX_TEXT_BYTES),
        "outcome": outcome,
        "text": bounded(text, MAX_TEXT_BYTES),
    });
    row(at, kind::HOOK, &json)
}

fn row(at: At<'_>, kind: &str, json: &Value) -> Write {
    Write::Audit(AuditEntry {
        at: clock::now(),
        session_id: Some(at.session.to_owned()),
        turn_id: at.turn.map(str::to_owned),
        kind: kind.to_owned(),
        json: crate::wire::to_json(json),
    })
}

/// Over the arguments as they are, so that what was cut or taken out here can be compared.
fn arguments_hash(call: &ToolCall) -> String {
    blob_hash(crate::wire::to_json(&call.arguments).as_bytes())
}

fn arguments(call: &ToolCall) -> String {
    bounded(&crate::wire::to_json(&call.arguments), MAX_ARGUMENT_BYTES)
}

fn reason(call: &ToolCall) -> String {
    // What a call ends with is text for the model, then what clients are shown.
    let Some(ContentBlock::Text { text }) = call.output.first() else {
        return String::new();
    };
    bounded(text, MAX_TEXT_BYTES)
}

/// The start of a text, without what looks like a secret. Secrets are taken out of the whole text
/// first: half of one would not be recognised.
fn bounded(text: &str, limit: usize) -> String {
    let text = crate::redact::redact(text);
    if text.len() <= limit {
        return text.into_owned();
    }
    let end = text.floor_char_boundary(limit);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests;
