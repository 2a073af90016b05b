//! A scripted model server on loopback, for the demo, the tests and the benchmarks.
//!
//! It speaks the streaming half of OpenAI's Chat Completions over HTTP/1.1, answers from a
//! list or a closure, and records every request. It runs on a thread of its own, so that both
//! blocking and asynchronous callers may use it.
mod gate;
mod http;
mod recording;
mod reply;
mod script;
mod server;
mod shared;

pub use gate::Gate;
pub use recording::{Gates, RecordedReply};
pub use reply::{Reply, Usage};
pub use script::Script;
pub use server::ScriptServer;
pub use shared::Recorded;
