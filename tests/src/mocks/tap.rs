//! A tap between the program and a model server: it notes each request as it came.
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How a head ends.
const END: &[u8] = b"\r\n\r\n";

/// How much of an answer is read at once, in bytes.
const PIECE: usize = 16 * 1024;

/// A request as the program sent it, and its answer.
#[derive(Debug, Clone)]
pub struct Seen {
    /// For example `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The head's lines after the first, as they came.
    pub headers: Vec<String>,
    /// The body as it came.
    pub raw: Vec<u8>,
    /// What the server has answered so far, head and all, as it came.
    pub answer: Vec<u8>,
}

impl Seen {
    /// The body as JSON.
    #[track_caller]
    pub fn body(&self) -> Value {
        match serde_json::from_slice(&self.raw) {
            Ok(body) => body,
            Err(error) => panic!("{error} in {}", String::from_utf8_lossy(&self.raw)),
        }
    }
}

/// Stands before a model server and gives it a path of its own for each request. Every
/// connection serves one request and ends as the server's own does.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Tap {
    /// Begins to listen on loopback. `route` gives the server's path for one of the program's.
    pub async fn start(server: SocketAddr, route: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let seen = Arc::clone(&shared);
                // A connection that breaks is what many tests are about.
                tokio::spawn(async move { pass(client, server, route, &seen).await.ok() });
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    /// The base URL, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far that a model is asked with, in order.
    pub fn asked(&self) -> Vec<Seen> {
        let seen = self.seen.lock().expect("the requests");
        let is_asked = |seen: &&Seen| seen.method == "POST";
        seen.iter().filter(is_asked).cloned().collect()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection until either side ends it.
async fn pass(
    mut client: TcpStream,
    server: SocketAddr,
    route: fn(&str) -> String,
    seen: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    let Some(request) = read(&mut client).await? else {
        return Ok(());
    };
    let first = format!("{} {} HTTP/1.1", request.method, route(&request.path));
    let headers = request.headers.iter().map(String::as_str);
    let head = closing_head(&first, headers);
    let body = request.raw.clone();
    let nth = {
        let mut seen = seen.lock().expect("the requests");
        seen.push(request);
        seen.len() - 1
    };
    let mut upstream = TcpStream::connect(server).await?;
    upstream.set_nodelay(true)?;
    client.set_nodelay(true)?;
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&body).await?;
    let (mut from_client, mut to_client) = client.split();
    let mut byte = [0];
    let mut piece = vec![0; PIECE];
    // The head of the answer, until it is whole.
    let mut head = Some(Vec::new());
    loop {
        let count = tokio::select! {
            count = upstream.read(&mut piece) => count?,
            // The program sends nothing after its request, so this is its end.
            ended = from_client.read(&mut byte) => return ended.map(drop),
        };
        if count == 0 {
            return Ok(());
        }
        let piece = &piece[..count];
        seen.lock().expect("the requests")[nth]
            .answer
            .extend_from_slice(piece);
        let Some(mut so_far) = head.take() else {
            to_client.write_all(piece).await?;
            continue;
        };
        so_far.extend_from_slice(piece);
        let Some(end) = head_end(&so_far) else {
            head = Some(so_far);
            continue;
        };
        let text = String::from_utf8_lossy(&so_far[..end]).into_owned();
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let mut answer = closing_head(first, lines).into_bytes();
        answer.extend_from_slice(&so_far[end + END.len()..]);
        to_client.write_all(&answer).await?;
    }
}

/// A head whose connection ends with what it is the head of: what the server says of that is
/// about its own connection.
fn closing_head<'a>(first: &str, headers: impl Iterator<Item = &'a str>) -> String {
    let mut head = format!("{first}\r\n");
    for line in headers {
        let line_in_lower_case = line.to_ascii_lowercase();
        let is_of_connection = ["connection:", "keep-alive:"]
            .iter()
            .any(|name| line_in_lower_case.starts_with(name));
        if !is_of_connection {
            head.push_str(line);
            head.push_str("\r\n");
        }
    }
    head.push_str("connection: close");
    head + "\r\n\r\n"
}

/// Where the head ends, which these bytes begin with.
fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(END.len()).position(|end| end == END)
}

/// Reads one request. `None` if the connection ends before it is whole.
async fn read(client: &mut TcpStream) -> io::Result<Option<Seen>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = head_end(&bytes) {
            break end;
        }
        assert!(bytes.len() < MAX_HEAD, "a head without an end");
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut raw = bytes.split_off(end + END.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n").map(str::to_owned);
    let first = lines.next().unwrap_or_default();
    let headers: Vec<String> = lines.collect();
    let length = headers
        .iter()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    while raw.len() < length {
        if client.read_buf(&mut raw).await? == 0 {
            return Ok(None);
        }
    }
    let mut words = first.split(' ').map(str::to_owned);
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default();
    Ok(Some(Seen {
        method,
        path,
        headers,
        raw,
        answer: Vec::new(),
    }))
}
