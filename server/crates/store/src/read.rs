//! Smaller reads: values of the workspace, and figures for `aside doctor`.
use std::fs;

use rusqlite::OptionalExtension;

use crate::error::Result;
use crate::migrate;
use crate::open::with_suffix;
use crate::rows::Stats;
use crate::thread::Store;

const META: &str = "SELECT value FROM meta WHERE key = ?1";
const COUNTS: &str = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM turns), \
     (SELECT count(*) FROM items), (SELECT count(*) FROM events), \
     (SELECT count(*) FROM edits), (SELECT count(*) FROM attempts), \
     (SELECT count(*) FROM blobs)";

impl Store {
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
                    attempts: row.get(5)?,
                    blobs: row.get(6)?,
                })
            })?;
            Ok(stats)
        })
        .await
    }
}
