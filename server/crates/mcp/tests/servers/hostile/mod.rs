//! A server that hangs, crashes, lies and leaves processes behind: nothing of it reaches another
//! server, and nothing waits for it longer than it is said to.
mod calls;
#[cfg(target_os = "linux")]
mod ends;
mod lies;
mod starts;

use std::path::Path;
use std::sync::Arc;

use aside_mcp::{Manager, ServerConfig};
use serde_json::json;

use crate::common::{Host, PATIENCE, manager, stdio, text};

/// The server, behaving so.
fn hostile(name: &str, mode: &str) -> ServerConfig {
    let program = Path::new(env!("CARGO_BIN_EXE_aside-mcp-hostile"));
    stdio(name, program, &[mode])
}

/// One that behaves so, beside one that behaves well.
struct Pair {
    manager: Manager,
    host: Arc<Host>,
}

impl Pair {
    fn new(mode: &str) -> Self {
        Self::of(hostile("bad", mode))
    }

    fn of(bad: ServerConfig) -> Self {
        Self::with(Host::new(&[], None), bad)
    }

    fn with(host: Arc<Host>, bad: ServerConfig) -> Self {
        let manager = manager(&host, vec![bad, hostile("good", "plain")]);
        Self { manager, host }
    }

    /// The other server does its work, and all end.
    async fn end(self) {
        let said = text(&self.manager, "good", "echo", json!({"say": "still here"})).await;
        assert_eq!(said, "still here");
        let closed = tokio::time::timeout(PATIENCE, self.manager.close()).await;
        closed.expect("it closes in time");
    }
}
