//! Events: replay for clients, and noticing what other servers wrote.
use rusqlite::params;

use crate::columns::{self, event_columns};
use crate::error::Result;
use crate::rows::{EventRow, ForeignEvents};
use crate::sessions::check_session;
use crate::thread::Store;

/// How many events one call reads at most.
pub const MAX_EVENTS: u32 = 10_000;

/// How many bytes of events one call reads at most; a larger event is read alone.
pub const MAX_EVENT_BYTES: usize = 32 * 1024 * 1024;

pub(crate) const EVENTS_AFTER: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM events WHERE session_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
);
pub(crate) const FOREIGN_EVENTS: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM events WHERE rowid > ?1 AND writer <> ?2 ORDER BY rowid LIMIT ?3"
);
pub(crate) const MAX_ROWID: &str = "SELECT ifnull(max(rowid), 0) FROM events";

impl Store {
    /// The events of a session after a number, in order, as many as [`MAX_EVENT_BYTES`] hold;
    /// `limit` is brought inside 1 to [`MAX_EVENTS`].
    pub async fn events_after(
        &self,
        session_id: impl Into<String>,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<EventRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let mut statement = tx.prepare_cached(EVENTS_AFTER)?;
                let rows = statement.query_map(params![id, seq, clamp(limit)], columns::event)?;
                let events = within_bytes(rows)?.0;
                Ok(events.into_iter().map(|(_, event)| event).collect())
            })
        })
        .await
    }

    /// The row number of the newest event of any session, 0 where there are none: where
    /// watching for events of other servers begins.
    pub async fn max_event_rowid(&self) -> Result<i64> {
        self.call(|db| {
            let mut statement = db.conn.prepare_cached(MAX_ROWID)?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// The events that other servers wrote after a row number, as many as [`MAX_EVENT_BYTES`]
    /// hold; `limit` is brought inside 1 to [`MAX_EVENTS`].
    pub async fn foreign_events(&self, after_rowid: i64, limit: u32) -> Result<ForeignEvents> {
        self.call(move |db| {
            db.reading(|tx, me| {
                let limit = clamp(limit);
                let mut statement = tx.prepare_cached(FOREIGN_EVENTS)?;
                let rows =
                    statement.query_map(params![after_rowid, me.writer, limit], columns::event)?;
                let (events, has_more) = within_bytes(rows)?;
                let up_to = match events.last() {
                    Some((rowid, _)) if has_more || events.len() >= limit as usize => *rowid,
                    // All was seen; this server's own events need not be passed over again.
                    _ => tx
                        .prepare_cached(MAX_ROWID)?
                        .query_row([], |row| row.get(0))
                        .map(|max: i64| max.max(after_rowid))?,
                };
                Ok(ForeignEvents { events, up_to })
            })
        })
        .await
    }

    /// A number that changes when another server has written anything. Cheap enough to ask
    /// several times a second.
    pub async fn data_version(&self) -> Result<i64> {
        self.call(|db| {
            let mut statement = db.conn.prepare_cached("PRAGMA data_version")?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
        .await
    }
}

/// The first events that fit, and whether there are more; at least one.
fn within_bytes(
    rows: impl Iterator<Item = rusqlite::Result<(i64, EventRow)>>,
) -> Result<(Vec<(i64, EventRow)>, bool)> {
    let mut events = Vec::new();
    let mut bytes = 0_usize;
    for row in rows {
        let (rowid, event) = row?;
        bytes = bytes.saturating_add(event.json.len());
        if bytes > MAX_EVENT_BYTES && !events.is_empty() {
            return Ok((events, true));
        }
        events.push((rowid, event));
    }
    Ok((events, false))
}

fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MAX_EVENTS)
}
