//! Bounds that are not settings.
use std::time::Duration;

/// The longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 200;

/// The largest prompt, in bytes of text and base64.
pub const MAX_CONTENT_BYTES: usize = 20 * 1024 * 1024;

/// The most entries of one page of a list, and how many come when no limit is asked for.
pub const MAX_PAGE: u32 = 200;

/// The longest text that sessions are searched for, in bytes.
pub const MAX_SEARCH_BYTES: usize = 4 * 1024;

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

/// How many reviews may wait; more are refused.
pub const MAX_WAITING_REVIEWS: usize = 64;

/// Of how many edits the revision is remembered; beyond it changes are computed from the texts.
pub const MAX_REVISIONS: usize = 4_096;

/// How many files can belong together.
pub const MAX_GROUP_FILES: usize = 500;

/// How often a review is computed anew because the file changed meanwhile.
pub const MAX_REVIEW_TRIES: u32 = 8;

/// How much of an amended text the model is shown, in bytes.
pub const MAX_AMENDED_NOTE_BYTES: usize = 4 * 1024;

/// How much text is compared on the runtime's own thread: well under a millisecond.
pub const MAX_INLINE_TEXT_BYTES: usize = 256 * 1024;

/// How much text of files is kept while edits are shown, so that a file is read once.
pub const MAX_READ_TOGETHER_BYTES: usize = 64 * 1024 * 1024;

/// How much text the edits of one answer hold; older ones are left out, but the newest never.
pub const MAX_SHOWN_EDITS_BYTES: usize = 32 * 1024 * 1024;

/// How long hooks about the end of sessions have where the editor leaves.
pub const HOOKS_AT_CLOSE: Duration = Duration::from_millis(1000);

/// How long they have where a command ends, and nobody waits for the database.
pub const MAX_HOOKS_AT_END: Duration = Duration::from_secs(120);
