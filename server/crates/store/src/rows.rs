//! The rows as callers see them. Times are RFC 3339 text in UTC, ids are UUIDv7, both
//! given by the caller; what is named JSON is text that the store never looks into.
use crate::edit_rows::{AttemptRow, EditRow, RewindRow};
use crate::steers::SteerRow;
use crate::usage::UsageRow;

/// A session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionRow {
    /// UUIDv7.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// The workspace it belongs to.
    pub workspace_uri: String,
    /// When it began.
    pub created_at: String,
    /// When it last changed; lists are ordered by it.
    pub updated_at: String,
    /// `provider/model`.
    pub model: String,
    /// The agent template.
    pub agent: String,
    /// The permission mode as on the wire.
    pub permission_mode: String,
    /// `idle`, `running` or `waiting`.
    pub status: String,
    /// Listed first.
    pub pinned: bool,
    /// Not listed unless asked for.
    pub archived: bool,
    /// The session it was forked or spawned from.
    pub parent_id: Option<String>,
    /// The project it is filed under.
    pub project_id: Option<String>,
    /// The MCP servers that it may use, a JSON array of names; all where none.
    pub mcp_servers: Option<String>,
    /// How much its model is to think, a word; the model's own setting where none.
    pub effort: Option<String>,
    /// How many turns it has had.
    pub turn_count: i64,
    /// JSON.
    pub usage: String,
    /// The server whose lease is in force, dead or alive. Not read by `CreateSession`.
    pub owner: Option<String>,
    /// The `seq` of its last event, 0 before the first. Not read by `CreateSession`.
    pub last_seq: i64,
}

/// What changes in a session; fields that are `None` stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionPatch {
    /// A new title.
    pub title: Option<String>,
    /// A new model.
    pub model: Option<String>,
    /// A new agent template.
    pub agent: Option<String>,
    /// A new permission mode.
    pub permission_mode: Option<String>,
    /// A new status.
    pub status: Option<String>,
    /// Whether it is listed first.
    pub pinned: Option<bool>,
    /// Whether lists leave it out.
    pub archived: Option<bool>,
    /// A new project.
    pub project_id: Option<String>,
    /// Other MCP servers, JSON.
    pub mcp_servers: Option<String>,
    /// Another effort.
    pub effort: Option<String>,
    /// The new usage, JSON.
    pub usage: Option<String>,
    /// When this change was.
    pub updated_at: Option<String>,
    /// How many turns there are now.
    pub turn_count: Option<i64>,
}

/// A turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnRow {
    /// UUIDv7.
    pub id: String,
    /// Its session.
    pub session_id: String,
    /// `queued`, `running` or `completed`.
    pub status: String,
    /// Why it ended.
    pub stop_reason: Option<String>,
    /// The error it ended with, JSON.
    pub error: Option<String>,
    /// When it was sent.
    pub created_at: String,
    /// When it began to run.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
    /// JSON.
    pub usage: String,
    /// The client's id of the message that began it.
    pub client_message_id: Option<String>,
    /// What was said, JSON, kept while the turn waits in the queue.
    pub prompt: Option<String>,
}

/// An item of a turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemRow {
    /// UUIDv7.
    pub id: String,
    /// Its session.
    pub session_id: String,
    /// Its turn.
    pub turn_id: String,
    /// When it began. Kept from the first write.
    pub created_at: String,
    /// The item's type, for example `toolCall`.
    pub kind: String,
    /// How far it is; see [`crate::OPEN_STATUSES`].
    pub status: String,
    /// The item, JSON.
    pub json: String,
    /// What a provider wants back, JSON.
    pub replay: Option<String>,
    /// The `seq` of the event that began it. Kept from the first write.
    pub first_seq: i64,
}

/// An event of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventRow {
    /// Its session.
    pub session_id: String,
    /// Its number in the session, from 1.
    pub seq: i64,
    /// The turn it belongs to.
    pub turn_id: Option<String>,
    /// The item it belongs to. Events that have one come with the open item as its deltas.
    pub item_id: Option<String>,
    /// The event, JSON.
    pub json: String,
}

/// What is appended to the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it happened, RFC 3339 in UTC.
    pub at: String,
    /// The session, if it happened in one.
    pub session_id: Option<String>,
    /// The turn, if it happened in one.
    pub turn_id: Option<String>,
    /// What kind of thing happened.
    pub kind: String,
    /// What happened.
    pub json: String,
}

/// One change in a batch of [`crate::Store::write`].
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new session, owned by nobody.
    CreateSession(SessionRow),
    /// Changes some fields of a session.
    UpdateSession {
        /// The session.
        id: String,
        /// What changes.
        patch: SessionPatch,
    },
    /// Adds or replaces a turn, and notes its client message id.
    UpsertTurn(TurnRow),
    /// Notes that a client's message went to a turn, as a steering message does.
    ClientMessage {
        /// The session.
        session_id: String,
        /// The client's id of the message.
        client_message_id: String,
        /// The turn it went to.
        turn_id: String,
    },
    /// Keeps a message for a running turn.
    AddSteer(SteerRow),
    /// A message was taken in by its turn, or became a turn of its own.
    DeleteSteer {
        /// The session.
        session_id: String,
        /// The message.
        id: String,
    },
    /// Adds an item at the end of its session, or replaces it where it is.
    UpsertItem(ItemRow),
    /// Adds an event; its number must be covered by a lease of this server.
    Event(EventRow),
    /// Adds or replaces an edit. The blobs that it names stay while the session does.
    UpsertEdit(EditRow),
    /// Keeps bytes under their hash, at most [`crate::MAX_BLOB`]; nothing happens where they
    /// are kept already.
    Blob {
        /// [`crate::blob_hash`] of the data.
        hash: String,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Reserves event numbers of a leased session up to and with `up_to`.
    ReserveSeq {
        /// The session.
        session_id: String,
        /// The last number reserved.
        up_to: i64,
    },
    /// Appends to the audit log.
    Audit(AuditEntry),
    /// Adds a rewind, or replaces the JSON and the state of one.
    Rewind(RewindRow),
    /// Takes a turn and all later ones that are not rewound out of the conversation. The
    /// rewind comes before it in the batch.
    SetRewound {
        /// The session.
        session_id: String,
        /// The first turn that goes.
        from_turn: String,
        /// The rewind that does it.
        rewind_id: String,
    },
    /// Puts the turns that a rewind took back into the conversation.
    ClearRewound {
        /// The session.
        session_id: String,
        /// The rewind.
        rewind_id: String,
    },
    /// Notes something to tell the model. Of more than [`crate::MAX_NOTES`] of a session the
    /// oldest go.
    AddNote {
        /// The session.
        session_id: String,
        /// When it was noted.
        created_at: String,
        /// What the model is told.
        text: String,
    },
    /// Deletes the notes of a session that the model was told.
    DeleteNotes {
        /// The session.
        session_id: String,
        /// The id of the last note to go.
        up_to: i64,
    },
    /// Adds an attempt to the ledger of edits. The blob that it names stays while the session
    /// does.
    Attempt(AttemptRow),
    /// Says how an attempt ended after all.
    AttemptOutcome {
        /// The attempt.
        id: String,
        /// One of [`crate::OUTCOMES`].
        outcome: String,
    },
    /// Adds what a request to a model used. It stays when the session goes.
    Usage(UsageRow),
    /// Sets a value of the workspace that belongs to no session.
    Meta {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
}

/// Which sessions to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many at most, 1 to [`crate::MAX_PAGE`]; values outside are brought inside.
    pub limit: u32,
    /// Part of the title, in any case of letters.
    pub query: Option<String>,
    /// `Some(true)` lists the archived ones, otherwise those that are not archived.
    pub archived: Option<bool>,
    /// Only those that are pinned, or only those that are not.
    pub pinned: Option<bool>,
    /// Only those of this project.
    pub project_id: Option<String>,
}

/// A page of sessions, pinned first, then the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionPage {
    /// The sessions.
    pub sessions: Vec<SessionRow>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

/// Which items to read: the newest page where neither cursor is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemsQuery {
    /// The session.
    pub session_id: String,
    /// Items older than this cursor.
    pub before: Option<String>,
    /// Items newer than this cursor.
    pub after: Option<String>,
    /// How many at most, 1 to [`crate::MAX_PAGE`]; values outside are brought inside.
    pub limit: u32,
}

/// A page of items, as of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemsPage {
    /// The items, oldest first.
    pub items: Vec<ItemRow>,
    /// Their turns in order, and on the newest page those that run or wait.
    pub turns: Vec<TurnRow>,
    /// The events of those items that are `inProgress` or `running`, each item's in order.
    pub deltas: Vec<EventRow>,
    /// The last event that the page reflects.
    pub last_seq: i64,
    /// Give it as `before` to read older items; absent where there are none.
    pub prev_cursor: Option<String>,
    /// Give it as `after` to read newer items; absent where there are none.
    pub next_cursor: Option<String>,
}

/// Where a client's message went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMessage {
    /// The turn.
    pub turn_id: String,
    /// The turn's status.
    pub status: String,
}

/// The right to write a session's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The session.
    pub session_id: String,
    /// The number of the next event.
    pub next_seq: i64,
    /// The last number that is reserved; ask for more before going past it.
    pub reserved_until: i64,
}

/// A session whose owner died, now owned by this server, and what there is to repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// The session as it was left, with this server as its owner.
    pub session: SessionRow,
    /// The lease; its numbers begin after all that the dead server may have used.
    pub lease: Lease,
    /// The turns that were running.
    pub turns: Vec<TurnRow>,
    /// The items that were not finished, in order.
    pub items: Vec<ItemRow>,
    /// The events of those items since they began, each item's in order.
    pub deltas: Vec<EventRow>,
    /// The messages that the running turn had not taken in, oldest first.
    pub steers: Vec<SteerRow>,
}

/// Events that other servers wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignEvents {
    /// The events with their row numbers, in the order they were written.
    pub events: Vec<(i64, EventRow)>,
    /// Give it as `after_rowid` next time. It also skips this server's own events.
    pub up_to: i64,
}

/// What the database holds, for `aside doctor`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// The database file.
    pub path: std::path::PathBuf,
    /// The bytes of the file and its write-ahead log.
    pub bytes: u64,
    /// The number of the format.
    pub version: i64,
    /// How many sessions.
    pub sessions: i64,
    /// How many turns.
    pub turns: i64,
    /// How many items.
    pub items: i64,
    /// How many events.
    pub events: i64,
    /// How many edits.
    pub edits: i64,
    /// How many attempts at edits.
    pub attempts: i64,
    /// How many texts of files.
    pub blobs: i64,
}
