//! `aside-script`: the scripted model server as a program, for tests in other languages.
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use aside_script::{Gates, RecordedReply, Reply, Script, ScriptServer};
use serde::Deserialize;
use serde_json::{Value, json};

/// A line of the standard input is no longer, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

const HELP: &str = r#"Serves scripted answers of a model on loopback.

Usage: aside-script

It prints one JSON object a line, and reads one a line:

  prints {"url": "http://127.0.0.1:PORT/v1"}   first: the base URL
         {"request": 0, "body": {...}}         a request of a chat, and its number
         {"reached": "NAME"}                   a reply waits at this gate
         {"error": "..."}                      a line was not understood
  reads  {"reply": {...}}                      one more reply, served in order
         {"open": "NAME"}                      lets a reply pass its gate

A reply is {"parts": [...], "usage"?, "finish"?, "paceMs"?} or {"status", "error", "headers"?}.
A part is one of {"text": "whole" or ["pie", "ces"]}, {"reasoning": ...},
{"toolCall": {"id", "name", "arguments"}}, {"gate": "NAME"}, {"delayMs": 5}, {"close": true}.
A request with no reply left is answered with status 500. It ends when its input does.
"#;

/// A line of the standard input.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Order {
    Reply(RecordedReply),
    Open(String),
}

/// What the reader of the standard input and the server share.
#[derive(Default)]
struct Stage {
    replies: VecDeque<Reply>,
    gates: Gates,
}

fn main() -> std::io::Result<()> {
    if std::env::args().len() > 1 {
        return std::io::stdout().write_all(HELP.as_bytes());
    }
    serve()
}

fn serve() -> std::io::Result<()> {
    let stage = Arc::new(Mutex::new(Stage::default()));
    let (sender, lines) = channel::<Value>();
    let script = script(Arc::clone(&stage), sender.clone());
    let server = ScriptServer::start(script)?;
    let _ = sender.send(json!({"url": server.url()}));
    std::thread::spawn(move || {
        for line in lines {
            let mut out = std::io::stdout().lock();
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
    // Tells of each gate that a reply arrives at; the threads end with the program.
    let watch = |name: &str, gate: &aside_script::Gate| {
        let (name, gate, sender) = (name.to_owned(), gate.clone(), sender.clone());
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
                return;
            };
            runtime.block_on(gate.reached());
            let _ = sender.send(json!({"reached": name}));
        });
    };
    let mut input = BufReader::new(std::io::stdin().lock());
    loop {
        let mut line = String::new();
        if input.by_ref().take(MAX_LINE_BYTES).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let order = match serde_json::from_str::<Order>(&line) {
            Ok(order) => order,
            Err(error) => {
                let _ = sender.send(json!({"error": error.to_string()}));
                continue;
            }
        };
        let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
        let Stage { replies, gates } = &mut *stage;
        match order {
            Order::Reply(reply) => {
                let known: Vec<String> = gates.keys().cloned().collect();
                replies.push_back(reply.into_reply(gates));
                for (name, gate) in gates.iter().filter(|(name, _)| !known.contains(name)) {
                    watch(name, gate);
                }
            }
            Order::Open(name) => match gates.get(&name) {
                Some(gate) => gate.open(),
                None => {
                    let _ = sender.send(json!({"error": format!("no reply has a gate {name:?}")}));
                }
            },
        }
    }
}

/// Answers from the replies that were read so far, and tells of each request.
fn script(stage: Arc<Mutex<Stage>>, sender: Sender<Value>) -> Script {
    Script::answering(move |body, number| {
        let _ = sender.send(json!({"request": number, "body": body}));
        let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
        stage
            .replies
            .pop_front()
            .unwrap_or_else(|| Reply::error(500, "the script has no reply left"))
    })
}
