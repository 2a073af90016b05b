//! What requests to models used: a row for each, and sums by day and model.
use rusqlite::{Row, params};

use crate::error::Result;
use crate::thread::Store;
use crate::write::Batch;

/// How many pairs of a day and a model are summed at most; the newest count.
pub const MAX_USAGE_SUMS: u32 = 10_000;

const ADD: &str = "INSERT INTO usage (session_id, turn_id, created_at, model, purpose, \
     input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, \
     estimated, cost_usd) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
// A sum in which one cost is unknown is unknown.
const SUMS: &str = "SELECT substr(created_at, 1, 10) AS day, model, count(*), \
     sum(input_tokens), sum(cached_input_tokens), sum(cache_write_tokens), sum(output_tokens), \
     sum(reasoning_tokens), max(estimated), CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END \
     FROM usage WHERE (?1 IS NULL OR session_id = ?1) AND (?2 IS NULL OR created_at >= ?2) \
     GROUP BY day, model ORDER BY day DESC, model LIMIT ?3";

/// What one request used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UsageRow {
    /// The session that it was made for.
    pub session_id: String,
    /// The turn, if it was made in one.
    pub turn_id: Option<String>,
    /// When it ended.
    pub created_at: String,
    /// `provider/model`.
    pub model: String,
    /// What it was for: `turn`, or what else a session asks a model.
    pub purpose: String,
    /// All input, cached included.
    pub input_tokens: i64,
    /// Read from a cache.
    pub cached_input_tokens: i64,
    /// Written to a cache.
    pub cache_write_tokens: i64,
    /// All output, reasoning included.
    pub output_tokens: i64,
    /// Spent on reasoning.
    pub reasoning_tokens: i64,
    /// Whether the provider did not count; of a sum, whether any did not.
    pub estimated: bool,
    /// In US dollars, where the price is known.
    pub cost_usd: Option<f64>,
}

/// What the requests of one day to one model used together.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageSum {
    /// For example `2026-01-31`, in UTC.
    pub day: String,
    /// How many requests.
    pub requests: i64,
    /// The sums; session, turn, time and purpose are empty, the cost is absent where one is.
    pub sum: UsageRow,
}

impl Store {
    /// What was used by day and model, the newest day first; of one session, or since a time
    /// (RFC 3339, or the start of one such as a day), or both. At most [`MAX_USAGE_SUMS`].
    pub async fn usage(
        &self,
        session_id: Option<String>,
        since: Option<String>,
    ) -> Result<Vec<UsageSum>> {
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(SUMS)?;
            let rows = statement.query_map(params![session_id, since, MAX_USAGE_SUMS], sum)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

impl Batch<'_> {
    pub(crate) fn usage(&mut self, row: &UsageRow) -> Result<()> {
        self.touch(&row.session_id)?;
        self.tx.prepare_cached(ADD)?.execute(params![
            row.session_id,
            row.turn_id,
            row.created_at,
            row.model,
            row.purpose,
            row.input_tokens,
            row.cached_input_tokens,
            row.cache_write_tokens,
            row.output_tokens,
            row.reasoning_tokens,
            row.estimated,
            row.cost_usd,
        ])?;
        Ok(())
    }
}

fn sum(row: &Row<'_>) -> rusqlite::Result<UsageSum> {
    Ok(UsageSum {
        day: row.get(0)?,
        requests: row.get(2)?,
        sum: UsageRow {
            model: row.get(1)?,
            input_tokens: row.get(3)?,
            cached_input_tokens: row.get(4)?,
            cache_write_tokens: row.get(5)?,
            output_tokens: row.get(6)?,
            reasoning_tokens: row.get(7)?,
            estimated: row.get(8)?,
            cost_usd: row.get(9)?,
            ..UsageRow::default()
        },
    })
}
