//! `aside auth list`: who has a key, and where it comes from.
use aside_llm::catalog::providers;
use serde_json::json;

use super::{blocking, failed, name_of, origin, store};
use crate::cli::context::Context;
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::columns::aligned;
use crate::keys::Kind;

/// A key that there is.
struct Row {
    provider: String,
    kind: Kind,
    /// `environment`, `settings`, `keyring` or `file`.
    source: &'static str,
    /// Which variable, or which file of settings.
    detail: Option<String>,
    /// Whether it is the one that is sent.
    is_used: bool,
}

/// Lists keys without any of their letters.
pub(super) async fn list(context: &Context, json: bool) -> Result<u8, Failure> {
    let store = store(context);
    let kept = match blocking(move || store.list()).await? {
        Ok(kept) => kept,
        Err(error) => return failed(error),
    };
    let mut rows = from_settings(context);
    for entry in kept {
        let (id, kind) = Kind::of_name(&entry.name);
        let is_first = !rows.iter().any(|row| row.provider == id && row.is_used);
        rows.push(Row {
            provider: id.to_owned(),
            kind,
            source: entry.place.word(),
            detail: None,
            is_used: is_first,
        });
    }
    let place = |row: &Row| providers().iter().position(|spec| spec.id == row.provider);
    rows.sort_by_key(|row| place(row).unwrap_or(usize::MAX));
    if json {
        let rows: Vec<serde_json::Value> = rows.iter().map(as_json).collect();
        terminal::line(&crate::wire::to_json(&rows), Style::Plain)?;
        return Ok(exit::DONE);
    }
    if rows.is_empty() {
        terminal::note(
            "No provider has a key yet. `aside auth add openai` asks for one; `aside models \
             --providers` lists whose there can be.",
            Style::Plain,
        );
        return Ok(exit::DONE);
    }
    let cells = rows.iter().map(|row| {
        [
            row.provider.clone(),
            name_of(&row.provider).to_owned(),
            row.kind.word().to_owned(),
            from(row),
        ]
    });
    let lines = aligned(&cells.collect::<Vec<_>>(), 4);
    for (row, line) in rows.iter().zip(lines) {
        let style = if row.is_used {
            Style::Plain
        } else {
            Style::Dim
        };
        terminal::line(&line, style)?;
    }
    Ok(exit::DONE)
}

fn from_settings(context: &Context) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, own) in &context.resolved.settings.providers.own {
        let both = [(Kind::Key, &own.key), (Kind::Token, &own.token)];
        for (kind, secret) in both {
            if secret.is_none() {
                continue;
            }
            let origin = origin(context, id, kind).unwrap_or_default();
            let is_variable = std::env::var_os(origin).is_some();
            rows.push(Row {
                provider: id.clone(),
                kind,
                source: if is_variable {
                    "environment"
                } else {
                    "settings"
                },
                detail: Some(origin.to_owned()),
                is_used: kind == Kind::Key || own.key.is_none(),
            });
        }
    }
    rows
}

fn from(row: &Row) -> String {
    let from = match (row.source, &row.detail) {
        ("keyring", _) => "the system's keyring".to_owned(),
        ("file", _) => "the encrypted file".to_owned(),
        (source, Some(detail)) => format!("{source}: {detail}"),
        (source, None) => source.to_owned(),
    };
    if row.is_used {
        return from;
    }
    format!("{from} (not used: another one comes first)")
}

fn as_json(row: &Row) -> serde_json::Value {
    json!({
        "provider": row.provider,
        "kind": row.kind.word(),
        "source": row.source,
        "detail": row.detail,
        "used": row.is_used,
    })
}
