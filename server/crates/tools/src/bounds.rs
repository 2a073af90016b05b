//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "output of a tool that reads or searches",
        crate::text::MAX_OUTPUT_BYTES as u64,
        "bytes",
    ),
    (
        "one line of read_file",
        crate::text::MAX_LINE_BYTES as u64,
        "bytes",
    ),
    (
        "lines of read_file where no limit is given",
        crate::read_file::DEFAULT_LINES,
        "lines",
    ),
    (
        "matches of grep where no limit is given",
        crate::grep::DEFAULT_LIMIT,
        "matches",
    ),
    ("matches of grep", crate::grep::MAX_LIMIT, "matches"),
    (
        "lines of context of grep",
        crate::grep::MAX_CONTEXT,
        "lines",
    ),
    (
        "one file that grep searches",
        crate::grep::search::MAX_FILE_BYTES,
        "bytes",
    ),
    (
        "a regular expression, compiled",
        crate::grep::MAX_REGEX_BYTES as u64,
        "bytes",
    ),
    (
        "files of glob where no limit is given",
        crate::glob::DEFAULT_LIMIT,
        "files",
    ),
    ("files of glob", crate::glob::MAX_LIMIT, "files"),
    (
        "entries that list_directory shows",
        crate::list_directory::MAX_SHOWN as u64,
        "entries",
    ),
    (
        "depth of list_directory",
        crate::list_directory::MAX_DEPTH,
        "folders",
    ),
    (
        "the files of one edit, all together",
        crate::plan::MAX_PLAN_BYTES as u64,
        "bytes",
    ),
    (
        "the request of an attempt that the ledger keeps",
        crate::plan::MAX_REQUEST_BYTES as u64,
        "bytes",
    ),
    (
        "matches of one file that are reported",
        crate::plan::MAX_MATCHES as u64,
        "matches",
    ),
    (
        "files of one edit that the model is told of",
        crate::plan::MAX_TOLD_FILES as u64,
        "files",
    ),
    (
        "files and folders visited by one search",
        crate::walk::MAX_VISITED as u64,
        "entries",
    ),
    (
        "checkers that one call runs",
        crate::checkers::MAX_RUN as u64,
        "commands",
    ),
    (
        "how long one checker may work",
        crate::checkers::run::MAX_CHECK.as_millis() as u64,
        "ms",
    ),
    (
        "what a checker prints that is read",
        crate::checkers::run::MAX_PRINTED_BYTES as u64,
        "bytes",
    ),
    (
        "diagnostics read of one checker",
        crate::checkers::parse::MAX_READ as u64,
        "diagnostics",
    ),
    (
        "diagnostics that one call shows",
        crate::editor::MAX_DIAGNOSTICS as u64,
        "diagnostics",
    ),
    (
        "places that one call shows",
        crate::editor::MAX_PLACES as u64,
        "places",
    ),
    (
        "symbols that one call shows",
        crate::editor::MAX_SYMBOLS as u64,
        "symbols",
    ),
    (
        "pages that web_search finds where no limit is given",
        crate::web::DEFAULT_HITS,
        "pages",
    ),
    ("pages that web_search finds", crate::web::MAX_HITS, "pages"),
    (
        "the schema of a database",
        crate::web::MAX_SCHEMA_BYTES as u64,
        "bytes",
    ),
    (
        "one entry of a plan",
        crate::update_plan::MAX_ENTRY_BYTES as u64,
        "bytes",
    ),
    (
        "options of a question to the user",
        crate::ask_user::MAX_OPTIONS as u64,
        "options",
    ),
    (
        "a question to the user, or its answer",
        crate::ask_user::MAX_QUESTION_BYTES as u64,
        "bytes",
    ),
    (
        "older texts kept beside a document",
        crate::generate_document::MAX_BACKUPS as u64,
        "files",
    ),
    (
        "tools that find_tools finds",
        crate::find_tools::MAX_FOUND as u64,
        "tools",
    ),
    (
        "one tool as find_tools shows it",
        crate::find_tools::MAX_SHOWN_BYTES as u64,
        "bytes",
    ),
    (
        "a query of find_tools",
        crate::find_tools::MAX_QUERY_BYTES as u64,
        "bytes",
    ),
    (
        "names that the description of find_tools tells",
        crate::find_tools::MAX_NAMED_BYTES as u64,
        "bytes",
    ),
    (
        "a line of output that is not finished",
        crate::command::clean::MAX_PENDING_BYTES as u64,
        "bytes",
    ),
    (
        "what a command prints before it is stopped",
        crate::jobs::MAX_PRINTED_BYTES,
        "bytes",
    ),
    (
        "output that is kept of one command in a file",
        crate::jobs::MAX_SPOOL_BYTES,
        "bytes",
    ),
    (
        "files with output of commands that a session keeps",
        crate::jobs::MAX_SPOOLS,
        "files",
    ),
    (
        "commands of a session that have ended and can still be asked for",
        crate::jobs::MAX_ENDED_JOBS as u64,
        "commands",
    ),
    (
        "a command in a list of jobs",
        crate::jobs::MAX_COMMAND_BYTES as u64,
        "bytes",
    ),
    (
        "files that are looked at for changes by a command",
        crate::command::touched::MAX_WATCHED as u64,
        "files",
    ),
    (
        "a file of Git's settings that is looked at",
        crate::command::repository::MAX_SETTINGS_BYTES,
        "bytes",
    ),
    (
        "an index of Git's that is looked at",
        crate::command::repository::index::MAX_INDEX_BYTES,
        "bytes",
    ),
    (
        "folders above a command's in which repositories are looked for",
        crate::command::repository::MAX_ABOVE as u64,
        "folders",
    ),
    (
        "submodules whose settings are looked at",
        crate::command::repository::MAX_MODULES as u64,
        "folders",
    ),
    (
        "how long job_output waits where nothing is new",
        crate::job_tools::MAX_WAIT.as_millis() as u64,
        "ms",
    ),
];
