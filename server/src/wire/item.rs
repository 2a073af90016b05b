//! Items and their parts.
use std::path::Path;

use aside_agent::item as agent;
use aside_agent::permission;
use aside_protocol as wire;

use super::path_to_uri;

/// An item as clients see it.
pub fn item(item: &agent::Item) -> wire::Item {
    wire::Item {
        id: item.id.clone(),
        turn_id: item.turn_id.clone(),
        created_at: item.created_at.clone(),
        body: body(&item.body),
    }
}

fn body(body: &agent::ItemBody) -> wire::ItemBody {
    match body {
        agent::ItemBody::UserMessage {
            content,
            client_message_id,
        } => wire::ItemBody::UserMessage {
            content: content.iter().map(block).collect(),
            client_message_id: client_message_id.clone(),
        },
        agent::ItemBody::AssistantMessage { text, status } => wire::ItemBody::AssistantMessage {
            text: text.clone(),
            status: message_status(*status),
        },
        agent::ItemBody::Reasoning { text, status } => wire::ItemBody::Reasoning {
            text: text.clone(),
            status: message_status(*status),
        },
        agent::ItemBody::ToolCall(call) => wire::ItemBody::ToolCall(tool_call(call)),
        agent::ItemBody::Compaction {
            summary,
            dropped_items,
        } => wire::ItemBody::Compaction {
            summary: summary.clone(),
            dropped_items: *dropped_items,
        },
    }
}

fn tool_call(call: &agent::ToolCall) -> wire::ToolCall {
    wire::ToolCall {
        name: call.name.clone(),
        source: match &call.source {
            agent::ToolSource::Builtin => wire::ToolSource::Builtin,
            agent::ToolSource::Mcp { server } => wire::ToolSource::Mcp {
                server: server.clone(),
            },
        },
        kind: tool_kind(call.kind),
        title: call.title.clone(),
        arguments: call.arguments.clone(),
        status: tool_status(call.status),
        output: call.output.iter().map(block).collect(),
        edit_ids: call.edit_ids.clone(),
        locations: call.locations.iter().map(location).collect(),
        duration_ms: call.duration_ms,
    }
}

fn message_status(status: agent::MessageStatus) -> wire::MessageStatus {
    match status {
        agent::MessageStatus::InProgress => wire::MessageStatus::InProgress,
        agent::MessageStatus::Completed => wire::MessageStatus::Completed,
        agent::MessageStatus::Interrupted => wire::MessageStatus::Interrupted,
    }
}

/// What sort of thing a tool does.
pub fn tool_kind(kind: agent::ToolKind) -> wire::ToolKind {
    match kind {
        agent::ToolKind::Read => wire::ToolKind::Read,
        agent::ToolKind::Edit => wire::ToolKind::Edit,
        agent::ToolKind::Delete => wire::ToolKind::Delete,
        agent::ToolKind::Move => wire::ToolKind::Move,
        agent::ToolKind::Search => wire::ToolKind::Search,
        agent::ToolKind::Execute => wire::ToolKind::Execute,
        agent::ToolKind::Fetch => wire::ToolKind::Fetch,
        agent::ToolKind::Think => wire::ToolKind::Think,
        agent::ToolKind::Other => wire::ToolKind::Other,
    }
}

fn tool_status(status: agent::ToolStatus) -> wire::ToolStatus {
    match status {
        agent::ToolStatus::Pending => wire::ToolStatus::Pending,
        agent::ToolStatus::Waiting => wire::ToolStatus::Waiting,
        agent::ToolStatus::Running => wire::ToolStatus::Running,
        agent::ToolStatus::Completed => wire::ToolStatus::Completed,
        agent::ToolStatus::Failed => wire::ToolStatus::Failed,
        agent::ToolStatus::Rejected => wire::ToolStatus::Rejected,
        agent::ToolStatus::Cancelled => wire::ToolStatus::Cancelled,
        agent::ToolStatus::Interrupted => wire::ToolStatus::Interrupted,
    }
}

fn block(block: &agent::ContentBlock) -> wire::ContentBlock {
    match block {
        agent::ContentBlock::Text { text } => wire::ContentBlock::text(text.clone()),
        agent::ContentBlock::Image { mime_type, data } => wire::ContentBlock::Image {
            mime_type: mime_type.clone(),
            data: data.clone(),
        },
        agent::ContentBlock::Resource { uri, lines, text } => wire::ContentBlock::Resource {
            uri: wire::Uri(uri.clone()),
            range: lines.map(line_range),
            text: text.clone(),
        },
    }
}

fn location(location: &agent::Location) -> wire::Location {
    wire::Location {
        uri: path_to_uri(Path::new(&location.path)),
        range: location.lines.map(line_range).unwrap_or_default(),
    }
}

fn line_range(lines: agent::LineRange) -> wire::Range {
    lines_range(lines.start, lines.end)
}

/// Whole lines, from 0, the end not included.
pub(super) fn lines_range(start: u32, end: u32) -> wire::Range {
    let at = |line| wire::Position { line, character: 0 };
    wire::Range {
        start: at(start),
        end: at(end),
    }
}

/// What a client sent, as it is stored: ranges widen to whole lines.
pub fn content_from_wire(content: Vec<wire::ContentBlock>) -> Vec<agent::ContentBlock> {
    content.into_iter().map(block_from_wire).collect()
}

fn block_from_wire(block: wire::ContentBlock) -> agent::ContentBlock {
    match block {
        wire::ContentBlock::Text { text } => agent::ContentBlock::Text { text },
        wire::ContentBlock::Image { mime_type, data } => {
            agent::ContentBlock::Image { mime_type, data }
        }
        wire::ContentBlock::Resource { uri, range, text } => agent::ContentBlock::Resource {
            uri: uri.0,
            lines: range.map(|range| agent::LineRange {
                start: range.start.line,
                end: match range.end.character {
                    0 if range.end.line > range.start.line => range.end.line,
                    _ => range.end.line.saturating_add(1),
                },
            }),
            text,
        },
    }
}

/// What a call would do.
pub fn effect(effect: &permission::Effect) -> wire::Effect {
    match effect {
        permission::Effect::ReadPath { path } => wire::Effect::ReadPath { path: path.clone() },
        permission::Effect::WritePath { path } => wire::Effect::WritePath { path: path.clone() },
        permission::Effect::RunProgram { program, arguments } => wire::Effect::RunProgram {
            program: program.clone(),
            arguments: arguments.clone(),
        },
        permission::Effect::Network { host } => wire::Effect::Network { host: host.clone() },
        permission::Effect::McpTool {
            server,
            tool,
            read_only,
        } => wire::Effect::McpTool {
            server: server.clone(),
            tool: tool.clone(),
            read_only: *read_only,
        },
    }
}
