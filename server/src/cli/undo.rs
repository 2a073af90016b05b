//! `aside undo`: takes the agent's work back.
use aside_protocol::{SessionRewindParams, SessionRewindResult, SessionUnrewindParams};

use super::args::UndoArgs;
use super::context::Context;
use super::edits::shown_path;
use super::terminal::{self, Style};
use super::{Failure, exit};

/// Takes a turn back, or an earlier undo.
pub async fn undo(args: UndoArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let result = run(&context, &args).await;
    context.engine.close().await;
    let result = result?;
    if args.json {
        terminal::line(&crate::wire::to_json(&result), Style::Plain)?;
    } else {
        show(&result, &args)?;
    }
    Ok(match result.conflicts.is_empty() {
        true => exit::DONE,
        false => exit::FAILED,
    })
}

async fn run(context: &Context, args: &UndoArgs) -> Result<SessionRewindResult, Failure> {
    let engine = &context.engine;
    if let Some(rewind_id) = args.redo.clone() {
        return Ok(engine.unrewind(SessionUnrewindParams { rewind_id }).await?);
    }
    let session_id = match &args.session {
        Some(id) => id.clone(),
        None => engine.last_edited_session().await?,
    };
    let turn_id = match &args.turn {
        Some(id) => id.clone(),
        None => engine.last_turn(&session_id).await?,
    };
    let params = SessionRewindParams {
        session_id,
        turn_id,
        files: Some(true),
        conversation: Some(!args.files_only),
        dry_run: Some(args.dry_run),
    };
    Ok(engine.rewind(params).await?)
}

fn show(result: &SessionRewindResult, args: &UndoArgs) -> Result<(), Failure> {
    let verb = match (args.dry_run, args.redo.is_some()) {
        (true, _) => "would go back",
        (false, false) => "went back",
        (false, true) => "came back",
    };
    for edit in &result.reverted {
        terminal::line(&format!("{verb}: {}", shown_path(edit)), Style::Green)?;
    }
    for edit in &result.conflicts {
        let text = format!(
            "left alone, since later work would be lost: {}",
            shown_path(edit)
        );
        terminal::line(&text, Style::Red)?;
    }
    if result.reverted.is_empty() && result.conflicts.is_empty() {
        terminal::note("No file had to be changed.", Style::Dim);
    }
    if let (Some(id), None) = (&result.rewind_id, &args.redo) {
        terminal::note(
            &format!("To take this back: aside undo --redo {id}"),
            Style::Dim,
        );
    }
    Ok(())
}
