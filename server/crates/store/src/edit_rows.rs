//! The rows of edits, and of what is kept to review them, take them back and learn from them.

/// An edit of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditRow {
    /// UUIDv7.
    pub id: String,
    /// Its session.
    pub session_id: String,
    /// Its turn.
    pub turn_id: String,
    /// The tool call that made it.
    pub item_id: String,
    /// When it was made. Kept from the first write; empty for one older than the column whose
    /// turn is not known.
    pub created_at: String,
    /// The file.
    pub path: String,
    /// Where a rename moved the file.
    pub new_path: Option<String>,
    /// `create`, `modify`, `delete` or `rename`.
    pub kind: String,
    /// Its status as on the wire.
    pub status: String,
    /// The hash of the text that it was computed from.
    pub base_hash: String,
    /// The blob that holds the file as it was; write the blob in the same batch.
    pub pre_image: Option<String>,
    /// The blob that holds the text the edit made; write the blob in the same batch.
    pub post_image: Option<String>,
    /// The state of the review, JSON.
    pub json: String,
}

/// Which edits to read; an empty list is no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditFilter {
    /// Only those of this session.
    pub session_id: Option<String>,
    /// Only those of this turn.
    pub turn_id: Option<String>,
    /// Only those of one of these files, by `path` or `new_path`.
    pub paths: Vec<String>,
    /// Only those with one of these statuses.
    pub statuses: Vec<String>,
    /// Only those with one of these ids.
    pub ids: Vec<String>,
    /// How many at most, the newest ones, 1 to [`crate::MAX_EDITS`]; values outside are
    /// brought inside.
    pub limit: u32,
}

/// The states of a rewind.
pub const REWIND_STATES: [&str; 2] = ["done", "undone"];

/// Turns and edits taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RewindRow {
    /// UUIDv7.
    pub id: String,
    /// Its session. Kept from the first write, like the turn and the time.
    pub session_id: String,
    /// The first turn that was taken back.
    pub turn_id: String,
    /// When.
    pub created_at: String,
    /// What is needed to take the rewind back, JSON.
    pub json: String,
    /// One of [`REWIND_STATES`].
    pub state: String,
    /// The blobs that the JSON names, which stay as long as the session. Only written.
    pub blobs: Vec<String>,
}

/// Something the model is to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteRow {
    /// Its number, which only grows.
    pub id: i64,
    /// Its session.
    pub session_id: String,
    /// When it was noted.
    pub created_at: String,
    /// What the model is told.
    pub text: String,
}

/// How an attempt can end; the first three are successes.
pub const OUTCOMES: [&str; 6] = [
    "applied",
    "rebased",
    "proposed",
    "refused",
    "conflicted",
    "failed",
];

/// An attempt of a model at an edit of one file, in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptRow {
    /// UUIDv7.
    pub id: String,
    /// Its session.
    pub session_id: String,
    /// Its turn.
    pub turn_id: String,
    /// The tool call.
    pub item_id: String,
    /// When.
    pub created_at: String,
    /// `provider/model`.
    pub model: String,
    /// The file.
    pub path: String,
    /// How the edit was written down.
    pub dialect: String,
    /// The stage of matching that found the place.
    pub stage: Option<String>,
    /// One of [`OUTCOMES`].
    pub outcome: String,
    /// Why it was refused.
    pub code: Option<String>,
    /// Whether no attempt went wrong just before it at the same file in the same turn. Not
    /// read by `Attempt`, which finds it out.
    pub first_try: bool,
    /// The blob that holds the text it was matched against; write the blob in the same batch.
    pub base_hash: Option<String>,
    /// The hash of the text that came out.
    pub result_hash: Option<String>,
    /// What the model asked for, JSON.
    pub request: String,
}

/// How well a model edits in a dialect. All numbers count attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatRow {
    /// `provider/model`.
    pub model: String,
    /// How the edits were written down.
    pub dialect: String,
    /// All.
    pub attempts: i64,
    /// Those that were a first try.
    pub first_tries: i64,
    /// The first tries that succeeded.
    pub first_try_ok: i64,
    /// Those that succeeded: applied, rebased or proposed.
    pub ok: i64,
    /// Those rebased over what the user did meanwhile.
    pub rebased: i64,
    /// Those whose outcome is the user's to say.
    pub proposed: i64,
    /// Those the engine refused.
    pub refused: i64,
    /// Those that met a change of the user.
    pub conflicted: i64,
    /// Those that failed otherwise.
    pub failed: i64,
    /// By stage of matching, where there was one.
    pub by_stage: Vec<(String, i64)>,
    /// By the reason of the refusal, where there was one.
    pub by_code: Vec<(String, i64)>,
}
