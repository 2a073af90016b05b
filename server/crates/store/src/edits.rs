//! Edits: those of a session, those of some files, and those made since a turn.
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};

use crate::blobs;
use crate::columns::{self, edit_columns};
use crate::edit_rows::{EditFilter, EditRow};
use crate::error::{Result, StoreError};
use crate::rewinds::turn_position;
use crate::sessions::check_session;
use crate::thread::Store;
use crate::write::{Batch, some};

/// How many edits one call reads at most.
pub const MAX_EDITS: u32 = 10_000;
/// How many values each list of a filter has at most.
pub const MAX_FILTER_VALUES: usize = 1_000;

pub(crate) const EDITS: &str = concat!(
    "SELECT ",
    edit_columns!(),
    " FROM edits WHERE session_id = ?1 ORDER BY position"
);
pub(crate) const EDIT: &str = concat!("SELECT ", edit_columns!(), " FROM edits WHERE id = ?1");
/// The `+` keeps the edits in the order of their own index, so that they need no sorting.
pub(crate) const EDITS_SINCE: &str = concat!(
    "SELECT ",
    edit_columns!(),
    " FROM edits WHERE session_id = ?1 AND +turn_id IN (SELECT id FROM turns \
     WHERE session_id = ?1 AND position >= ?2 AND rewound_by IS NULL) \
     ORDER BY position LIMIT ?3"
);
const UPSERT_EDIT: &str = "INSERT INTO edits (id, session_id, turn_id, item_id, created_at, path, \
     new_path, kind, status, base_hash, pre_image, post_image, json) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
     ON CONFLICT (id) DO UPDATE SET turn_id = excluded.turn_id, item_id = excluded.item_id, \
     path = excluded.path, new_path = excluded.new_path, kind = excluded.kind, \
     status = excluded.status, base_hash = excluded.base_hash, pre_image = excluded.pre_image, \
     post_image = excluded.post_image, json = excluded.json \
     WHERE session_id = excluded.session_id";

impl Store {
    /// The edits of a session in the order they were made, also those of rewound turns.
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

    /// The newest edits that meet all conditions, oldest first, also those of rewound turns.
    /// Ids and sessions that are not there are no error. [`StoreError::Invalid`] for a list
    /// of more than [`MAX_FILTER_VALUES`].
    pub async fn edits_where(&self, filter: EditFilter) -> Result<Vec<EditRow>> {
        self.call(move |db| {
            let (sql, values) = edits_query(&filter)?;
            // Not cached: there are as many texts as numbers of values.
            let mut statement = db.conn.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(values), columns::edit)?;
            let mut edits = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            edits.reverse();
            Ok(edits)
        })
        .await
    }

    /// The edits of a turn and of all later turns of the session, oldest first, without those
    /// of rewound turns. [`StoreError::NotFound`] where the session has no such turn;
    /// [`StoreError::Invalid`] where there are more than [`MAX_EDITS`], as a part of them is
    /// of no use.
    pub async fn edits_since_turn(
        &self,
        session_id: impl Into<String>,
        turn_id: impl Into<String>,
    ) -> Result<Vec<EditRow>> {
        let (session_id, turn_id) = (session_id.into(), turn_id.into());
        self.call(move |db| db.reading(|tx, _| since(tx, &session_id, &turn_id)))
            .await
    }
}

impl Batch<'_> {
    pub(crate) fn upsert_edit(&mut self, row: &EditRow) -> Result<()> {
        self.touch(&row.session_id)?;
        let changed = self.tx.prepare_cached(UPSERT_EDIT)?.execute(params![
            row.id,
            row.session_id,
            row.turn_id,
            row.item_id,
            row.created_at,
            row.path,
            row.new_path,
            row.kind,
            row.status,
            row.base_hash,
            row.pre_image,
            row.post_image,
            row.json,
        ])?;
        some(changed, "edit", &row.id)?;
        blobs::note_use(self.tx, &row.session_id, row.pre_image.as_deref())?;
        blobs::note_use(self.tx, &row.session_id, row.post_image.as_deref())
    }
}

/// The text of a query and what it is asked with.
pub(crate) fn edits_query(filter: &EditFilter) -> Result<(String, Vec<Value>)> {
    let mut values = vec![Value::from(i64::from(filter.limit.clamp(1, MAX_EDITS)))];
    let mut conditions = Vec::new();
    if let Some(session) = &filter.session_id {
        values.push(Value::from(session.clone()));
        conditions.push(format!("session_id = ?{}", values.len()));
    }
    if let Some(turn) = &filter.turn_id {
        values.push(Value::from(turn.clone()));
        conditions.push(format!("turn_id = ?{}", values.len()));
    }
    if let Some(places) = list(&mut values, "paths", &filter.paths)? {
        conditions.push(format!("(path IN ({places}) OR new_path IN ({places}))"));
    }
    if let Some(places) = list(&mut values, "statuses", &filter.statuses)? {
        conditions.push(format!("status IN ({places})"));
    }
    if let Some(places) = list(&mut values, "editIds", &filter.ids)? {
        conditions.push(format!("id IN ({places})"));
    }
    let mut sql = concat!("SELECT ", edit_columns!(), " FROM edits").to_owned();
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql.push_str(" ORDER BY position DESC LIMIT ?1");
    Ok((sql, values))
}

/// Adds a list to the values and answers with its places in the text, if there are any.
fn list(values: &mut Vec<Value>, field: &'static str, list: &[String]) -> Result<Option<String>> {
    if list.len() > MAX_FILTER_VALUES {
        let message = format!(
            "it has {} values, more than {MAX_FILTER_VALUES}; ask with fewer at a time",
            list.len()
        );
        return Err(StoreError::invalid(field, message));
    }
    if list.is_empty() {
        return Ok(None);
    }
    let mut places = Vec::with_capacity(list.len());
    for value in list {
        values.push(Value::from(value.clone()));
        places.push(format!("?{}", values.len()));
    }
    Ok(Some(places.join(", ")))
}

fn since(tx: &Transaction<'_>, session_id: &str, turn_id: &str) -> Result<Vec<EditRow>> {
    check_session(tx, session_id)?;
    let position = turn_position(tx, session_id, turn_id)?;
    let mut statement = tx.prepare_cached(EDITS_SINCE)?;
    let rows = statement.query_map(params![session_id, position, MAX_EDITS + 1], columns::edit)?;
    let edits = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    if edits.len() > MAX_EDITS as usize {
        let message = format!("more than {MAX_EDITS} edits were made since; choose a later turn");
        return Err(StoreError::invalid("turnId", message));
    }
    Ok(edits)
}
