//! The bounds that no setting changes, gathered from where they are kept.
use std::time::Duration;

use crate::engine;
use crate::lsp;
use crate::lsp::documents;

/// A bound that no setting changes.
#[derive(Debug)]
pub struct Bound {
    /// What is bounded.
    pub what: &'static str,
    /// The bound.
    pub value: u64,
    /// What is counted.
    pub unit: &'static str,
}

/// All of them, by the part of Aside that they bound.
pub fn bounds() -> impl Iterator<Item = Bound> {
    let crates = [
        aside_agent::BOUNDS,
        aside_llm::BOUNDS,
        aside_keys::BOUNDS,
        aside_tools::BOUNDS,
        aside_edit::BOUNDS,
        aside_store::BOUNDS,
        aside_database::BOUNDS,
        aside_web::BOUNDS,
        aside_shell::BOUNDS,
        aside_sandbox::bounds::BOUNDS,
        aside_container::bounds::BOUNDS,
        aside_mcp::bounds::BOUNDS,
        crate::mcp::SERVE_BOUNDS,
    ];
    own()
        .into_iter()
        .chain(crates.into_iter().flatten().copied())
        .map(|(what, value, unit)| Bound { what, value, unit })
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Those of the server itself.
fn own() -> Vec<(&'static str, u64, &'static str)> {
    vec![
        (
            "one settings file",
            super::source::MAX_CONFIG_BYTES as u64,
            "bytes",
        ),
        (
            "rules of permission of the user, beside those of the settings",
            engine::permissions::MAX_USER_RULES as u64,
            "rules",
        ),
        (
            "the file of these rules",
            engine::permissions::MAX_USER_FILE_BYTES,
            "bytes",
        ),
        (
            "rules of permission that one request adds, and removes",
            engine::permissions::MAX_CHANGES as u64,
            "rules",
        ),
        (
            "warnings about one source of settings",
            super::layer::MAX_WARNINGS as u64,
            "warnings",
        ),
        (
            "files whose diagnostics are kept as code-action requests carried them",
            lsp::editor::MAX_CARRIED_FILES as u64,
            "files",
        ),
        (
            "code-action requests of one file whose lines are remembered",
            lsp::editor::MAX_CARRIED_RANGES as u64,
            "requests",
        ),
        (
            "diagnostics read of one answer of an editor",
            lsp::editor::MAX_DIAGNOSTICS as u64,
            "diagnostics",
        ),
        (
            "places read of one answer of an editor",
            lsp::editor::MAX_LOCATIONS as u64,
            "places",
        ),
        (
            "symbols read of one answer of an editor",
            lsp::editor::MAX_SYMBOLS as u64,
            "symbols",
        ),
        (
            "entries of one source in hooks, tools, databases, mcpServers or checkers",
            super::items::MAX_ITEMS as u64,
            "entries",
        ),
        (
            "rules of permission of one source",
            super::items::MAX_RULES as u64,
            "rules",
        ),
        (
            "the name of such an entry",
            super::items::MAX_NAME_BYTES as u64,
            "bytes",
        ),
        (
            "the parameters of a command tool, or what is said of an MCP server",
            super::items::MAX_JSON_BYTES as u64,
            "bytes",
        ),
        (
            "what a hook is told",
            crate::hooks::MAX_INPUT_BYTES as u64,
            "bytes",
        ),
        (
            "what a hook says that is used",
            crate::hooks::MAX_SAID_BYTES as u64,
            "bytes",
        ),
        (
            "how long a hook may take to end after its time",
            ms(crate::hooks::GRACE),
            "ms",
        ),
        (
            "notices about the hooks of one turn",
            crate::hooks::MAX_NOTICES as u64,
            "notices",
        ),
        (
            "sessions that hooks know as begun",
            crate::hooks::MAX_BEGUN as u64,
            "sessions",
        ),
        (
            "hooks about the end of sessions where the editor leaves",
            ms(engine::limits::HOOKS_AT_CLOSE),
            "ms",
        ),
        (
            "hooks about the end of sessions where a command ends",
            ms(engine::limits::MAX_HOOKS_AT_END),
            "ms",
        ),
        (
            "arguments of a call in the audit log",
            crate::audit::MAX_ARGUMENT_BYTES as u64,
            "bytes",
        ),
        (
            "one text in the audit log",
            crate::audit::MAX_TEXT_BYTES as u64,
            "bytes",
        ),
        (
            "names in one row of the audit log",
            crate::audit::MAX_NAMES as u64,
            "names",
        ),
        (
            "files of a workspace that trust is about",
            crate::trust::MAX_FILES as u64,
            "files",
        ),
        ("one of these files", crate::trust::MAX_FILE_BYTES, "bytes"),
        (
            "all of these files together",
            crate::trust::MAX_TOTAL_BYTES,
            "bytes",
        ),
        (
            "folders within folders in .aside",
            crate::trust::MAX_DEPTH as u64,
            "folders",
        ),
        (
            "workspaces whose trust is remembered",
            crate::trust::MAX_WORKSPACES as u64,
            "workspaces",
        ),
        (
            "the record of trusted workspaces",
            crate::trust::MAX_RECORD_BYTES,
            "bytes",
        ),
        (
            "waiting for another process that changes this record",
            ms(crate::trust::LOCK_WAIT),
            "ms",
        ),
        (
            "the ledger of usage, before a new one is begun",
            engine::usage::MAX_LEDGER_BYTES,
            "bytes",
        ),
        (
            "ledgers of usage that are kept",
            engine::usage::MAX_LEDGERS as u64,
            "files",
        ),
        (
            "how long the end of the program waits for the ledger's last lines",
            ms(engine::usage::LEDGER_LIMIT),
            "ms",
        ),
        (
            "providers whose connections are kept",
            engine::models::MAX_REMOTES as u64,
            "providers",
        ),
        (
            "models of which it is known how far estimates are off",
            engine::models::MAX_CALIBRATIONS as u64,
            "models",
        ),
        (
            "models taken from one server's list",
            engine::listing::MAX_LISTED as u64,
            "models",
        ),
        (
            "how long a server may take to list its models",
            ms(engine::listing::LIST_LIMIT),
            "ms",
        ),
        (
            "how long such a list is used again",
            ms(engine::listing::LIST_KEPT),
            "ms",
        ),
        (
            "one setting of text",
            super::value::MAX_TEXT_BYTES as u64,
            "bytes",
        ),
        (
            "documents open in the editor",
            documents::MAX_OPEN_DOCUMENTS as u64,
            "documents",
        ),
        (
            "one open document",
            documents::MAX_DOCUMENT_BYTES as u64,
            "bytes",
        ),
        (
            "all open documents together",
            documents::MAX_TOTAL_BYTES as u64,
            "bytes",
        ),
        (
            "changes that are remembered of one document",
            documents::MAX_JOURNAL as u64,
            "changes",
        ),
        (
            "states of a document kept while an edit is made",
            documents::MAX_STATES as u64,
            "states",
        ),
        (
            "of these, states in which an edit is looked for",
            lsp::MAX_MERGED_STATES as u64,
            "states",
        ),
        (
            "times a misplaced edit is tried to be taken back",
            lsp::MAX_TAKE_BACKS as u64,
            "times",
        ),
        (
            "pause in typing that an edit which came too late waits for",
            ms(lsp::QUIET),
            "ms",
        ),
        (
            "how long it waits for that pause",
            ms(lsp::MAX_UNQUIET),
            "ms",
        ),
        (
            "how often an editor's work on closed files is looked for",
            ms(lsp::POLL_INTERVAL),
            "ms",
        ),
        (
            "one field of a log line",
            crate::logs::MAX_FIELD_BYTES as u64,
            "bytes",
        ),
        (
            "secret values that are looked for in logs",
            crate::redact::MAX_SECRETS as u64,
            "values",
        ),
        (
            "the shortest secret value that is looked for",
            crate::redact::MIN_SECRET_BYTES as u64,
            "bytes",
        ),
        (
            "how long it counts that a kept key could not be read, when models are listed",
            ms(crate::keys::FAILURE_KEPT),
            "ms",
        ),
        (
            "a line that is typed or piped in where it is not shown",
            crate::cli::MAX_HIDDEN_BYTES as u64,
            "bytes",
        ),
        (
            "one path",
            crate::host::roots::MAX_PATH_BYTES as u64,
            "bytes",
        ),
        (
            "one title",
            engine::limits::MAX_TITLE_CHARS as u64,
            "characters",
        ),
        (
            "one prompt",
            engine::limits::MAX_CONTENT_BYTES as u64,
            "bytes",
        ),
        (
            "entries of one page of a list",
            u64::from(engine::limits::MAX_PAGE),
            "entries",
        ),
        (
            "entries of a page where no limit is given",
            u64::from(engine::limits::DEFAULT_PAGE),
            "entries",
        ),
        (
            "text that sessions are searched for",
            engine::limits::MAX_SEARCH_BYTES as u64,
            "bytes",
        ),
        (
            "what is offered behind an @ or a /",
            engine::complete::MAX_CANDIDATES as u64,
            "candidates",
        ),
        (
            "files and folders that are offered from",
            aside_tools::MAX_ENTRIES as u64,
            "entries",
        ),
        (
            "output of one call in an exported page",
            engine::export::MAX_SHOWN_OUTPUT_BYTES as u64,
            "bytes",
        ),
        (
            "events of one page of chat/events",
            u64::from(engine::limits::EVENTS_PAGE),
            "events",
        ),
        (
            "messages that wait for one session",
            engine::limits::MAILBOX as u64,
            "messages",
        ),
        (
            "how long streamed text may stay unstored",
            ms(engine::limits::FLUSH_INTERVAL),
            "ms",
        ),
        (
            "how long an idle session stays in memory",
            ms(engine::limits::IDLE_LIMIT),
            "ms",
        ),
        (
            "how often others' events are looked for",
            ms(engine::limits::POLL_INTERVAL),
            "ms",
        ),
        (
            "reviews of edits that wait",
            engine::limits::MAX_WAITING_REVIEWS as u64,
            "reviews",
        ),
        (
            "edits of which it is known exactly what was typed since",
            engine::limits::MAX_REVISIONS as u64,
            "edits",
        ),
        (
            "files reviewed together",
            engine::limits::MAX_GROUP_FILES as u64,
            "files",
        ),
        (
            "times a review is tried while the file changes",
            u64::from(engine::limits::MAX_REVIEW_TRIES),
            "times",
        ),
        (
            "what the model is shown of an amended text",
            engine::limits::MAX_AMENDED_NOTE_BYTES as u64,
            "bytes",
        ),
        (
            "text compared without a thread of its own",
            engine::limits::MAX_INLINE_TEXT_BYTES as u64,
            "bytes",
        ),
        (
            "files kept while edits are listed",
            engine::limits::MAX_READ_TOGETHER_BYTES as u64,
            "bytes",
        ),
        (
            "texts of the edits of one list",
            engine::limits::MAX_SHOWN_EDITS_BYTES as u64,
            "bytes",
        ),
        (
            "the diff of one edit",
            crate::wire::MAX_DIFF_BYTES as u64,
            "bytes",
        ),
        (
            "requests of the editor that are open",
            lsp::MAX_OPEN_REQUESTS as u64,
            "requests",
        ),
        (
            "bytes of open requests",
            lsp::MAX_OPEN_REQUEST_BYTES as u64,
            "bytes",
        ),
        (
            "notifications of the editor that are open",
            lsp::MAX_OPEN_NOTIFICATIONS as u64,
            "notifications",
        ),
        (
            "unwritten output above which events wait",
            lsp::NOTIFY_STOP_BYTES as u64,
            "bytes",
        ),
        (
            "unwritten output above which nothing is read",
            lsp::READ_STOP_BYTES as u64,
            "bytes",
        ),
        (
            "one header of a message",
            lsp::MAX_HEADER_BYTES as u64,
            "bytes",
        ),
        (
            "open requests after end-of-file",
            ms(lsp::END_OF_INPUT_GRACE),
            "ms",
        ),
        ("writing the last answers", ms(lsp::FLUSH_LIMIT), "ms"),
        (
            "closing the database at the end",
            ms(lsp::CLOSE_LIMIT),
            "ms",
        ),
    ]
}
