//! The bounds of serving other agents that no setting changes, for `aside doctor --settings`.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "one message of another agent",
        super::MAX_LINE_BYTES as u64,
        "bytes",
    ),
    (
        "calls of another agent that are under way",
        super::MAX_CALLS as u64,
        "calls",
    ),
    (
        "calls of another agent after it left",
        super::END_LIMIT.as_millis() as u64,
        "ms",
    ),
    (
        "name of another agent",
        super::guest::MAX_AGENT_CHARS as u64,
        "characters",
    ),
    (
        "one report of a call's progress to another agent",
        super::call::MAX_PROGRESS_BYTES as u64,
        "bytes",
    ),
    (
        "rules of permission by the user's answers to another agent's questions",
        crate::engine::permissions::MAX_GUEST_RULES as u64,
        "rules",
    ),
    #[cfg(unix)]
    (
        "other agents that one editor serves",
        super::socket::MAX_CONNECTIONS as u64,
        "agents",
    ),
    #[cfg(unix)]
    (
        "editors' sockets that are looked at",
        super::socket::MAX_SOCKETS as u64,
        "sockets",
    ),
];
