//! Messages as lines of JSON over the standard streams of a program. What is no message is passed
//! over.
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{
    ClientJsonRpcMessage, CustomNotification, CustomRequest, CustomResult, ErrorCode, ErrorData,
    JsonRpcError, JsonRpcMessage, NumberOrString, RequestId, ServerJsonRpcMessage,
    ServerNotification, ServerRequest, ServerResult,
};
use rmcp::transport::Transport;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::result::cut;
use crate::signals::{Answer, Pace, Signals};

/// Bytes of one line of a server. A longer one ends the connection.
pub(crate) const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Messages of one line, which older servers may send as a list.
pub(crate) const MAX_BATCH: usize = 256;

/// How long a server may take to read a message.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of a line that is read as JSON beside everything else, as that takes a while. Its buffer
/// is not kept for the next one.
const LONG_BYTES: usize = 64 * 1024;

/// The standard streams of a server.
pub(crate) struct Lines {
    read: BufReader<ChildStdout>,
    line: Vec<u8>,
    /// A long line that is being read as JSON.
    reading: Option<JoinHandle<serde_json::Result<Value>>>,
    ready: VecDeque<ServerJsonRpcMessage>,
    write: Arc<Mutex<Option<ChildStdin>>>,
    signals: Arc<Signals>,
    pace: Pace,
}

impl Lines {
    pub(crate) fn new(read: ChildStdout, write: ChildStdin, signals: Arc<Signals>) -> Self {
        Self {
            read: BufReader::new(read),
            line: Vec::new(),
            reading: None,
            ready: VecDeque::new(),
            write: Arc::new(Mutex::new(Some(write))),
            signals,
            pace: Pace::default(),
        }
    }

    /// Takes the messages of the line that was read.
    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii();
        if text.is_empty() {
            return;
        }
        if line.len() > LONG_BYTES {
            let read = move || serde_json::from_slice(line.trim_ascii());
            self.reading = Some(tokio::task::spawn_blocking(read));
            return;
        }
        self.take_json(serde_json::from_slice(text));
        self.line = line;
        self.line.clear();
    }

    fn take_json(&mut self, json: serde_json::Result<Value>) {
        match json {
            Ok(Value::Array(messages)) => {
                for message in messages.into_iter().take(MAX_BATCH) {
                    self.take_message(message);
                }
            }
            Ok(message) => self.take_message(message),
            Err(_) => self.warn("a line that is not JSON is passed over"),
        }
    }

    fn take_message(&mut self, message: Value) {
        let message = match message {
            Value::Object(message) => read_message(message, &self.signals),
            _ => None,
        };
        match message {
            Some(message) => self.ready.push_back(message),
            None => self.warn("a line that is no message is passed over"),
        }
    }

    fn warn(&mut self, what: &str) {
        if self.pace.allows() {
            warn!(server = self.signals.server, "{what}");
        }
    }
}

impl Transport<RoleClient> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let write = Arc::clone(&self.write);
        let signals = Arc::clone(&self.signals);
        async move {
            let mut line = serde_json::to_vec(&item)?;
            line.push(b'\n');
            let written = tokio::time::timeout(WRITE_TIMEOUT, write_line(&write, &line)).await;
            written.unwrap_or_else(|_elapsed| {
                // A part of the line may be written, so nothing can be written after it.
                signals.fail("It does not read what it is sent.");
                Err(io::ErrorKind::TimedOut.into())
            })
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Some(message);
            }
            if let Some(reading) = self.reading.as_mut() {
                let read = reading.await;
                self.reading = None;
                if let Ok(json) = read {
                    self.take_json(json);
                }
                continue;
            }
            // Dropped and called again in the middle of a line, this goes on with that line.
            match read_line(&mut self.read, &mut self.line, MAX_MESSAGE_BYTES).await {
                Ok(Line::Whole) => self.take_line(),
                Ok(Line::TooLong) => {
                    let mib = MAX_MESSAGE_BYTES / (1024 * 1024);
                    self.signals
                        .fail(format!("It sent a line of more than {mib} MiB."));
                    return None;
                }
                Ok(Line::End) => return None,
                Err(error) => {
                    self.signals
                        .fail(format!("Its output cannot be read: {error}."));
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        // A write that does not end holds the lock; the process is ended anyway.
        if let Ok(mut write) = self.write.try_lock() {
            write.take();
        }
        Ok(())
    }
}

async fn write_line(write: &Mutex<Option<ChildStdin>>, line: &[u8]) -> io::Result<()> {
    let mut write = write.lock().await;
    let Some(write) = write.as_mut() else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    write_all(write, line).await
}

async fn write_all(to: &mut (impl AsyncWrite + Unpin), line: &[u8]) -> io::Result<()> {
    to.write_all(line).await?;
    to.flush().await
}

/// What came of reading a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is there, without its end.
    Whole,
    /// It is longer than allowed.
    TooLong,
    /// There are no more; a last one without an end is no line.
    End,
}

/// Reads on until the line ends. What is read so far stays in `line` when this is dropped.
pub(crate) async fn read_line(
    read: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    max_bytes: usize,
) -> io::Result<Line> {
    loop {
        let there = read.fill_buf().await?;
        if there.is_empty() {
            return Ok(Line::End);
        }
        let end = there.iter().position(|byte| *byte == b'\n');
        let part = there.get(..end.unwrap_or(there.len())).unwrap_or_default();
        if line.len() + part.len() > max_bytes {
            return Ok(Line::TooLong);
        }
        line.extend_from_slice(part);
        let taken = part.len() + usize::from(end.is_some());
        read.consume(taken);
        if end.is_some() {
            return Ok(Line::Whole);
        }
    }
}

/// Reads a message as leniently as it can be understood.
pub(crate) fn read_message(
    mut message: Map<String, Value>,
    signals: &Signals,
) -> Option<ServerJsonRpcMessage> {
    let id = message.remove("id").filter(|id| !id.is_null());
    if let Some(Value::String(method)) = message.remove("method") {
        let params = message.remove("params");
        return match id {
            Some(id) => Some(request(method, params, request_id(id)?)),
            None => notification(method, params),
        };
    }
    if let Some(error) = message.remove("error") {
        return Some(JsonRpcMessage::Error(JsonRpcError::new(
            Some(open_id(id?, signals)?.0),
            error_data(&error),
        )));
    }
    let result = message.remove("result")?;
    let (id, answer) = open_id(id?, signals)?;
    let result = match answer {
        Answer::Handshake => handshake(result, &signals.server)?,
        Answer::Plain => ServerResult::CustomResult(CustomResult(result)),
    };
    Some(JsonRpcMessage::response(result, id))
}

fn request(method: String, params: Option<Value>, id: RequestId) -> ServerJsonRpcMessage {
    let request = if method == "ping" {
        // During the handshake, rmcp answers no other.
        ServerRequest::PingRequest(rmcp::model::PingRequest::default())
    } else {
        ServerRequest::CustomRequest(CustomRequest::new(method, params))
    };
    JsonRpcMessage::request(request, id)
}

fn notification(method: String, params: Option<Value>) -> Option<ServerJsonRpcMessage> {
    let notification = if method == "notifications/cancelled" {
        serde_json::from_value(json!({"method": method, "params": params})).ok()?
    } else {
        ServerNotification::CustomNotification(CustomNotification::new(method, params))
    };
    Some(JsonRpcMessage::notification(notification))
}

fn request_id(id: Value) -> Option<RequestId> {
    match id {
        Value::Number(number) => number.as_i64().map(NumberOrString::Number),
        Value::String(text) => Some(NumberOrString::String(cut(&text, 256).into())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The id of an open request and how its answer is read. Some servers make strings of numbers.
fn open_id(id: Value, signals: &Signals) -> Option<(RequestId, Answer)> {
    let id = match request_id(id)? {
        NumberOrString::String(text) => NumberOrString::Number(text.parse().ok()?),
        number @ NumberOrString::Number(_) => number,
    };
    signals.reads(&id).map(|answer| (id, answer))
}

fn error_data(error: &Value) -> ErrorData {
    let code = error.get("code").and_then(Value::as_i64);
    let code = code.and_then(|code| i32::try_from(code).ok());
    let message = match error.get("message") {
        Some(Value::String(message)) => cut(message, 4096),
        _ => "The server gave no reason.".to_owned(),
    };
    let data = error.get("data").filter(|data| {
        // What versions it knows is the one thing that is looked at.
        data.get("supported").is_some() && data.to_string().len() < 4096
    });
    ErrorData::new(
        ErrorCode(code.unwrap_or(ErrorCode::INTERNAL_ERROR.0)),
        message,
        data.cloned(),
    )
}

/// The answer to the handshake, with what a careless server leaves out filled in.
fn handshake(mut result: Value, server: &str) -> Option<ServerResult> {
    if let Some(fields) = result.as_object_mut() {
        if !fields.contains_key("supportedVersions") {
            let version = fields.entry("protocolVersion").or_insert(Value::Null);
            if !version.is_string() {
                *version = json!("2024-11-05");
            }
            let known = json!({"name": server, "version": "unknown"});
            let info = fields.entry("serverInfo").or_insert(Value::Null);
            if info.get("name").is_none_or(|name| !name.is_string())
                || info
                    .get("version")
                    .is_none_or(|version| !version.is_string())
            {
                *info = known;
            }
        }
        let capabilities = fields.entry("capabilities").or_insert(Value::Null);
        match capabilities {
            Value::Object(capabilities) => capabilities.retain(|_, value| value.is_object()),
            other => *other = json!({}),
        }
        // Nothing of these is used.
        for unused in ["_meta", "icons"] {
            fields.remove(unused);
        }
        if let Some(Value::Object(info)) = fields.get_mut("serverInfo") {
            info.retain(|key, _| matches!(key.as_str(), "name" | "version"));
        }
    }
    serde_json::from_value(result).ok()
}
