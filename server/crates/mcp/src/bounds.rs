//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "a file of MCP servers",
        crate::config::MAX_FILE_BYTES as u64,
        "bytes",
    ),
    (
        "servers of one file",
        crate::config::MAX_SERVERS as u64,
        "servers",
    ),
    (
        "arguments, variables, headers or tools named for one server",
        crate::config::MAX_ITEMS as u64,
        "values",
    ),
    (
        "name of an MCP server",
        crate::config::MAX_SERVER_NAME as u64,
        "characters",
    ),
    (
        "a text of a server's configuration with its references replaced",
        crate::config::MAX_EXPANDED_BYTES as u64,
        "bytes",
    ),
    (
        "name of a server's tool as models know it",
        crate::names::MAX_NAME_CHARS as u64,
        "characters",
    ),
    (
        "part of that name for the server",
        crate::names::MAX_SERVER_CHARS as u64,
        "characters",
    ),
    (
        "one message of an MCP server",
        crate::stdio::MAX_MESSAGE_BYTES as u64,
        "bytes",
    ),
    (
        "messages in one line of a server",
        crate::stdio::MAX_BATCH as u64,
        "messages",
    ),
    (
        "time for a server to read a message",
        crate::stdio::WRITE_TIMEOUT.as_millis() as u64,
        "ms",
    ),
    (
        "entries of one list of a server",
        crate::lists::MAX_ENTRIES as u64,
        "entries",
    ),
    (
        "pages of one list of a server",
        crate::lists::MAX_PAGES as u64,
        "pages",
    ),
    (
        "name of a server's tool, prompt or argument",
        crate::lists::MAX_NAME_BYTES as u64,
        "bytes",
    ),
    (
        "description of a server's tool, prompt or resource",
        crate::lists::MAX_DESCRIPTION_BYTES as u64,
        "bytes",
    ),
    (
        "arguments of one prompt of a server",
        crate::lists::MAX_ARGUMENTS as u64,
        "arguments",
    ),
    (
        "schema of a server's tool",
        crate::schema::MAX_SCHEMA_BYTES as u64,
        "bytes",
    ),
    (
        "depth of the schema of a server's tool",
        crate::schema::MAX_SCHEMA_DEPTH as u64,
        "levels",
    ),
    (
        "references in the schema of a server's tool",
        crate::schema::MAX_SCHEMA_REFERENCES as u64,
        "references",
    ),
    (
        "parts of one result of a server",
        crate::result::MAX_BLOCKS as u64,
        "parts",
    ),
    (
        "a name, URI or media type of a server",
        crate::result::MAX_LABEL_BYTES as u64,
        "bytes",
    ),
    (
        "what a server says of itself for the model",
        crate::connection::MAX_INSTRUCTIONS_BYTES as u64,
        "bytes",
    ),
    (
        "why a server could not be started",
        crate::connection::MAX_REASON_BYTES as u64,
        "bytes",
    ),
    (
        "time for a connection of HTTP to end",
        crate::connection::HTTP_END_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "time to connect to a server of HTTP",
        crate::http::CONNECT_TIMEOUT.as_millis() as u64,
        "ms",
    ),
    (
        "redirections of one request to a server of HTTP",
        crate::http::MAX_REDIRECTS as u64,
        "redirections",
    ),
    (
        "times a server may ask for more in the middle of one request",
        crate::request::MAX_ROUNDS as u64,
        "times",
    ),
    (
        "one error of a server",
        crate::request::MAX_ERROR_BYTES as u64,
        "bytes",
    ),
    (
        "questions of one server that are open at a time",
        crate::handler::MAX_QUESTIONS as u64,
        "questions",
    ),
    (
        "one question of a server to the user",
        crate::handler::MAX_QUESTION_BYTES as u64,
        "bytes",
    ),
    (
        "messages, stop sequences or hints of a server's request to the model",
        crate::handler::MAX_SAMPLE_ITEMS as u64,
        "items",
    ),
    (
        "tokens that a server may ask the model for",
        crate::handler::MAX_SAMPLE_TOKENS,
        "tokens",
    ),
    (
        "reports of progress that wait",
        crate::signals::MAX_WAITING_PROGRESS as u64,
        "reports",
    ),
    (
        "lines of a server's log and standard error",
        crate::signals::MAX_LINES_PER_SECOND as u64,
        "lines a second, of each",
    ),
    (
        "wait for the reason why a server ended",
        crate::signals::REASON_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "a line of a server's log",
        crate::tap::MAX_LINE_BYTES as u64,
        "bytes",
    ),
    (
        "a line of a server's standard error",
        crate::stderr::MAX_STDERR_LINE as u64,
        "bytes",
    ),
    (
        "last lines of a server's standard error in a message",
        crate::stderr::MAX_KEPT_LINES as u64,
        "lines",
    ),
    (
        "least time between two readings of a list that a server changed",
        crate::life::REFRESH_PAUSE.as_millis() as u64,
        "ms",
    ),
    (
        "wait for the last output of a server that ended",
        crate::process::DRAIN_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "processes looked at for those that a server left",
        crate::group::MAX_PROCESSES as u64,
        "processes",
    ),
    (
        "variables of a process looked at for that",
        crate::group::MAX_ENVIRONMENT_BYTES,
        "bytes",
    ),
    (
        "times they are looked for",
        crate::group::MAX_SWEEPS as u64,
        "times",
    ),
    (
        "time for a login with the browser",
        crate::login::LOGIN_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "time to find and ask an authorization server",
        crate::login::DISCOVERY_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "requests taken at the port of a login",
        crate::login::MAX_VISITS as u64,
        "requests",
    ),
    (
        "one request at the port of a login",
        crate::login::MAX_VISIT_BYTES as u64,
        "bytes",
    ),
    (
        "time of one request at the port of a login",
        crate::login::VISIT_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "what is kept of one login",
        crate::vault::MAX_TOKEN_BYTES as u64,
        "bytes",
    ),
];
