//! A backend whose handlers misbehave on demand, and a client that counts every byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    InitializeParams, InitializeResult, InitializedParams, notification, request,
};
use tower_lsp::{Client, LanguageServer, LspService};

use super::super::{ExitReason, Options, Outgoing, request_with_timeout, serve};

/// Far more than any step takes; a test that needs it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes in each pipe, fewer than many messages have.
const PIPE_BYTES: usize = 1024;

pub(super) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(_) => panic!("waited too long for {what}"),
    }
}

pub(super) struct Backend {
    client: Client,
    outgoing: Outgoing,
    seen: mpsc::UnboundedSender<Value>,
    gate: Arc<Semaphore>,
}

/// What tests reach of the backend.
pub(super) struct Inside {
    pub(super) client: Client,
    pub(super) outgoing: Outgoing,
    /// What handlers have noted, in order.
    pub(super) seen: mpsc::UnboundedReceiver<Value>,
    /// What `test/gate` waits for.
    pub(super) gate: Arc<Semaphore>,
}

/// Asked of the client by `test/ask`.
pub(super) enum Ask {}

impl request::Request for Ask {
    type Params = Value;
    type Result = String;
    const METHOD: &'static str = "client/ask";
}

/// Sent to the client by `test/tell`.
pub(super) enum Tell {}

impl notification::Notification for Tell {
    type Params = Value;
    const METHOD: &'static str = "client/tell";
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        if params.process_id == Some(u32::MAX) {
            panic!("initialize panics on demand");
        }
        Ok(InitializeResult::default())
    }

    async fn initialized(&self, _: InitializedParams) {
        self.note(json!("initialized"));
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

impl Backend {
    fn note(&self, value: Value) {
        self.seen.send(value).unwrap();
    }

    async fn echo(&self, params: Value) -> Result<Value> {
        Ok(params)
    }

    async fn typed(&self, params: Typed) -> Result<Value> {
        Ok(json!(params.text))
    }

    async fn hang(&self, params: Value) -> Result<Value> {
        self.note(params);
        std::future::pending().await
    }

    async fn gate(&self, params: Value) -> Result<Value> {
        self.gate.acquire().await.unwrap().forget();
        Ok(params)
    }

    async fn panic(&self, _: Value) -> Result<Value> {
        panic!("a request panics on demand")
    }

    async fn panic_late(&self, _: Value) -> Result<Value> {
        tokio::task::yield_now().await;
        panic!("a request panics on demand, later")
    }

    async fn slow_note(&self, params: Value) {
        tokio::task::yield_now().await;
        self.gate.acquire().await.unwrap().forget();
        self.note(params);
    }

    async fn quick_note(&self, params: Value) {
        self.note(params);
    }

    async fn hang_note(&self, params: Value) {
        self.note(params);
        std::future::pending().await
    }

    async fn panic_note(&self, _: Value) {
        panic!("a notification panics on demand")
    }

    async fn panic_note_late(&self, _: Value) {
        tokio::task::yield_now().await;
        panic!("a notification panics on demand, later")
    }

    /// Answers with what the client said to a question.
    async fn ask(&self, params: Value) -> Result<Value> {
        let limit = Duration::from_millis(params["limitMs"].as_u64().unwrap_or(60_000));
        Ok(
            match request_with_timeout::<Ask>(&self.client, params, limit).await {
                Ok(answer) => json!({ "answer": answer }),
                Err(error) => json!({ "error": error.to_string() }),
            },
        )
    }

    /// Asks by tower-lsp's own future, and drops it.
    async fn ask_and_drop(&self, params: Value) -> Result<Value> {
        let asked = self.client.send_request::<Ask>(params);
        Ok(json!(
            tokio::time::timeout(Duration::ZERO, asked).await.is_err()
        ))
    }

    /// Sends notifications by both ways in turns, then answers.
    async fn tell(&self, params: Value) -> Result<Value> {
        for n in 0..params["count"].as_u64().unwrap_or_default() {
            if n % 2 == 0 {
                self.client
                    .send_notification::<Tell>(json!({ "n": n }))
                    .await;
            } else {
                self.outgoing
                    .notify("client/tell", &json!({ "n": n }))
                    .await
                    .unwrap();
            }
        }
        Ok(params)
    }
}

#[derive(serde::Deserialize)]
struct Typed {
    #[serde(default)]
    text: String,
}

/// A client connected to a backend.
pub(super) struct Peer {
    pub(super) input: WriteHalf<DuplexStream>,
    pub(super) output: ReadHalf<DuplexStream>,
    pub(super) served: JoinHandle<ExitReason>,
    pub(super) inside: Inside,
}

impl Peer {
    /// Connected, and nothing sent.
    pub(super) fn raw(change: impl FnOnce(&mut Options)) -> Self {
        let (near, far) = tokio::io::duplex(PIPE_BYTES);
        let (output, input) = tokio::io::split(near);
        let (far_input, far_output) = tokio::io::split(far);
        let (service, socket, mut options, inside) = backend();
        change(&mut options);
        let served = tokio::spawn(serve(far_input, far_output, service, socket, options));
        Self {
            input,
            output,
            served,
            inside,
        }
    }

    /// Connected and initialized.
    pub(super) async fn ready() -> Self {
        Self::ready_with(|_| {}).await
    }

    pub(super) async fn ready_with(change: impl FnOnce(&mut Options)) -> Self {
        let mut peer = Self::raw(change);
        peer.request(json!("init"), "initialize", json!({ "capabilities": {} }))
            .await;
        peer.expect(json!({ "jsonrpc": "2.0", "id": "init", "result": { "capabilities": {} } }))
            .await;
        peer
    }

    pub(super) async fn send_bytes(&mut self, bytes: &[u8]) {
        soon("the server to read", self.input.write_all(bytes))
            .await
            .unwrap();
    }

    pub(super) async fn send(&mut self, message: Value) {
        self.send_bytes(&frame(message.to_string())).await;
    }

    pub(super) async fn request(&mut self, id: Value, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await;
    }

    pub(super) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    pub(super) async fn receive(&mut self) -> Value {
        soon("a message", receive(&mut self.output))
            .await
            .expect("a message before the end")
    }

    pub(super) async fn expect(&mut self, expected: Value) {
        assert_eq!(self.receive().await, expected);
    }

    pub(super) async fn expect_result(&mut self, id: Value, result: Value) {
        self.expect(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
            .await;
    }

    /// An error's id, code and `data.code`; the sentence is given back.
    pub(super) async fn expect_error(&mut self, id: Value, code: i64, data_code: &str) -> String {
        let received = self.receive().await;
        let found = json!([
            received["id"],
            received["error"]["code"],
            received["error"]["data"]["code"]
        ]);
        assert_eq!(found, json!([id, code, data_code]), "{received}");
        received["error"]["message"].as_str().unwrap().to_owned()
    }

    /// The server still answers.
    pub(super) async fn expect_alive(&mut self) {
        self.request(json!("alive"), "test/echo", json!({ "text": "é" }))
            .await;
        self.expect_result(json!("alive"), json!({ "text": "é" }))
            .await;
    }

    pub(super) async fn seen(&mut self) -> Value {
        soon("a handler", self.inside.seen.recv()).await.unwrap()
    }

    /// Waits for the end, reading whatever is still written.
    pub(super) async fn ended(&mut self) -> ExitReason {
        soon("the server to end", &mut self.served).await.unwrap()
    }
}

pub(super) fn backend() -> (
    LspService<Backend>,
    tower_lsp::ClientSocket,
    Options,
    Inside,
) {
    let (seen, their_seen) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let outgoing = Outgoing::new();
    let kept: Arc<Mutex<Option<Client>>> = Arc::default();
    let (service, socket) = LspService::build(|client| {
        *kept.lock().unwrap() = Some(client.clone());
        Backend {
            client,
            outgoing: outgoing.clone(),
            seen,
            gate: Arc::clone(&gate),
        }
    })
    .custom_method("test/echo", Backend::echo)
    .custom_method("test/typed", Backend::typed)
    .custom_method("test/hang", Backend::hang)
    .custom_method("test/gate", Backend::gate)
    .custom_method("test/panic", Backend::panic)
    .custom_method("test/panicLate", Backend::panic_late)
    .custom_method("test/slowNote", Backend::slow_note)
    .custom_method("test/quickNote", Backend::quick_note)
    .custom_method("test/hangNote", Backend::hang_note)
    .custom_method("test/panicNote", Backend::panic_note)
    .custom_method("test/panicNoteLate", Backend::panic_note_late)
    .custom_method("test/ask", Backend::ask)
    .custom_method("test/askAndDrop", Backend::ask_and_drop)
    .custom_method("test/tell", Backend::tell)
    .finish();
    let client = kept.lock().unwrap().take().unwrap();
    let inside = Inside {
        client,
        outgoing: outgoing.clone(),
        seen: their_seen,
        gate,
    };
    (service, socket, Options::new(outgoing), inside)
}

pub(super) fn frame(body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

/// The next message, or nothing at the end. Strict: any byte out of place fails.
pub(super) async fn receive(output: &mut (impl AsyncReadExt + Unpin)) -> Option<Value> {
    let mut header = Vec::new();
    while !header.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if output.read(&mut byte).await.unwrap() == 0 {
            assert!(header.is_empty(), "the output ends within a header");
            return None;
        }
        header.push(byte[0]);
    }
    let header = String::from_utf8(header).unwrap();
    let length = header
        .strip_prefix("Content-Length: ")
        .unwrap()
        .trim_end()
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    output.read_exact(&mut body).await.unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}
