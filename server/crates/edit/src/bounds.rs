//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "edits of one edit_file call",
        crate::matching::MAX_EDITS as u64,
        "edits",
    ),
    (
        "places that replace_all replaces",
        crate::matching::MAX_PLACES as u64,
        "places",
    ),
    (
        "the text after an edit",
        crate::matching::MAX_RESULT_BYTES as u64,
        "bytes",
    ),
    (
        "lines compared for the smallest difference",
        crate::diff::MAX_DIFF_LINES as u64,
        "lines",
    ),
    (
        "time for the smallest difference",
        crate::diff::MAX_DIFF_TIME.as_millis() as u64,
        "ms",
    ),
];
