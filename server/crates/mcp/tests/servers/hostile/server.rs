//! A server that behaves as badly as its first argument says. Its tools misbehave too.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::zombie_processes,
    reason = "a server under test is a program of its own"
)]
use std::io::{BufRead, Write};
use std::process::{Command, ExitCode, Stdio};

use serde_json::{Value, json};

/// Bytes of the result that is too long.
const BIG: usize = 20 * 1024 * 1024;

struct Server {
    mode: String,
    tools: Vec<Value>,
    /// Answers wait for the answer to a question of this server.
    waiting: Option<Value>,
    cancelled: Vec<Value>,
}

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "exit" => {
            eprintln!("no licence was found");
            let token = std::env::var("SERVICE_TOKEN").unwrap_or_default();
            eprintln!("the token was {token}.");
            return ExitCode::from(3);
        }
        "silent" | "deaf" => loop {
            std::thread::park();
        },
        "family" => family(),
        _ => {}
    }
    let mut server = Server {
        tools: tools(&mode),
        mode,
        waiting: None,
        cancelled: Vec::new(),
    };
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let Ok(message) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        server.take(&message);
    }
    // Some do not end when their input does.
    if server.mode == "stubborn" {
        loop {
            std::thread::park();
        }
    }
    ExitCode::SUCCESS
}

/// Starts a child in the group, and one that leaves it.
fn family() {
    for command in [
        ["sleep", "100000"].as_slice(),
        &["setsid", "sleep", "100000"],
    ] {
        let (program, args) = command.split_first().expect("there is a program");
        Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            // What it holds open must not make anybody wait.
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
    }
}

fn send(message: &Value) {
    raw(format!("{message}\n").as_bytes());
}

fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // Nobody may be there any more.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn tool(name: &str) -> Value {
    json!({"name": name, "description": name, "inputSchema": {"type": "object"}})
}

fn tools(mode: &str) -> Vec<Value> {
    let names = [
        "echo",
        "crash",
        "hang",
        "progress",
        "big",
        "change",
        "flood",
        "ask",
        "odd",
        "fail",
        "nonsense",
        "cancelled",
        "many",
        "rounds",
        "environment",
        "silence",
    ];
    let mut tools: Vec<Value> = names.iter().map(|name| tool(name)).collect();
    match mode {
        "schemas" => {
            let long = "x".repeat(1024 * 1024);
            let schemas = [
                ("text", json!("no schema")),
                ("list", json!([])),
                ("missing", Value::Null),
                ("of_array", json!({"type": "array"})),
                ("long", json!({"type": "object", "description": long})),
                (
                    "circle",
                    json!({"type": "object", "properties": {"a": {"$ref": "#"}}}),
                ),
                (
                    "abroad",
                    json!({"type": "object", "properties": {"a": {"$ref": "https://example.org/a"}}}),
                ),
                (
                    "good",
                    json!({"type": "object", "properties": {"a": {"type": "string"}}}),
                ),
            ];
            for (name, schema) in schemas {
                tools.push(json!({"name": name, "inputSchema": schema}));
            }
            tools.push(json!("no tool"));
            tools.push(json!({"description": "without a name"}));
            tools.push(json!({"name": 7}));
            tools.push(json!({"name": "n".repeat(100_000)}));
            tools.push(json!({"name": "über/straße\u{0}\n"}));
        }
        "twice" => {
            let mut again = tool("echo");
            again["description"] = json!("another");
            tools.push(again);
        }
        "crowd" => tools.extend((0..3000).map(|index| tool(&format!("tool{index}")))),
        _ => {}
    }
    tools
}

impl Server {
    fn take(&mut self, message: &Value) {
        let id = message.get("id").cloned();
        let method = message.get("method").and_then(Value::as_str);
        let Some(method) = method else {
            // An answer to a question of ours.
            if let Some(waiting) = self.waiting.take() {
                let said = message.to_string();
                self.text(&waiting, &said);
            }
            return;
        };
        if self.mode == "garbage" {
            raw(b"Welcome to the server!\n\xff\xfe\x00\n{\"jsonrpc\"\n[]\n[1,2]\n\"text\"\nnull\n{}\n");
            send(&json!({"jsonrpc": "2.0", "id": 987_654, "result": {"content": []}}));
            send(&json!({"jsonrpc": "2.0", "id": "none", "error": {"code": 1, "message": "m"}}));
            send(&json!({"jsonrpc": "2.0", "error": {"code": 1, "message": "m"}}));
            send(&json!({"jsonrpc": "2.0", "id": {}, "result": 1}));
            send(&json!({"jsonrpc": "2.0", "method": "notifications/unheard", "params": 3}));
            send(&json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": []}));
        }
        let Some(id) = id else {
            if method == "notifications/cancelled" {
                self.cancelled.push(message["params"].clone());
            }
            return;
        };
        let params = message.get("params").cloned().unwrap_or_default();
        match method {
            "initialize" => self.initialize(&id, &params),
            "server/discover" if self.mode == "modern" => self.result(
                &id,
                &json!({
                    "resultType": "complete",
                    "supportedVersions": ["2026-07-28"],
                    "capabilities": {"tools": {"listChanged": true}},
                    "serverInfo": {"name": "hostile", "version": "1"},
                    "ttlMs": 0,
                    "cacheScope": "private",
                }),
            ),
            "tools/list" => self.list(&id, &params),
            "tools/call" => self.call(&id, &params),
            "ping" => self.result(&id, &json!({})),
            // It ignores what it does not know.
            _ => {}
        }
    }

    fn result(&self, id: &Value, result: &Value) {
        let id = match (self.mode.as_str(), id) {
            ("strings", Value::Number(number)) => json!(number.to_string()),
            (_, id) => id.clone(),
        };
        let message = json!({"jsonrpc": "2.0", "id": id, "result": result});
        if self.mode == "batches" {
            send(&json!([message]));
        } else {
            send(&message);
        }
    }

    fn text(&self, id: &Value, text: &str) {
        self.result(id, &json!({"content": [{"type": "text", "text": text}]}));
    }

    /// Asks for answers as later versions do, and then for nothing but to be asked again.
    fn round(&self, id: &Value, params: &Value) {
        let state = params["requestState"].as_str();
        match state {
            None => {
                let schema = json!({"message": "Why?", "requestedSchema": {"type": "object"}});
                let question = json!({"method": "elicitation/create", "params": schema});
                let folders = json!({"method": "roots/list"});
                self.result(
                    id,
                    &json!({
                        "resultType": "input_required",
                        "inputRequests": {"q": question, "f": folders},
                        "requestState": "one",
                    }),
                );
            }
            Some("one") => {
                let heard = params["inputResponses"].to_string();
                self.result(
                    id,
                    &json!({"resultType": "input_required", "requestState": heard}),
                );
            }
            Some(heard) => self.text(id, heard),
        }
    }

    fn initialize(&self, id: &Value, params: &Value) {
        let version = match self.mode.as_str() {
            "modern" => {
                let error = json!({"code": -32601, "message": "unknown method"});
                send(&json!({"jsonrpc": "2.0", "id": id, "error": error}));
                return;
            }
            "oldest" => json!("2024-11-05"),
            "careless" => {
                self.result(id, &json!({"capabilities": {"tools": true, "logging": 7}}));
                return;
            }
            _ => params["protocolVersion"].clone(),
        };
        if self.mode == "mute" {
            self.result(
                id,
                &json!({
                    "protocolVersion": version,
                    "capabilities": {"tools": {}, "prompts": {}, "resources": {}},
                    "serverInfo": {"name": "hostile", "version": "1"},
                }),
            );
            return;
        }
        self.result(
            id,
            &json!({
                "protocolVersion": version,
                "capabilities": {"tools": {"listChanged": true}, "logging": {}},
                "serverInfo": {"name": "hostile", "version": "1"},
            }),
        );
    }

    fn list(&self, id: &Value, params: &Value) {
        match self.mode.as_str() {
            "endless" => loop {
                raw(&[b'x'; 64 * 1024]);
            },
            "listless" => {}
            "circles" => self.result(id, &json!({"tools": self.tools, "nextCursor": "again"})),
            "pages" => {
                let page: usize = params["cursor"]
                    .as_str()
                    .and_then(|cursor| cursor.parse().ok())
                    .unwrap_or(0);
                let tools = [tool(&format!("page{page}")), tool("echo")];
                let next = (page + 1).to_string();
                self.result(id, &json!({"tools": tools, "nextCursor": next}));
            }
            "dies" => std::process::exit(9),
            _ => self.result(id, &json!({"tools": self.tools})),
        }
    }

    fn call(&mut self, id: &Value, params: &Value) {
        let arguments = &params["arguments"];
        match params["name"].as_str().unwrap_or_default() {
            "crash" => {
                eprintln!("segmentation fault, almost");
                // Half an answer.
                raw(b"{\"jsonrpc\": \"2.0\", \"id\": ");
                std::process::exit(17);
            }
            "hang" => {}
            "silence" => loop {
                std::thread::park();
            },
            "progress" => {
                let token = &params["_meta"]["progressToken"];
                for done in [1.0, 2.0, 1.5, 3.0] {
                    let params = json!({"progressToken": token, "progress": done, "total": 3, "message": "m"});
                    send(
                        &json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}),
                    );
                }
                self.text(id, "done");
            }
            "big" => self.text(id, &"y".repeat(BIG)),
            "change" => {
                self.tools.push(tool("new"));
                for _ in 0..1000 {
                    let method = "notifications/tools/list_changed";
                    send(&json!({"jsonrpc": "2.0", "method": method}));
                }
                self.text(id, "changed");
            }
            "flood" => {
                for index in 0..20_000 {
                    let params = json!({"level": "warning", "data": format!("line {index}")});
                    send(
                        &json!({"jsonrpc": "2.0", "method": "notifications/message", "params": params}),
                    );
                    eprintln!("line {index} {}", "z".repeat(200));
                }
                self.text(id, "flooded");
            }
            "ask" => {
                self.waiting = Some(id.clone());
                let params = json!({"message": "Why?", "requestedSchema": {"type": "object"}});
                send(
                    &json!({"jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": params}),
                );
            }
            "rounds" => self.round(id, params),
            "many" => {
                for index in 0..1000 {
                    let params = json!({"message": "Why?", "requestedSchema": {"type": "object"}});
                    send(
                        &json!({"jsonrpc": "2.0", "id": index, "method": "elicitation/create", "params": params}),
                    );
                }
                self.text(id, "asked");
            }
            "odd" => self.result(
                id,
                &json!({"content": [
                    {"type": "hologram", "data": "?"}, 7, "bare", {"type": "text"},
                    {"type": "image", "data": "QUJD", "mimeType": "image/png"},
                    {"type": "resource"}, {"type": "text", "text": "kept", "annotations": 5},
                ], "isError": "no"}),
            ),
            "fail" => {
                let error = json!({"code": 1.5, "message": ["?"], "data": self.tools});
                send(&json!({"jsonrpc": "2.0", "id": id, "error": error}));
            }
            "nonsense" => self.result(id, &json!("nothing of use")),
            "cancelled" => self.text(id, &Value::from(self.cancelled.clone()).to_string()),
            "environment" => {
                let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
                self.text(id, &names.join("\n"));
            }
            _ => self.text(id, arguments["say"].as_str().unwrap_or("nothing")),
        }
    }
}
