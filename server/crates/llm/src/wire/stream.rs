//! From the reads of a response's body to the stream of chunks.
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use reqwest::Response;
use tokio::time::{Instant, timeout};

use super::Decode;
use super::collector::Collector;
use super::text_calls::TextCalls;
use crate::failure::Failures;
use crate::sse::{MAX_EVENT_BYTES, Parser};
use crate::{ChunkStream, ModelError};

/// Bytes of one answer, framing included.
pub(crate) const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;
/// Bytes of a completion that comes whole.
pub(crate) const MAX_WHOLE_BYTES: usize = 16 * 1024 * 1024;
/// HTTP chunks of one network read that are put together at most.
const MAX_MERGED: usize = 256;
/// How long after the finish reason the token counts and `[DONE]` are waited for.
pub(crate) const AFTER_STOP: Duration = Duration::from_secs(5);
/// How long and for how many bytes the rest of a body is read after `[DONE]`, so that the
/// connection can be used again.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
const MAX_DRAINED: usize = 64 * 1024;

/// How an answer is read.
pub(crate) struct Reading {
    pub(crate) decoder: Box<dyn Decode>,
    /// Where the model may write its calls as text.
    pub(crate) text_calls: Option<TextCalls>,
    pub(crate) failures: Failures,
    /// Who makes what is opaque.
    pub(crate) origin: Arc<str>,
    /// How long the stream may stay silent.
    pub(crate) idle: Duration,
    /// How long the whole of it may take.
    pub(crate) total: Duration,
}

/// Makes the stream of chunks of a good response.
pub(crate) fn chunks(response: Response, reading: Reading) -> ChunkStream {
    let answer = Answer {
        request_id: reading.failures.request_id(response.headers()),
        body: Some(response),
        format: Format::Unknown(Parser::new(MAX_EVENT_BYTES)),
        out: Collector::new(reading.failures.clone(), reading.origin)
            .with_text_calls(reading.text_calls),
        decoder: reading.decoder,
        failures: reading.failures,
        idle: reading.idle,
        total: reading.total,
        deadline: Instant::now() + reading.total,
        read: 0,
        stopped: false,
        ended: false,
    };
    stream::unfold(answer, |mut answer| async move {
        let item = answer.next().await?;
        Some((item, answer))
    })
    .boxed()
}

/// What the body turned out to be.
enum Format {
    /// Nothing but white space and parts of a byte-order mark came yet. They are given to the
    /// parser of events, the only one to which they may matter.
    Unknown(Parser),
    /// Server-sent events.
    Events(Parser),
    /// A JSON object: an error or a whole completion.
    Json(Vec<u8>),
    /// A web page.
    Page(Vec<u8>),
}

struct Answer {
    request_id: Option<String>,
    /// None after the last byte that is wanted.
    body: Option<Response>,
    format: Format,
    decoder: Box<dyn Decode>,
    out: Collector,
    failures: Failures,
    idle: Duration,
    total: Duration,
    deadline: Instant,
    read: usize,
    /// The model has finished, and the deadline is that of what may follow.
    stopped: bool,
    ended: bool,
}

/// What one wait for the body brought.
enum Read {
    Bytes,
    End,
}

impl Answer {
    /// The chunks of the next read that has any; `None` after the end.
    async fn next(&mut self) -> Option<Result<Vec<crate::Chunk>, ModelError>> {
        while !self.ended && !self.out.has_chunks() {
            self.read_some().await;
        }
        if self.out.has_chunks() {
            return Some(Ok(self.out.take_chunks()));
        }
        let error = self.out.take_error()?;
        Some(Err(self.failures.identified(error, self.request_id.take())))
    }

    /// Waits for bytes, then takes with them what has arrived already.
    async fn read_some(&mut self) {
        let mut read = self.read().await;
        for _ in 0..MAX_MERGED {
            if matches!(read, Read::End) || self.out.is_done() {
                break;
            }
            match self.read_ready().await {
                Some(more) => read = more,
                None => return,
            }
        }
        if matches!(read, Read::End) || self.out.is_done() {
            self.end();
        }
    }

    /// Waits for bytes as long as the server may be silent.
    async fn read(&mut self) -> Read {
        let now = Instant::now();
        if self.out.has_stop() && !self.stopped {
            // A server that only keeps the connection alive from now on keeps nobody waiting.
            self.stopped = true;
            self.deadline = self.deadline.min(now + AFTER_STOP);
        }
        let left = self.deadline.saturating_duration_since(now);
        let silence = self.idle;
        let limit = silence.min(left);
        if left.is_zero() {
            // A wait that has no time left would still take what is there already.
            self.fail(
                self.failures
                    .timeout("did not finish its answer", self.total),
            );
            return Read::End;
        }
        let Some(body) = &mut self.body else {
            return Read::End;
        };
        let Ok(read) = timeout(limit, body.chunk()).await else {
            // With a finish reason the answer is whole, and this error is not used.
            self.fail(if left < silence {
                self.failures
                    .timeout("did not finish its answer", self.total)
            } else {
                self.failures.timeout("sent nothing more", silence)
            });
            return Read::End;
        };
        self.took(read)
    }

    /// Takes bytes that are there already. The connection's task is let run once, since it
    /// hands over one HTTP chunk at a time even if one read of the socket brought many.
    async fn read_ready(&mut self) -> Option<Read> {
        let mut yielded = false;
        std::future::poll_fn(|cx| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let read = self.body.as_mut()?.chunk().now_or_never()?;
        Some(self.took(read))
    }

    fn took(&mut self, read: reqwest::Result<Option<impl AsRef<[u8]>>>) -> Read {
        match read {
            Ok(Some(bytes)) => {
                self.bytes(bytes.as_ref());
                Read::Bytes
            }
            Ok(None) => {
                self.body = None;
                Read::End
            }
            Err(error) => {
                self.fail(self.failures.network(&error));
                Read::End
            }
        }
    }

    /// Ends the answer with the error, unless the model had finished.
    fn fail(&mut self, error: ModelError) {
        self.body = None;
        if !self.out.has_stop() {
            self.out.fail(error);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.read = self.read.saturating_add(bytes.len());
        if self.read > MAX_ANSWER_BYTES {
            let what = format!("The model's answer is longer than {MAX_ANSWER_BYTES} bytes.");
            self.out.fail_truncated(&what);
            return;
        }
        if let Format::Unknown(parser) = &mut self.format {
            let parser = std::mem::replace(parser, Parser::new(MAX_EVENT_BYTES));
            let first = bytes
                .iter()
                .find(|byte| !(byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte)));
            self.format = match first {
                None => Format::Unknown(parser),
                Some(b'{' | b'[') => Format::Json(Vec::new()),
                Some(b'<') => Format::Page(Vec::new()),
                Some(_) => Format::Events(parser),
            };
        }
        match &mut self.format {
            Format::Unknown(parser) | Format::Events(parser) => {
                let (decoder, out) = (&mut self.decoder, &mut self.out);
                let pushed = parser.push(bytes, |event| {
                    if !out.is_done() {
                        decoder.event(&event.kind, &event.data, out);
                    }
                });
                if let Err(error) = pushed {
                    let what = format!("The model's stream is not usable: {error}.");
                    out.fail_truncated(&what);
                }
            }
            Format::Json(body) | Format::Page(body) => {
                if body.len() + bytes.len() > MAX_WHOLE_BYTES {
                    let what =
                        format!("The model's answer is longer than {MAX_WHOLE_BYTES} bytes.");
                    self.out.fail_truncated(&what);
                    return;
                }
                body.extend_from_slice(bytes);
            }
        }
    }

    fn end(&mut self) {
        self.ended = true;
        if !self.out.is_done() {
            match &self.format {
                Format::Unknown(_) | Format::Events(_) => {}
                Format::Json(body) => {
                    let body = String::from_utf8_lossy(body);
                    let body = body.trim_start_matches('\u{FEFF}');
                    self.decoder.whole(body, &mut self.out);
                }
                Format::Page(page) => {
                    let page = String::from_utf8_lossy(page);
                    self.out.fail(self.failures.web_page(&page));
                }
            }
        }
        if !self.out.has_error() {
            self.decoder.end(&mut self.out);
        }
        self.out.finish();
        self.release();
    }

    /// Reads the rest of the body aside: a connection whose body was read to its end is used
    /// for the next request, and one that is dropped before is closed.
    fn release(&mut self) {
        let Some(mut body) = self.body.take() else {
            return;
        };
        if self.out.has_error() || matches!(body.chunk().now_or_never(), Some(Ok(None))) {
            return;
        }
        tokio::spawn(timeout(DRAIN_TIMEOUT, async move {
            let mut drained = 0;
            while drained < MAX_DRAINED {
                let Ok(Some(bytes)) = body.chunk().await else {
                    return;
                };
                drained += bytes.len();
            }
        }));
    }
}
