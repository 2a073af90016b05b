//! The transport as a client sees it, over pipes in memory.

mod framing;
mod messages;
mod outgoing;
mod peer;
mod probes;
mod requests;
mod stdio;
