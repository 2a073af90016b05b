//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "one server-sent event",
        crate::sse::MAX_EVENT_BYTES as u64,
        "bytes",
    ),
    (
        "one streamed answer",
        crate::wire::stream::MAX_ANSWER_BYTES as u64,
        "bytes",
    ),
    (
        "one answer that is not streamed",
        crate::wire::stream::MAX_WHOLE_BYTES as u64,
        "bytes",
    ),
    (
        "tool calls in one answer",
        crate::wire::collector::MAX_CALLS as u64,
        "calls",
    ),
    (
        "text held back that may be a tool call",
        crate::wire::text_calls::MAX_HELD as u64,
        "bytes",
    ),
    (
        "text in one answer that looks like a tool call and is none",
        crate::wire::text_calls::MAX_VAIN as u64,
        "times",
    ),
    (
        "items of one answer over Responses",
        crate::wire::responses::MAX_ITEMS as u64,
        "items",
    ),
    (
        "parts of one such item that are told apart",
        crate::wire::responses::MAX_PARTS as u64,
        "parts",
    ),
    (
        "items of reasoning sent back in Chat Completions",
        crate::wire::chat::MAX_DETAILS as u64,
        "items",
    ),
    (
        "the depth of a tool's schema for Gemini",
        crate::wire::gemini::MAX_DEPTH as u64,
        "levels",
    ),
    (
        "a provider's error text",
        crate::failure::MAX_ERROR_BODY as u64,
        "bytes",
    ),
    (
        "silence after the end of an answer",
        crate::wire::stream::AFTER_STOP.as_millis() as u64,
        "ms",
    ),
    (
        "a provider's list of models",
        crate::remote::MAX_LIST_BYTES as u64,
        "bytes",
    ),
    (
        "texts of one request for vectors",
        crate::embed::MAX_BATCH_TEXTS as u64,
        "texts",
    ),
    (
        "text of one request for vectors",
        crate::embed::MAX_BATCH_BYTES as u64,
        "bytes",
    ),
    (
        "vectors of one request",
        crate::embed::MAX_VECTORS_BYTES as u64,
        "bytes",
    ),
    (
        "models taken from a provider's list",
        crate::catalog::MAX_LISTED as u64,
        "models",
    ),
    (
        "text counted in tokens at once",
        crate::tokens::WINDOW as u64,
        "bytes",
    ),
    (
        "idle connections to a provider",
        crate::client::MAX_IDLE_CONNECTIONS as u64,
        "connections",
    ),
    (
        "how long an idle connection is kept",
        crate::client::IDLE_CONNECTION_TIMEOUT.as_millis() as u64,
        "ms",
    ),
];
