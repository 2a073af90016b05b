//! An editor over the server's stdio: a whole LSP client with a mirror of its own.
mod apply;
mod client;
mod serve;
mod state;
mod sync;
mod talk;

use std::path::Path;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

pub use client::{
    Answer, ApplyEdit, Asks, Client, Ends, Formatter, Roots, Says, Shows, Sync, Typing, When,
};
pub use state::{Answered, Buffer, RpcError, State};
pub use talk::Sent;

use crate::PATIENCE;
use crate::text::Encoding;
use crate::wire::{frame, frame_bytes, read_message};
use crate::world::World;

/// How much of standard error is kept, in bytes.
const KEPT_STDERR: usize = 64 * 1024;

/// A running server with an editor attached. The server is killed when this is dropped.
#[derive(Debug)]
pub struct Editor {
    child: Child,
    /// `None` once standard input is closed.
    outgoing: Option<mpsc::UnboundedSender<Vec<u8>>>,
    shared: Arc<Shared>,
    next_id: AtomicI64,
    /// How long anything may take before a test fails.
    pub patience: Duration,
    /// The result of `initialize`.
    pub initialized: Value,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl Shared {
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().expect("the editor's state"));
        self.changed.send_replace(());
        result
    }
}

impl Editor {
    /// Starts the built server and shakes hands.
    pub async fn open(world: &World, client: Client) -> Self {
        let command = crate::process::command(world, &["lsp"]);
        Self::open_command(command, client).await
    }

    /// Starts a server by any command and shakes hands.
    pub async fn open_command(command: Command, client: Client) -> Self {
        let mut editor = Self::spawn(command, client);
        let params = editor.read(|state| state.client.initialize_params());
        editor.initialized = editor.request("initialize", params).await;
        let chosen = editor.initialized["capabilities"]["positionEncoding"]
            .as_str()
            .map(str::to_owned);
        let encoding = Encoding::from_wire(chosen.as_deref());
        editor.shared.update(|state| state.encoding = encoding);
        editor.notify("initialized", json!({}));
        editor
    }

    /// Starts a server and sends nothing.
    pub fn spawn(mut command: Command, client: Client) -> Self {
        let mut child = command.spawn().expect("the server starts");
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(client)),
            changed: watch::Sender::new(()),
        });
        let (outgoing, queue) = mpsc::unbounded_channel();
        tokio::spawn(write_all(queue, child.stdin.take().expect("a pipe")));
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        tokio::spawn(read_all(stdout, outgoing.downgrade(), Arc::clone(&shared)));
        let stderr = child.stderr.take().expect("a pipe");
        tokio::spawn(keep_stderr(stderr, Arc::clone(&shared)));
        Self {
            child,
            outgoing: Some(outgoing),
            shared,
            next_id: AtomicI64::new(1),
            patience: PATIENCE,
            initialized: Value::Null,
        }
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server still runs")
    }

    /// Sends raw bytes.
    pub fn send_raw(&self, bytes: Vec<u8>) {
        let outgoing = self.outgoing.as_ref().expect("standard input is open");
        // A server that has ended is noticed where the test waits for it.
        let _ = outgoing.send(bytes);
    }

    /// Sends raw bytes as the body of a message.
    pub fn send_body(&self, body: &[u8]) {
        self.send_raw(frame_bytes(body));
    }

    /// Sends any message.
    pub fn send(&self, message: &Value) {
        self.send_raw(frame(message));
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and gives what will be its answer.
    pub fn start_request(&self, method: &str, params: Value) -> oneshot::Receiver<Answered> {
        self.start_message(json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Sends a request as it stands, only its id is filled in.
    pub fn start_message(&self, mut message: Value) -> oneshot::Receiver<Answered> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        message["id"] = json!(id);
        let (sender, receiver) = oneshot::channel();
        self.shared.update(|state| state.pending.insert(id, sender));
        self.send(&message);
        receiver
    }

    /// Sends a request and waits for its answer.
    pub async fn try_request(&self, method: &str, params: Value) -> Answered {
        let receiver = self.start_request(method, params);
        self.answer_of(receiver, method).await
    }

    /// Waits for the answer of a request that was started.
    pub async fn answer_of(&self, receiver: oneshot::Receiver<Answered>, what: &str) -> Answered {
        match timeout(PATIENCE, receiver).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(_)) | Err(_) => panic!("no answer to {what}. {}", self.describe()),
        }
    }

    /// Sends a request that must succeed.
    pub async fn request(&self, method: &str, params: Value) -> Value {
        let shown = params.to_string();
        match self.try_request(method, params).await {
            Ok(result) => result,
            Err(error) => panic!("{method} {shown:.300} failed: {error:?}"),
        }
    }

    /// Sends a request that must fail.
    pub async fn fail(&self, method: &str, params: Value) -> RpcError {
        let shown = params.to_string();
        match self.try_request(method, params).await {
            Ok(result) => panic!("{method} {shown:.300} did not fail: {result}"),
            Err(error) => error,
        }
    }

    /// Looks at what the editor knows.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.state.lock().expect("the editor's state"))
    }

    /// Changes the editor's habits.
    pub fn set_habits(&self, change: impl FnOnce(&mut Client)) {
        self.shared.update(|state| change(&mut state.client));
    }

    /// Waits until `look` finds what it looks for. `what` names it, should it not come.
    pub async fn wait<T>(&self, what: &str, mut look: impl FnMut(&State) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        let waiting = async {
            loop {
                let (found, is_ended) = self.read(|state| (look(state), state.is_ended));
                match found {
                    Some(found) => return Some(found),
                    None if is_ended => return None,
                    None => {}
                }
                if changed.changed().await.is_err() {
                    return None;
                }
            }
        };
        match timeout(self.patience, waiting).await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the server ended before {what}. {}", self.describe()),
            Err(_) => panic!("{what} did not come. {}", self.describe()),
        }
    }

    /// For the message of a failed test.
    pub fn describe(&self) -> String {
        self.read(State::describe)
    }

    /// Closes standard input.
    pub fn close_input(&mut self) {
        self.outgoing = None;
    }

    /// Kills the server as the kernel does.
    pub async fn kill9(mut self) -> State {
        self.child.kill().await.expect("the server is killed");
        self.into_state()
    }

    /// Waits for the server's end without asking for it.
    pub async fn exited(&mut self) -> ExitStatus {
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(status) => status.expect("the server is waited for"),
            Err(_) => panic!("the server did not end. {}", self.describe()),
        }
    }

    /// Ends the server as an editor does, and checks that it kept to the protocol.
    pub async fn close(mut self) -> State {
        self.request("shutdown", Value::Null).await;
        self.notify("exit", Value::Null);
        let status = self.exited().await;
        assert_eq!(status.code(), Some(0), "{}", self.describe());
        self.wait("the end of standard output", |state| {
            state.is_ended.then_some(())
        })
        .await;
        self.into_state()
    }

    /// The last look at what the editor knows.
    fn into_state(self) -> State {
        self.check_violations();
        let empty = State::new(self.read(|state| state.client.clone()));
        self.shared.update(|state| std::mem::replace(state, empty))
    }

    /// Fails if the server did what no server may do.
    pub fn check_violations(&self) {
        let violations = self.read(|state| state.violations.clone());
        assert!(violations.is_empty(), "{}", self.describe());
    }

    /// A buffer's text.
    #[track_caller]
    pub fn buffer(&self, path: &Path) -> String {
        self.read(|state| {
            state
                .buffers
                .get(path)
                .unwrap_or_else(|| panic!("{} is not open", path.display()))
                .text
                .clone()
        })
    }
}

async fn write_all(mut queue: mpsc::UnboundedReceiver<Vec<u8>>, mut stdin: ChildStdin) {
    while let Some(bytes) = queue.recv().await {
        // A server that has ended reads no more; the tests see that elsewhere.
        if stdin.write_all(&bytes).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
    }
}

async fn read_all(
    mut stdout: BufReader<ChildStdout>,
    outgoing: mpsc::WeakUnboundedSender<Vec<u8>>,
    shared: Arc<Shared>,
) {
    loop {
        let message = match read_message(&mut stdout).await {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(reason) => {
                shared.update(|state| state.violations.push(reason));
                break;
            }
        };
        let answers = shared.update(|state| serve::take(state, message));
        let Some(outgoing) = outgoing.upgrade() else {
            continue;
        };
        for answer in answers {
            // A server that has ended is noticed where the test waits for it.
            let _ = outgoing.send(frame(&answer));
        }
    }
    shared.update(|state| {
        state.is_ended = true;
        // Nobody will answer what is still open.
        state.pending.clear();
    });
}

async fn keep_stderr(mut stderr: ChildStderr, shared: Arc<Shared>) {
    let mut bytes = [0; 4096];
    while let Ok(count) = stderr.read(&mut bytes).await {
        if count == 0 {
            return;
        }
        shared.update(|state| {
            if state.stderr.len() < KEPT_STDERR {
                let text = String::from_utf8_lossy(&bytes[..count]);
                state.stderr.push_str(&text);
            }
        });
    }
}
