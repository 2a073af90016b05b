//! Pages and search engines on loopback, with whatever servers may send.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may panic as tests do"
)]
mod guard;
mod pages;
mod proxy;
mod redirects;
mod search;
mod tls;

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aside_web::{AllowedHosts, FetchError, FetchOptions, Looking, Lookup, Page, Web, WebSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long anything may take that is bound to come.
const PATIENCE: Duration = Duration::from_secs(60);

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { tokio::time::timeout(PATIENCE, test).await.unwrap() })
}

/// What a server sends for one request, and what it does then.
struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

enum Then {
    Close,
    /// Neither sends nor closes.
    Hang,
    /// Sends the same for as long as someone reads it.
    Repeat(Vec<u8>),
}

/// A whole response.
fn reply(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for header in headers {
        bytes.extend(format!("{header}\r\n").bytes());
    }
    let length = body.len();
    bytes.extend(format!("content-length: {length}\r\nconnection: close\r\n\r\n").bytes());
    bytes.extend_from_slice(body);
    Reply {
        bytes,
        then: Then::Close,
    }
}

fn page(content_type: &str, body: impl AsRef<[u8]>) -> Reply {
    reply("200 OK", &[&format!("content-type: {content_type}")], body)
}

fn redirect(to: &str) -> Reply {
    reply("302 Found", &[&format!("location: {to}")], "")
}

/// A server that answers each request by its head.
struct Server {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&answer), Arc::clone(&seen)));
            }
        });
        Self { port, heads }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The heads of all requests so far, in lower case but for the first line.
    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn talk(
    mut stream: TcpStream,
    answer: Arc<impl Fn(&str) -> Reply>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    seen.lock().unwrap().push(head.clone());
    let Reply { bytes, then } = answer(&head);
    // The other side may have gone away.
    let _ = stream.write_all(&bytes).await;
    match then {
        Then::Close => {
            let _ = stream.shutdown().await;
            // What the request's body holds is read, so that closing does not reset.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        Then::Hang => std::future::pending().await,
        Then::Repeat(bytes) => while stream.write_all(&bytes).await.is_ok() {},
    }
}

/// Names and their addresses, and which were asked for.
#[derive(Default)]
struct Names {
    known: HashMap<&'static str, Vec<IpAddr>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn new(known: &[(&'static str, &[&str])]) -> Arc<Self> {
        let known = known.iter().map(|(name, addresses)| {
            let addresses = addresses.iter().map(|address| address.parse().unwrap());
            (*name, addresses.collect())
        });
        Arc::new(Self {
            known: known.collect(),
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Lookup for Names {
    fn lookup<'a>(&'a self, host: &'a str) -> Looking<'a> {
        self.asked.lock().unwrap().push(host.to_owned());
        let found = self.known.get(host).cloned();
        Box::pin(async { found.ok_or_else(|| std::io::Error::other("no such name")) })
    }
}

/// Lets these hosts through, and knows these names.
fn web(allowed: &[&str], names: &Arc<Names>) -> Web {
    Web::new(WebSettings {
        allowed: AllowedHosts::parse(allowed.iter().copied()).unwrap(),
        lookup: Arc::clone(names) as Arc<dyn Lookup>,
        ..WebSettings::default()
    })
}

/// Lets loopback through.
fn local() -> Web {
    web(&["127.0.0.1"], &Names::new(&[]))
}

fn options() -> FetchOptions {
    FetchOptions {
        timeout: PATIENCE,
        ..FetchOptions::default()
    }
}

/// What is fetched from a server with one answer.
async fn fetched(
    answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
) -> Result<Page, FetchError> {
    let server = Server::start(answer).await;
    local().fetch(&server.url("/dir/page"), &options()).await
}
