//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "requests that wait for the database",
        crate::thread::QUEUE as u64,
        "requests",
    ),
    (
        "event numbers reserved at a time",
        crate::SEQ_BLOCK as u64,
        "numbers",
    ),
    (
        "rows of the audit log read at a time",
        crate::MAX_AUDIT_ROWS as u64,
        "rows",
    ),
    (
        "waiting for the file that notes the end of the audit log",
        crate::LOCK_WAIT.as_millis() as u64,
        "ms",
    ),
    (
        "rules of permission of a workspace, and of each session",
        crate::MAX_RULES as u64,
        "rules",
    ),
    (
        "rows of one page from the database",
        crate::MAX_PAGE as u64,
        "rows",
    ),
    (
        "sessions repaired at a time after a crash",
        crate::MAX_TAKE_OVER as u64,
        "sessions",
    ),
    (
        "streamed pieces read back for one repair",
        crate::MAX_DELTAS as u64,
        "events",
    ),
    (
        "events read at a time from the database",
        crate::MAX_EVENT_BYTES as u64,
        "bytes",
    ),
    (
        "text of a file kept to take an edit back",
        crate::MAX_BLOB as u64,
        "bytes",
    ),
    (
        "edits read at a time from the database",
        crate::MAX_EDITS as u64,
        "edits",
    ),
    (
        "values of one condition on edits",
        crate::MAX_FILTER_VALUES as u64,
        "values",
    ),
    ("words of one search", crate::MAX_WORDS as u64, "words"),
    (
        "newest messages with the words of a search that are ranked",
        crate::MAX_RANKED as u64,
        "messages",
    ),
    (
        "newest items looked through for words of scripts without spaces",
        crate::MAX_SCANNED as u64,
        "items",
    ),
    (
        "notes kept for the model in a session",
        crate::MAX_NOTES as u64,
        "notes",
    ),
    (
        "pairs of a model and a dialect counted in the ledger",
        crate::MAX_STATS as u64,
        "pairs",
    ),
    (
        "pairs of a day and a model summed for usage",
        crate::MAX_USAGE_SUMS as u64,
        "pairs",
    ),
];
