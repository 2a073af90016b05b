//! Rewinds, the turns they took out of the conversation, and what the model is told of it.
use rusqlite::{OptionalExtension, Transaction, params};

use crate::blobs;
use crate::columns::{self, note_columns, rewind_columns};
use crate::edit_rows::{NoteRow, REWIND_STATES, RewindRow};
use crate::error::{Result, StoreError};
use crate::sessions::check_session;
use crate::thread::Store;
use crate::write::{Batch, some};

/// How many notes of a session are kept.
pub const MAX_NOTES: u32 = 1_000;

pub(crate) const REWIND: &str =
    concat!("SELECT ", rewind_columns!(), " FROM rewinds WHERE id = ?1");
pub(crate) const LAST_REWIND: &str = concat!(
    "SELECT ",
    rewind_columns!(),
    " FROM rewinds WHERE session_id = ?1 ORDER BY position DESC LIMIT 1"
);
const OF_SESSION: &str = "SELECT last_turn FROM rewinds WHERE id = ?1 AND session_id = ?2";
pub(crate) const NEWER_TURN: &str = "SELECT 1 FROM turns \
     WHERE session_id = ?1 AND position > ?2 AND rewound_by IS NULL LIMIT 1";
pub(crate) const TURN_POSITION: &str =
    "SELECT position FROM turns WHERE id = ?1 AND session_id = ?2";
const REWOUND_BY: &str = "SELECT rewound_by FROM turns WHERE id = ?1 AND session_id = ?2";
pub(crate) const NOTES: &str = concat!(
    "SELECT ",
    note_columns!(),
    " FROM notes WHERE session_id = ?1 ORDER BY id LIMIT ?2"
);
const UPSERT_REWIND: &str = "INSERT INTO rewinds (id, session_id, turn_id, created_at, state, \
     last_turn, json) VALUES (?1, ?2, ?3, ?4, ?5, \
     (SELECT ifnull(max(position), 0) FROM turns WHERE session_id = ?2), ?6) \
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, json = excluded.json \
     WHERE session_id = excluded.session_id";
pub(crate) const SET_REWOUND: &str = "UPDATE turns SET rewound_by = ?3 \
     WHERE session_id = ?1 AND position >= ?2 AND rewound_by IS NULL";
pub(crate) const CLEAR_REWOUND: &str = "UPDATE turns SET rewound_by = NULL \
     WHERE session_id = ?1 AND rewound_by = ?2";
const ADD_NOTE: &str = "INSERT INTO notes (session_id, created_at, text) VALUES (?1, ?2, ?3)";
pub(crate) const FORGET_NOTES: &str = "DELETE FROM notes WHERE session_id = ?1 AND id <= \
     (SELECT id FROM notes WHERE session_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
const DELETE_NOTES: &str = "DELETE FROM notes WHERE session_id = ?1 AND id <= ?2";

impl Store {
    /// One rewind; [`StoreError::NotFound`] where there is none.
    pub async fn get_rewind(&self, id: impl Into<String>) -> Result<RewindRow> {
        let id = id.into();
        self.call(move |db| {
            db.conn
                .prepare_cached(REWIND)?
                .query_row([&id], columns::rewind)
                .optional()?
                .ok_or_else(|| StoreError::not_found("rewind", &id))
        })
        .await
    }

    /// The newest rewind of a session, if there is one.
    pub async fn last_rewind(&self, session_id: impl Into<String>) -> Result<Option<RewindRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let mut statement = tx.prepare_cached(LAST_REWIND)?;
                Ok(statement.query_row([&id], columns::rewind).optional()?)
            })
        })
        .await
    }

    /// Whether the session has turns that began after the rewind was made and are not rewound
    /// themselves. [`StoreError::NotFound`] where the session has no such rewind.
    pub async fn has_turns_since(
        &self,
        session_id: impl Into<String>,
        rewind_id: impl Into<String>,
    ) -> Result<bool> {
        let (session_id, rewind_id) = (session_id.into(), rewind_id.into());
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &session_id)?;
                let last = last_turn(tx, &session_id, &rewind_id)?;
                let mut statement = tx.prepare_cached(NEWER_TURN)?;
                Ok(statement.exists(params![session_id, last])?)
            })
        })
        .await
    }

    /// The rewind that took a turn out of the conversation, if one did.
    /// [`StoreError::NotFound`] where the session has no such turn.
    pub async fn rewound_by(
        &self,
        session_id: impl Into<String>,
        turn_id: impl Into<String>,
    ) -> Result<Option<String>> {
        let (session_id, turn_id) = (session_id.into(), turn_id.into());
        self.call(move |db| {
            db.conn
                .prepare_cached(REWOUND_BY)?
                .query_row([&turn_id, &session_id], |row| row.get(0))
                .optional()?
                .ok_or_else(|| StoreError::not_found("turn", &turn_id))
        })
        .await
    }

    /// What the model is to be told in a session, oldest first, at most [`MAX_NOTES`].
    pub async fn notes(&self, session_id: impl Into<String>) -> Result<Vec<NoteRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let mut statement = tx.prepare_cached(NOTES)?;
                let rows = statement.query_map(params![id, MAX_NOTES], columns::note)?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
        })
        .await
    }
}

impl Batch<'_> {
    pub(crate) fn rewind(&mut self, row: &RewindRow) -> Result<()> {
        if !REWIND_STATES.contains(&row.state.as_str()) {
            let message = format!("{:?} is none of {}", row.state, REWIND_STATES.join(", "));
            return Err(StoreError::invalid("state", message));
        }
        self.touch(&row.session_id)?;
        let changed = self.tx.prepare_cached(UPSERT_REWIND)?.execute(params![
            row.id,
            row.session_id,
            row.turn_id,
            row.created_at,
            row.state,
            row.json,
        ])?;
        some(changed, "rewind", &row.id)?;
        for hash in &row.blobs {
            blobs::note_use(self.tx, &row.session_id, Some(hash))?;
        }
        Ok(())
    }

    pub(crate) fn set_rewound(
        &mut self,
        session_id: &str,
        from_turn: &str,
        rewind_id: &str,
    ) -> Result<()> {
        self.touch(session_id)?;
        let position = turn_position(self.tx, session_id, from_turn)?;
        // A turn that names no rewind could never be put back.
        last_turn(self.tx, session_id, rewind_id)?;
        self.tx
            .prepare_cached(SET_REWOUND)?
            .execute(params![session_id, position, rewind_id])?;
        Ok(())
    }

    pub(crate) fn clear_rewound(&mut self, session_id: &str, rewind_id: &str) -> Result<()> {
        self.touch(session_id)?;
        last_turn(self.tx, session_id, rewind_id)?;
        self.tx
            .prepare_cached(CLEAR_REWOUND)?
            .execute([session_id, rewind_id])?;
        Ok(())
    }

    pub(crate) fn add_note(
        &mut self,
        session_id: &str,
        created_at: &str,
        text: &str,
    ) -> Result<()> {
        self.touch(session_id)?;
        self.tx
            .prepare_cached(ADD_NOTE)?
            .execute([session_id, created_at, text])?;
        self.tx
            .prepare_cached(FORGET_NOTES)?
            .execute(params![session_id, MAX_NOTES])?;
        Ok(())
    }

    pub(crate) fn delete_notes(&mut self, session_id: &str, up_to: i64) -> Result<()> {
        self.touch(session_id)?;
        self.tx
            .prepare_cached(DELETE_NOTES)?
            .execute(params![session_id, up_to])?;
        Ok(())
    }
}

/// Where a turn stands; [`StoreError::NotFound`] where the session has none with this id.
pub(crate) fn turn_position(tx: &Transaction<'_>, session_id: &str, turn_id: &str) -> Result<i64> {
    tx.prepare_cached(TURN_POSITION)?
        .query_row([turn_id, session_id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::not_found("turn", turn_id))
}

/// The position of the newest turn that there was when the rewind was made.
fn last_turn(tx: &Transaction<'_>, session_id: &str, rewind_id: &str) -> Result<i64> {
    tx.prepare_cached(OF_SESSION)?
        .query_row([rewind_id, session_id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::not_found("rewind", rewind_id))
}
