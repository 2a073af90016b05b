//! The event log of one session: numbers events, stores them, then shows them.
//!
//! Finished things are stored before they are shown. Streamed text is shown at once and stored
//! within [`FLUSH_INTERVAL`], so that a kill loses at most that much of it.
use std::sync::Arc;
use std::time::Duration;

use aside_protocol::Event;
use aside_store::{EventRow, Lease, Store, StoreError, Write};
use tokio::time::Instant;

use crate::engine::front::{Front, Published};
use crate::engine::limits::FLUSH_INTERVAL;

/// Streamed text is stored right after a piece was shown, when it is due within this time: then
/// the next piece is the furthest away, and rarely waits for the disk.
const FLUSH_EARLY: Duration = Duration::from_millis(40);

/// How many unstored rows are gathered before they are stored ahead of time.
const MAX_PENDING_WRITES: usize = 512;

/// Unstored rows that are kept while the database fails; older ones are dropped.
const MAX_UNSTORED_WRITES: usize = 8 * MAX_PENDING_WRITES;

/// New numbers are reserved when fewer than this are left, so that a turn that fails for want
/// of storage still has numbers to end with.
const LOW_WATER: i64 = 128;

/// An event with what it belongs to.
pub struct Entry {
    /// The turn, if any.
    pub turn_id: Option<Arc<str>>,
    /// The item, if any.
    pub item_id: Option<String>,
    /// The event.
    pub event: Event,
}

/// Numbers, stores and shows the events of one session, while this server holds its lease.
pub struct EventLog {
    session_id: Arc<str>,
    store: Store,
    front: Arc<dyn Front>,
    lease: Option<Lease>,
    pending: Vec<Write>,
    flush_at: Option<Instant>,
}

impl EventLog {
    /// A log without a lease: nothing can be recorded yet.
    pub fn new(session_id: Arc<str>, store: Store, front: Arc<dyn Front>) -> Self {
        Self {
            session_id,
            store,
            front,
            lease: None,
            pending: Vec::new(),
            flush_at: None,
        }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether this server may write to the session now.
    pub fn is_leased(&self) -> bool {
        self.lease.is_some()
    }

    /// Becomes the session's only writer.
    pub async fn acquire(&mut self) -> Result<(), StoreError> {
        if self.lease.is_none() {
            self.lease = Some(self.store.acquire(&*self.session_id).await?);
        }
        Ok(())
    }

    /// Stores what is left and lets others write.
    pub async fn release(&mut self) -> Result<(), StoreError> {
        self.flush().await?;
        let Some(lease) = &self.lease else {
            return Ok(());
        };
        self.store
            .release(&*self.session_id, lease.next_seq - 1)
            .await?;
        self.lease = None;
        Ok(())
    }

    /// The number of the next event; the first unstored one is at most this.
    pub fn next_seq(&self) -> i64 {
        self.lease.as_ref().map_or(1, |lease| lease.next_seq)
    }

    /// When [`flush`](Self::flush) is due.
    pub fn flush_at(&self) -> Option<Instant> {
        self.flush_at
    }

    /// Stores rows and events, then shows the events. If that fails they are shown all the same
    /// and stored with the next success, since their numbers are taken.
    pub async fn record_now(
        &mut self,
        writes: Vec<Write>,
        entries: Vec<Entry>,
    ) -> Result<(), StoreError> {
        let reserved = self.reserve(entries.len()).await;
        self.pending.extend(writes);
        let published: Vec<Published> = entries
            .into_iter()
            .filter_map(|entry| self.number(entry))
            .collect();
        let stored = self.flush().await;
        for event in published {
            self.front.publish(event).await;
        }
        reserved.and(stored)
    }

    /// Like [`record_now`](Self::record_now), but a failure undoes the numbering and shows
    /// nothing: for requests that answer with an error and leave the state as it was.
    pub async fn record_or_undo(
        &mut self,
        writes: Vec<Write>,
        entries: Vec<Entry>,
    ) -> Result<(), StoreError> {
        self.flush().await?;
        self.reserve(entries.len()).await?;
        let first = self.next_seq();
        self.pending.extend(writes);
        let published: Vec<Published> = entries
            .into_iter()
            .filter_map(|entry| self.number(entry))
            .collect();
        if let Err(error) = self.flush().await {
            self.pending.clear();
            self.flush_at = None;
            if let Some(lease) = &mut self.lease {
                lease.next_seq = first;
            }
            return Err(error);
        }
        for event in published {
            self.front.publish(event).await;
        }
        Ok(())
    }

    /// Shows an event at once and stores it, and the rows, soon.
    pub async fn record_soon(
        &mut self,
        writes: Vec<Write>,
        entry: Entry,
    ) -> Result<(), StoreError> {
        let reserved = self.reserve(1).await;
        self.pending.extend(writes);
        let published = self.number(entry);
        if self.flush_at.is_none() {
            self.flush_at = Some(Instant::now() + FLUSH_INTERVAL);
        }
        if let Some(event) = published {
            self.front.publish(event).await;
        }
        reserved?;
        let due_soon = self
            .flush_at
            .is_some_and(|at| at.saturating_duration_since(Instant::now()) < FLUSH_EARLY);
        if due_soon || self.pending.len() >= MAX_PENDING_WRITES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Stores what is pending. What cannot be stored stays pending, up to a bound.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        self.flush_at = None;
        if self.pending.is_empty() {
            return Ok(());
        }
        // Shared, since a row may be as long as an answer, and copied only if it must be kept.
        let batch = Arc::new(std::mem::take(&mut self.pending));
        let stored = self.store.write_shared(Arc::clone(&batch)).await;
        if stored.is_err() {
            self.pending = Arc::unwrap_or_clone(batch);
            let excess = self.pending.len().saturating_sub(MAX_UNSTORED_WRITES);
            self.pending.drain(..excess);
        }
        stored
    }

    async fn reserve(&mut self, count: usize) -> Result<(), StoreError> {
        let Some(lease) = &mut self.lease else {
            return Ok(());
        };
        let wanted = lease.next_seq + LOW_WATER + i64::try_from(count).unwrap_or(i64::MAX / 2);
        if wanted <= lease.reserved_until {
            return Ok(());
        }
        lease.reserved_until = self.store.reserve_more(&*self.session_id).await?;
        Ok(())
    }

    /// Gives an event its number and its row. `None` where no durable number is left.
    fn number(&mut self, entry: Entry) -> Option<Published> {
        let lease = self.lease.as_mut()?;
        if lease.next_seq > lease.reserved_until {
            tracing::error!(
                session = &*self.session_id,
                "an event was dropped: no number could be reserved"
            );
            return None;
        }
        let seq = lease.next_seq;
        lease.next_seq += 1;
        let json = crate::wire::to_json(&entry.event);
        let params =
            crate::wire::event_params(&self.session_id, seq, entry.turn_id.as_deref(), &json);
        self.pending.push(Write::Event(EventRow {
            session_id: self.session_id.to_string(),
            seq,
            turn_id: entry.turn_id.as_deref().map(str::to_owned),
            item_id: entry.item_id,
            json,
        }));
        Some(Published {
            session_id: Arc::clone(&self.session_id),
            turn_id: entry.turn_id,
            event: entry.event,
            params,
        })
    }
}
