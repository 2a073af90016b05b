//! A session with all of its conversation, as of one moment.
use rusqlite::OptionalExtension;

use crate::columns::{self, turn_columns};
use crate::edit_rows::NoteRow;
use crate::error::{Result, StoreError};
use crate::items::{HISTORY, is_streaming};
use crate::lease::read_deltas;
use crate::rewinds::{MAX_NOTES, NOTES};
use crate::rows::{EventRow, ItemRow, SessionRow, TurnRow};
use crate::sessions::SESSION;
use crate::thread::Store;

pub(crate) const TURNS: &str = concat!(
    "SELECT ",
    turn_columns!(),
    " FROM turns WHERE session_id = ?1 AND rewound_by IS NULL ORDER BY position"
);

/// A conversation as it is now, without what was rewound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Whose it is.
    pub session: SessionRow,
    /// All turns in order, also those that run or wait.
    pub turns: Vec<TurnRow>,
    /// All items in order.
    pub items: Vec<ItemRow>,
    /// What streamed of items that are not finished, in order.
    pub deltas: Vec<EventRow>,
    /// What the model is to be told, oldest first.
    pub notes: Vec<NoteRow>,
}

impl Store {
    /// All of a session's conversation; [`StoreError::NotFound`] where there is no such session.
    pub async fn conversation(&self, session_id: impl Into<String>) -> Result<Conversation> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                let session = tx
                    .prepare_cached(SESSION)?
                    .query_row([&id], columns::session)
                    .optional()?
                    .ok_or_else(|| StoreError::no_session(&id))?;
                let mut turns = tx.prepare_cached(TURNS)?;
                let turns = turns.query_map([&id], |row| Ok(columns::turn(row)?.1))?;
                let mut items = tx.prepare_cached(HISTORY)?;
                let items = items.query_map([&id], |row| Ok(columns::item(row)?.1))?;
                let items = items.collect::<rusqlite::Result<Vec<_>>>()?;
                let mut deltas = Vec::new();
                for item in items.iter().filter(|it| is_streaming(&it.status)) {
                    read_deltas(tx, item, &mut deltas)?;
                }
                let mut notes = tx.prepare_cached(NOTES)?;
                let notes = notes.query_map(rusqlite::params![id, MAX_NOTES], columns::note)?;
                Ok(Conversation {
                    session,
                    turns: turns.collect::<rusqlite::Result<_>>()?,
                    items,
                    deltas,
                    notes: notes.collect::<rusqlite::Result<_>>()?,
                })
            })
        })
        .await
    }
}
