//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    ("a URL to fetch", crate::route::MAX_URL as u64, "bytes"),
    (
        "entries of web.allow_hosts",
        crate::allow::MAX_ENTRIES as u64,
        "entries",
    ),
    (
        "one entry of web.allow_hosts",
        crate::allow::MAX_ENTRY as u64,
        "bytes",
    ),
    (
        "addresses of one name",
        crate::lookup::MAX_ADDRESSES as u64,
        "addresses",
    ),
    (
        "redirects on the way to a page",
        crate::fetch::MAX_REDIRECTS as u64,
        "redirects",
    ),
    ("one page", crate::fetch::MAX_PAGE as u64, "bytes"),
    (
        "a file of certificates for the web",
        crate::client::MAX_CA_BYTES as u64,
        "bytes",
    ),
    (
        "idle connections to one host of the web",
        crate::client::MAX_IDLE_CONNECTIONS as u64,
        "connections",
    ),
    (
        "how long they are kept",
        crate::client::IDLE_CONNECTION_TIMEOUT.as_millis() as u64,
        "ms",
    ),
    (
        "connecting to a host of the web",
        crate::client::CONNECT_TIMEOUT.as_millis() as u64,
        "ms",
    ),
    (
        "pages converted at a time",
        crate::client::MAX_CONVERSIONS as u64,
        "pages",
    ),
    (
        "causes of one failure of the network",
        crate::client::MAX_CAUSES as u64,
        "causes",
    ),
    (
        "words of a search provider that are shown",
        crate::client::MAX_WORDS as u64,
        "characters",
    ),
    (
        "parsing one page",
        crate::html::PARSE_TIME.as_millis() as u64,
        "ms",
    ),
    ("the stack for one page", crate::html::STACK as u64, "bytes"),
    (
        "elements of a page within each other",
        crate::html::sink::MAX_DEPTH as u64,
        "levels",
    ),
    (
        "lists and quotations of a page within each other",
        crate::html::sink::MAX_INDENTED as u64,
        "levels",
    ),
    (
        "nodes of a page",
        crate::html::sink::MAX_NODES as u64,
        "nodes",
    ),
    (
        "a link in a page",
        crate::html::links::MAX_LINK as u64,
        "bytes",
    ),
    (
        "the title of a page",
        crate::html::main_content::MAX_TITLE as u64,
        "characters",
    ),
    (
        "one search",
        crate::search::SEARCH_TIME.as_millis() as u64,
        "ms",
    ),
    (
        "a query of a search",
        crate::search::MAX_QUERY as u64,
        "bytes",
    ),
    ("hits of one search", crate::search::MAX_HITS as u64, "hits"),
    (
        "the answer of a search engine",
        crate::search::MAX_ANSWER as u64,
        "bytes",
    ),
    (
        "the title of a hit",
        crate::search::answer::MAX_TITLE as u64,
        "characters",
    ),
    (
        "the snippet of a hit",
        crate::search::answer::MAX_SNIPPET as u64,
        "characters",
    ),
];
