//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// A command longer than this is not read, in bytes.
pub(crate) const MAX_COMMAND_BYTES: usize = 64 * 1024;
/// Commands within commands (`sh -c`, `eval`, functions) deeper than this are not read.
pub(crate) const MAX_SCRIPT_DEPTH: usize = 8;
/// Commands within commands that are read for one command.
pub(crate) const MAX_SCRIPTS: usize = 128;
/// Effects of one command that are listed.
pub(crate) const MAX_EFFECTS: usize = 256;
/// Levels of the syntax tree that are followed.
pub(crate) const MAX_TREE_DEPTH: usize = 160;
/// Nodes of syntax trees that are visited for one command.
pub(crate) const MAX_NODES: usize = 200_000;
/// Words that the braces and variables of one word become.
pub(crate) const MAX_WORDS: usize = 64;
/// Folders that a command may be in at once, where it is not known whether `cd` succeeded.
pub(crate) const MAX_FOLDERS: usize = 4;
/// Rounds of a loop that are gone through one by one.
pub(crate) const MAX_ROUNDS: usize = 16;
/// Characters of a value that a variable is remembered with.
pub(crate) const MAX_VALUE_CHARS: usize = 4096;
/// How often the parser reports its progress before it is stopped.
pub(crate) const MAX_PARSE_STEPS: usize = 50_000;

/// What is bounded, by how much, and in which unit.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "a shell command that is read",
        MAX_COMMAND_BYTES as u64,
        "bytes",
    ),
    (
        "shell commands within commands, deep",
        MAX_SCRIPT_DEPTH as u64,
        "levels",
    ),
    (
        "shell commands within one command",
        MAX_SCRIPTS as u64,
        "commands",
    ),
    ("effects of a shell command", MAX_EFFECTS as u64, "effects"),
    (
        "the syntax tree of a shell command, deep",
        MAX_TREE_DEPTH as u64,
        "levels",
    ),
    (
        "the syntax trees of a shell command",
        MAX_NODES as u64,
        "nodes",
    ),
    (
        "words that one word of a shell command becomes",
        MAX_WORDS as u64,
        "words",
    ),
    (
        "folders that a shell command may be in",
        MAX_FOLDERS as u64,
        "folders",
    ),
    (
        "rounds of a shell loop that are looked at one by one",
        MAX_ROUNDS as u64,
        "rounds",
    ),
    (
        "the value of a shell variable",
        MAX_VALUE_CHARS as u64,
        "characters",
    ),
    (
        "progress reports of the shell parser",
        MAX_PARSE_STEPS as u64,
        "reports",
    ),
];
