//! Leases: which server writes a session's events, and with which numbers.
//!
//! Numbers are handed out in blocks that are reserved on disk before one of them is used, so
//! none is ever used twice, also after a `kill -9`: the next lease begins after the block.
//! Giving a lease back records the last number exactly, so that the next goes on without a
//! gap.
use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};

use crate::columns::{self, event_columns, item_columns, turn_columns};
use crate::error::{Result, StoreError};
use crate::rows::{EventRow, ItemRow, Lease, TakenOver, Write};
use crate::sessions::SESSION;
use crate::steers;
use crate::thread::{Me, Store};
use crate::write::Batch;

/// How many event numbers a lease reserves at a time.
pub const SEQ_BLOCK: i64 = 1_000;
/// The statuses of items that are not finished.
pub const OPEN_STATUSES: [&str; 4] = ["inProgress", "pending", "waiting", "running"];
/// How many sessions of dead servers are taken over at once; call again for more.
pub const MAX_TAKE_OVER: u32 = 256;
/// How many events of one unfinished item are read.
pub const MAX_DELTAS: u32 = 100_000;

const STATE: &str = "SELECT owner, last_seq, reserved_until FROM sessions WHERE id = ?1";
const CLAIM: &str = "UPDATE sessions SET owner = ?2, reserved_until = ?3 WHERE id = ?1";
const RELEASE: &str =
    "UPDATE sessions SET owner = NULL, last_seq = ?2, reserved_until = ?2 WHERE id = ?1";
/// The partial index holds only the sessions that are leased: a handful.
pub(crate) const FOREIGN_OWNED: &str = "SELECT id, owner FROM sessions INDEXED BY sessions_owned \
     WHERE owner IS NOT NULL AND owner <> ?1 LIMIT ?2";
pub(crate) const RUNNING_TURNS: &str = concat!(
    "SELECT ",
    turn_columns!(),
    " FROM turns WHERE session_id = ?1 AND status = 'running' ORDER BY position"
);
pub(crate) const OPEN_ITEMS: &str = concat!(
    "SELECT ",
    item_columns!(),
    " FROM items WHERE session_id = ?1 \
     AND status IN ('inProgress', 'pending', 'waiting', 'running') ORDER BY position"
);
pub(crate) const DELTAS: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM events WHERE session_id = ?1 AND seq >= ?2 AND item_id = ?3 ORDER BY seq LIMIT ?4"
);

impl Store {
    /// Makes this server the only writer of a session and reserves its next event numbers.
    ///
    /// [`StoreError::Busy`] where another live server owns it, [`StoreError::NeedsRepair`]
    /// where a dead one does: [`Store::take_over_dead`] then comes first. A session that this
    /// server owns already gets the numbers after its present block.
    pub async fn acquire(&self, session_id: impl Into<String>) -> Result<Lease> {
        let id = session_id.into();
        self.call(move |db| {
            db.writing(|tx, me| {
                let state = state(tx, &id)?;
                me.check_owner(&id, state.owner.as_deref())?;
                claim(tx, me, &id, &state)
            })
        })
        .await
    }

    /// Reserves another block for a session that this server owns and answers with the new
    /// last reserved number.
    pub async fn reserve_more(&self, session_id: impl Into<String>) -> Result<i64> {
        let id = session_id.into();
        self.call(move |db| {
            db.writing(|tx, me| {
                let state = owned(tx, me, &id)?;
                Ok(claim(tx, me, &id, &state)?.reserved_until)
            })
        })
        .await
    }

    /// Gives a lease back. `last_seq` is the last number that was given to an event, or one
    /// less than the lease's first; what is known to be used is never given out again.
    pub async fn release(&self, session_id: impl Into<String>, last_seq: i64) -> Result<()> {
        let id = session_id.into();
        self.call(move |db| {
            db.writing(|tx, me| {
                let state = owned(tx, me, &id)?;
                tx.prepare_cached(RELEASE)?
                    .execute(params![id, last_seq.max(state.last_seq)])?;
                Ok(())
            })
        })
        .await
    }

    /// A short change of a session that nobody runs: takes the next event number, has
    /// `make_event` say what is written with it (its own event included, which may be followed
    /// by further ones), writes that and answers with the number.
    ///
    /// [`StoreError::Leased`] where this server holds a lease, otherwise as [`Store::acquire`].
    /// The closure runs on the store's thread; it must not wait for anything.
    pub async fn append_unleased<F>(
        &self,
        session_id: impl Into<String>,
        make_event: F,
    ) -> Result<i64>
    where
        F: FnOnce(i64) -> Vec<Write> + Send + 'static,
    {
        let id = session_id.into();
        self.call(move |db| {
            db.writing(|tx, me| {
                let state = state(tx, &id)?;
                me.check_owner(&id, state.owner.as_deref())?;
                if state.owner.is_some() {
                    return Err(StoreError::Leased { session_id: id });
                }
                let seq = state.next();
                Batch::new(tx, me).covering(&id).run(&make_event(seq))?;
                Ok(seq)
            })
        })
        .await
    }

    /// Claims the sessions whose servers died, at most [`MAX_TAKE_OVER`], so that the caller
    /// can repair each and release it. Costs almost nothing where there are none. Turns that
    /// wait in the queue are left as they are.
    pub async fn take_over_dead(&self) -> Result<Vec<TakenOver>> {
        self.call(|db| {
            let left = db.reading(left_by_dead)?;
            if left.is_empty() {
                return Ok(Vec::new());
            }
            db.writing(|tx, me| {
                let mut taken = Vec::with_capacity(left.len());
                for (id, dead) in &left {
                    // Another server may have been quicker, or deleted the session.
                    match state(tx, id) {
                        Ok(state) if state.owner.as_ref() == Some(dead) => {
                            taken.push(take_over(tx, me, id, &state)?);
                        }
                        Ok(_) | Err(StoreError::NotFound { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(taken)
            })
        })
        .await
    }
}

/// Who owns a session and which numbers are taken.
struct State {
    owner: Option<String>,
    last_seq: i64,
    reserved_until: i64,
}

impl State {
    fn next(&self) -> i64 {
        self.last_seq.max(self.reserved_until) + 1
    }
}

fn state(tx: &Transaction<'_>, id: &str) -> Result<State> {
    tx.prepare_cached(STATE)?
        .query_row([id], |row| {
            Ok(State {
                owner: row.get(0)?,
                last_seq: row.get(1)?,
                reserved_until: row.get(2)?,
            })
        })
        .optional()?
        .ok_or_else(|| StoreError::no_session(id))
}

fn owned(tx: &Transaction<'_>, me: &Me, id: &str) -> Result<State> {
    let state = state(tx, id)?;
    if state.owner.as_ref() == Some(&me.server_id) {
        return Ok(state);
    }
    Err(StoreError::NotLeased {
        session_id: id.to_owned(),
    })
}

fn claim(tx: &Transaction<'_>, me: &Me, id: &str, state: &State) -> Result<Lease> {
    let next_seq = state.next();
    let reserved_until = next_seq + SEQ_BLOCK - 1;
    tx.prepare_cached(CLAIM)?
        .execute(params![id, me.server_id, reserved_until])?;
    Ok(Lease {
        session_id: id.to_owned(),
        next_seq,
        reserved_until,
    })
}

fn left_by_dead(tx: &Transaction<'_>, me: &Me) -> Result<Vec<(String, String)>> {
    let mut statement = tx.prepare_cached(FOREIGN_OWNED)?;
    let mut rows = statement.query(params![me.server_id, MAX_TAKE_OVER])?;
    let mut alive = HashMap::new();
    let mut left = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, owner): (String, String) = (row.get(0)?, row.get(1)?);
        let lives = match alive.get(&owner) {
            Some(known) => *known,
            None => {
                let lives = me.is_alive(&owner)?;
                alive.insert(owner.clone(), lives);
                lives
            }
        };
        if !lives {
            left.push((id, owner));
        }
    }
    Ok(left)
}

fn take_over(tx: &Transaction<'_>, me: &Me, id: &str, state: &State) -> Result<TakenOver> {
    let lease = claim(tx, me, id, state)?;
    let session = tx
        .prepare_cached(SESSION)?
        .query_row([id], columns::session)?;
    let mut turns = Vec::new();
    for row in tx
        .prepare_cached(RUNNING_TURNS)?
        .query_map([id], columns::turn)?
    {
        turns.push(row?.1);
    }
    let mut items: Vec<ItemRow> = Vec::new();
    for row in tx
        .prepare_cached(OPEN_ITEMS)?
        .query_map([id], columns::item)?
    {
        items.push(row?.1);
    }
    let mut deltas = Vec::new();
    for item in &items {
        read_deltas(tx, item, &mut deltas)?;
    }
    Ok(TakenOver {
        session,
        lease,
        turns,
        items,
        deltas,
        steers: steers::of_session(tx, id)?,
    })
}

/// Adds the events of an item since it began.
pub(crate) fn read_deltas(
    tx: &Transaction<'_>,
    item: &ItemRow,
    deltas: &mut Vec<EventRow>,
) -> Result<()> {
    let mut statement = tx.prepare_cached(DELTAS)?;
    let rows = statement.query_map(
        params![item.session_id, item.first_seq, item.id, MAX_DELTAS],
        columns::event,
    )?;
    for row in rows {
        deltas.push(row?.1);
    }
    Ok(())
}
