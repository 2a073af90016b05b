//! What a review works with: the database, the files, and the sessions that it holds.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aside_agent::host::{AppliedChange, FileChange, Files, HostError};
use aside_protocol::{Event, FileEdit};
use aside_store::{EditFilter, MAX_EDITS, MAX_FILTER_VALUES, SessionRow, Store, Write};
use tokio::sync::oneshot;

use super::edit::Edit;
use super::view::{Documents, shown, shown_edit};
use crate::engine::Engine;
use crate::engine::actor::{Hold, Message, Outcome};
use crate::engine::error::EngineError;

/// One review at work.
pub struct Desk {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The database.
    pub store: Store,
    /// The user's files.
    pub files: Arc<dyn Files>,
    held: BTreeMap<String, SessionRow>,
}

impl Desk {
    /// Nothing is held yet.
    pub async fn new(engine: Arc<Engine>) -> Result<Self, EngineError> {
        Ok(Self {
            store: engine.store().await?,
            files: engine.front().files(),
            held: BTreeMap::new(),
            engine,
        })
    }

    /// Holds a session until [`end`](Self::end).
    pub async fn begin(&mut self, session_id: &str, hold: Hold) -> Result<(), EngineError> {
        if self.held.contains_key(session_id) {
            return Ok(());
        }
        let row = self
            .engine
            .request(session_id, None, |reply| Message::BeginReview(hold, reply))
            .await?;
        self.held.insert(session_id.to_owned(), row);
        Ok(())
    }

    /// Whether a session is held.
    pub fn holds(&self, session_id: &str) -> bool {
        self.held.contains_key(session_id)
    }

    /// The sessions that are held.
    pub fn held(&self) -> BTreeSet<String> {
        self.held.keys().cloned().collect()
    }

    /// The session as it was when it was taken.
    pub fn session(&self, session_id: &str) -> Option<&SessionRow> {
        self.held.get(session_id)
    }

    /// Records what came of the review in one session.
    pub async fn record(&self, session_id: &str, outcome: Outcome) -> Result<(), EngineError> {
        self.engine
            .request(session_id, None, |reply| {
                Message::RecordReview(Box::new(outcome), reply)
            })
            .await
    }

    /// Records edits as they are now, and tells them, in their sessions.
    pub async fn record_edits(
        &self,
        edits: &[&Edit],
        notes: &[(String, String)],
    ) -> Result<(), EngineError> {
        let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
        for edit in edits {
            let outcome = outcomes.entry(&edit.row.session_id).or_default();
            outcome.writes.push(Write::UpsertEdit(edit.row_now()));
            let shown = self.shown(edit).await?;
            outcome.events.push(Event::EditUpdated { edit: shown });
        }
        for (session_id, note) in notes {
            if let Some(outcome) = outcomes.get_mut(session_id.as_str()) {
                outcome.notes.push(note.clone());
            }
        }
        for (session_id, outcome) in outcomes {
            self.record(session_id, outcome).await?;
        }
        Ok(())
    }

    /// An edit as clients see it.
    pub async fn shown(&self, edit: &Edit) -> Result<FileEdit, EngineError> {
        let (files, revisions) = (&*self.files, &self.engine.revisions);
        shown_edit(
            &self.store,
            files,
            revisions,
            &mut Documents::default(),
            edit,
        )
        .await
    }

    /// Edits as they are stored and in the files now, oldest first.
    pub async fn shown_now(&self, ids: Vec<String>) -> Result<Vec<FileEdit>, EngineError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut edits = Vec::with_capacity(ids.len());
        let mut documents = Documents::default();
        for ids in ids.chunks(MAX_FILTER_VALUES) {
            let filter = EditFilter {
                ids: ids.to_vec(),
                limit: MAX_EDITS,
                ..EditFilter::default()
            };
            for row in self.store.edits_where(filter).await? {
                let (files, revisions) = (&*self.files, &self.engine.revisions);
                edits.push(shown(&self.store, files, revisions, &mut documents, row).await);
            }
        }
        Ok(edits)
    }

    /// Makes changes, one after the other; the first that fails ends it. Answers with what each
    /// of those made became.
    pub async fn make(&self, plan: &[FileChange]) -> Result<Vec<AppliedChange>, HostError> {
        let mut made = Vec::with_capacity(plan.len());
        for change in plan {
            made.push(self.files.apply(change).await?);
        }
        Ok(made)
    }

    /// Lets go of all sessions.
    pub async fn end(&mut self) {
        for session_id in std::mem::take(&mut self.held).into_keys() {
            let (reply, done) = oneshot::channel();
            let message = Message::EndReview(reply);
            match self.engine.deliver(&session_id, None, message).await {
                Ok(()) => drop(done.await),
                Err(error) => {
                    tracing::error!(session = session_id, %error, "a review did not end in order");
                }
            }
        }
    }
}
