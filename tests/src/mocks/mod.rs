//! Model servers that others wrote: started for one test, scripted and watched over HTTP.
mod tap;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

pub use tap::{Seen, Tap};

use crate::PATIENCE;
use crate::world::SECRET;

/// How such servers say that they listen, once the port is theirs.
const LISTENS: &[&str] = &["listening on http://", "running on http://"];

/// A model server of somebody else's, on a port of its own. It is spoken to with the key that the
/// program is given, and killed when this is dropped.
#[derive(Debug)]
pub struct Mock {
    _child: Child,
    address: SocketAddr,
}

impl Mock {
    /// Starts a program and waits until it says where it listens.
    pub async fn start(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        let (lines, mut said) = mpsc::unbounded_channel();
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        tokio::spawn(read_lines(stdout, lines.clone()));
        tokio::spawn(read_lines(stderr, lines));
        let mut all = Vec::new();
        let address = timeout(PATIENCE, async {
            while let Some(line) = said.recv().await {
                let found = address_in(&line);
                all.push(line);
                if found.is_some() {
                    return found;
                }
            }
            None
        })
        .await;
        match address {
            Ok(Some(address)) => Self {
                _child: child,
                address,
            },
            Ok(None) | Err(_) => panic!("{} does not listen: {all:#?}", program.display()),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives it this JSON, which it must take.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.talk("POST", path, &body.to_string()).await
    }

    /// Asks it for JSON, which it must have.
    pub async fn get(&self, path: &str) -> Value {
        self.talk("GET", path, "").await
    }

    async fn talk(&self, method: &str, path: &str, body: &str) -> Value {
        // By HTTP 1.0 the answer is whole when the connection ends, with no chunks in it.
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\n\
             authorization: Bearer {SECRET}\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut answer = Vec::new();
        let talking = async {
            let mut stream = TcpStream::connect(self.address).await?;
            stream.write_all(request.as_bytes()).await?;
            stream.read_to_end(&mut answer).await
        };
        match timeout(PATIENCE, talking).await {
            Ok(Ok(_)) => {}
            other => panic!("{method} {path}: {other:?}"),
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, content) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let is_good = head
            .split_whitespace()
            .nth(1)
            .is_some_and(|status| status.starts_with('2'));
        assert!(is_good, "{method} {path} {body:.2000}: {answer}");
        serde_json::from_str(content).unwrap_or_else(|error| panic!("{error} in {answer}"))
    }
}

/// Gives each line to whoever waits, and reads on for as long as the program writes.
async fn read_lines(stream: impl AsyncRead + Unpin, lines: mpsc::UnboundedSender<String>) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(1..) = stream.read_until(b'\n', &mut line).await {
        // Nobody waits once it listens.
        let _ = lines.send(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = LISTENS
        .iter()
        .find_map(|listens| line.split_once(listens))?;
    let end = rest
        .find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}
