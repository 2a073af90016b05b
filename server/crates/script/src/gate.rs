//! A point in a reply where the server waits, so that tests need no sleeps.
use std::sync::Arc;

use tokio::sync::watch;

/// A gate in a reply. The server tells that it arrived and waits until the gate is opened.
/// Clones are the same gate; an open gate stays open.
#[derive(Debug, Clone)]
pub struct Gate {
    reached: Arc<watch::Sender<bool>>,
    open: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// A closed gate that nobody has reached.
    #[must_use]
    pub fn new() -> Self {
        Self {
            reached: Arc::new(watch::Sender::new(false)),
            open: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Lets the server pass, now or when it arrives.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until the server stands at the gate; everything before it has been written.
    pub async fn reached(&self) {
        // The sender lives as long as this gate, so the wait cannot fail.
        let _ = self.reached.subscribe().wait_for(|reached| *reached).await;
    }

    /// The server's side: arrive, then wait.
    pub(crate) async fn pass(&self) {
        self.reached.send_replace(true);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
