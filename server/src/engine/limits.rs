//! Bounds that are not settings.
use std::time::Duration;

/// The longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 200;

/// The largest prompt, in bytes of text and base64.
pub const MAX_CONTENT_BYTES: usize = 20 * 1024 * 1024;

/// The most entries of one page of a list, and how many come when no limit is asked for.
pub const MAX_PAGE: u32 = 200;

/// How many entries a page has when no limit is asked for.
pub const DEFAULT_PAGE: u32 = 50;

/// How many events one page of a replay has.
pub const EVENTS_PAGE: u32 = 500;

/// How long streamed text may stay unstored.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// Messages that may wait for a session.
pub const MAILBOX: usize = 256;

/// A session that nothing happened to for this long leaves memory.
pub const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// How often the database is looked at for others' events.
pub const POLL_INTERVAL: Duration = Duration::from_millis(400);
