//! `aside sessions`: the conversations of the current folder.
use aside_protocol::{
    ContentBlock, Item, ItemBody, Session, SessionItemsParams, SessionListParams, SessionStatus,
};

use super::args::{SessionsArgs, SessionsCommand};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::engine::limits::MAX_PAGE;

/// How many pages of items are shown; 200 items each.
const MAX_PAGES: usize = 500;

/// How many sessions are looked through for one whose id begins as typed.
const MAX_PREFIX_PAGES: usize = 50;

/// Runs a command on sessions.
pub async fn sessions(args: SessionsArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let result = match args.command {
        SessionsCommand::List { query, limit, json } => list(&context, query, limit, json).await,
        SessionsCommand::Show { id, json } => show(&context, &id, json).await,
        SessionsCommand::Delete { id } => delete(&context, &id).await,
    };
    context.engine.close().await;
    result.map(|()| exit::DONE)
}

async fn list(
    context: &Context,
    query: Option<String>,
    limit: u32,
    json: bool,
) -> Result<(), Failure> {
    let page = context
        .engine
        .list(SessionListParams {
            query,
            limit: Some(limit),
            ..SessionListParams::default()
        })
        .await?;
    if json {
        terminal::line(&crate::wire::to_json(&page), Style::Plain)?;
        return Ok(());
    }
    if page.sessions.is_empty() {
        terminal::note(
            "There is no session in this folder yet; `aside run \"…\"` starts one.",
            Style::Dim,
        );
    }
    for session in &page.sessions {
        terminal::line(&one_line(session), Style::Plain)?;
    }
    if page.next_cursor.is_some() {
        terminal::note("There are more; raise --limit to see them.", Style::Dim);
    }
    Ok(())
}

fn one_line(session: &Session) -> String {
    let status = match session.status {
        SessionStatus::Idle => "",
        SessionStatus::Running => " (running)",
        SessionStatus::Waiting => " (waiting)",
    };
    let pin = if session.pinned { "* " } else { "  " };
    let turns = match session.turn_count {
        1 => "1 turn".to_owned(),
        count => format!("{count} turns"),
    };
    format!(
        "{pin}{}  {}  {turns:>9}  {}{status}",
        session.id,
        session.updated_at.get(..16).unwrap_or(&session.updated_at),
        session.title
    )
}

async fn show(context: &Context, id: &str, json: bool) -> Result<(), Failure> {
    let session = find(context, id).await?;
    if !json {
        terminal::line(&session.title, Style::Bold)?;
        terminal::line(&one_line(&session), Style::Dim)?;
    }
    let mut items = Vec::new();
    let mut before = None;
    // The newest page comes first, so all pages are gathered and turned around.
    for _ in 0..MAX_PAGES {
        let page = context
            .engine
            .items(SessionItemsParams {
                session_id: session.id.clone(),
                before: before.take(),
                after: None,
                limit: Some(MAX_PAGE),
            })
            .await?;
        items.push(page.items);
        match page.prev_cursor {
            Some(cursor) => before = Some(cursor),
            None => break,
        }
    }
    let items: Vec<Item> = items.into_iter().rev().flatten().collect();
    if json {
        terminal::line(&crate::wire::to_json(&items), Style::Plain)?;
        return Ok(());
    }
    for item in &items {
        print(item)?;
    }
    Ok(())
}

fn print(item: &Item) -> Result<(), Failure> {
    match &item.body {
        ItemBody::UserMessage { content, .. } => {
            terminal::line("\n> You", Style::Bold)?;
            for block in content {
                terminal::line(&block_text(block), Style::Plain)?;
            }
        }
        ItemBody::AssistantMessage { text, .. } => {
            terminal::line("\n> Aside", Style::Bold)?;
            terminal::line(text, Style::Plain)?;
        }
        ItemBody::Reasoning { text, .. } => terminal::line(text, Style::Dim)?,
        ItemBody::ToolCall(call) => {
            let status = crate::wire::name_of(&call.status);
            terminal::line(&format!("- {} [{status}]", call.title), Style::Cyan)?;
        }
        ItemBody::Compaction { summary, .. } => terminal::line(summary, Style::Dim)?,
    }
    Ok(())
}

fn block_text(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text { text } => text.clone(),
        ContentBlock::Image { mime_type, .. } => format!("[{mime_type}]"),
        ContentBlock::Resource { uri, .. } => format!("[{uri}]"),
    }
}

async fn delete(context: &Context, id: &str) -> Result<(), Failure> {
    context.engine.delete(id).await?;
    terminal::note("deleted", Style::Dim);
    Ok(())
}

/// A session by its id, or by the start of it if no other begins so.
async fn find(context: &Context, id: &str) -> Result<Session, Failure> {
    if let Ok(session) = context.engine.get(id).await {
        return Ok(session);
    }
    let mut found: Vec<Session> = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_PREFIX_PAGES {
        let page = context
            .engine
            .list(SessionListParams {
                cursor: cursor.take(),
                limit: Some(MAX_PAGE),
                ..SessionListParams::default()
            })
            .await?;
        found.extend(
            page.sessions
                .into_iter()
                .filter(|session| !id.is_empty() && session.id.starts_with(id)),
        );
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage(format!(
            "there is no session {id} in this folder; `aside sessions list` names those there are"
        ))),
        count => Err(Failure::usage(format!(
            "{count} sessions begin with {id}; type more of the id"
        ))),
    }
}
