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
];
