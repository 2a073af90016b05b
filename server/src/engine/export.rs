//! Conversations as files, to be read by people or by programs.
mod kept;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use aside_agent::item::{ContentBlock, Item, ItemBody};
use aside_protocol::{
    ErrorCode, ExportFormat, Session, SessionExportParams, SessionExportResult, Turn,
};
use aside_store::Conversation;
use serde::Serialize;
use serde_json::Value;

use super::Engine;
use super::error::EngineError;
use super::queries::append_deltas;
use crate::own_file;
use crate::redact::{REDACTED, names_secret, redact};
use kept::{kept, quoted};

/// How much of what a tool call put out a page shows, in bytes.
pub const MAX_SHOWN_OUTPUT_BYTES: usize = 16 * 1024;

/// The headings of a page, by who speaks.
const USER: &str = "You";
const AGENT: &str = "Aside";

/// The folder of exported conversations in the data directory.
const FOLDER: &str = "exports";

impl Engine {
    /// `session/export`.
    pub async fn export(
        self: &Arc<Self>,
        params: SessionExportParams,
    ) -> Result<SessionExportResult, EngineError> {
        let store = self.store().await?;
        self.repair().await?;
        self.sync(&params.session_id).await;
        let whole = store.conversation(&*params.session_id).await?;
        let folder = self.workspace().data.join(FOLDER);
        let written = tokio::task::spawn_blocking(move || {
            let (bytes, ending) = match params.format {
                ExportFormat::Markdown => {
                    let page = page(&whole);
                    (redact(&page).into_owned().into_bytes(), "md")
                }
                ExportFormat::Json => (json(&whole)?, "json"),
            };
            let path = folder.join(format!("{}.{ending}", whole.session.id));
            own_file::make_private_folder(&folder)?;
            own_file::write(&folder, &path, &bytes)?;
            Ok::<_, std::io::Error>(path)
        });
        let path = written
            .await
            .map_err(|error| EngineError::internal(error.to_string()))?
            .map_err(|error| {
                let message = format!("the conversation could not be written: {error}");
                EngineError::new(ErrorCode::Storage, message)
            })?;
        Ok(SessionExportResult {
            uri: crate::wire::path_to_uri(&path),
        })
    }
}

/// A conversation as clients see it.
#[derive(Serialize)]
struct Exported {
    session: Session,
    turns: Vec<Turn>,
    items: Vec<aside_protocol::Item>,
}

fn json(whole: &Conversation) -> std::io::Result<Vec<u8>> {
    let exported = Exported {
        session: crate::wire::session(&whole.session),
        turns: whole.turns.iter().map(crate::wire::turn).collect(),
        items: items(whole).iter().map(crate::wire::item).collect(),
    };
    let mut exported = serde_json::to_value(exported)?;
    blot_out(&mut exported);
    let mut bytes = serde_json::to_vec_pretty(&exported)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The items as far as they have come.
fn items(whole: &Conversation) -> Vec<Item> {
    let items = whole.items.iter().filter_map(crate::wire::agent_item);
    let mut items: Vec<Item> = items.collect();
    append_deltas(&mut items, &whole.deltas);
    items
}

/// Blots out what is a secret or looks like one, text by text, so that what is around it stays JSON.
/// Pictures are no text.
fn blot_out(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(blotted) = redact(text) {
                *text = blotted;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(blot_out),
        Value::Object(fields) => {
            let is_picture = fields.get("type").is_some_and(|kind| kind == "image");
            for (name, value) in fields {
                match value {
                    Value::String(_) if is_picture && name == "data" => {}
                    Value::String(text) if !text.is_empty() && names_secret(name) => {
                        *text = REDACTED.to_owned();
                    }
                    value => blot_out(value),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A Markdown page.
fn page(whole: &Conversation) -> String {
    let session = &whole.session;
    let mut page = format!("# {}\n", session.title);
    let workspace = aside_protocol::Uri(session.workspace_uri.clone());
    let folder = crate::wire::uri_to_path(&workspace).map(|path| path.display().to_string());
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "\n- Begun: {}\n- Workspace: {}\n- Model: {}\n",
        session.created_at,
        folder.unwrap_or(workspace.0),
        session.model
    );
    let mut speaker = "";
    for item in items(whole) {
        let (next, text) = said(&item);
        if text.trim().is_empty() {
            continue;
        }
        if next != speaker {
            page.push_str("\n## ");
            page.push_str(next);
            page.push('\n');
            speaker = next;
        }
        page.push('\n');
        page.push_str(text.trim_end());
        page.push('\n');
    }
    page
}

/// Who says what by an item.
fn said(item: &Item) -> (&'static str, String) {
    match &item.body {
        ItemBody::UserMessage { content, .. } => (USER, kept(blocks(content))),
        ItemBody::AssistantMessage { text, .. } => (AGENT, kept(text.clone())),
        ItemBody::Reasoning { text, .. } => (AGENT, quoted(text)),
        ItemBody::ToolCall(call) => {
            let status = crate::wire::name_of(&call.status);
            let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (title, name) = (one_line(&call.title), one_line(&call.name));
            let mut text = format!("**{title}** ({name}, {status})");
            let output = blocks(&call.output);
            if !output.trim().is_empty() {
                text.push_str("\n\n");
                text.push_str(&fenced(&output));
            }
            (AGENT, text)
        }
        ItemBody::Compaction { summary, .. } => (
            AGENT,
            format!(
                "*A summary of what came before:*\n\n{}",
                kept(summary.clone())
            ),
        ),
    }
}

fn blocks(content: &[ContentBlock]) -> String {
    let texts = content.iter().map(|block| match block {
        ContentBlock::Text { text } => text.clone(),
        ContentBlock::Image { mime_type, .. } => format!("[{mime_type}]"),
        ContentBlock::Resource { uri, lines, .. } => match lines {
            Some(lines) => format!(
                "[{uri}, lines {} to {}]",
                lines.start.saturating_add(1),
                lines.end
            ),
            None => format!("[{uri}]"),
        },
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// The beginning of a text, between backticks that are in none of its lines.
fn fenced(text: &str) -> String {
    let mut end = text.len().min(MAX_SHOWN_OUTPUT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let more = if end < text.len() { "\n[…]" } else { "" };
    let text = &text[..end];
    let runs = text.split(|letter| letter != '`').map(str::len);
    let fence = "`".repeat(runs.max().map_or(3, |longest| (longest + 1).max(3)));
    format!("{fence}\n{}{more}\n{fence}", text.trim_end())
}
