//! End-to-end tests: the built server driven over stdio, with a scripted model on loopback.
//!
//! Run them through `cargo xtask test`, or build `aside` first: they drive the program that
//! lies in the target folder, or the one that `ASIDE_BIN` names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests fail loudly, write the files they work on and say what they did not run"
)]
mod audit;
mod auth;
mod bad_files;
mod bad_messages;
mod bad_model;
mod bad_storage;
mod clients;
mod command_line;
mod commands;
mod commands_confined;
mod common;
mod contexts;
mod conversations_random;
mod desk;
mod editor_settled;
mod editor_tools;
mod edits_clients;
mod edits_crash;
mod edits_disk;
mod edits_ended;
mod edits_patch;
mod edits_plain;
mod edits_propose;
mod edits_random;
mod edits_random_files;
mod edits_review;
mod edits_shared;
mod edits_shell;
mod edits_texts;
mod edits_told;
mod edits_typing;
mod edits_undo;
mod edits_undo_refused;
mod edits_whole;
mod efforts;
mod exports;
mod fallback;
mod forks;
mod further_tools;
mod headless;
mod hooks;
mod hostile_models;
mod lifecycle;
mod logs;
mod mcp_clients;
mod mcp_serve;
mod mcp_servers;
mod mocks;
mod models;
mod params;
mod permission;
mod permission_explained;
mod permission_rules;
mod permission_settled;
mod positions;
mod prefix;
mod progress;
mod queue;
mod real_model;
mod replay;
mod restart;
mod retries;
mod retries_cut;
mod search;
mod sessions;
mod speaker;
mod steering;
mod story;
mod strict;
mod trust;
mod two_servers;
mod usage;
mod wires;
