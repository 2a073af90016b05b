//! The least editor that can drive the server: an LSP client with open buffers.
use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use aside_protocol::{ChatEvent, Event, methods};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::project::Project;
use crate::cli::Failure;

/// The largest message taken from the server, in bytes.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// The longest header line, in bytes.
const MAX_HEADER_BYTES: u64 = 1024;

/// How long the server may take to end.
const STOP_LIMIT: Duration = Duration::from_secs(10);

struct Buffer {
    uri: String,
    version: i64,
    text: String,
}

/// An editor with the server as its child.
pub struct Editor {
    server: Child,
    to_server: ChildStdin,
    from_server: BufReader<ChildStdout>,
    buffers: HashMap<String, Buffer>,
    next_id: i64,
}

impl Editor {
    /// Starts this very program as a server and shakes hands.
    pub async fn start(project: &Project, model_url: &str) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        #[allow(
            clippy::disallowed_methods,
            reason = "the demo starts this very program"
        )]
        let mut server = Command::new(program)
            .arg("lsp")
            .current_dir(project.folder())
            .env("OPENAI_BASE_URL", model_url)
            .env("OPENAI_API_KEY", "a-recording-needs-no-key")
            .env("ASIDE_MODEL", "openai/recorded")
            .env("ASIDE_PERMISSION_MODE", "acceptEdits")
            .env("ASIDE_DATA_DIR", project.data())
            .env("ASIDE_CONFIG_DIR", project.data().join("config"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(to_server), Some(from_server)) = (server.stdin.take(), server.stdout.take())
        else {
            return Err(Failure::failed("the server has no pipes"));
        };
        let mut editor = Self {
            server,
            to_server,
            from_server: BufReader::new(from_server),
            buffers: HashMap::new(),
            next_id: 1,
        };
        editor
            .request(
                "initialize",
                json!({
                    "processId": std::process::id(),
                    "clientInfo": { "name": "aside demo" },
                    "rootUri": crate::wire::path_to_uri(&project.folder()).as_str(),
                    "capabilities": {
                        "general": { "positionEncodings": ["utf-8"] },
                        "workspace": {
                            "applyEdit": true,
                            "workspaceEdit": { "documentChanges": true },
                        },
                        "experimental": { "aside": { "events": true } },
                    },
                }),
            )
            .await?;
        editor.notify("initialized", json!({})).await?;
        Ok(editor)
    }

    /// Opens a file as an editor does.
    pub async fn open(&mut self, path: &Path, name: &str) -> Result<(), Failure> {
        let text = std::fs::read_to_string(path)?;
        let uri = crate::wire::path_to_uri(path).0;
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": {
                "uri": uri, "languageId": "shellscript", "version": 1, "text": text,
            }}),
        )
        .await?;
        self.buffers.insert(
            name.to_owned(),
            Buffer {
                uri,
                version: 1,
                text,
            },
        );
        Ok(())
    }

    /// Types at the beginning of a buffer; nothing is saved.
    pub async fn type_at_start(&mut self, name: &str, typed: &str) -> Result<(), Failure> {
        let buffer = self.buffer(name)?;
        buffer.text.insert_str(0, typed);
        buffer.version += 1;
        let at = json!({ "line": 0, "character": 0 });
        let params = json!({
            "textDocument": { "uri": buffer.uri, "version": buffer.version },
            "contentChanges": [{ "range": { "start": at, "end": at }, "text": typed }],
        });
        self.notify("textDocument/didChange", params).await
    }

    /// A buffer's text.
    pub fn text(&mut self, name: &str) -> Result<String, Failure> {
        Ok(self.buffer(name)?.text.clone())
    }

    fn buffer(&mut self, name: &str) -> Result<&mut Buffer, Failure> {
        self.buffers
            .get_mut(name)
            .ok_or_else(|| Failure::failed(format!("{name} is not open")))
    }

    /// Sends a prompt to a new session.
    pub async fn send_prompt(&mut self, prompt: &str) -> Result<(), Failure> {
        let params = json!({ "content": [{ "type": "text", "text": prompt }] });
        let id = self.next_id();
        self.send(
            json!({ "jsonrpc": "2.0", "id": id, "method": methods::CHAT_SEND, "params": params }),
        )
        .await
    }

    /// The next `chat/event`; what else the server asks is answered meanwhile.
    pub async fn next_event(&mut self) -> Result<Event, Failure> {
        loop {
            let message = self.receive().await?;
            if message["method"] == methods::CHAT_EVENT {
                let event = serde_json::from_value::<ChatEvent>(message["params"].clone())
                    .map_err(|error| {
                        Failure::failed(format!("an event cannot be read: {error}"))
                    })?;
                return Ok(event.event);
            }
            self.answer(&message).await?;
        }
    }

    /// Ends the server in good order.
    pub async fn stop(mut self) -> Result<(), Failure> {
        self.request("shutdown", Value::Null).await?;
        self.notify("exit", Value::Null).await?;
        let ended = tokio::time::timeout(STOP_LIMIT, self.server.wait()).await;
        match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            _ => Err(Failure::failed("the server did not end in good order")),
        }
    }

    async fn answer(&mut self, message: &Value) -> Result<(), Failure> {
        if let Some(error) = message.get("error") {
            return Err(Failure::failed(error["message"].to_string()));
        }
        let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else {
            return Ok(());
        };
        if method != "workspace/applyEdit" {
            return self
                .send(json!({ "jsonrpc": "2.0", "id": id, "error": {
                    "code": -32601, "message": "the demo's editor does not know this",
                }}))
                .await;
        }
        let changes = message["params"]["edit"]["documentChanges"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut applied = !changes.is_empty();
        for change in &changes {
            applied &= self.apply(change).await?;
        }
        self.send(json!({ "jsonrpc": "2.0", "id": id, "result": { "applied": applied } }))
            .await
    }

    /// Applies a versioned edit to its buffer, and tells the server of the new text.
    async fn apply(&mut self, change: &Value) -> Result<bool, Failure> {
        let document = &change["textDocument"];
        let Some(buffer) = self
            .buffers
            .values_mut()
            .find(|buffer| document["uri"] == buffer.uri && document["version"] == buffer.version)
        else {
            return Ok(false);
        };
        let mut edits = change["edits"].as_array().cloned().unwrap_or_default();
        // From the last to the first, so that an edit does not move those before it.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit["range"]["start"]["line"].as_u64()));
        for edit in &edits {
            let start = offset(&buffer.text, &edit["range"]["start"]);
            let end = offset(&buffer.text, &edit["range"]["end"]);
            let new = edit["newText"].as_str().unwrap_or_default();
            buffer.text.replace_range(start..end, new);
        }
        buffer.version += 1;
        let params = json!({
            "textDocument": { "uri": buffer.uri, "version": buffer.version },
            "contentChanges": [{ "text": buffer.text }],
        });
        self.notify("textDocument/didChange", params).await?;
        Ok(true)
    }

    fn next_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    async fn request(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let id = self.next_id();
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await?;
        loop {
            let message = self.receive().await?;
            let is_answer = message["id"] == id && message.get("method").is_none();
            if is_answer && message.get("error").is_none() {
                return Ok(message["result"].clone());
            }
            self.answer(&message).await?;
        }
    }

    async fn notify(&mut self, method: &str, params: Value) -> Result<(), Failure> {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await
    }

    async fn send(&mut self, message: Value) -> Result<(), Failure> {
        let body = message.to_string();
        let head = format!("Content-Length: {}\r\n\r\n", body.len());
        self.to_server.write_all(head.as_bytes()).await?;
        self.to_server.write_all(body.as_bytes()).await?;
        Ok(self.to_server.flush().await?)
    }

    async fn receive(&mut self) -> Result<Value, Failure> {
        let mut length = None;
        loop {
            let mut line = String::new();
            let mut limited = (&mut self.from_server).take(MAX_HEADER_BYTES);
            if limited.read_line(&mut line).await? == 0 {
                return Err(Failure::failed("the server ended"));
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse::<usize>().ok();
            }
        }
        let length = length.filter(|length| *length <= MAX_MESSAGE_BYTES);
        let Some(length) = length else {
            return Err(Failure::failed(
                "the server sent a message without a usable length",
            ));
        };
        let mut body = vec![0; length];
        self.from_server.read_exact(&mut body).await?;
        serde_json::from_slice(&body)
            .map_err(|error| Failure::failed(format!("the server sent broken JSON: {error}")))
    }
}

/// The byte offset of a utf-8 position.
fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
    let column = usize::try_from(position["character"].as_u64().unwrap_or(0)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    (start + column).min(text.len())
}
