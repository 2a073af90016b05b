//! Conversations as files, to be read by people or by programs.
use std::fmt::Write as _;
use std::sync::Arc;

use aside_agent::item::{ContentBlock, Item, ItemBody};
use aside_protocol::{
    ErrorCode, ExportFormat, Session, SessionExportParams, SessionExportResult, Turn,
};
use aside_store::Conversation;
use serde::Serialize;

use super::Engine;
use super::error::EngineError;
use crate::own_file;

/// How much of what a tool call put out a page shows, in bytes.
pub const MAX_SHOWN_OUTPUT_BYTES: usize = 16 * 1024;

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
                ExportFormat::Markdown => (page(&whole).into_bytes(), "md"),
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
    let items = whole.items.iter().filter_map(crate::wire::agent_item);
    let exported = Exported {
        session: crate::wire::session(&whole.session),
        turns: whole.turns.iter().map(crate::wire::turn).collect(),
        items: items.map(|item| crate::wire::item(&item)).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&exported)?;
    bytes.push(b'\n');
    Ok(bytes)
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
    for item in whole.items.iter().filter_map(crate::wire::agent_item) {
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
        ItemBody::UserMessage { content, .. } => ("You", blocks(content)),
        ItemBody::AssistantMessage { text, .. } => ("Aside", text.clone()),
        ItemBody::Reasoning { text, .. } => {
            let lines = text.lines().map(|line| format!("> {line}"));
            ("Aside", lines.collect::<Vec<_>>().join("\n"))
        }
        ItemBody::ToolCall(call) => {
            let status = crate::wire::name_of(&call.status);
            let mut text = format!("**{}** ({}, {status})", call.title.trim(), call.name);
            let output = blocks(&call.output);
            if !output.trim().is_empty() {
                text.push_str("\n\n");
                text.push_str(&fenced(&output));
            }
            ("Aside", text)
        }
        ItemBody::Compaction { summary, .. } => (
            "Aside",
            format!("*A summary of what came before:*\n\n{summary}"),
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
