//! Sessions: one, a page of them, and deleting one.
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};

use crate::MAX_PAGE;
use crate::blobs;
use crate::columns::{self, session_columns};
use crate::cursor::SessionCursor;
use crate::error::{Result, StoreError};
use crate::rows::{SessionFilter, SessionPage, SessionRow};
use crate::thread::{Me, Store};
use crate::write::fold;

pub(crate) const SESSION: &str = concat!(
    "SELECT ",
    session_columns!(),
    " FROM sessions WHERE id = ?1"
);
const OWNER: &str = "SELECT owner FROM sessions WHERE id = ?1";
const DELETE_SESSION: &str = "DELETE FROM sessions WHERE id = ?1";

impl Store {
    /// One session; [`StoreError::NotFound`] where there is none.
    pub async fn get_session(&self, id: impl Into<String>) -> Result<SessionRow> {
        let id = id.into();
        self.call(move |db| {
            db.conn
                .prepare_cached(SESSION)?
                .query_row([&id], columns::session)
                .optional()?
                .ok_or_else(|| StoreError::no_session(&id))
        })
        .await
    }

    /// A page of sessions: pinned first, then the newest. [`StoreError::Invalid`] for a cursor
    /// that this list did not give.
    pub async fn list_sessions(&self, filter: SessionFilter) -> Result<SessionPage> {
        self.call(move |db| db.reading(|tx, _| list(tx, &filter)))
            .await
    }

    /// Deletes a session with all it has, and the blobs that only it used.
    /// [`StoreError::Busy`] where another live server owns it.
    pub async fn delete_session(&self, id: impl Into<String>) -> Result<()> {
        let id = id.into();
        self.call(move |db| db.writing(|tx, me| delete(tx, me, &id)))
            .await
    }
}

/// The text of a list query and what it is asked with.
pub(crate) fn list_query(filter: &SessionFilter) -> Result<(String, Vec<Value>)> {
    let mut values = vec![
        Value::from(i64::from(page_limit(filter.limit)) + 1),
        Value::from(filter.archived.unwrap_or(false)),
    ];
    let mut sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM sessions WHERE archived = ?2"
    )
    .to_owned();
    let mut and = |values: &mut Vec<Value>, condition: &str, value: Value| {
        values.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", values.len())));
    };
    if let Some(project) = &filter.project_id {
        and(&mut values, "project_id = ?", Value::from(project.clone()));
    }
    if let Some(pinned) = filter.pinned {
        and(&mut values, "pinned = ?", Value::from(pinned));
    }
    if let Some(query) = filter.query.as_deref().filter(|it| !it.is_empty()) {
        // Not LIKE: it folds only ASCII, and needs its wildcards escaped.
        let query = Value::from(fold(query));
        and(&mut values, "instr(title_folded, ?) > 0", query);
    }
    if let Some(cursor) = &filter.cursor {
        let cursor = SessionCursor::decode(cursor)?;
        let mut after = |column: &str, value: Value| {
            values.push(value);
            (column.to_owned(), format!("?{}", values.len()))
        };
        let mut pairs = Vec::new();
        // Where all are alike in this, the index is entered after it.
        if filter.pinned.is_none() {
            pairs.push(after("pinned", Value::from(cursor.pinned)));
        }
        pairs.push(after("updated_at", Value::from(cursor.updated_at)));
        pairs.push(after("id", Value::from(cursor.id)));
        let (columns, places): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let (columns, places) = (columns.join(", "), places.join(", "));
        sql.push_str(&format!(" AND ({columns}) < ({places})"));
    }
    sql.push_str(" ORDER BY pinned DESC, updated_at DESC, id DESC LIMIT ?1");
    Ok((sql, values))
}

/// Brings a page's limit inside its bounds.
pub(crate) fn page_limit(limit: u32) -> u32 {
    limit.clamp(1, MAX_PAGE)
}

/// [`StoreError::NotFound`] where there is no such session.
pub(crate) fn check_session(tx: &Transaction<'_>, id: &str) -> Result<()> {
    if tx.prepare_cached(OWNER)?.exists([id])? {
        return Ok(());
    }
    Err(StoreError::no_session(id))
}

fn list(tx: &Transaction<'_>, filter: &SessionFilter) -> Result<SessionPage> {
    let (sql, values) = list_query(filter)?;
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), columns::session)?;
    let mut sessions = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let limit = page_limit(filter.limit) as usize;
    let more = sessions.len() > limit;
    sessions.truncate(limit);
    let next_cursor = sessions.last().filter(|_| more).map(|last| {
        SessionCursor {
            pinned: last.pinned,
            updated_at: last.updated_at.clone(),
            id: last.id.clone(),
        }
        .encode()
    });
    Ok(SessionPage {
        sessions,
        next_cursor,
    })
}

fn delete(tx: &Transaction<'_>, me: &Me, id: &str) -> Result<()> {
    let owner: Option<String> = tx
        .prepare_cached(OWNER)?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::no_session(id))?;
    match me.check_owner(id, owner.as_deref()) {
        // What a dead server left behind need not be repaired to be deleted.
        Ok(()) | Err(StoreError::NeedsRepair { .. }) => {}
        Err(error) => return Err(error),
    }
    let hashes = blobs::used_by(tx, id)?;
    tx.prepare_cached(DELETE_SESSION)?.execute(params![id])?;
    blobs::delete_unused(tx, &hashes)
}
