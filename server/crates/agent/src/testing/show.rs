//! Actions, events and messages as short lines of text.
use aside_llm::{AssistantPart, Message, UserPart};

use crate::event::{Delta, EditOutcome, TurnEvent, TurnStop};
use crate::host::{FileChange, PermissionOutcome, Stamp, Target};
use crate::item::{ContentBlock, ItemBody, ItemRecord};
use crate::machine::Action;
use crate::permission::Effect;

pub(crate) fn show_action(action: &Action) -> String {
    match action {
        Action::Emit(event) => show_event(event),
        Action::RequestModel { model: 0 } => "=> request the model".to_owned(),
        Action::RequestModel { model } => format!("=> request model {model}"),
        Action::Wait { delay_ms } => format!("=> wait {delay_ms} ms"),
        Action::Examine {
            call,
            name,
            arguments,
        } => format!("=> examine {call}: {name} {}", serde_json::json!(arguments)),
        Action::Judge { call, effects } => {
            format!("=> judge {call}: {}", show_effects(effects))
        }
        Action::Run {
            call,
            name,
            arguments,
            item_id: _,
        } => format!("=> run {call}: {name} {}", serde_json::json!(arguments)),
        Action::Ask { call, request } => format!(
            "=> ask {call}: {} {} ({}, {} previewed)",
            request.request_id,
            request.reason,
            show_effects(&request.effects),
            request.preview.len()
        ),
        Action::Apply { call, change } => {
            format!("=> apply {call}: {}", show_change(change))
        }
        Action::TakeBack { call, change } => {
            format!("=> take back {call}: {}", show_change(change))
        }
        Action::Survey { call, changes } => {
            let changes = changes.iter().map(show_change).collect::<Vec<_>>();
            format!("=> survey {call}: {}", changes.join(", "))
        }
        Action::Settle {
            call, name, text, ..
        } => format!("=> settle {call}: {name} {text:?}"),
        Action::NoteSeen(changes) => {
            let seen = changes.iter().map(|change| {
                let name = change.new_path().display();
                format!("{name} {:?}", change.meant)
            });
            format!("=> note seen: {}", seen.collect::<Vec<_>>().join(", "))
        }
        Action::StopWork => "=> stop work".to_owned(),
        Action::Finish(outcome) => format!(
            "=> finish: {}, {} in, {} out",
            show_stop(&outcome.stop),
            outcome.usage.input_tokens,
            outcome.usage.output_tokens
        ),
    }
}

pub(crate) fn show_stop(stop: &TurnStop) -> String {
    match stop {
        TurnStop::EndTurn => "end of turn".to_owned(),
        TurnStop::MaxTokens => "max tokens".to_owned(),
        TurnStop::MaxIterations => "max iterations".to_owned(),
        TurnStop::Refusal => "refusal".to_owned(),
        TurnStop::Cancelled => "cancelled".to_owned(),
        TurnStop::Error(error) => format!(
            "error {} (retryable: {}) {}",
            error.code, error.retryable, error.message
        ),
    }
}

pub(crate) fn show_event(event: &TurnEvent) -> String {
    match event {
        TurnEvent::ItemStarted(record) => format!("started {}", show_record(record)),
        TurnEvent::ItemDelta { item_id, delta } => match delta {
            Delta::Text(text) => format!("delta {item_id} text {text:?}"),
            Delta::Arguments(text) => format!("delta {item_id} arguments {text:?}"),
            Delta::Output(text) => format!("delta {item_id} output {text:?}"),
        },
        TurnEvent::ItemUpdated(record) => format!("updated {}", show_record(record)),
        TurnEvent::ItemNoted(record) => {
            let notes = record
                .replay
                .as_ref()
                .and_then(|replay| replay.notes.as_ref());
            format!("noted {} {notes:?}", show_record(record))
        }
        TurnEvent::ToolRunning { record, changes } => {
            let paths = changes.iter().map(|change| change.base.path.display());
            let paths = paths.collect::<Vec<_>>().join(" ");
            format!("running {} changes [{paths}]", show_record(record))
        }
        TurnEvent::EditRebased { edit_id, change } => {
            format!("edit {edit_id} rebased: {}", show_change(change))
        }
        TurnEvent::EditResolved { edit_id, outcome } => match outcome {
            EditOutcome::Applied(_) => format!("edit {edit_id} applied"),
            EditOutcome::Proposed => format!("edit {edit_id} proposed"),
            EditOutcome::Failed => format!("edit {edit_id} failed"),
        },
        TurnEvent::Attempted { item_id, attempts } => {
            format!("attempts of {item_id}: {}", attempts.len())
        }
        TurnEvent::ItemCompleted(record) => format!("completed {}", show_record(record)),
        TurnEvent::UsageUpdated {
            model,
            request,
            context_tokens,
        } => {
            let cost = request.cost_usd.map(|cost| format!(", ${cost:.6}"));
            format!(
                "usage {model}: {} in, {} out, context {context_tokens}{}",
                request.input_tokens,
                request.output_tokens,
                cost.unwrap_or_default()
            )
        }
        TurnEvent::PermissionRequested { request_id, record } => {
            format!("question {request_id} {}", show_record(record))
        }
        TurnEvent::PermissionResolved {
            request_id,
            record,
            outcome,
        } => {
            let outcome = match outcome {
                PermissionOutcome::Allowed => "allowed",
                PermissionOutcome::AllowedForSession => "allowed for session",
                PermissionOutcome::AllowedAlways => "allowed always",
                PermissionOutcome::Rejected { .. } => "rejected",
                PermissionOutcome::RejectedAlways { .. } => "rejected always",
                PermissionOutcome::Denied(_) => "denied",
                PermissionOutcome::Cancelled => "cancelled",
                PermissionOutcome::Expired => "expired",
                PermissionOutcome::Unavailable(_) => "unavailable",
            };
            format!("answer {request_id} {outcome} {}", show_record(record))
        }
        TurnEvent::Retrying {
            attempt,
            max_attempts,
            delay_ms,
            reason,
        } => format!("retrying {attempt}/{max_attempts} in {delay_ms} ms: {reason}"),
        TurnEvent::PlanUpdated { entries } => format!("plan of {}", entries.len()),
        TurnEvent::Notice { message, .. } => format!("notice {message}"),
    }
}

fn show_record(record: &ItemRecord) -> String {
    let id = &record.item.id;
    match &record.item.body {
        ItemBody::UserMessage { .. } => format!("{id} user"),
        ItemBody::AssistantMessage { text, status } => format!("{id} text {status:?} {text:?}"),
        ItemBody::Reasoning { text, status } => format!("{id} reasoning {status:?} {text:?}"),
        ItemBody::ToolCall(call) => {
            let mut line = format!("{id} call {} {:?}", call.title, call.status);
            for block in &call.output {
                if let ContentBlock::Text { text } = block {
                    line.push_str(&format!(" {text:?}"));
                }
            }
            if !call.edit_ids.is_empty() {
                line.push_str(&format!(" edits {}", call.edit_ids.join(" ")));
            }
            if let Some(duration) = call.duration_ms {
                line.push_str(&format!(" {duration} ms"));
            }
            line
        }
        ItemBody::Compaction { .. } => format!("{id} compaction"),
    }
}

/// A change: what was there, and what is to be there.
pub(crate) fn show_change(change: &FileChange) -> String {
    let (name, base) = (change.base.path.display(), &change.base);
    let there = match base.stamp {
        Stamp::Absent => "nothing".to_owned(),
        Stamp::Open { version, .. } => format!("{:?} of version {version}", base.text),
        Stamp::Disk => format!("{:?}", base.text),
    };
    match &change.target {
        Target::Text(text) => format!("{name}: {there} -> {text:?}"),
        Target::Deleted => format!("{name}: {there} -> deleted"),
        Target::Moved { to, text } => {
            format!("{name}: {there} -> {} {text:?}", to.display())
        }
    }
}

fn show_effects(effects: &[Effect]) -> String {
    let shown = effects.iter().map(|effect| match effect {
        Effect::ReadPath { path } => format!("read {path}"),
        Effect::WritePath { path } => format!("write {path}"),
        Effect::RunProgram { program, .. } => format!("run {program}"),
        Effect::Network { host } => format!("host {host}"),
        Effect::McpTool { server, tool, .. } => format!("mcp {server} {tool}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

pub(crate) fn show_messages(messages: &[Message]) -> String {
    let mut shown = String::new();
    for message in messages {
        match message {
            Message::User(parts) => {
                for part in parts {
                    match part {
                        UserPart::Text(text) => shown.push_str(&format!("user: {text}\n")),
                        UserPart::Image { mime_type, data } => {
                            shown.push_str(&format!("user: [{mime_type} {data}]\n"));
                        }
                        UserPart::Document {
                            mime_type,
                            data,
                            name,
                        } => {
                            let name = name.as_deref().unwrap_or("unnamed");
                            shown.push_str(&format!("user: [{name}: {mime_type} {data}]\n"));
                        }
                    }
                }
            }
            Message::Assistant(parts) => {
                shown.push_str("assistant:\n");
                for part in parts {
                    match part {
                        AssistantPart::Text(text) => shown.push_str(&format!("  {text:?}\n")),
                        AssistantPart::Reasoning(text) => {
                            shown.push_str(&format!("  reasoning {text:?}\n"));
                        }
                        AssistantPart::Attached(opaque) => {
                            shown.push_str(&format!("  attached {}\n", opaque.json));
                        }
                        AssistantPart::Opaque(opaque) => {
                            shown.push_str(&format!("  opaque {}\n", opaque.json));
                        }
                        AssistantPart::ToolCall {
                            id,
                            name,
                            arguments,
                        } => shown.push_str(&format!("  call {id} {name} {arguments}\n")),
                    }
                }
            }
            Message::Tool {
                call_id,
                name,
                text,
                failed,
            } => {
                let failed = if *failed { " failed" } else { "" };
                shown.push_str(&format!("tool {call_id} {name}{failed}: {text}\n"));
            }
        }
    }
    shown
}
