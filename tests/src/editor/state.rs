//! What the editor knows: its buffers, what it was asked and told, and what it still waits for.
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::Value;
use tokio::sync::oneshot;

use super::client::Client;
use crate::text::Encoding;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// JSON-RPC's code.
    pub code: i64,
    /// The sentence.
    pub message: String,
    /// `data`, null where absent.
    pub data: Value,
}

impl RpcError {
    /// The stable code in `data.code`; empty where there is none.
    pub fn kind(&self) -> &str {
        self.data["code"].as_str().unwrap_or_default()
    }
}

/// An answer to a request.
pub type Answered = Result<Value, RpcError>;

/// An open document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffer {
    /// Its version.
    pub version: i64,
    /// Its text, which need not be on disk.
    pub text: String,
}

/// All that an editor knows.
#[derive(Debug)]
pub struct State {
    /// Its abilities and habits; tests may change the habits at any time.
    pub client: Client,
    /// The negotiated position encoding.
    pub encoding: Encoding,
    /// The open documents.
    pub buffers: BTreeMap<PathBuf, Buffer>,
    /// The `chat/event` params, in order, of all sessions.
    pub events: Vec<Value>,
    /// Other notifications, in order.
    pub notifications: Vec<Value>,
    /// All requests of the server, in order, answered or not.
    pub asked: Vec<Value>,
    /// Requests of the server that were not answered by habit.
    pub unanswered: Vec<Value>,
    /// What the server did that no server may do.
    pub violations: Vec<String>,
    /// Standard error, its beginning.
    pub stderr: String,
    /// Whether standard output has ended.
    pub is_ended: bool,
    /// Answers with an id that nobody waits for.
    pub(super) stray: Vec<Value>,
    pub(super) pending: HashMap<i64, oneshot::Sender<Answered>>,
}

impl State {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            encoding: Encoding::Utf16,
            buffers: BTreeMap::new(),
            events: Vec::new(),
            notifications: Vec::new(),
            asked: Vec::new(),
            unanswered: Vec::new(),
            violations: Vec::new(),
            stderr: String::new(),
            is_ended: false,
            stray: Vec::new(),
            pending: HashMap::new(),
        }
    }

    /// The events of one session.
    pub fn events_of(&self, session: &str) -> Vec<Value> {
        self.events
            .iter()
            .filter(|event| event["sessionId"] == session)
            .cloned()
            .collect()
    }

    /// For the message of a failed test: the end of what happened.
    pub fn describe(&self) -> String {
        const SHOWN: usize = 12;
        let skip = |list: &[Value]| -> String {
            let from = list.len().saturating_sub(SHOWN);
            list[from..].iter().map(|value| cut(value) + "\n").collect()
        };
        format!(
            "{} events, the last:\n{}{} requests of the server, the last:\n{}notifications:\n{}violations: {:?}\nstdout ended: {}\nstderr:\n{}",
            self.events.len(),
            skip(&self.events),
            self.asked.len(),
            skip(&self.asked),
            skip(&self.notifications),
            self.violations,
            self.is_ended,
            self.stderr
        )
    }
}

fn cut(value: &Value) -> String {
    const LENGTH: usize = 600;
    value.to_string().chars().take(LENGTH).collect()
}
