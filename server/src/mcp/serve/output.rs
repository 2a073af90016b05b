//! The way to the client: whole lines, one after the other.
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Where messages go. Clones go the same way. A slow client slows those down who write.
#[derive(Clone)]
pub struct Output {
    writer: Arc<Mutex<dyn AsyncWrite + Send + Unpin>>,
    gone: CancellationToken,
}

impl Output {
    /// Writes nothing yet.
    pub fn new(writer: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        Self {
            writer: Arc::new(Mutex::new(writer)),
            gone: CancellationToken::new(),
        }
    }

    /// Sends one message. Where the client is gone nothing is sent, and [`Self::gone`] fires.
    pub async fn send(&self, message: &Value) {
        let mut line = message.to_string();
        line.push('\n');
        let mut writer = self.writer.lock().await;
        if self.gone.is_cancelled() {
            return;
        }
        let sent = match writer.write_all(line.as_bytes()).await {
            Ok(()) => writer.flush().await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "another agent is gone");
            self.gone.cancel();
        }
    }

    /// Fires when nothing can be sent any more.
    pub fn gone(&self) -> &CancellationToken {
        &self.gone
    }
}
