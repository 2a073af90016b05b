//! The texts of which messages are made.
use serde_json::Value;

use crate::item::{ContentBlock, Replay, ToolCall, ToolKind, ToolStatus};

/// What the model is told with an item, marked as no word of the user's or a tool's. What is
/// fenced with backticks is a text, and stays as it is.
pub(super) fn marked_notes(replay: Option<&Replay>) -> String {
    let notes = replay.and_then(|replay| replay.notes.as_deref());
    let mut fence: Option<&str> = None;
    let mut marked = Vec::new();
    for line in notes.unwrap_or_default().lines() {
        match fence {
            Some(open) => {
                marked.push(line.to_owned());
                fence = (line != open).then_some(open);
            }
            None if line.starts_with("```") => {
                marked.push(line.to_owned());
                fence = Some(line);
            }
            None if line.trim().is_empty() => {}
            None => marked.push(format!("[Aside: {line}]")),
        }
    }
    marked.join("\n")
}

/// Whether a text is a JSON object.
pub(super) fn is_object(raw: &str) -> bool {
    // The values are built, not skipped: skipping does not look into strings, where half a
    // surrogate pair fails a server that does look.
    serde_json::from_str::<Value>(raw).is_ok_and(|value| value.is_object())
}

/// The one result that the model is given of a call, whatever became of it.
pub(super) fn result_text(call: &ToolCall) -> String {
    let text = match call.output.first() {
        Some(ContentBlock::Text { text }) if !text.is_empty() => Some(text.clone()),
        Some(
            ContentBlock::Text { .. } | ContentBlock::Image { .. } | ContentBlock::Resource { .. },
        )
        | None => None,
    };
    match call.status {
        ToolStatus::Interrupted | ToolStatus::Running => {
            let unknown = match call.kind {
                ToolKind::Read | ToolKind::Search | ToolKind::Think => "It has no result.",
                ToolKind::Edit
                | ToolKind::Delete
                | ToolKind::Move
                | ToolKind::Execute
                | ToolKind::Fetch
                | ToolKind::Other => {
                    "It is not known whether it was done; look before you call it again."
                }
            };
            let note = format!("This call was interrupted when the server stopped. {unknown}");
            match text {
                Some(text) => format!("{text}\n\n{note}"),
                None => note,
            }
        }
        ToolStatus::Completed => text.unwrap_or_else(|| "(no output)".to_owned()),
        ToolStatus::Failed => text.unwrap_or_else(|| "This call failed.".to_owned()),
        ToolStatus::Rejected => text.unwrap_or_else(|| "This call was not permitted.".to_owned()),
        ToolStatus::Cancelled => text.unwrap_or_else(|| "This call was cancelled.".to_owned()),
        ToolStatus::Pending | ToolStatus::Waiting => {
            text.unwrap_or_else(|| "This call was not made.".to_owned())
        }
    }
}

/// Adds a paragraph, if there is one to add.
pub(super) fn push_paragraph(text: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The path of a `file:` URI as people write it; any other URI as it is.
pub(super) fn uri_path(uri: &str) -> String {
    let Some(path) = uri.strip_prefix("file://") else {
        return uri.to_owned();
    };
    let decoded = percent_decoded(path);
    // On Windows the path begins with a drive: `/C:/dir`.
    match decoded.as_bytes() {
        [b'/', drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => decoded[1..].to_owned(),
        _ => decoded,
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let decoded = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    // Bytes that are not UTF-8 leave the URI as it is.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
