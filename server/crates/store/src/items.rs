//! Items and turns: pages for clients, the history for the model, the queue.
use rusqlite::{OptionalExtension, Transaction, params};

use crate::columns::{self, item_columns, turn_columns};
use crate::cursor::{decode_item, encode_item};
use crate::error::{Result, StoreError};
use crate::lease::read_deltas;
use crate::rows::{ClientMessage, ItemRow, ItemsPage, ItemsQuery, TurnRow};
use crate::sessions::{check_session, page_limit};
use crate::thread::Store;

/// Items of the conversation as it is now. The turns that are rewound have an index of their
/// own, which is mostly empty.
macro_rules! items_of_session {
    () => {
        " FROM items WHERE session_id = ?1 AND +turn_id NOT IN \
         (SELECT id FROM turns WHERE session_id = ?1 AND rewound_by IS NOT NULL)"
    };
}

pub(crate) const NEWEST: &str = concat!(
    "SELECT ",
    item_columns!(),
    items_of_session!(),
    " ORDER BY position DESC LIMIT ?2"
);
pub(crate) const BEFORE: &str = concat!(
    "SELECT ",
    item_columns!(),
    items_of_session!(),
    " AND position < ?3 ORDER BY position DESC LIMIT ?2"
);
pub(crate) const AFTER: &str = concat!(
    "SELECT ",
    item_columns!(),
    items_of_session!(),
    " AND position > ?3 ORDER BY position LIMIT ?2"
);
pub(crate) const HISTORY: &str = concat!(
    "SELECT ",
    item_columns!(),
    items_of_session!(),
    " ORDER BY position"
);
pub(crate) const TURN: &str = concat!("SELECT ", turn_columns!(), " FROM turns WHERE id = ?1");
pub(crate) const TURNS_OF_STATUS: &str = concat!(
    "SELECT ",
    turn_columns!(),
    " FROM turns WHERE session_id = ?1 AND status = ?2 AND rewound_by IS NULL ORDER BY position"
);
pub(crate) const LAST_SEQ: &str = "SELECT last_seq FROM sessions WHERE id = ?1";
pub(crate) const FIND_CLIENT_MESSAGE: &str = "SELECT turns.id, turns.status FROM client_messages \
     JOIN turns ON turns.id = client_messages.turn_id \
     WHERE client_messages.session_id = ?1 AND client_messages.client_message_id = ?2 \
     UNION ALL SELECT turn_id, 'running' FROM steers \
     WHERE session_id = ?1 AND client_message_id = ?2 LIMIT 1";

impl Store {
    /// A page of a session's items with their turns, all as of one moment, without what was
    /// rewound.
    /// [`StoreError::Invalid`] for a cursor that is none, or for two of them.
    pub async fn items_page(&self, query: ItemsQuery) -> Result<ItemsPage> {
        self.call(move |db| db.reading(|tx, _| page(tx, &query)))
            .await
    }

    /// All items of a session in order, for the model, without those of rewound turns.
    pub async fn history(&self, session_id: impl Into<String>) -> Result<Vec<ItemRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let mut statement = tx.prepare_cached(HISTORY)?;
                let rows = statement.query_map([&id], |row| Ok(columns::item(row)?.1))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
        })
        .await
    }

    /// One turn; [`StoreError::NotFound`] where there is none.
    pub async fn get_turn(&self, id: impl Into<String>) -> Result<TurnRow> {
        let id = id.into();
        self.call(move |db| {
            db.conn
                .prepare_cached(TURN)?
                .query_row([&id], |row| Ok(columns::turn(row)?.1))
                .optional()?
                .ok_or_else(|| StoreError::not_found("turn", &id))
        })
        .await
    }

    /// The turns that wait in a session's queue and are not rewound, the next one first.
    pub async fn queued_turns(&self, session_id: impl Into<String>) -> Result<Vec<TurnRow>> {
        let id = session_id.into();
        self.call(move |db| {
            db.reading(|tx, _| {
                check_session(tx, &id)?;
                let turns = turns_of_status(tx, &id, "queued")?;
                Ok(turns.into_iter().map(|(_, turn)| turn).collect())
            })
        })
        .await
    }

    /// The turn that a client's message went to, if it came before, also a rewound one.
    pub async fn find_client_message(
        &self,
        session_id: impl Into<String>,
        client_message_id: impl Into<String>,
    ) -> Result<Option<ClientMessage>> {
        let (session_id, message) = (session_id.into(), client_message_id.into());
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(FIND_CLIENT_MESSAGE)?;
            let found = statement.query_row([session_id, message], |row| {
                Ok(ClientMessage {
                    turn_id: row.get(0)?,
                    status: row.get(1)?,
                })
            });
            Ok(found.optional()?)
        })
        .await
    }
}

fn page(tx: &Transaction<'_>, query: &ItemsQuery) -> Result<ItemsPage> {
    let id = &query.session_id;
    let last_seq = tx
        .prepare_cached(LAST_SEQ)?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::no_session(id))?;
    let limit = page_limit(query.limit);
    let rows = Rows { tx, id, limit };
    // Each reads one row more than fits, to know whether there are more in that direction. In
    // the other direction the cursor's own item is taken to be there; where it was rewound
    // since, that page may be empty.
    let (mut items, older, newer) = match (&query.before, &query.after) {
        (None, None) => {
            let (items, more) = rows.newest()?;
            (items, more, false)
        }
        (Some(before), None) => {
            let (items, more) = rows.beyond(BEFORE, decode_item("before", before)?)?;
            (items, more, true)
        }
        (None, Some(after)) => {
            let (items, more) = rows.beyond(AFTER, decode_item("after", after)?)?;
            (items, true, more)
        }
        (Some(_), Some(_)) => {
            return Err(StoreError::invalid(
                "before",
                "it cannot be given together with after; give one of them",
            ));
        }
    };
    if query.after.is_none() {
        items.reverse();
    }
    let mut deltas = Vec::new();
    for (_, item) in items.iter().filter(|(_, it)| is_streaming(&it.status)) {
        read_deltas(tx, item, &mut deltas)?;
    }
    let newest = query.before.is_none() && query.after.is_none();
    let turns = turns_of_page(tx, id, &items, newest)?;
    let cursor = |item: Option<&(i64, ItemRow)>| item.map(|(position, _)| encode_item(*position));
    let prev_cursor = cursor(items.first().filter(|_| older));
    let next_cursor = cursor(items.last().filter(|_| newer));
    Ok(ItemsPage {
        items: items.into_iter().map(|(_, item)| item).collect(),
        turns,
        deltas,
        last_seq,
        prev_cursor,
        next_cursor,
    })
}

/// Whether an item may have text that is only in its events so far.
pub(crate) fn is_streaming(status: &str) -> bool {
    matches!(status, "inProgress" | "running")
}

/// Reads the items of a page.
struct Rows<'a> {
    tx: &'a Transaction<'a>,
    id: &'a str,
    limit: u32,
}

/// Items with their positions, and whether there are more beyond them.
type Found = (Vec<(i64, ItemRow)>, bool);

impl Rows<'_> {
    fn newest(&self) -> Result<Found> {
        let mut statement = self.tx.prepare_cached(NEWEST)?;
        let rows = statement.query_map(params![self.id, self.limit + 1], columns::item)?;
        Ok(self.cut(rows.collect::<rusqlite::Result<_>>()?))
    }

    fn beyond(&self, sql: &str, position: i64) -> Result<Found> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![self.id, self.limit + 1, position], columns::item)?;
        Ok(self.cut(rows.collect::<rusqlite::Result<_>>()?))
    }

    fn cut(&self, mut items: Vec<(i64, ItemRow)>) -> Found {
        let limit = self.limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        (items, more)
    }
}

/// The turns that the items belong to, and on the newest page those that run or wait.
fn turns_of_page(
    tx: &Transaction<'_>,
    session_id: &str,
    items: &[(i64, ItemRow)],
    newest: bool,
) -> Result<Vec<TurnRow>> {
    let mut turns: Vec<(i64, TurnRow)> = Vec::new();
    let mut statement = tx.prepare_cached(TURN)?;
    let mut last_id = None;
    for (_, item) in items {
        // The items of a turn mostly follow each other.
        if last_id.replace(&item.turn_id) == Some(&item.turn_id)
            || turns.iter().any(|(_, it)| it.id == item.turn_id)
        {
            continue;
        }
        turns.extend(
            statement
                .query_row([&item.turn_id], columns::turn)
                .optional()?,
        );
    }
    if newest {
        for status in ["running", "queued"] {
            for turn in turns_of_status(tx, session_id, status)? {
                if !turns.iter().any(|(_, it)| it.id == turn.1.id) {
                    turns.push(turn);
                }
            }
        }
    }
    turns.sort_by_key(|(position, _)| *position);
    Ok(turns.into_iter().map(|(_, turn)| turn).collect())
}

fn turns_of_status(
    tx: &Transaction<'_>,
    session_id: &str,
    status: &str,
) -> Result<Vec<(i64, TurnRow)>> {
    let mut statement = tx.prepare_cached(TURNS_OF_STATUS)?;
    let rows = statement.query_map([session_id, status], columns::turn)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
