//! Messages for a running turn, from when they are sent until the turn takes them in.
use rusqlite::{Row, Transaction, params};

use crate::error::Result;
use crate::write::{Batch, some};

pub(crate) const STEERS: &str = "SELECT id, session_id, turn_id, created_at, client_message_id, \
     content FROM steers WHERE session_id = ?1 ORDER BY position";
const ADD: &str = "INSERT INTO steers \
     (id, session_id, turn_id, created_at, client_message_id, content) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
const DELETE: &str = "DELETE FROM steers WHERE id = ?1 AND session_id = ?2";

/// A message for a running turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SteerRow {
    /// UUIDv7.
    pub id: String,
    /// Its session.
    pub session_id: String,
    /// The turn that it is for.
    pub turn_id: String,
    /// When it was sent.
    pub created_at: String,
    /// The client's id of the message.
    pub client_message_id: Option<String>,
    /// What was said, JSON.
    pub content: String,
}

/// The messages of a session that no turn has taken in, oldest first.
pub(crate) fn of_session(tx: &Transaction<'_>, session_id: &str) -> Result<Vec<SteerRow>> {
    let mut statement = tx.prepare_cached(STEERS)?;
    let rows = statement.query_map([session_id], steer)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Batch<'_> {
    pub(crate) fn add_steer(&mut self, row: &SteerRow) -> Result<()> {
        self.touch(&row.session_id)?;
        let added = self.tx.prepare_cached(ADD)?.execute(params![
            row.id,
            row.session_id,
            row.turn_id,
            row.created_at,
            row.client_message_id,
            row.content,
        ])?;
        some(added, "message", &row.id)
    }

    pub(crate) fn delete_steer(&mut self, session_id: &str, id: &str) -> Result<()> {
        self.touch(session_id)?;
        self.tx.prepare_cached(DELETE)?.execute([id, session_id])?;
        Ok(())
    }
}

fn steer(row: &Row<'_>) -> rusqlite::Result<SteerRow> {
    Ok(SteerRow {
        id: row.get(0)?,
        session_id: row.get(1)?,
        turn_id: row.get(2)?,
        created_at: row.get(3)?,
        client_message_id: row.get(4)?,
        content: row.get(5)?,
    })
}
