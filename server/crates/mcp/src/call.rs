//! One call of a tool.
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

/// How far a server says it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How much is done, in units of the server's own. It only grows.
    pub done: f64,
    /// How much there is to do, where known.
    pub total: Option<f64>,
    /// What it does, bounded; may be empty.
    pub message: String,
}

/// Hears of the progress of a call.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// A call of a tool.
#[derive(Clone)]
pub struct Call {
    /// The server's name.
    pub server: String,
    /// The tool's name, as the server or as [`crate::wire_name`] has it.
    pub tool: String,
    /// What it is called with.
    pub arguments: Map<String, Value>,
    /// Ends the call; the server is told.
    pub cancel: CancellationToken,
    /// Hears how far it is.
    pub on_progress: OnProgress,
    /// How long the server may be silent, in place of what is configured.
    pub idle_timeout: Option<Duration>,
}
