//! A client that costs little: a thread stamps what comes, the rest is done afterwards.
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::measure::Kind;
use crate::model::PIECE;
use crate::place::Place;

/// How long anything may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message and when it had come in whole.
type Stamped = (Instant, Vec<u8>);

/// A running server of either kind.
pub(crate) struct Server {
    kind: Kind,
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Stamped>,
    next_id: u64,
    session: String,
    document: (i64, String),
    uri: String,
    /// Each piece of streamed text: when it came and how long it was.
    pub(crate) pieces: Vec<(Instant, usize)>,
    /// Who is told the length of each piece of an answer that came.
    pub(crate) seen: Option<Sender<usize>>,
    /// From the start of the process to the answer to `initialize`.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts a server and shakes hands.
    pub(crate) fn start(kind: Kind, place: &Place, model_url: &str) -> Self {
        let command = place.command(kind, model_url);
        Self::run(kind, command, place)
    }

    /// Starts Aside with a command that has its settings, and shakes hands.
    pub(crate) fn launch(command: Command, place: &Place) -> Self {
        Self::run(Kind::Aside, command, place)
    }

    fn run(kind: Kind, mut command: Command, place: &Place) -> Self {
        if kind == Kind::Aside {
            command.arg("lsp");
        }
        let uri = format!("file://{}", place.workspace().display());
        let start = Instant::now();
        let mut child = command.spawn().expect("the server starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = child.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        std::thread::spawn(move || read_all(stdout, &sender));
        let mut server = Self {
            kind,
            child,
            stdin,
            messages,
            next_id: 1,
            session: String::new(),
            document: (1, Place::text()),
            uri: format!("file://{}", place.file().display()),
            pieces: Vec::new(),
            seen: None,
            started_in: Duration::ZERO,
        };
        let (came, _) = server.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "workspace"}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-16"]},
                    "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true}},
                    "window": {"workDoneProgress": true},
                    "experimental": {"aside": {"events": true, "permission": true}},
                },
            }),
        );
        server.started_in = came - start;
        server.notify("initialized", json!({}));
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Makes ready for a turn: a session, and the open document.
    pub(crate) fn prepare(&mut self) {
        if self.kind == Kind::Floor {
            return;
        }
        let (_, session) = self.request("session/create", json!({"permissionMode": "acceptEdits"}));
        self.session = session["id"].as_str().expect("an id").to_owned();
    }

    /// Opens the file that turns edit.
    pub(crate) fn open_document(&mut self) {
        let (version, text) = self.document.clone();
        let document =
            json!({"uri": self.uri, "languageId": "plaintext", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// One turn, from the prompt to its end. Gives how long it took.
    pub(crate) fn turn(&mut self) -> Duration {
        self.pieces.clear();
        let start = Instant::now();
        let end = match self.kind {
            Kind::Floor => {
                let params = json!({"command": "floor.turn", "arguments": ["Raise the value."]});
                self.request("workspace/executeCommand", params).0
            }
            Kind::Aside => {
                let content = json!([{"type": "text", "text": "Raise the value."}]);
                let params = json!({"sessionId": self.session, "content": content});
                self.send_request("chat/send", params);
                let (came, message) = self.until(|message| {
                    message["params"]["event"]["type"] == "turnCompleted"
                        || message.get("error").is_some()
                });
                let reason = &message["params"]["event"]["turn"]["stopReason"];
                assert_eq!(reason, "endTurn", "{message:#}");
                came
            }
        };
        end - start
    }

    /// When each piece that the model sent had come whole, by number.
    pub(crate) fn arrivals(&self, count: usize) -> Vec<Instant> {
        let mut total = 0;
        let mut arrivals = Vec::with_capacity(count);
        for (came, length) in &self.pieces {
            total += length;
            while arrivals.len() < count && (arrivals.len() + 1) * PIECE <= total {
                arrivals.push(*came);
            }
        }
        assert_eq!(arrivals.len(), count, "{total} bytes of text came");
        arrivals
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> (Instant, Value) {
        let id = self.send_request(method, params);
        let (came, message) =
            self.until(|message| message["id"] == id && message.get("method").is_none());
        assert!(message.get("error").is_none(), "{method}: {message:#}");
        (came, message["result"].clone())
    }

    fn send_request(&mut self, method: &str, params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.stdin
            .write_all(framed.as_bytes())
            .expect("the server reads");
    }

    /// Takes messages until one fits, and does what an editor does with the others.
    fn until(&mut self, fits: impl Fn(&Value) -> bool) -> (Instant, Value) {
        loop {
            let (came, body) = self
                .messages
                .recv_timeout(PATIENCE)
                .expect("the server answers");
            let message: Value = serde_json::from_slice(&body).expect("JSON");
            self.take(came, &message);
            if fits(&message) {
                return (came, message);
            }
        }
    }

    fn take(&mut self, came: Instant, message: &Value) {
        let params = &message["params"];
        let text = match message["method"].as_str() {
            Some("floor/chunk") => params["text"].as_str(),
            Some("chat/event") if params["event"]["type"] == "itemDelta" => {
                let event = &params["event"];
                event["text"].as_str().or(event["argumentsText"].as_str())
            }
            Some("workspace/applyEdit") => {
                self.apply(params);
                self.answer(message, json!({"applied": true}));
                None
            }
            Some(_) if message.get("id").is_some() => {
                self.answer(message, Value::Null);
                None
            }
            Some(_) | None => None,
        };
        if let Some(text) = text {
            self.pieces.push((came, text.len()));
            if let Some(seen) = &self.seen {
                // The answer may be over already.
                let _ = seen.send(text.len());
            }
        }
    }

    fn answer(&mut self, request: &Value, result: Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": result}));
    }

    /// Applies an edit of whole lines, which is what one changed line comes as.
    fn apply(&mut self, params: &Value) {
        let change = &params["edit"]["documentChanges"][0];
        let (version, text) = &self.document;
        assert_eq!(change["textDocument"]["version"], *version, "{params:#}");
        let mut text = text.clone();
        let edits = change["edits"].as_array().expect("edits");
        for edit in edits.iter().rev() {
            let start = offset(&text, &edit["range"]["start"]);
            let end = offset(&text, &edit["range"]["end"]);
            text.replace_range(start..end, edit["newText"].as_str().expect("a text"));
        }
        let version = version + 1;
        let content = json!([{"text": text}]);
        self.document = (version, text);
        let document = json!({"uri": self.uri, "version": version});
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": content}),
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The byte offset of a position in a text of ASCII.
fn offset(text: &str, position: &Value) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
    let line = number(&position["line"]);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    before + number(&position["character"])
}

fn read_all(stdout: ChildStdout, sender: &Sender<Stamped>) {
    let mut reader = BufReader::with_capacity(1024 * 1024, stdout);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line = line.trim_end();
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().expect("a length");
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() || sender.send((Instant::now(), body)).is_err() {
            return;
        }
    }
}
