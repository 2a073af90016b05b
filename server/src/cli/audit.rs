//! `aside audit`: what was done in this folder, who allowed it, and whether the log is whole.
use aside_store::{AuditFilter, AuditRow, LOSS, Verdict};
use serde_json::{Value, json};

use super::args::{AuditArgs, AuditCommand};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::audit::kind;
use crate::columns::aligned;
use crate::engine::usage::start;

/// How much of what a row says is shown on its line, in characters.
const MAX_SHOWN_CHARS: usize = 120;

/// Shows or checks the log.
pub async fn audit(args: AuditArgs) -> Result<u8, Failure> {
    let context = Context::open_quietly()?;
    let done = match args.command {
        AuditCommand::Show {
            session,
            since,
            limit,
            json,
        } => {
            let since = since.as_deref().map(super::usage::since).transpose()?;
            let filter = AuditFilter {
                session_id: session,
                since: since.as_deref().and_then(start),
            };
            show(&context, filter, limit, json).await
        }
        AuditCommand::Verify { json } => verify(&context, json).await,
    };
    context.engine.close().await;
    done
}

async fn show(
    context: &Context,
    filter: AuditFilter,
    limit: u32,
    json: bool,
) -> Result<u8, Failure> {
    let store = context.engine.store().await?;
    let rows = store.audit_newest(filter, limit).await;
    let rows = rows.map_err(crate::engine::error::EngineError::from)?;
    if json {
        for row in &rows {
            terminal::line(&as_json(row).to_string(), Style::Plain)?;
        }
        return Ok(exit::DONE);
    }
    if rows.is_empty() {
        terminal::note("Nothing was recorded that fits.", Style::Dim);
        return Ok(exit::DONE);
    }
    let cells: Vec<[String; 4]> = rows.iter().map(cells).collect();
    for line in aligned(&cells, 4) {
        terminal::line(&line, Style::Plain)?;
    }
    Ok(exit::DONE)
}

fn as_json(row: &AuditRow) -> Value {
    let entry = &row.entry;
    json!({
        "seq": row.seq,
        "at": entry.at,
        "sessionId": entry.session_id,
        "turnId": entry.turn_id,
        "kind": entry.kind,
        "what": what(row),
        "prevHash": row.prev_hash,
        "hash": row.hash,
    })
}

/// What a row says; a text where it is not JSON, as after somebody changed it.
fn what(row: &AuditRow) -> Value {
    let text = row.entry.json.as_str();
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn cells(row: &AuditRow) -> [String; 4] {
    let what = what(row);
    let text = |key: &str| what[key].as_str().unwrap_or_default().to_owned();
    let words = match row.entry.kind.as_str() {
        kind::START => vec![text("name"), text("arguments")],
        kind::TOOL => vec![text("status"), text("name"), text("arguments")],
        kind::PERMISSION => vec![text("outcome"), text("title"), text("text")],
        kind::EDIT => vec![
            text("outcome"),
            text("kind"),
            text("path"),
            text("uri"),
            text("newPath"),
        ],
        kind::TRUST => vec![what["trusted"].to_string(), text("hash")],
        kind::HOOK => vec![text("outcome"), text("event"), text("text")],
        LOSS => vec!["earlier rows are gone".to_owned()],
        _ => vec![row.entry.json.clone()],
    };
    let line: Vec<&str> = words
        .iter()
        .flat_map(|word| word.split_whitespace())
        .collect();
    let line = line.join(" ");
    let mut shown: String = line.chars().take(MAX_SHOWN_CHARS).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    [
        row.seq.to_string(),
        row.entry.at.clone(),
        row.entry.kind.clone(),
        shown,
    ]
}

async fn verify(context: &Context, json: bool) -> Result<u8, Failure> {
    let store = context.engine.store().await?;
    let verdict = store.verify_audit().await;
    let verdict = verdict.map_err(crate::engine::error::EngineError::from)?;
    let code = match verdict.broken {
        Some(_) => exit::FAILED,
        None => exit::DONE,
    };
    if json {
        let broken = verdict.broken.as_ref();
        let broken = broken.map(|broken| json!({ "seq": broken.seq, "why": broken.why }));
        let shown = json!({
            "rows": verdict.rows,
            "hash": verdict.hash,
            "broken": broken,
            "losses": verdict.losses,
        });
        terminal::line(&shown.to_string(), Style::Plain)?;
        return Ok(code);
    }
    tell(&verdict)?;
    Ok(code)
}

fn tell(verdict: &Verdict) -> Result<(), Failure> {
    for seq in &verdict.losses {
        let line = format!(
            "Row {seq} says that rows before it are gone: somebody cut them off, or a power failure took them."
        );
        terminal::line(&line, Style::Red)?;
    }
    let Verdict { rows, hash, .. } = verdict;
    match &verdict.broken {
        Some(broken) => {
            let line = format!("The chain breaks: row {} {}.", broken.seq, broken.why);
            terminal::line(&line, Style::Red)?;
            let line = format!("The {rows} rows before it are as they were appended.");
            terminal::line(&line, Style::Plain)?;
        }
        None => {
            let line = format!("All {rows} rows are as they were appended; the last is {hash}.");
            terminal::line(&line, Style::Green)?;
        }
    }
    Ok(())
}
