//! Reviews of edits: the reviewer holds a session's lease while it waits for the editor, and has
//! the session's actor record what came of it.
use std::sync::Arc;

use aside_protocol::{ErrorCode, Event};
use aside_store::{SessionPatch, SessionRow, Write};

use super::{Actor, Entry};
use crate::audit;
use crate::clock;
use crate::engine::error::EngineError;

/// What a review may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Turns run meanwhile.
    Shared,
    /// No turn runs or waits, and none begins.
    Exclusive,
}

/// What came of a review in one session.
#[derive(Default)]
pub struct Outcome {
    /// Rows.
    pub writes: Vec<Write>,
    /// Events, in order.
    pub events: Vec<Event>,
    /// What the model is told.
    pub notes: Vec<String>,
    /// Turns went from the conversation or came back: the change of the session, which is told
    /// after the events.
    pub patch: Option<SessionPatch>,
}

impl Actor {
    /// Holds the session until [`end_review`](Self::end_review).
    pub(super) async fn begin_review(&mut self, hold: Hold) -> Result<SessionRow, EngineError> {
        if self.review.is_some() {
            return Err(busy("its edits are being reviewed; try again in a moment"));
        }
        self.lease().await?;
        if hold == Hold::Exclusive && (self.running.is_some() || !self.queue.is_empty()) {
            self.unlease().await;
            return Err(busy(
                "a turn runs or waits in it; cancel it with chat/cancel, or wait until it ends",
            ));
        }
        if let Err(error) = self.log.flush().await {
            self.unlease().await;
            return Err(error.into());
        }
        self.review = Some(hold);
        Ok(self.row.clone())
    }

    /// Records what came of a review. After an error nothing is recorded.
    pub(super) async fn record_review(&mut self, outcome: Outcome) -> Result<(), EngineError> {
        if self.review.is_none() {
            return Err(EngineError::internal(
                "the review of this session has ended",
            ));
        }
        let before = self.row.clone();
        let is_rewound = outcome.patch.is_some();
        let mut writes = outcome.writes;
        let at = self.at();
        writes.extend(outcome.events.iter().filter_map(|event| {
            let Event::EditUpdated { edit } = event else {
                return None;
            };
            Some(audit::reviewed(at, edit))
        }));
        let mut entries: Vec<Entry> = outcome
            .events
            .into_iter()
            .map(|event| Entry {
                turn_id: None,
                item_id: None,
                event,
            })
            .collect();
        if is_rewound {
            // What the model was to know of turns that are gone, it need not know.
            let _ = self.notes.take();
            writes.push(Write::DeleteNotes {
                session_id: self.session_id.to_string(),
                up_to: i64::MAX,
            });
        }
        writes.extend(outcome.notes.iter().map(|note| Write::AddNote {
            session_id: self.session_id.to_string(),
            created_at: clock::now(),
            text: note.clone(),
        }));
        if let Some(patch) = outcome.patch {
            self.patch(&patch);
            writes.push(Write::UpdateSession {
                id: self.session_id.to_string(),
                patch,
            });
            entries.push(self.session_updated());
        }
        if let Err(error) = self.log.record_or_undo(writes, entries).await {
            self.row = before;
            return Err(error.into());
        }
        if is_rewound {
            // What the model saw in turns that are gone, or not yet back, is not what it knows.
            self.seen = Arc::default();
        }
        self.has_stored_notes |= !outcome.notes.is_empty();
        for note in outcome.notes {
            self.notes.add(note);
        }
        Ok(())
    }

    /// Lets go of the session.
    pub(super) async fn end_review(&mut self) {
        if self.review.take().is_some() {
            self.unlease().await;
        }
    }

    /// Refuses what must not happen while a rewind goes on.
    pub(super) fn check_not_held(&self) -> Result<(), EngineError> {
        match self.review {
            None | Some(Hold::Shared) => Ok(()),
            Some(Hold::Exclusive) => Err(busy("it is being rewound; try again in a moment")),
        }
    }

    /// The notes that are stored are those that wait.
    pub(super) async fn load_notes(&mut self) -> Result<(), EngineError> {
        let stored = self.log.store().notes(&*self.session_id).await?;
        self.has_stored_notes = !stored.is_empty();
        let _ = self.notes.take();
        for note in stored {
            self.notes.add(note.text);
        }
        Ok(())
    }

    /// Deletes the notes that a record tells the model.
    pub(super) async fn delete_told(&mut self, told: &str) -> Option<Write> {
        if !self.has_stored_notes {
            return None;
        }
        let stored = match self.log.store().notes(&*self.session_id).await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(session = &*self.session_id, %error, "notes that the model was told are not deleted");
                return None;
            }
        };
        // Those that came after the turn took its notes wait for the next time.
        let last = stored.iter().rposition(|note| told.ends_with(&note.text))?;
        self.has_stored_notes = last + 1 < stored.len();
        Some(Write::DeleteNotes {
            session_id: self.session_id.to_string(),
            up_to: stored[last].id,
        })
    }
}

fn busy(why: &str) -> EngineError {
    EngineError::new(ErrorCode::Busy, format!("the session is in use: {why}"))
}
