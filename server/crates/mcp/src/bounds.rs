//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[(
    "one message of an MCP server",
    crate::stdio::MAX_MESSAGE_BYTES as u64,
    "bytes",
)];
