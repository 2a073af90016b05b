//! What models were sent and what it cost: a row for each request, a line of the ledger where one
//! is kept, and the sums for people.
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aside_llm::Usage;
use aside_protocol::{ModelUsage, UsageGetParams, UsageGetResult};
use aside_store::{UsageRow, UsageSum};
use futures_util::future::join_all;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Engine;
use super::error::EngineError;
use crate::clock;
use crate::logs::RotatedFile;

/// The largest ledger, in bytes; it is renamed then, and a new one is begun.
pub const MAX_LEDGER_BYTES: u64 = 64 * 1024 * 1024;
/// How many ledgers are kept, the one that is written to included.
pub const MAX_LEDGERS: usize = 8;
/// How long the end of the program waits for the ledger's last lines.
pub const LEDGER_LIMIT: Duration = Duration::from_secs(2);
/// More tokens than any request has: a server that counts more is not believed.
const MAX_TOKENS: u64 = 1_000_000_000;

/// A line of the ledger.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    time: &'a str,
    workspace: &'a Path,
    session_id: &'a str,
    turn_id: Option<&'a str>,
    model: &'a str,
    purpose: &'a str,
    #[serde(flatten)]
    usage: &'a Usage,
}

impl Engine {
    /// The row of a request of a turn that has just ended, which is added to the ledger too.
    pub(super) fn used(
        self: &Arc<Self>,
        session_id: &str,
        turn_id: Option<&str>,
        model: &str,
        usage: &Usage,
    ) -> UsageRow {
        self.used_for(session_id, turn_id, model, usage, "turn")
    }

    /// The same for a request of any purpose.
    pub(super) fn used_for(
        self: &Arc<Self>,
        session_id: &str,
        turn_id: Option<&str>,
        model: &str,
        usage: &Usage,
        purpose: &str,
    ) -> UsageRow {
        let row = UsageRow {
            session_id: session_id.to_owned(),
            turn_id: turn_id.map(str::to_owned),
            created_at: clock::now(),
            model: model.to_owned(),
            purpose: purpose.to_owned(),
            input_tokens: stored(usage.input_tokens),
            cached_input_tokens: stored(usage.cached_input_tokens),
            cache_write_tokens: stored(usage.cache_write_tokens),
            output_tokens: stored(usage.output_tokens),
            reasoning_tokens: stored(usage.reasoning_tokens),
            estimated: usage.estimated,
            cost_usd: usage.cost_usd.filter(|cost| cost.is_finite()),
        };
        if let Some(ledger) = &self.settings().usage.ledger {
            let line = Line {
                time: &row.created_at,
                workspace: &self.workspace.key,
                session_id,
                turn_id,
                model,
                purpose: &row.purpose,
                usage,
            };
            // A relative path starts at the folder of data.
            let path = self.workspace.data.join(ledger);
            self.ledger.add(path, crate::wire::to_json(&line));
        }
        row
    }

    /// `usage/get`.
    pub async fn usage(
        self: &Arc<Self>,
        params: UsageGetParams,
    ) -> Result<UsageGetResult, EngineError> {
        let since = match params.since {
            None => None,
            Some(since) => Some(start(&since).ok_or_else(|| {
                EngineError::invalid(format!(
                    "`since` {since:?} is neither a day such as 2026-01-31 nor a time such as 2026-01-31T08:00:00Z"
                ))
            })?),
        };
        let store = self.store().await?;
        if let Some(session) = &params.session_id {
            // A session that is gone is one that is not known, but its rows are still there.
            if store.usage(Some(session.clone()), None).await?.is_empty() {
                store.get_session(session.as_str()).await?;
            }
        }
        let sums = store.usage(params.session_id, since).await?;
        let mut total = Usage::default();
        for sum in &sums {
            total += read(sum);
        }
        Ok(UsageGetResult {
            days: sums.iter().map(by_model).collect(),
            total: crate::wire::usage(total),
        })
    }
}

/// The lines of the ledger that are being written.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    writing: Mutex<Vec<JoinHandle<()>>>,
}

impl Ledger {
    /// Adds a line, aside: no turn waits for it, and a ledger that cannot be written stops none.
    fn add(&self, path: PathBuf, mut line: String) {
        line.push('\n');
        let writing = tokio::task::spawn_blocking(move || {
            let file = RotatedFile::new(path.clone(), MAX_LEDGER_BYTES, MAX_LEDGERS);
            if let Err(error) = file.append(line.as_bytes()) {
                tracing::warn!(%error, path = %path.display(), "the ledger of usage cannot be written; see the setting usage.ledger");
            }
        });
        let mut all = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|task| !task.is_finished());
        all.push(writing);
    }

    /// Waits until what was added is written, or for a while.
    pub(super) async fn close(&self) {
        let all = std::mem::take(&mut *self.writing.lock().unwrap_or_else(PoisonError::into_inner));
        if timeout(LEDGER_LIMIT, join_all(all)).await.is_err() {
            tracing::warn!("the last lines of the ledger of usage may be missing");
        }
    }
}

fn stored(tokens: u64) -> i64 {
    i64::try_from(tokens.min(MAX_TOKENS)).unwrap_or(i64::MAX)
}

fn by_model(sum: &UsageSum) -> ModelUsage {
    ModelUsage {
        day: sum.day.clone(),
        model: sum.sum.model.clone(),
        requests: u64::try_from(sum.requests).unwrap_or_default(),
        usage: crate::wire::usage(read(sum)),
        estimated: sum.sum.estimated,
    }
}

fn read(sum: &UsageSum) -> Usage {
    let row = &sum.sum;
    let tokens = |count: i64| u64::try_from(count).unwrap_or_default();
    Usage {
        input_tokens: tokens(row.input_tokens),
        cached_input_tokens: tokens(row.cached_input_tokens),
        cache_write_tokens: tokens(row.cache_write_tokens),
        output_tokens: tokens(row.output_tokens),
        reasoning_tokens: tokens(row.reasoning_tokens),
        estimated: row.estimated,
        cost_usd: row.cost_usd,
    }
}

/// A day or a time as rows have it, which sorts among them; `None` if it is neither.
pub fn start(text: &str) -> Option<String> {
    if text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10 {
        return Some(text.to_owned());
    }
    let time = text.strip_suffix('Z').and(text.parse().ok())?;
    Some(clock::text(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(start(text).as_deref(), expect, "{text:?}");
    }

    #[test]
    fn times_are_told_as_rows_have_them() {
        check("2026-01-31", Some("2026-01-31"));
        // However a time is written, it stands before the rows of its second.
        for text in [
            "2026-01-31T08:00:00Z",
            "2026-01-31T08:00Z",
            "2026-01-31 08:00:00.0Z",
            "20260131T080000Z",
            "2026-01-31T08:00:00.000000001Z",
        ] {
            check(text, Some("2026-01-31T08:00:00.000Z"));
        }
        for text in ["", "Z", "7d", "20260131", "2026-01-31T08:00:00+02:00"] {
            check(text, None);
        }
    }
}
