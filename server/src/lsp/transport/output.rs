//! The one ordered way out: responses, the messages of tower-lsp's `Client`, and notifications
//! sent past it are encoded into one buffer, which is written as a whole.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::StreamExt;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;
use tower_lsp::jsonrpc::Error;
use tower_lsp::{ClientSocket, Loopback};

use super::errors;
use super::message::CallId;

/// Unwritten bytes above which notifications and requests to the client wait. Responses never
/// wait; the reader stops instead when too many of them are unwritten.
pub(crate) const NOTIFY_STOP_BYTES: usize = 1024 * 1024;

/// Capacity above which an empty buffer is given back.
const KEEP_CAPACITY: usize = 64 * 1024;

/// What tower-lsp's `Client` sends.
type ClientMessages = <ClientSocket as Loopback>::RequestStream;

/// Why a notification was not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// Nobody reads the output any more.
    #[error("the client is gone")]
    Closed,
    /// The params cannot be written as JSON.
    #[error("the params are not JSON: {0}")]
    Params(#[from] serde_json::Error),
}

/// A handle on the way out. Clones are the same way; what one task sends stays in order, also
/// with what it sends through tower-lsp's `Client` and with the responses of its requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    room: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    /// Whole frames that wait to be written.
    bytes: Vec<u8>,
    /// Length of the frames that are being written.
    writing: usize,
    /// Where tower-lsp's `Client` puts its messages.
    client: Option<ClientMessages>,
    /// The pump, when it has nothing to do.
    pump: Option<Waker>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// What is queued is still written.
    Finishing,
    Closed,
}

impl Outgoing {
    /// A way out whose messages wait until [`super::serve`] is given it.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sends a notification whose params are serialised straight into the output; a
    /// [`serde_json::value::RawValue`] is copied as it is. Waits while the client does not read.
    /// Nothing is sent when the future is dropped before its end.
    pub(crate) async fn notify<P>(&self, method: &str, params: &P) -> Result<(), SendError>
    where
        P: Serialize + ?Sized,
    {
        let body = serde_json::to_vec(&NotificationBody {
            jsonrpc: "2.0",
            method,
            params,
        })?;
        self.room(NOTIFY_STOP_BYTES).await;
        if self.push(&body) {
            Ok(())
        } else {
            Err(SendError::Closed)
        }
    }

    /// Bytes that wait to be written or are being written.
    #[cfg(test)]
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.with(|queue| queue.unwritten_bytes())
    }

    /// Queues a response. Responses are never refused and never wait.
    pub(super) fn respond(&self, id: Option<&CallId>, result: &Result<Value, Error>) {
        let body = match result {
            Ok(result) => serde_json::to_vec(&SuccessBody {
                jsonrpc: "2.0",
                id,
                result,
            }),
            Err(error) => serde_json::to_vec(&FailureBody {
                jsonrpc: "2.0",
                id,
                error,
            }),
        };
        match body {
            Ok(body) => {
                self.push(&body);
            }
            // A `Value` always serialises; whoever waits would still hear of it.
            Err(error) if result.is_ok() => {
                let error = errors::unserializable(&error);
                self.respond(id, &Err(error));
            }
            Err(error) => tracing::error!(%error, "an error could not be serialised"),
        }
    }

    /// Waits until fewer than `limit` bytes are unwritten, or the output is closed. Cancel safe.
    pub(super) async fn room(&self, limit: usize) {
        loop {
            // Made before the question, so nothing in between is missed.
            let room = self.shared.room.notified();
            if self.with(|queue| queue.stage == Stage::Closed || queue.unwritten_bytes() < limit) {
                return;
            }
            room.await;
        }
    }

    /// Takes over the messages of tower-lsp's `Client`.
    pub(super) fn attach(&self, client: ClientMessages) {
        self.with(|queue| queue.client = Some(client));
    }

    /// Queues what the `Client` holds now.
    pub(super) fn drain_client(&self) {
        self.with(|queue| queue.drain_client(&mut Context::from_waker(Waker::noop()), usize::MAX));
        self.wake_pump();
    }

    /// Lets the pump end once everything is written.
    pub(super) fn finish(&self) {
        self.with(|queue| queue.stage = Stage::Finishing);
        self.wake_pump();
    }

    /// Drops what is unwritten, and refuses more.
    pub(super) fn close(&self) {
        let client = self.with(|queue| {
            queue.stage = Stage::Closed;
            queue.bytes = Vec::new();
            queue.writing = 0;
            queue.client.take()
        });
        // Dropping it wakes senders, so not under the lock.
        drop(client);
        self.shared.room.notify_waiters();
    }

    /// Writes until [`Self::finish`], or until nobody reads.
    pub(super) async fn pump(&self, mut output: impl AsyncWrite + Unpin) {
        let mut chunk = Vec::new();
        loop {
            let more =
                std::future::poll_fn(|cx| self.with(|queue| queue.poll_take(cx, &mut chunk))).await;
            let written = if more {
                write(&mut output, &chunk).await
            } else {
                output.shutdown().await
            };
            if let Err(error) = written {
                tracing::info!(%error, "the output is closed");
                return self.close();
            }
            if !more {
                return;
            }
            chunk.clear();
            if chunk.capacity() > KEEP_CAPACITY {
                chunk = Vec::new();
            }
            self.with(|queue| queue.writing = 0);
            self.shared.room.notify_waiters();
        }
    }

    /// Queues one body after all that the `Client` was given before it. Says whether anybody
    /// may still read it.
    fn push(&self, body: &[u8]) -> bool {
        let open = self.with(|queue| {
            if queue.stage == Stage::Closed {
                return false;
            }
            // The pump is woken below and registers itself anew.
            queue.drain_client(&mut Context::from_waker(Waker::noop()), usize::MAX);
            queue.append(body);
            true
        });
        self.wake_pump();
        open
    }

    fn wake_pump(&self) {
        if let Some(pump) = self.with(|queue| queue.pump.take()) {
            pump.wake();
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Queue) -> R) -> R {
        act(&mut self
            .shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }
}

impl Queue {
    fn unwritten_bytes(&self) -> usize {
        self.bytes.len() + self.writing
    }

    fn append(&mut self, body: &[u8]) {
        self.bytes
            .extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        self.bytes.extend_from_slice(body);
    }

    /// Queues messages of the `Client` while fewer than `limit` bytes are unwritten. Each sender
    /// waits until its own message is taken, so there are never more than there are senders.
    fn drain_client(&mut self, cx: &mut Context<'_>, limit: usize) {
        while self.unwritten_bytes() < limit {
            let Some(client) = &mut self.client else {
                return;
            };
            match client.poll_next_unpin(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => self.client = None,
                Poll::Ready(Some(message)) => match serde_json::to_vec(&message) {
                    Ok(body) => self.append(&body),
                    Err(error) => tracing::error!(%error, "a message could not be serialised"),
                },
            }
        }
    }

    /// Swaps what is queued into the empty `chunk`. False when there will be no more.
    fn poll_take(&mut self, cx: &mut Context<'_>, chunk: &mut Vec<u8>) -> Poll<bool> {
        self.drain_client(cx, NOTIFY_STOP_BYTES);
        if !self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, chunk);
            self.writing = chunk.len();
            return Poll::Ready(true);
        }
        match self.stage {
            Stage::Open => {
                self.pump = Some(cx.waker().clone());
                Poll::Pending
            }
            Stage::Finishing | Stage::Closed => Poll::Ready(false),
        }
    }
}

async fn write(output: &mut (impl AsyncWrite + Unpin), chunk: &[u8]) -> io::Result<()> {
    output.write_all(chunk).await?;
    output.flush().await
}

#[derive(Serialize)]
struct NotificationBody<'a, P: ?Sized> {
    jsonrpc: &'static str,
    method: &'a str,
    params: &'a P,
}

#[derive(Serialize)]
struct SuccessBody<'a> {
    jsonrpc: &'static str,
    id: Option<&'a CallId>,
    result: &'a Value,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    jsonrpc: &'static str,
    id: Option<&'a CallId>,
    error: &'a Error,
}
