//! Aside's tools for other agents: a server of the Model Context Protocol over lines of JSON, on
//! standard input and output or on the socket of a server that has an editor.
mod bounds;
mod call;
mod connection;
mod era;
mod guest;
mod lines;
mod message;
mod output;
#[cfg(unix)]
mod socket;
mod tools;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::engine::permissions::Asks;
pub use bounds::BOUNDS;
use connection::Connection;
use lines::{Line, Lines, MAX_LINE_BYTES};
use message::{BUSY, INVALID_REQUEST, Message, PARSE_ERROR, Request};
use output::Output;
#[cfg(unix)]
pub use socket::{Offer, connect, offer};

/// How many calls of one client may be under way.
pub const MAX_CALLS: usize = 32;
/// How long calls may go on after their client has closed its end.
pub const END_LIMIT: Duration = Duration::from_secs(2);

/// Serves a client until it closes its end. Calls that it leaves are cancelled after a short
/// while; a change of a file that has begun is made to its end.
pub async fn serve(
    engine: Arc<Engine>,
    input: impl AsyncRead + Unpin + Send,
    output: impl AsyncWrite + Send + Unpin + 'static,
    asks: Asks,
) {
    let output = Output::new(output);
    let connection = Arc::new(Connection::new(engine, output.clone(), asks));
    let mut server = Server {
        connection,
        output: output.clone(),
        calls: Arc::default(),
        work: JoinSet::new(),
    };
    let mut lines = Lines::new(input);
    loop {
        tokio::select! {
            biased;
            () = output.gone().cancelled() => break,
            Some(_) = server.work.join_next() => {}
            line = lines.next() => match line {
                Ok(Some(Line::Whole(line))) => server.take(&line).await,
                Ok(Some(Line::TooLong)) => {
                    let why = format!("A message may have at most {MAX_LINE_BYTES} bytes.");
                    server.refuse(&Value::Null, INVALID_REQUEST, &why).await;
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::debug!(%error, "another agent cannot be read");
                    break;
                }
            },
        }
    }
    server.end().await;
}

/// The calls under way, by the JSON of their ids.
type Calls = Arc<Mutex<HashMap<String, CancellationToken>>>;

struct Server {
    connection: Arc<Connection>,
    output: Output,
    calls: Calls,
    work: JoinSet<()>,
}

/// A call under way, which is forgotten when this is dropped.
struct Underway {
    key: String,
    calls: Calls,
    cancel: CancellationToken,
}

impl Drop for Underway {
    fn drop(&mut self) {
        lock(&self.calls).remove(&self.key);
    }
}

fn lock(calls: &Calls) -> std::sync::MutexGuard<'_, HashMap<String, CancellationToken>> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// Takes one line. What needs no waiting is answered before the next is read.
    async fn take(&mut self, line: &[u8]) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let value: Value = match serde_json::from_slice(line) {
            Ok(value) => value,
            Err(error) => {
                let why = format!("The line is not JSON: {error}.");
                return self.refuse(&Value::Null, PARSE_ERROR, &why).await;
            }
        };
        let Value::Array(batch) = value else {
            match message::read(value) {
                Message::Request(request) => self.request(request).await,
                other => {
                    if let Some(answer) = self.note(other) {
                        self.output.send(&answer).await;
                    }
                }
            }
            return;
        };
        if !self.connection.takes_batches() {
            let why = "This version of the protocol has no batches; send each message alone.";
            return self.refuse(&Value::Null, INVALID_REQUEST, why).await;
        }
        if batch.is_empty() || batch.len() > MAX_CALLS {
            let why = format!("A batch has 1 to {MAX_CALLS} messages.");
            return self.refuse(&Value::Null, INVALID_REQUEST, &why).await;
        }
        self.batch(batch).await;
    }

    async fn request(&mut self, request: Request) {
        match self.begin(&request) {
            Err(answer) => self.output.send(&answer).await,
            Ok(None) => {
                let answer = self.connection.answer(&request);
                self.output.send(&answer).await;
            }
            Ok(Some(underway)) => {
                let (connection, output) = (Arc::clone(&self.connection), self.output.clone());
                self.work.spawn(async move {
                    if let Some(answer) = call(&connection, &request, &underway).await {
                        drop(underway);
                        output.send(&answer).await;
                    }
                });
            }
        }
    }

    /// The answers of a batch come together.
    async fn batch(&mut self, batch: Vec<Value>) {
        let mut answers = Vec::new();
        let mut calls = Vec::new();
        for value in batch {
            match message::read(value) {
                Message::Request(request) => match self.begin(&request) {
                    Err(answer) => answers.push(answer),
                    Ok(None) => answers.push(self.connection.answer(&request)),
                    Ok(Some(underway)) => calls.push((request, underway)),
                },
                other => answers.extend(self.note(other)),
            }
        }
        let (connection, output) = (Arc::clone(&self.connection), self.output.clone());
        self.work.spawn(async move {
            let calls = calls.into_iter().map(|(request, underway)| {
                let connection = Arc::clone(&connection);
                async move { call(&connection, &request, &underway).await }
            });
            answers.extend(join_all(calls).await.into_iter().flatten());
            if !answers.is_empty() {
                output.send(&Value::Array(answers)).await;
            }
        });
    }

    /// Notes a request that takes time; the answer where that is not possible.
    fn begin(&self, request: &Request) -> Result<Option<Underway>, Value> {
        if request.method != connection::CALL {
            return Ok(None);
        }
        let key = request.id.to_string();
        let mut calls = lock(&self.calls);
        if calls.contains_key(&key) {
            let why = "A request with this id is still under way.";
            return Err(message::error(&request.id, INVALID_REQUEST, why));
        }
        if calls.len() >= MAX_CALLS {
            let why = format!("More than {MAX_CALLS} calls are under way; wait for one to end.");
            return Err(message::error(&request.id, BUSY, &why));
        }
        let cancel = CancellationToken::new();
        calls.insert(key.clone(), cancel.clone());
        let calls = Arc::clone(&self.calls);
        Ok(Some(Underway { key, calls, cancel }))
    }

    /// Takes what is no request; an answer where it is no message either.
    fn note(&self, message: Message) -> Option<Value> {
        match message {
            Message::Notification { method, params } if method == "notifications/cancelled" => {
                let id = params.get("requestId")?.to_string();
                if let Some(cancel) = lock(&self.calls).get(&id) {
                    cancel.cancel();
                }
                None
            }
            Message::Notification { .. } | Message::Response | Message::Request(_) => None,
            Message::Invalid { id, why } => Some(message::error(&id, INVALID_REQUEST, why)),
        }
    }

    async fn refuse(&self, id: &Value, code: i32, why: &str) {
        self.output.send(&message::error(id, code, why)).await;
    }

    async fn end(mut self) {
        let all = async |work: &mut JoinSet<()>| while work.join_next().await.is_some() {};
        let is_gone = self.output.gone().is_cancelled();
        if !is_gone
            && tokio::time::timeout(END_LIMIT, all(&mut self.work))
                .await
                .is_ok()
        {
            return;
        }
        for cancel in lock(&self.calls).values() {
            cancel.cancel();
        }
        if tokio::time::timeout(END_LIMIT, all(&mut self.work))
            .await
            .is_err()
        {
            tracing::warn!("calls of another agent did not end in time");
        }
    }
}

/// Makes a call. One that the client cancelled has no answer.
async fn call(connection: &Connection, request: &Request, underway: &Underway) -> Option<Value> {
    let answer = connection.call(request, underway.cancel.clone()).await;
    (!underway.cancel.is_cancelled()).then_some(answer)
}
