//! The wire between the editor and tower-lsp's `LspService`: frames, order, panics, backpressure.
//!
//! tower-lsp's own `Server` runs reader, handlers and writer on one task with four slots, so a
//! few waiting handlers stop it from seeing `$/cancelRequest`, replies, `exit` and end-of-file.
//! This module keeps its router, its cancellation and its [`Client`](tower_lsp::Client), and does
//! the rest itself:
//!
//! - [`frame`] cuts the input into messages and finds its way back after a broken header;
//! - [`message`] turns a body into a request, a notification or a reply, or says what is wrong;
//! - [`calls`] runs handlers: each future is polled once in arrival order, and goes on beside the
//!   others if it is not ready; a panic costs only its own request;
//! - [`output`] is the one ordered way out, with backpressure for everything but responses;
//! - [`stdio`] gives the process's own pipes, one thread each.

mod calls;
mod errors;
mod frame;
mod message;
mod output;
mod parent;
mod recover;
mod request;
mod stdio;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{ClientSocket, LanguageServer, LspService};

use calls::Dispatcher;
pub(crate) use calls::{MAX_OPEN_REQUEST_BYTES, MAX_OPEN_REQUESTS};
pub(crate) use frame::MAX_HEADER_BYTES;
use frame::{Frame, Framer};
pub(crate) use output::{NOTIFY_STOP_BYTES, Outgoing};
pub(crate) use parent::parent_gone;
pub(crate) use request::{RequestError, request_with_timeout};
pub(crate) use stdio::stdio;

/// The largest message, in bytes, that is read unless the options say otherwise.
pub(crate) const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// How long unfinished requests may go on after the input has ended, so that
/// `printf … | aside lsp` gets its answers.
pub(crate) const END_OF_INPUT_GRACE: Duration = Duration::from_millis(500);

/// How long the last answers may take to be written once the server is ending.
pub(crate) const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// Notifications that may be unfinished at once; above it nothing more is read until one ends.
pub(crate) const MAX_OPEN_NOTIFICATIONS: usize = 4_096;

/// Bytes of unwritten output above which no further message is read: responses are never
/// dropped, so this is what bounds them.
pub(crate) const READ_STOP_BYTES: usize = 64 * 1024 * 1024;

/// Messages handled in a row before other tasks and the writer get a turn.
const MESSAGES_PER_TURN: u32 = 64;

/// What [`serve`] may be told.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The way out that the backend also holds, for notifications past tower-lsp.
    pub(crate) outgoing: Outgoing,
    /// The largest message that is read, in bytes.
    pub(crate) max_message_bytes: usize,
    /// How long unfinished requests may go on after end-of-file.
    pub(crate) end_of_input_grace: Duration,
    /// How long the last bytes may take to be written.
    pub(crate) flush_limit: Duration,
}

impl Options {
    /// The defaults, with the given way out.
    pub(crate) fn new(outgoing: Outgoing) -> Self {
        Self {
            outgoing,
            max_message_bytes: MAX_MESSAGE_BYTES,
            end_of_input_grace: END_OF_INPUT_GRACE,
            flush_limit: FLUSH_LIMIT,
        }
    }
}

/// Why [`serve`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitReason {
    /// The client sent `exit`: code 0 after `shutdown`, else 1.
    Exit {
        /// The process's exit code.
        code: u8,
    },
    /// The input ended, or could not be read, without `exit`.
    EndOfInput {
        /// As for `exit`: 0 after `shutdown`, else 1.
        code: u8,
    },
    /// Nobody reads the output any more.
    OutputClosed,
}

impl ExitReason {
    /// The exit code that the process should end with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Exit { code } | Self::EndOfInput { code } => code,
            Self::OutputClosed => 1,
        }
    }
}

/// Speaks JSON-RPC over the two streams until the client leaves, and says how it left.
///
/// Unfinished requests are cancelled when it returns. A thread of [`stdio`] may still
/// be blocked in a read, so the caller ends the process rather than waiting for it.
pub(crate) async fn serve<I, O, S>(
    input: I,
    output: O,
    service: LspService<S>,
    socket: ClientSocket,
    options: Options,
) -> ExitReason
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
    S: LanguageServer,
{
    let (requests, replies) = socket.split();
    let outgoing = options.outgoing.clone();
    outgoing.attach(requests);
    let dispatcher = Dispatcher::new(service, replies, outgoing.clone());
    let framer = Framer::new(input, options.max_message_bytes);

    let mut pump = pin!(outgoing.pump(output));
    let reason = tokio::select! {
        biased;
        () = &mut pump => return ExitReason::OutputClosed,
        reason = read(framer, dispatcher, &options) => reason,
    };
    outgoing.finish();
    if tokio::time::timeout(options.flush_limit, pump)
        .await
        .is_err()
    {
        tracing::warn!("the client does not read; its last messages are dropped");
    }
    outgoing.close();
    reason
}

/// Reads and handles messages until the client leaves.
async fn read<I, S>(
    mut framer: Framer<I>,
    mut dispatcher: Dispatcher<S>,
    options: &Options,
) -> ExitReason
where
    I: AsyncRead + Unpin,
    S: LanguageServer,
{
    // Unfinished notifications share one task and are woken first in, first out, so that those
    // waiting for the same thing go on in the order in which they came.
    let mut notes = FuturesUnordered::new();
    let mut since_yield = 0;
    loop {
        let frame = tokio::select! {
            biased;
            Some(()) = notes.next(), if !notes.is_empty() => continue,
            frame = next_frame(&mut framer, &options.outgoing),
                if notes.len() < MAX_OPEN_NOTIFICATIONS => frame,
        };
        match frame {
            Frame::Message => {
                let handled = dispatcher.handle(framer.body());
                if let Some(from) = handled.unread {
                    framer.unread(from);
                }
                if let Some(note) = handled.note {
                    notes.push(note);
                }
                if handled.exit {
                    let code = dispatcher.exit();
                    return ExitReason::Exit { code };
                }
            }
            Frame::TooLarge(skipped) => dispatcher.too_large(&skipped, options.max_message_bytes),
            Frame::Malformed(problem) => dispatcher.malformed(problem),
            Frame::End => break,
        }
        since_yield += 1;
        if since_yield == MESSAGES_PER_TURN {
            since_yield = 0;
            tokio::task::yield_now().await;
        }
    }
    let finish = async {
        while notes.next().await.is_some() {}
        dispatcher.idle().await;
    };
    if tokio::time::timeout(options.end_of_input_grace, finish)
        .await
        .is_err()
    {
        tracing::info!("the input ended with requests unfinished; they are cancelled");
    }
    ExitReason::EndOfInput {
        code: dispatcher.exit(),
    }
}

/// The next frame, once the client has read enough of what it was sent. Cancel safe.
async fn next_frame<I: AsyncRead + Unpin>(framer: &mut Framer<I>, outgoing: &Outgoing) -> Frame {
    outgoing.room(READ_STOP_BYTES).await;
    framer.next().await
}
