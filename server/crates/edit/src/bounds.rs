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
        "lines looked at for an inexact match",
        crate::matching::MAX_INDEXED_LINES as u64,
        "lines",
    ),
    (
        "lines compared closely for an inexact match",
        crate::matching::MAX_COMPARED_LINES as u64,
        "lines",
    ),
    (
        "characters compared for a part of a line",
        crate::matching::MAX_COMPARED_CHARS as u64,
        "characters",
    ),
    (
        "places that a refused edit names",
        crate::matching::MAX_NAMED_PLACES as u64,
        "places",
    ),
    ("a patch", crate::patch::MAX_PATCH_BYTES as u64, "bytes"),
    (
        "files of one patch",
        crate::patch::MAX_FILES as u64,
        "files",
    ),
    (
        "hunks of one patch",
        crate::patch::MAX_HUNKS as u64,
        "hunks",
    ),
    (
        "@@ lines of one hunk",
        crate::patch::MAX_ANCHORS as u64,
        "lines",
    ),
    (
        "places looked at for one hunk",
        crate::patch::MAX_PLACES as u64,
        "places",
    ),
    (
        "lines compared for one hunk in one stage",
        crate::patch::MAX_STEPS as u64,
        "lines",
    ),
    (
        "an answer with SEARCH/REPLACE blocks",
        crate::blocks::MAX_ANSWER_BYTES as u64,
        "bytes",
    ),
    (
        "SEARCH/REPLACE blocks of one answer",
        crate::blocks::MAX_BLOCKS as u64,
        "blocks",
    ),
    (
        "whole files of one answer",
        crate::whole::MAX_FILES as u64,
        "files",
    ),
    (
        "pairs of lines compared for the smallest difference",
        crate::align::MAX_ALIGN_PAIRS as u64,
        "pairs",
    ),
    (
        "searches for unique lines between unique lines",
        crate::align::MAX_ALIGN_DEPTH as u64,
        "levels",
    ),
    (
        "changes to a text that are kept apart",
        crate::changes::MAX_BLOCKS as u64,
        "changes",
    ),
];
