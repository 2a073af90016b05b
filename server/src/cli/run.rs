//! `aside run`: one prompt without an editor.
use std::io::{IsTerminal, Read};
use std::sync::Arc;

use aside_protocol::{
    ChatCancelParams, ChatSendParams, ContentBlock, Event, ItemBody, ItemDelta, Session,
    SessionCreateParams, SessionListParams, SessionUpdateParams, StopReason, ToolStatus, Turn,
};
use tokio::sync::mpsc;

use super::args::RunArgs;
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, attach, exit};
use crate::engine::front::Published;
use crate::engine::limits::{MAX_CONTENT_BYTES, MAX_HOOKS_AT_END};

/// Runs a prompt until its turn ends.
pub async fn run(args: RunArgs) -> Result<u8, Failure> {
    let prompt = read_prompt(args.prompt.as_deref())?;
    let attached = args.attach.iter().map(|path| attach::block(path));
    let mut content = attached.collect::<Result<Vec<_>, _>>()?;
    content.push(ContentBlock::text(prompt));
    let (context, events) = Context::open_with_events()?;
    let session = session(&context, &args).await?;
    let sent = context
        .engine
        .send(ChatSendParams {
            session_id: Some(session.id.clone()),
            content,
            delivery: None,
            client_message_id: None,
        })
        .await;
    let sent = match sent {
        Ok(sent) => sent,
        Err(error) => {
            let is_new = args.session.is_none() && !args.continue_last;
            // An empty session is of no use to anybody.
            if is_new && let Err(error) = context.engine.delete(&session.id).await {
                tracing::warn!(%error, "a session without a prompt could not be deleted");
            }
            context.engine.close().await;
            return Err(error.into());
        }
    };
    let printer = Printer {
        json: args.json,
        turn_id: sent.turn_id,
        has_open_line: false,
        refused: false,
        last_failure: None,
    };
    let code = follow(&context, &session.id, events, printer).await;
    context.engine.end_hooks(MAX_HOOKS_AT_END).await;
    context.engine.close().await;
    code
}

fn read_prompt(argument: Option<&str>) -> Result<String, Failure> {
    let text = match argument {
        Some("-") => read_stdin()?,
        Some(text) => text.to_owned(),
        None if std::io::stdin().is_terminal() => String::new(),
        None => read_stdin()?,
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "there is no prompt; say what to do: aside run \"fix the failing test\"",
        ));
    }
    Ok(text)
}

fn read_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(MAX_CONTENT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::usage("the prompt on standard input is not UTF-8 text"))
}

async fn session(context: &Context, args: &RunArgs) -> Result<Session, Failure> {
    let mode = args.permission_mode.map(|mode| mode.to_wire());
    let id = match &args.session {
        Some(id) => Some(id.clone()),
        None if args.continue_last => Some(newest(context).await?),
        None => None,
    };
    let Some(id) = id else {
        return Ok(context
            .engine
            .create(SessionCreateParams {
                model: args.model.clone(),
                permission_mode: mode,
                ..SessionCreateParams::default()
            })
            .await?);
    };
    if args.model.is_none() && mode.is_none() {
        return Ok(context.engine.get(&id).await?);
    }
    Ok(context
        .engine
        .update(SessionUpdateParams {
            session_id: id,
            title: None,
            model: args.model.clone(),
            agent: None,
            permission_mode: mode,
            pinned: None,
            archived: None,
            project_id: None,
            mcp_servers: None,
            effort: None,
        })
        .await?)
}

/// The session that changed last, pinned or not.
async fn newest(context: &Context) -> Result<String, Failure> {
    let mut newest: Option<Session> = None;
    for pinned in [true, false] {
        let page = context
            .engine
            .list(SessionListParams {
                limit: Some(1),
                pinned: Some(pinned),
                ..SessionListParams::default()
            })
            .await?;
        for session in page.sessions {
            if newest
                .as_ref()
                .is_none_or(|other| other.updated_at < session.updated_at)
            {
                newest = Some(session);
            }
        }
    }
    newest.map(|session| session.id).ok_or_else(|| {
        Failure::usage("there is no session in this folder to go on with; leave out --continue")
    })
}

/// Prints events until the turn ends. Ctrl-C cancels it, a second one quits.
async fn follow(
    context: &Context,
    session_id: &str,
    mut events: mpsc::Receiver<Published>,
    mut printer: Printer,
) -> Result<u8, Failure> {
    let mut interrupts = super::interrupts::watch()?;
    loop {
        tokio::select! {
            biased;
            Some(()) = interrupts.recv() => {
                let params = ChatCancelParams {
                    session_id: session_id.to_owned(),
                    turn_id: Some(printer.turn_id.clone()),
                };
                let engine = Arc::clone(&context.engine);
                // The session may wait for its events to be taken before it cancels.
                tokio::spawn(async move {
                    if let Err(error) = engine.cancel(params).await {
                        terminal::error(&error.to_string());
                    }
                });
            }
            event = events.recv() => {
                let Some(event) = event else {
                    return Err(Failure::failed("the session ended unexpectedly"));
                };
                if let Some(code) = printer.print(&event)? {
                    return Ok(code);
                }
            }
        }
    }
}

/// Shows events on the terminal.
struct Printer {
    json: bool,
    turn_id: String,
    has_open_line: bool,
    refused: bool,
    /// Why the last request was made again.
    last_failure: Option<String>,
}

impl Printer {
    /// Shows one event; the exit code if it ends the turn.
    fn print(&mut self, published: &Published) -> Result<Option<u8>, Failure> {
        let ours = published.turn_id.as_deref() == Some(self.turn_id.as_str());
        if self.json {
            terminal::line(&published.params, Style::Plain)?;
        }
        if let Event::ItemCompleted { item } = &published.event
            && let ItemBody::ToolCall(call) = &item.body
            && call.status == ToolStatus::Rejected
        {
            self.refused = true;
        }
        if !self.json {
            self.show(&published.event)?;
        }
        match &published.event {
            Event::TurnCompleted { turn } if ours => Ok(Some(self.finish(turn)?)),
            _ => Ok(None),
        }
    }

    fn show(&mut self, event: &Event) -> Result<(), Failure> {
        match event {
            Event::ItemDelta {
                delta: ItemDelta::Text(text),
                ..
            } => {
                terminal::out(text, Style::Plain)?;
                self.has_open_line = !text.ends_with('\n');
            }
            Event::ItemCompleted { item } => {
                self.end_line()?;
                if let ItemBody::ToolCall(call) = &item.body {
                    let mark = match call.status {
                        ToolStatus::Completed => "✓",
                        ToolStatus::Failed
                        | ToolStatus::Rejected
                        | ToolStatus::Cancelled
                        | ToolStatus::Interrupted => "✗",
                        ToolStatus::Pending | ToolStatus::Waiting | ToolStatus::Running => "…",
                    };
                    terminal::note(&format!("{mark} {}", call.title), Style::Dim);
                }
            }
            Event::EditUpdated { edit } => terminal::diff(&edit.diff, terminal::note),
            Event::Notice { message, .. } => {
                self.end_line()?;
                terminal::note(message, Style::Dim);
            }
            Event::Retrying {
                attempt,
                max_attempts,
                delay_ms,
                reason,
            } => {
                self.end_line()?;
                let again = format!(
                    "Asking again {} (try {attempt} of {max_attempts}).",
                    wait(*delay_ms)
                );
                // What is as before need not be said twice.
                let note = match self.last_failure.as_deref() == Some(reason) {
                    true => again,
                    false => format!("{} {again}", without_advice(reason)),
                };
                self.last_failure = Some(reason.clone());
                terminal::note(&note, Style::Dim);
            }
            Event::TurnStarted { .. }
            | Event::TurnCompleted { .. }
            | Event::ItemStarted { .. }
            | Event::ItemUpdated { .. }
            | Event::ItemDelta { .. }
            | Event::PlanUpdated { .. }
            | Event::UsageUpdated { .. }
            | Event::SessionUpdated { .. }
            | Event::PermissionRequested { .. }
            | Event::PermissionResolved { .. } => {}
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Failure> {
        if self.has_open_line {
            terminal::out("\n", Style::Plain)?;
            self.has_open_line = false;
        }
        Ok(())
    }

    fn finish(&mut self, turn: &Turn) -> Result<u8, Failure> {
        self.end_line()?;
        if let Some(error) = &turn.error {
            terminal::error(&crate::redact::redact(&error.message));
        }
        Ok(match turn.stop_reason {
            Some(StopReason::EndTurn) if self.refused => {
                terminal::error(
                    "something was refused for want of permission; run with --permission-mode acceptEdits to allow edits",
                );
                exit::REFUSED
            }
            Some(StopReason::EndTurn) => exit::DONE,
            Some(StopReason::Refusal) => {
                terminal::error("the model refused");
                exit::REFUSED
            }
            Some(StopReason::Cancelled) => exit::CANCELLED,
            Some(StopReason::MaxTokens) => {
                terminal::error(
                    "the answer reached the model's token limit; go on with --continue",
                );
                exit::FAILED
            }
            Some(StopReason::MaxIterations) => {
                terminal::error(
                    "the turn reached its limit of model requests (setting turn.max_iterations); go on with --continue",
                );
                exit::FAILED
            }
            Some(StopReason::Interrupted | StopReason::Error) | None => exit::FAILED,
        })
    }
}

/// A failure without the advice to do what is done anyway. What the provider says stands in
/// parentheses, and stays as it is.
fn without_advice(reason: &str) -> &str {
    match reason.rfind(". Try again") {
        Some(end) if !reason[end..].contains(')') => &reason[..=end],
        Some(_) | None => reason,
    }
}

/// When something happens that waits so long, in words.
fn wait(delay_ms: u64) -> String {
    match delay_ms.div_ceil(1000) {
        0 => "at once".to_owned(),
        1 => "in a second".to_owned(),
        seconds => format!("in {seconds} s"),
    }
}
