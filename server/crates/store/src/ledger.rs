//! The ledger of edits: each attempt of a model, how well they go, and all of them again for a
//! replay.
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::blobs;
use crate::columns::{self, attempt_columns};
use crate::edit_rows::{AttemptRow, OUTCOMES, StatRow};
use crate::error::{Result, StoreError};
use crate::sessions::page_limit;
use crate::thread::Store;
use crate::write::{Batch, some};

/// How many pairs of a model and a dialect are counted apart.
pub const MAX_STATS: u32 = 1_000;
/// How many stages and reasons are counted apart, over all pairs.
const MAX_DETAILS: u32 = 20_000;

pub(crate) const ATTEMPTS_AFTER: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM attempts WHERE position > ?1 ORDER BY position LIMIT ?2"
);
pub(crate) const ADD_ATTEMPT: &str = "INSERT INTO attempts (id, session_id, turn_id, item_id, \
     created_at, model, path, dialect, stage, outcome, code, base_hash, result_hash, request, \
     first_try) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
     ifnull((SELECT outcome NOT IN ('refused', 'conflicted', 'failed') FROM attempts \
     WHERE session_id = ?2 AND turn_id = ?3 AND path = ?7 ORDER BY position DESC LIMIT 1), 1)) \
     ON CONFLICT (id) DO NOTHING";
const SESSION_OF: &str = "SELECT session_id FROM attempts WHERE id = ?1";
const SET_OUTCOME: &str = "UPDATE attempts SET outcome = ?2 WHERE id = ?1";
const STATS: &str = "SELECT model, dialect, count(*), sum(first_try <> 0), \
     sum(first_try <> 0 AND outcome IN ('applied', 'rebased', 'proposed')), \
     sum(outcome IN ('applied', 'rebased', 'proposed')), sum(outcome = 'rebased'), \
     sum(outcome = 'proposed'), sum(outcome = 'refused'), sum(outcome = 'conflicted'), \
     sum(outcome = 'failed') FROM attempts GROUP BY model, dialect \
     ORDER BY model, dialect LIMIT ?1";
const BY_STAGE: &str = "SELECT model, dialect, stage, count(*) FROM attempts \
     WHERE stage IS NOT NULL GROUP BY model, dialect, stage \
     ORDER BY model, dialect, stage LIMIT ?1";
const BY_CODE: &str = "SELECT model, dialect, code, count(*) FROM attempts \
     WHERE code IS NOT NULL GROUP BY model, dialect, code \
     ORDER BY model, dialect, code LIMIT ?1";

impl Store {
    /// How well each model edits in each dialect, by their names. Reads the whole ledger, so it
    /// is not for a hot path. At most [`MAX_STATS`] rows.
    pub async fn attempt_stats(&self) -> Result<Vec<StatRow>> {
        self.call(|db| db.reading(|tx, _| stats(tx))).await
    }

    /// The attempts after a position, of all sessions, oldest first, with their positions;
    /// begin after 0. `limit` is brought inside 1 to [`crate::MAX_PAGE`].
    pub async fn attempts_after(
        &self,
        position: i64,
        limit: u32,
    ) -> Result<Vec<(i64, AttemptRow)>> {
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(ATTEMPTS_AFTER)?;
            let rows =
                statement.query_map(params![position, page_limit(limit)], columns::attempt)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

impl Batch<'_> {
    pub(crate) fn attempt(&mut self, row: &AttemptRow) -> Result<()> {
        check_outcome(&row.outcome)?;
        self.touch(&row.session_id)?;
        let added = self.tx.prepare_cached(ADD_ATTEMPT)?.execute(params![
            row.id,
            row.session_id,
            row.turn_id,
            row.item_id,
            row.created_at,
            row.model,
            row.path,
            row.dialect,
            row.stage,
            row.outcome,
            row.code,
            row.base_hash,
            row.result_hash,
            row.request,
        ])?;
        some(added, "attempt", &row.id)?;
        blobs::note_use(self.tx, &row.session_id, row.base_hash.as_deref())
    }

    pub(crate) fn attempt_outcome(&mut self, id: &str, outcome: &str) -> Result<()> {
        check_outcome(outcome)?;
        let session: String = self
            .tx
            .prepare_cached(SESSION_OF)?
            .query_row([id], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::not_found("attempt", id))?;
        self.touch(&session)?;
        self.tx
            .prepare_cached(SET_OUTCOME)?
            .execute([id, outcome])?;
        Ok(())
    }
}

fn check_outcome(outcome: &str) -> Result<()> {
    if OUTCOMES.contains(&outcome) {
        return Ok(());
    }
    let message = format!("{outcome:?} is none of {}", OUTCOMES.join(", "));
    Err(StoreError::invalid("outcome", message))
}

fn stats(tx: &Transaction<'_>) -> Result<Vec<StatRow>> {
    let mut statement = tx.prepare(STATS)?;
    let rows = statement.query_map([MAX_STATS], stat)?;
    let mut stats = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    details(tx, BY_STAGE, &mut stats, |it| &mut it.by_stage)?;
    details(tx, BY_CODE, &mut stats, |it| &mut it.by_code)?;
    Ok(stats)
}

fn stat(row: &Row<'_>) -> rusqlite::Result<StatRow> {
    Ok(StatRow {
        model: row.get(0)?,
        dialect: row.get(1)?,
        attempts: row.get(2)?,
        first_tries: row.get(3)?,
        first_try_ok: row.get(4)?,
        ok: row.get(5)?,
        rebased: row.get(6)?,
        proposed: row.get(7)?,
        refused: row.get(8)?,
        conflicted: row.get(9)?,
        failed: row.get(10)?,
        by_stage: Vec::new(),
        by_code: Vec::new(),
    })
}

/// Adds counts by another column to the rows they belong to, which are sorted alike.
fn details(
    tx: &Transaction<'_>,
    sql: &str,
    stats: &mut [StatRow],
    list: impl Fn(&mut StatRow) -> &mut Vec<(String, i64)>,
) -> Result<()> {
    let mut statement = tx.prepare(sql)?;
    let mut rows = statement.query([MAX_DETAILS])?;
    while let Some(row) = rows.next()? {
        let key: (String, String) = (row.get(0)?, row.get(1)?);
        let found = stats.binary_search_by(|it| (&it.model, &it.dialect).cmp(&(&key.0, &key.1)));
        if let Ok(index) = found {
            list(&mut stats[index]).push((row.get(2)?, row.get(3)?));
        }
    }
    Ok(())
}
