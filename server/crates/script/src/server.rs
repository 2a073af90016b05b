//! The server: its thread, its connections, and how a reply goes onto the wire.
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::Instant;

use crate::http::Reader;
use crate::reply::{Head, Step};
use crate::shared::Shared;
use crate::{Recorded, Reply, Script, Usage};

/// Connections served at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 256;
/// How long to wait after an accept that failed, for example for want of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(20);

/// A running server. Dropping it closes its connections and ends its thread.
pub struct ScriptServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ScriptServer {
    /// Starts a server on a free port of 127.0.0.1, on a thread of its own.
    ///
    /// # Errors
    /// No port, thread or event loop is to be had.
    pub fn start(script: Script) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(script));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("scripted-model".into())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, served) => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The base URL, `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The chat requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.record().chats.clone()
    }

    /// All other requests so far, `GET …/models` among them.
    #[must_use]
    pub fn other_requests(&self) -> Vec<Recorded> {
        self.shared.record().others.clone()
    }

    /// Connections accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.shared.connections.borrow()
    }

    /// Waits until `count` chat requests have arrived. It waits as long as it takes: put a
    /// time limit around it.
    pub async fn wait_for_requests(&self, count: usize) {
        wait(&self.shared.arrived, count).await;
    }

    /// Waits until the client has closed `count` connections before their reply was whole.
    /// It waits as long as it takes: put a time limit around it.
    pub async fn wait_for_abandoned(&self, count: usize) {
        wait(&self.shared.abandoned, count).await;
    }
}

impl Drop for ScriptServer {
    fn drop(&mut self) {
        // The thread ends by itself when the sender is gone.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for ScriptServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptServer")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn wait(count: &watch::Sender<usize>, wanted: usize) {
    // The sender lives as long as the server, so the wait cannot fail.
    let _ = count.subscribe().wait_for(|count| *count >= wanted).await;
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_RETRY).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        shared.connections.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            // A connection that breaks is the client's affair; the next one is served.
            let _ = serve(stream, &shared).await;
            drop(slot);
        });
    }
}

/// Whether the connection goes on after a reply.
#[derive(PartialEq, Eq)]
enum After {
    KeepAlive,
    Close,
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = Reader::new(reader);
    while let Some(request) = reader.request(&mut writer).await? {
        let closes = request.closes();
        let (recorded, reply) = shared.answer(request);
        let after = tokio::select! {
            after = send(&mut writer, &recorded.body, &reply) => after,
            () = reader.closed() => Err(io::ErrorKind::ConnectionAborted.into()),
        };
        match after {
            Ok(After::KeepAlive) if !closes => {}
            Ok(After::KeepAlive | After::Close) => break,
            Err(error) => {
                shared.abandoned.send_modify(|count| *count += 1);
                return Err(error);
            }
        }
    }
    Ok(())
}

async fn send(writer: &mut OwnedWriteHalf, request: &Value, reply: &Reply) -> io::Result<After> {
    if let Some(gate) = &reply.before_head {
        gate.pass().await;
    }
    let body_length = reply.steps.iter().map(|step| match step {
        Step::Raw(bytes) => bytes.len(),
        Step::Delta(_)
        | Step::Finish(_)
        | Step::Usage(_)
        | Step::Delay(_)
        | Step::Gate(_)
        | Step::Close => 0,
    });
    let (framing, chunked) = match &reply.head {
        Head::Chunked { .. } => ("transfer-encoding: chunked\r\n".to_owned(), true),
        Head::Sized { .. } => (
            format!("content-length: {}\r\n", body_length.sum::<usize>()),
            false,
        ),
        Head::Bare => (String::new(), false),
    };
    let mut body = Body {
        writer,
        chunked,
        merged: reply.merged,
        pace: reply.pace,
        due: Instant::now(),
        pending: Vec::new(),
    };
    if let Head::Chunked {
        status,
        content_type,
    }
    | Head::Sized {
        status,
        content_type,
    } = &reply.head
    {
        let extra: String = reply
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\n{extra}{framing}\r\n"
        );
        body.writer.write_all(head.as_bytes()).await?;
    }
    let mut events = Events::new(request);
    for step in &reply.steps {
        match step {
            Step::Raw(bytes) => body.write(bytes).await?,
            Step::Delta(delta) => body.write(events.delta(delta).as_bytes()).await?,
            Step::Finish(reason) => body.write(events.finish(reason).as_bytes()).await?,
            Step::Usage(usage) => body.write(events.usage(*usage).as_bytes()).await?,
            Step::Delay(delay) => {
                body.flush().await?;
                tokio::time::sleep(*delay).await;
            }
            Step::Gate(gate) => {
                body.flush().await?;
                gate.pass().await;
            }
            Step::Close => {
                body.flush().await?;
                return Ok(After::Close);
            }
        }
    }
    if reply.done {
        body.write(b"data: [DONE]\n\n").await?;
    }
    body.end().await?;
    Ok(match reply.head {
        Head::Chunked { .. } | Head::Sized { .. } => After::KeepAlive,
        Head::Bare => After::Close,
    })
}

/// The body on its way out, one write for each piece unless merged.
struct Body<'a> {
    writer: &'a mut OwnedWriteHalf,
    chunked: bool,
    merged: bool,
    pace: Duration,
    due: Instant,
    pending: Vec<u8>,
}

impl Body<'_> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // An empty HTTP chunk would end the body.
        if bytes.is_empty() {
            return Ok(());
        }
        self.pending.extend_from_slice(bytes);
        if self.merged {
            return Ok(());
        }
        if !self.pace.is_zero() {
            self.due += self.pace;
            tokio::time::sleep_until(self.due).await;
        }
        self.flush().await
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if !self.chunked {
            self.writer.write_all(&self.pending).await?;
            self.pending.clear();
            return Ok(());
        }
        let mut framed = format!("{:x}\r\n", self.pending.len()).into_bytes();
        framed.append(&mut self.pending);
        framed.extend_from_slice(b"\r\n");
        self.writer.write_all(&framed).await
    }

    async fn end(&mut self) -> io::Result<()> {
        self.flush().await?;
        if self.chunked {
            self.writer.write_all(b"0\r\n\r\n").await?;
        }
        self.writer.flush().await
    }
}

/// Makes server-sent events of one answer.
struct Events {
    model: Value,
    wants_usage: bool,
    first: bool,
}

impl Events {
    fn new(request: &Value) -> Self {
        Self {
            model: request.get("model").cloned().unwrap_or(Value::Null),
            wants_usage: request.pointer("/stream_options/include_usage")
                == Some(&Value::Bool(true)),
            first: true,
        }
    }

    fn delta(&mut self, delta: &Value) -> String {
        let mut delta = delta.clone();
        if let (true, Some(fields)) = (self.first, delta.as_object_mut()) {
            fields.insert("role".into(), "assistant".into());
        }
        self.first = false;
        self.event(
            json!([{"index": 0, "delta": delta, "finish_reason": null}]),
            Value::Null,
        )
    }

    fn finish(&self, reason: &str) -> String {
        self.event(
            json!([{"index": 0, "delta": {}, "finish_reason": reason}]),
            Value::Null,
        )
    }

    /// The event with token counts, or nothing where the request did not ask for it.
    fn usage(&self, usage: Usage) -> String {
        if !self.wants_usage {
            return String::new();
        }
        self.event(
            json!([]),
            json!({
                "prompt_tokens": usage.input,
                "completion_tokens": usage.output,
                "total_tokens": usage.input.saturating_add(usage.output),
                "prompt_tokens_details": {"cached_tokens": usage.cached},
                "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
            }),
        )
    }

    fn event(&self, choices: Value, usage: Value) -> String {
        let data = json!({
            "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0,
            "model": self.model, "choices": choices, "usage": usage,
        });
        format!("data: {data}\n\n")
    }
}
