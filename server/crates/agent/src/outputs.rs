//! What tools say while they work, on its way to the client.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

/// How many pieces of output wait to be told; a tool that says more waits.
pub const MAX_WAITING_OUTPUTS: usize = 64;
/// How many bytes of output one call streams; what it says beyond is in its result alone.
pub const MAX_STREAMED_BYTES: usize = 1024 * 1024;

/// A piece of a running call's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPiece {
    /// The tool call.
    pub item_id: Arc<str>,
    /// What it says.
    pub text: String,
}

/// Where a running tool's output goes. Clones go the same way.
#[derive(Debug, Clone)]
pub struct Outputs {
    item_id: Arc<str>,
    sender: Option<mpsc::Sender<OutputPiece>>,
    streamed: Arc<AtomicUsize>,
}

impl Outputs {
    /// The output of one call.
    pub(crate) fn new(item_id: Arc<str>, sender: mpsc::Sender<OutputPiece>) -> Self {
        Self {
            item_id,
            sender: Some(sender),
            streamed: Arc::default(),
        }
    }

    /// The tool call.
    pub(crate) fn item_id(&self) -> Arc<str> {
        Arc::clone(&self.item_id)
    }

    /// Output that nobody sees.
    pub fn nowhere() -> Self {
        Self {
            item_id: Arc::from(""),
            sender: None,
            streamed: Arc::default(),
        }
    }

    /// Says something. Resolves when it is taken: a slow client slows the tool down. What comes
    /// after [`MAX_STREAMED_BYTES`] is dropped.
    pub async fn say(&self, text: impl Into<String>) {
        let text = text.into();
        let Some(sender) = &self.sender else {
            return;
        };
        let before = self.streamed.fetch_add(text.len(), Ordering::Relaxed);
        if text.is_empty() || before >= MAX_STREAMED_BYTES {
            return;
        }
        let piece = OutputPiece {
            item_id: Arc::clone(&self.item_id),
            text,
        };
        // Where the turn is over nobody listens.
        let _ = sender.send(piece).await;
    }
}
