//! The store as its users see it, also with several servers on one database, killed
//! servers, full disks and damaged files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at what it did not expect, and its child speaks to it on stdout"
)]
mod audit;
mod blobs;
mod damage;
mod edits;
mod items;
mod killed;
mod leases;
mod ledger;
mod notes;
mod opening;
mod permissions;
mod rewinds;
mod search;
mod sessions;
mod steers;
mod support;
mod upgrade;
mod usage;
mod writes;
