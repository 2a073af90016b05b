//! Sessions, turns, items and events in SQLite.
//!
//! One thread owns the only connection; a [`Store`] is a cheap handle to it. The store knows
//! rows and JSON text, not what they mean; only its index of words looks into messages. Several servers may share a database: each holds an
//! operating-system file lock while it lives, owns the sessions whose turns it runs, and sees
//! what the others write.
//!
//! ```text
//! write(batch)      one transaction, whole or not at all
//! acquire, release  the right to write a session's events, and their numbers
//! take_over_dead    sessions whose server was killed, with what there is to repair
//! items_page, ...   reads, each as of one moment
//! ```
mod audit;
mod blobs;
mod bounds;
mod columns;
mod conversation;
mod cursor;
mod edit_rows;
mod edits;
mod error;
mod events;
mod items;
mod lease;
mod ledger;
mod lock;
mod migrate;
mod open;
mod permissions;
mod read;
mod rewinds;
mod rows;
mod search;
mod sessions;
mod steers;
mod thread;
mod usage;
mod write;

#[cfg(test)]
mod tests;

pub use audit::{AuditFilter, AuditRow, Broken, LOCK_WAIT, LOSS, MAX_AUDIT_ROWS, Verdict};
pub use blobs::{MAX_BLOB, blob_hash};
pub use bounds::BOUNDS;
pub use conversation::Conversation;
pub use edit_rows::{
    AttemptRow, EditFilter, EditRow, NoteRow, OUTCOMES, REWIND_STATES, RewindRow, StatRow,
};
pub use edits::{MAX_EDITS, MAX_FILTER_VALUES};
pub use error::{Result, StoreError};
pub use events::{MAX_EVENT_BYTES, MAX_EVENTS};
pub use lease::{MAX_DELTAS, MAX_TAKE_OVER, OPEN_STATUSES, SEQ_BLOCK};
pub use ledger::MAX_STATS;
pub use permissions::{MAX_RULES, RuleRow};
pub use rewinds::MAX_NOTES;
pub use rows::{
    AuditEntry, ClientMessage, EventRow, ForeignEvents, ItemRow, ItemsPage, ItemsQuery, Lease,
    SessionFilter, SessionPage, SessionPatch, SessionRow, Stats, TakenOver, TurnRow, Write,
};
pub use search::{Hit, MAX_RANKED, MAX_SCANNED, MAX_WORDS};
pub use steers::SteerRow;
pub use thread::{Opened, Store, StoreOptions};
pub use usage::{MAX_USAGE_SUMS, UsageRow, UsageSum};

/// How many rows a page of sessions or items has at most.
pub const MAX_PAGE: u32 = 500;
