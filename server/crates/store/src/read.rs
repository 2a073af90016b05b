//! Smaller reads: edits, pre-images, values of the workspace, and figures for `aside doctor`.
use std::fs;

use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use crate::columns::{self, edit_columns};
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::open::with_suffix;
use crate::rows::{EditRow, Stats};
use crate::sessions::check_session;
use crate::thread::Store;

pub(crate) const EDITS: &str = concat!(
    "SELECT ",
    edit_columns!(),
    " FROM edits WHERE session_id = ?1 ORDER BY position"
);
pub(crate) const EDIT: &str = concat!("SELECT ", edit_columns!(), " FROM edits WHERE id = ?1");
pub(crate) const BLOB: &str = "SELECT data FROM blobs WHERE hash = ?1";
const META: &str = "SELECT value FROM meta WHERE key = ?1";
const COUNTS: &str = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM turns), \
     (SELECT count(*) FROM items), (SELECT count(*) FROM events), \
     (SELECT count(*) FROM edits), (SELECT count(*) FROM blobs)";

/// The hash under which bytes are kept: SHA-256 in lower-case hexadecimal.
pub fn blob_hash(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Store {
    /// The edits of a session in the order they were made.
    pub async fn edits(&self, session_id: impl Into<String>) -> Result<Vec<EditRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let mut statement = tx.prepare_cached(EDITS)?;
                let rows = statement.query_map([&id], columns::edit)?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
        })
        .await
    }

    /// One edit; [`StoreError::NotFound`] where there is none.
    pub async fn get_edit(&self, id: impl Into<String>) -> Result<EditRow> {
        let id = id.into();
        self.call(move |db| {
            db.conn
                .prepare_cached(EDIT)?
                .query_row([&id], columns::edit)
                .optional()?
                .ok_or_else(|| StoreError::not_found("edit", &id))
        })
        .await
    }

    /// The bytes kept under a hash; [`StoreError::NotFound`] where there are none.
    pub async fn blob(&self, hash: impl Into<String>) -> Result<Vec<u8>> {
        let hash = hash.into();
        self.call(move |db| {
            db.conn
                .prepare_cached(BLOB)?
                .query_row([&hash], |row| row.get(0))
                .optional()?
                .ok_or_else(|| StoreError::not_found("pre-image", &hash))
        })
        .await
    }

    /// A value of the workspace that belongs to no session, if it was ever set.
    pub async fn meta(&self, key: impl Into<String>) -> Result<Option<String>> {
        let key = key.into();
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(META)?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// What the database holds. Counts every row, so it is not for a hot path.
    pub async fn stats(&self) -> Result<Stats> {
        self.call(|db| {
            // The log is not there while nothing was written.
            let bytes = ["", "-wal"]
                .iter()
                .filter_map(|it| fs::metadata(with_suffix(&db.path, it)).ok())
                .map(|it| it.len())
                .sum();
            let version = migrate::version(&db.conn)?;
            let path = db.path.clone();
            let stats = db.conn.query_row(COUNTS, [], |row| {
                Ok(Stats {
                    path,
                    bytes,
                    version,
                    sessions: row.get(0)?,
                    turns: row.get(1)?,
                    items: row.get(2)?,
                    events: row.get(3)?,
                    edits: row.get(4)?,
                    blobs: row.get(5)?,
                })
            })?;
            Ok(stats)
        })
        .await
    }
}
