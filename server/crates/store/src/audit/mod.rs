//! The audit log: rows that are only appended, each with a hash over itself and the row before, so
//! that a change of what was written shows.
mod head;
mod verify;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::rows::AuditEntry;
use crate::thread::{Me, Store};

pub(crate) use head::HeadFile;
pub use head::LOCK_WAIT;
pub use verify::{Broken, Verdict};

/// How many rows of the log are read at a time.
pub const MAX_AUDIT_ROWS: u32 = 1000;
/// The kind of a row that says that earlier rows are gone.
pub const LOSS: &str = "loss";

/// What stands for the hash before the first row.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The first thing that is hashed of a row; another way of hashing would have another one.
const SCHEME: &[u8] = b"aside-audit-1";

const LAST: &str = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
const ADD: &str = "INSERT INTO audit (seq, at, session_id, turn_id, kind, json, prev_hash, hash) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const PAGE: &str = "SELECT seq, at, session_id, turn_id, kind, json, prev_hash, hash FROM audit \
     WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const NEWEST: &str = "SELECT seq, at, session_id, turn_id, kind, json, prev_hash, hash FROM audit \
     WHERE (?1 IS NULL OR session_id = ?1) AND (?2 IS NULL OR at >= ?2) \
     ORDER BY seq DESC LIMIT ?3";

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// From 1, without a gap.
    pub seq: i64,
    /// What was appended.
    pub entry: AuditEntry,
    /// The hash of the row before.
    pub prev_hash: String,
    /// The hash of this row.
    pub hash: String,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this session.
    pub session_id: Option<String>,
    /// Only from then on, RFC 3339 in UTC or the start of it.
    pub since: Option<String>,
}

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The last row's number, 0 for none.
    pub(crate) seq: i64,
    /// Its hash.
    pub(crate) hash: String,
}

impl Head {
    fn none() -> Self {
        Self {
            seq: 0,
            hash: NOTHING.to_owned(),
        }
    }
}

impl Store {
    /// The newest rows that fit, at most [`MAX_AUDIT_ROWS`], in the order in which they were
    /// appended.
    pub async fn audit_newest(&self, filter: AuditFilter, limit: u32) -> Result<Vec<AuditRow>> {
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(NEWEST)?;
            let limit = limit.min(MAX_AUDIT_ROWS);
            let rows = statement.query_map(params![filter.session_id, filter.since, limit], row)?;
            let mut rows: Vec<AuditRow> = rows.collect::<rusqlite::Result<_>>()?;
            rows.reverse();
            Ok(rows)
        })
        .await
    }

    /// The first rows after a number, at most [`MAX_AUDIT_ROWS`].
    async fn audit_after(&self, seq: i64) -> Result<Vec<AuditRow>> {
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(PAGE)?;
            let rows = statement.query_map(params![seq, MAX_AUDIT_ROWS], row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// Where the chain ends after a transaction.
#[derive(Debug)]
pub(crate) struct End {
    head: Head,
    /// Whether it begins with a row about earlier ones that are gone.
    is_after_loss: bool,
}

/// The rows that a transaction appends, one after the other.
#[derive(Default)]
pub(crate) struct Chain {
    end: Option<End>,
}

impl Chain {
    /// Appends a row. The transaction holds the write lock, so there is one chain for all servers.
    pub(crate) fn append(
        &mut self,
        tx: &Transaction<'_>,
        me: &Me,
        entry: &AuditEntry,
    ) -> Result<()> {
        let before = match self.end.take() {
            Some(end) => end,
            None => begin(tx, me, entry)?,
        };
        self.end = Some(End {
            head: add(tx, &before.head, entry)?,
            is_after_loss: before.is_after_loss,
        });
        Ok(())
    }

    /// The end of the chain, to be noted beside the database once the transaction is committed.
    pub(crate) fn end(self) -> Option<End> {
        self.end
    }
}

/// The end of the chain as the database has it. Where more is known to have been appended, rows
/// were lost, which the chain then says itself.
fn begin(tx: &Transaction<'_>, me: &Me, entry: &AuditEntry) -> Result<End> {
    let last = last(tx)?;
    let whole = |head| End {
        head,
        is_after_loss: false,
    };
    let Some(noted) = me.head.read() else {
        return Ok(whole(last));
    };
    // What is noted was committed, and nobody appends while this transaction holds the lock.
    let is_there = noted.seq < last.seq || noted == last;
    if is_there {
        return Ok(whole(last));
    }
    tracing::warn!(
        noted = noted.seq,
        found = last.seq,
        "rows of the audit log are gone"
    );
    let loss = AuditEntry {
        at: entry.at.clone(),
        session_id: None,
        turn_id: None,
        kind: LOSS.to_owned(),
        json: format!(
            r#"{{"notedSeq":{},"notedHash":"{}","foundSeq":{}}}"#,
            noted.seq, noted.hash, last.seq
        ),
    };
    Ok(End {
        head: add(tx, &last, &loss)?,
        is_after_loss: true,
    })
}

fn last(tx: &Transaction<'_>) -> Result<Head> {
    let found = tx
        .prepare_cached(LAST)?
        .query_row([], |row| {
            Ok(Head {
                seq: row.get(0)?,
                hash: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_else(Head::none))
}

fn add(tx: &Transaction<'_>, before: &Head, entry: &AuditEntry) -> Result<Head> {
    let seq = before.seq + 1;
    let hash = hash(&before.hash, seq, entry);
    tx.prepare_cached(ADD)?.execute(params![
        seq,
        entry.at,
        entry.session_id,
        entry.turn_id,
        entry.kind,
        entry.json,
        before.hash,
        hash,
    ])?;
    Ok(Head { seq, hash })
}

/// SHA-256 over the hash before and the row: each column with its length before it, or a mark for
/// none, so that no two rows are the same bytes.
fn hash(prev_hash: &str, seq: i64, entry: &AuditEntry) -> String {
    let mut hasher = Sha256::new();
    hasher.update(SCHEME);
    hasher.update(prev_hash.as_bytes());
    hasher.update(seq.to_le_bytes());
    let columns = [
        Some(&entry.at),
        entry.session_id.as_ref(),
        entry.turn_id.as_ref(),
        Some(&entry.kind),
        Some(&entry.json),
    ];
    for column in columns {
        match column {
            Some(text) => {
                hasher.update((text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            None => hasher.update(u64::MAX.to_le_bytes()),
        }
    }
    let bytes = hasher.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        seq: row.get(0)?,
        entry: AuditEntry {
            at: row.get(1)?,
            session_id: row.get(2)?,
            turn_id: row.get(3)?,
            kind: row.get(4)?,
            json: row.get(5)?,
        },
        prev_hash: row.get(6)?,
        hash: row.get(7)?,
    })
}
