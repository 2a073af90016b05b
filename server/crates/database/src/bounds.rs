//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "the URL of a database",
        crate::target::MAX_URL as u64,
        "bytes",
    ),
    (
        "tables of a database that are named",
        crate::fetch::MAX_NAMES as u64,
        "tables",
    ),
    (
        "indexes and keys of a database that are read",
        crate::fetch::MAX_EXTRAS as u64,
        "rows",
    ),
    (
        "one text of a schema, such as a default or a comment",
        crate::schema::MAX_TEXT as u64,
        "characters",
    ),
    (
        "tables that are proposed for one that is missing",
        crate::error::MAX_PROPOSED as u64,
        "tables",
    ),
];
