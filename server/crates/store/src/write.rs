//! Writing: a batch of changes in one transaction, whole or not at all.
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};

use crate::audit::{Chain, End};
use crate::blobs;
use crate::error::{Result, StoreError};
use crate::rows::{EventRow, ItemRow, SessionPatch, SessionRow, TurnRow, Write};
use crate::thread::{Me, Store};

const CREATE_SESSION: &str = "INSERT INTO sessions (id, last_seq, reserved_until, archived, \
     pinned, updated_at, created_at, project_id, parent_id, title, title_folded, workspace_uri, \
     model, agent, permission_mode, status, turn_count, usage, mcp_servers, effort) \
     VALUES (?1, 0, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) \
     ON CONFLICT (id) DO NOTHING";
const UPDATE_SESSION: &str = "UPDATE sessions SET title = coalesce(?2, title), \
     title_folded = coalesce(?3, title_folded), model = coalesce(?4, model), \
     agent = coalesce(?5, agent), permission_mode = coalesce(?6, permission_mode), \
     status = coalesce(?7, status), project_id = coalesce(?8, project_id), \
     usage = coalesce(?9, usage), updated_at = coalesce(?10, updated_at), \
     turn_count = coalesce(?11, turn_count), pinned = coalesce(?12, pinned), \
     archived = coalesce(?13, archived), \
     mcp_servers = coalesce(?14, mcp_servers), effort = coalesce(?15, effort) WHERE id = ?1";
const UPSERT_TURN: &str = "INSERT INTO turns (id, session_id, status, stop_reason, created_at, \
     started_at, completed_at, client_message_id, error, usage, prompt) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, \
     stop_reason = excluded.stop_reason, created_at = excluded.created_at, \
     started_at = excluded.started_at, completed_at = excluded.completed_at, \
     client_message_id = excluded.client_message_id, error = excluded.error, \
     usage = excluded.usage, prompt = excluded.prompt \
     WHERE session_id = excluded.session_id";
const CLIENT_MESSAGE: &str = "INSERT INTO client_messages \
     (session_id, client_message_id, turn_id) VALUES (?1, ?2, ?3) \
     ON CONFLICT DO UPDATE SET turn_id = turn_id WHERE turn_id = excluded.turn_id";
const UPSERT_ITEM: &str = "INSERT INTO items (id, session_id, turn_id, kind, status, first_seq, \
     created_at, json, replay) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
     ON CONFLICT (id) DO UPDATE SET turn_id = excluded.turn_id, kind = excluded.kind, \
     status = excluded.status, json = excluded.json, replay = excluded.replay \
     WHERE session_id = excluded.session_id";
const INSERT_EVENT: &str = "INSERT INTO events (session_id, seq, writer, turn_id, item_id, json) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (session_id, seq) DO NOTHING";
const SET_META: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const OWNER: &str = "SELECT owner, reserved_until FROM sessions WHERE id = ?1";
const RESERVE: &str = "UPDATE sessions SET reserved_until = max(reserved_until, ?2) WHERE id = ?1";
const USED: &str = "UPDATE sessions SET last_seq = max(last_seq, ?2), \
     reserved_until = max(reserved_until, ?2) WHERE id = ?1";

impl Store {
    /// Writes a batch in one transaction, in order, whole or not at all.
    ///
    /// A session of another server gives [`StoreError::Busy`] or
    /// [`StoreError::NeedsRepair`]; an event that no lease covers [`StoreError::NotLeased`];
    /// an id that another session's row has, a number that an event has, or a client message
    /// id that went to another turn [`StoreError::Exists`].
    pub async fn write(&self, batch: Vec<Write>) -> Result<()> {
        self.write_shared(Arc::new(batch)).await
    }

    /// As [`write`](Self::write), for a caller that wants the batch back if it fails, and copies
    /// nothing for that.
    pub async fn write_shared(&self, batch: Arc<Vec<Write>>) -> Result<()> {
        self.call(move |db| {
            let end = db.writing(|tx, me| Batch::new(tx, me).run(&batch))?;
            // Only what is committed is noted, so that a note is never ahead of the chain.
            if let Some(end) = end {
                db.me.head.note(&end);
            }
            Ok(())
        })
        .await
    }
}

/// A batch being written.
pub(crate) struct Batch<'a> {
    /// The transaction.
    pub(crate) tx: &'a Transaction<'a>,
    me: &'a Me,
    /// The sessions met so far; few.
    touched: Vec<Touched>,
    audit: Chain,
}

pub(crate) struct Touched {
    id: String,
    /// The last event number that may be written; 0 without a lease.
    covered: i64,
    /// The highest number written, 0 for none.
    used: i64,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(tx: &'a Transaction<'a>, me: &'a Me) -> Self {
        Self {
            tx,
            me,
            touched: Vec::new(),
            audit: Chain::default(),
        }
    }

    /// Allows events of a session that nobody owns, whose owner the caller has checked.
    pub(crate) fn covering(mut self, session_id: &str) -> Self {
        self.touched.push(Touched {
            id: session_id.to_owned(),
            covered: i64::MAX,
            used: 0,
        });
        self
    }

    /// Writes all of it; returns where the audit log ends then, if it was appended to.
    pub(crate) fn run(mut self, batch: &[Write]) -> Result<Option<End>> {
        for write in batch {
            self.one(write)?;
        }
        for touched in self.touched.iter().filter(|it| it.used > 0) {
            self.tx
                .prepare_cached(USED)?
                .execute(params![touched.id, touched.used])?;
        }
        Ok(self.audit.end())
    }

    fn one(&mut self, write: &Write) -> Result<()> {
        match write {
            Write::CreateSession(row) => self.create_session(row),
            Write::UpdateSession { id, patch } => self.update_session(id, patch),
            Write::UpsertTurn(row) => self.upsert_turn(row),
            Write::ClientMessage {
                session_id,
                client_message_id,
                turn_id,
            } => {
                self.touch(session_id)?;
                self.client_message(session_id, client_message_id, turn_id)
            }
            Write::AddSteer(row) => self.add_steer(row),
            Write::DeleteSteer { session_id, id } => self.delete_steer(session_id, id),
            Write::UpsertItem(row) => self.upsert_item(row),
            Write::Event(row) => self.event(row),
            Write::Audit(entry) => self.audit.append(self.tx, self.me, entry),
            Write::UpsertEdit(row) => self.upsert_edit(row),
            Write::Blob { hash, data } => blobs::keep(self.tx, hash, data),
            Write::Rewind(row) => self.rewind(row),
            Write::SetRewound {
                session_id,
                from_turn,
                rewind_id,
            } => self.set_rewound(session_id, from_turn, rewind_id),
            Write::ClearRewound {
                session_id,
                rewind_id,
            } => self.clear_rewound(session_id, rewind_id),
            Write::AddNote {
                session_id,
                created_at,
                text,
            } => self.add_note(session_id, created_at, text),
            Write::DeleteNotes { session_id, up_to } => self.delete_notes(session_id, *up_to),
            Write::Attempt(row) => self.attempt(row),
            Write::AttemptOutcome { id, outcome } => self.attempt_outcome(id, outcome),
            Write::Usage(row) => self.usage(row),
            Write::ReserveSeq { session_id, up_to } => self.reserve(session_id, *up_to),
            Write::Meta { key, value } => {
                self.tx
                    .prepare_cached(SET_META)?
                    .execute(params![key, value])?;
                Ok(())
            }
        }
    }

    /// Checks once per session that this server may change it.
    pub(crate) fn touch(&mut self, id: &str) -> Result<&mut Touched> {
        if let Some(index) = self.touched.iter().position(|it| it.id == id) {
            return Ok(&mut self.touched[index]);
        }
        let (owner, reserved): (Option<String>, i64) = self
            .tx
            .prepare_cached(OWNER)?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or_else(|| StoreError::no_session(id))?;
        self.me.check_owner(id, owner.as_deref())?;
        self.touched.push(Touched {
            id: id.to_owned(),
            covered: owner.map_or(0, |_| reserved),
            used: 0,
        });
        let last = self.touched.len() - 1;
        Ok(&mut self.touched[last])
    }

    fn create_session(&mut self, row: &SessionRow) -> Result<()> {
        let added = self.tx.prepare_cached(CREATE_SESSION)?.execute(params![
            row.id,
            row.archived,
            row.pinned,
            row.updated_at,
            row.created_at,
            row.project_id,
            row.parent_id,
            row.title,
            fold(&row.title),
            row.workspace_uri,
            row.model,
            row.agent,
            row.permission_mode,
            row.status,
            row.turn_count,
            row.usage,
            row.mcp_servers,
            row.effort,
        ])?;
        some(added, "session", &row.id)
    }

    fn update_session(&mut self, id: &str, patch: &SessionPatch) -> Result<()> {
        self.touch(id)?;
        self.tx.prepare_cached(UPDATE_SESSION)?.execute(params![
            id,
            patch.title,
            patch.title.as_deref().map(fold),
            patch.model,
            patch.agent,
            patch.permission_mode,
            patch.status,
            patch.project_id,
            patch.usage,
            patch.updated_at,
            patch.turn_count,
            patch.pinned,
            patch.archived,
            patch.mcp_servers,
            patch.effort,
        ])?;
        Ok(())
    }

    fn upsert_turn(&mut self, row: &TurnRow) -> Result<()> {
        self.touch(&row.session_id)?;
        if let Some(message) = &row.client_message_id {
            self.client_message(&row.session_id, message, &row.id)?;
        }
        let changed = self.tx.prepare_cached(UPSERT_TURN)?.execute(params![
            row.id,
            row.session_id,
            row.status,
            row.stop_reason,
            row.created_at,
            row.started_at,
            row.completed_at,
            row.client_message_id,
            row.error,
            row.usage,
            row.prompt,
        ])?;
        some(changed, "turn", &row.id)
    }

    fn client_message(&mut self, session_id: &str, message: &str, turn_id: &str) -> Result<()> {
        let changed = self
            .tx
            .prepare_cached(CLIENT_MESSAGE)?
            .execute([session_id, message, turn_id])?;
        some(changed, "client message", message)
    }

    fn upsert_item(&mut self, row: &ItemRow) -> Result<()> {
        self.touch(&row.session_id)?;
        let changed = self.tx.prepare_cached(UPSERT_ITEM)?.execute(params![
            row.id,
            row.session_id,
            row.turn_id,
            row.kind,
            row.status,
            row.first_seq,
            row.created_at,
            row.json,
            row.replay,
        ])?;
        some(changed, "item", &row.id)
    }

    fn event(&mut self, row: &EventRow) -> Result<()> {
        let session = self.touch(&row.session_id)?;
        if !(1..=session.covered).contains(&row.seq) {
            return Err(StoreError::NotLeased {
                session_id: row.session_id.clone(),
            });
        }
        session.used = session.used.max(row.seq);
        let added = self.tx.prepare_cached(INSERT_EVENT)?.execute(params![
            row.session_id,
            row.seq,
            self.me.writer,
            row.turn_id,
            row.item_id,
            row.json,
        ])?;
        if added == 0 {
            return Err(StoreError::Exists {
                what: "event",
                id: format!("{}/{}", row.session_id, row.seq),
            });
        }
        Ok(())
    }

    fn reserve(&mut self, session_id: &str, up_to: i64) -> Result<()> {
        let session = self.touch(session_id)?;
        if session.covered == 0 {
            return Err(StoreError::NotLeased {
                session_id: session_id.to_owned(),
            });
        }
        session.covered = session.covered.max(up_to);
        self.tx
            .prepare_cached(RESERVE)?
            .execute(params![session_id, up_to])?;
        Ok(())
    }
}

/// How titles and what is looked for in them are compared.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// A row that was not changed is another session's.
pub(crate) fn some(changed: usize, what: &'static str, id: &str) -> Result<()> {
    if changed > 0 {
        return Ok(());
    }
    Err(StoreError::Exists {
        what,
        id: id.to_owned(),
    })
}
