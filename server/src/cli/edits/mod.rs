//! `aside edits`: the agent's edits, reviewed from the shell, and the edit engine without a model.
mod apply;
mod ledger;

use aside_protocol::{EditListParams, EditResolveParams, FileEdit, HunkStatus, Uri};

use super::args::{EditsArgs, EditsCommand, ResolveArgs};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};

/// Runs a command on edits.
pub async fn edits(args: EditsArgs) -> Result<u8, Failure> {
    match args.command {
        EditsCommand::Apply {
            dialect,
            root,
            json,
            dry_run,
            file,
        } => apply::apply(dialect, &root, &file, apply::Mode { json, dry_run }).await,
        EditsCommand::Match {
            path,
            json,
            dry_run,
        } => apply::edit_one(&path, apply::Mode { json, dry_run }).await,
        command @ (EditsCommand::List { .. }
        | EditsCommand::Accept(_)
        | EditsCommand::Reject(_)
        | EditsCommand::Stats { .. }
        | EditsCommand::Replay { .. }) => {
            let context = Context::open()?;
            let result = on_database(&context, command).await;
            context.engine.close().await;
            result
        }
    }
}

async fn on_database(context: &Context, command: EditsCommand) -> Result<u8, Failure> {
    match command {
        EditsCommand::List { all, session, json } => list(context, all, session, json).await?,
        EditsCommand::Accept(args) => {
            let edits = context.engine.edit_accept(params(&args)?).await?.edits;
            show(&edits, args.json)?;
        }
        EditsCommand::Reject(args) => {
            let edits = context.engine.edit_reject(params(&args)?).await?.edits;
            show(&edits, args.json)?;
        }
        EditsCommand::Stats { json } => ledger::stats(context, json).await?,
        EditsCommand::Replay { json } => return ledger::replay(context, json).await,
        EditsCommand::Apply { .. } | EditsCommand::Match { .. } => {}
    }
    Ok(exit::DONE)
}

async fn list(
    context: &Context,
    all: bool,
    session_id: Option<String>,
    json: bool,
) -> Result<(), Failure> {
    let params = EditListParams {
        session_id,
        ..EditListParams::default()
    };
    let mut edits = context.engine.edit_list(params).await?.edits;
    if !all {
        edits.retain(FileEdit::is_pending);
    }
    if edits.is_empty() && !json {
        terminal::note("No edit waits for you in this folder.", Style::Dim);
    }
    show(&edits, json)
}

/// An id with a number behind its last dash is a hunk's.
fn params(args: &ResolveArgs) -> Result<EditResolveParams, Failure> {
    let (hunks, edits): (Vec<_>, Vec<_>) = args
        .ids
        .iter()
        .cloned()
        .partition(|id| crate::wire::parse_hunk_id(id).is_some());
    let some = |ids: Vec<String>| (!ids.is_empty()).then_some(ids);
    let uri = match &args.path {
        None => None,
        Some(path) => Some(uri(path)?),
    };
    Ok(EditResolveParams {
        edit_ids: some(edits),
        hunk_ids: some(hunks),
        uri,
        turn_id: None,
        session_id: args.session.clone(),
    })
}

fn uri(path: &std::path::Path) -> Result<Uri, Failure> {
    // A file that an edit deleted is not there, but its folder is.
    let absolute = std::path::absolute(path)?;
    let real = match (
        absolute.canonicalize(),
        absolute.parent(),
        absolute.file_name(),
    ) {
        (Ok(real), _, _) => real,
        (Err(_), Some(folder), Some(name)) => match folder.canonicalize() {
            Ok(folder) => folder.join(name),
            Err(_) => absolute,
        },
        (Err(_), _, _) => absolute,
    };
    Ok(crate::wire::path_to_uri(&real))
}

fn show(edits: &[FileEdit], json: bool) -> Result<(), Failure> {
    if json {
        terminal::line(&crate::wire::to_json(&edits), Style::Plain)?;
        return Ok(());
    }
    for edit in edits {
        let status = crate::wire::name_of(&edit.status);
        let head = format!("{}  {status}  {}", edit.id, shown_path(edit));
        terminal::line(&head, Style::Bold)?;
        for hunk in &edit.hunks {
            let style = match hunk.status {
                HunkStatus::Pending => Style::Plain,
                HunkStatus::Accepted => Style::Green,
                HunkStatus::Rejected => Style::Red,
            };
            let status = crate::wire::name_of(&hunk.status);
            let line = hunk.new_range.start.line + 1;
            terminal::line(&format!("  {}  {status}  line {line}", hunk.id), style)?;
        }
        if edit.is_pending() {
            terminal::diff(&edit.diff, |line, style| {
                let _ = terminal::line(line, style);
            });
        }
    }
    Ok(())
}

/// The file of an edit for people.
pub fn shown_path(edit: &FileEdit) -> String {
    let path = |uri: &Uri| {
        let path = crate::wire::uri_to_path(uri);
        path.map_or_else(|| uri.0.clone(), |path| path.display().to_string())
    };
    match &edit.new_uri {
        None => path(&edit.uri),
        Some(to) => format!("{} → {}", path(&edit.uri), path(to)),
    }
}
