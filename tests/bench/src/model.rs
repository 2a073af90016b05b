//! Models: a scripted turn of three requests, and one that notes when it sends each piece.
use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use aside_script::{Gate, Reply, Script, ScriptServer};
use serde_json::json;

use crate::http::{END, HEAD, chunk, read_request};
use crate::place::FILE;

/// Read a file, edit it, answer: turn after turn, each edit on top of the last.
pub(crate) fn scripted(before_end: Option<Gate>) -> ScriptServer {
    let script = Script::answering(move |_, number| {
        let turn = number / 3;
        let id = format!("call-{number}");
        match number % 3 {
            0 => Reply::call(&id, "read_file", &json!({"path": FILE})),
            1 => {
                let old = format!("value {turn}\n");
                let new = format!("value {}\n", turn + 1);
                let edits = json!([{"old_text": old, "new_text": new}]);
                Reply::call(&id, "edit_file", &json!({"path": FILE, "edits": edits}))
            }
            _ => {
                let reply = Reply::new().texts(["The value ", "is one ", "higher now."]);
                let reply = match &before_end {
                    Some(gate) => reply.gate(gate),
                    None => reply,
                };
                reply.finish("stop")
            }
        }
    });
    ScriptServer::start(script).expect("the scripted model starts")
}

/// The length of each piece that [`Stamped`] sends, in bytes.
pub(crate) const PIECE: usize = 8;

/// How a stamped model sends its pieces.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// One each so often.
    Each(Duration),
    /// All in one write.
    AtOnce,
}

/// A model that answers each request with so many pieces of text, and tells when it sent them.
pub(crate) struct Stamped {
    url: String,
    stamps: Receiver<Vec<Instant>>,
}

impl Stamped {
    /// Starts it on a thread that ends with the process.
    pub(crate) fn start(count: usize, pace: Pace) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, stamps) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    // A connection that the client closes is over.
                    let _ = serve(stream, count, pace, &sender);
                });
            }
        });
        Self {
            url: format!("http://{address}/v1"),
            stamps,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// When each piece of the last answer was sent.
    pub(crate) fn stamps(&self) -> Vec<Instant> {
        self.stamps.recv().expect("an answer was sent")
    }
}

fn serve(
    mut stream: TcpStream,
    count: usize,
    pace: Pace,
    sender: &Sender<Vec<Instant>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while read_request(&mut reader)? {
        stream.write_all(HEAD)?;
        let pieces: Vec<Vec<u8>> = (0..count)
            .map(|number| event(json!({"content": format!("tok{number:04} ")}), json!(null)))
            .collect();
        let mut stamps = Vec::with_capacity(count);
        match pace {
            Pace::AtOnce => {
                let all = pieces.concat();
                stamps.resize(count, Instant::now());
                stream.write_all(&all)?;
            }
            Pace::Each(pause) => {
                let mut due = Instant::now();
                for piece in pieces {
                    due += pause;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    stamps.push(Instant::now());
                    stream.write_all(&piece)?;
                }
            }
        }
        stream.write_all(&event(json!({}), json!("stop")))?;
        stream.write_all(&chunk(b"data: [DONE]\n\n"))?;
        stream.write_all(END)?;
        // The bench may be over already.
        let _ = sender.send(stamps);
    }
    Ok(())
}

fn event(delta: serde_json::Value, finish: serde_json::Value) -> Vec<u8> {
    let data = json!({
        "id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    });
    chunk(format!("data: {data}\n\n").as_bytes())
}
