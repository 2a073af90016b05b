//! What the server's thread and its owner share: the script, the record, the counts.
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::Reply;
use crate::http::Request;
use crate::script::{Script, Source};

/// Requests kept in the record; further ones are refused with status 500.
const MAX_RECORDED: usize = 100_000;

/// How the paths end of the methods that the script answers, in all wire formats.
const SCRIPTED: &[&str] = &[
    "/chat/completions",
    "/responses",
    "/messages",
    ":streamGenerateContent",
    "/embeddings",
    ":batchEmbedContents",
];

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// For example `POST`.
    pub method: String,
    /// The path with its query, for example `/v1/chat/completions`.
    pub path: String,
    /// Names in lower case, values trimmed, in order.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null where it is not JSON.
    pub body: Value,
    /// The body as it arrived.
    pub raw: Vec<u8>,
}

impl Recorded {
    /// The first header of this name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Shared {
    script: Mutex<Script>,
    record: Mutex<Record>,
    /// Chat requests that arrived.
    pub(crate) arrived: watch::Sender<usize>,
    /// Connections that the client closed before its reply was whole.
    pub(crate) abandoned: watch::Sender<usize>,
    /// Connections accepted.
    pub(crate) connections: watch::Sender<usize>,
}

#[derive(Default)]
pub(crate) struct Record {
    pub(crate) chats: Vec<Recorded>,
    pub(crate) others: Vec<Recorded>,
}

impl Shared {
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script: Mutex::new(script),
            record: Mutex::default(),
            arrived: watch::Sender::new(0),
            abandoned: watch::Sender::new(0),
            connections: watch::Sender::new(0),
        }
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        // The record stays whole whatever a panicking holder did: it only ever grows.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the request and picks its reply.
    pub(crate) fn answer(&self, request: Request) -> (Recorded, Reply) {
        let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let recorded = Recorded {
            method: request.method,
            path: request.path,
            headers: request.headers,
            body,
            raw: request.body,
        };
        let path = recorded.path.split('?').next().unwrap_or_default();
        let is_chat =
            recorded.method == "POST" && SCRIPTED.iter().any(|method| path.ends_with(method));
        let mut record = self.record();
        if record.chats.len() + record.others.len() >= MAX_RECORDED {
            let full = "the scripted server has recorded as many requests as it may";
            return (recorded, Reply::error(500, full));
        }
        if !is_chat {
            record.others.push(recorded.clone());
            drop(record);
            let reply = self.answer_other(&recorded.method, path);
            return (recorded, reply);
        }
        let nth = record.chats.len();
        record.chats.push(recorded.clone());
        drop(record);
        let reply = self.answer_chat(&recorded.body, nth);
        self.arrived.send_replace(nth + 1);
        (recorded, reply)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer_chat(&self, body: &Value, nth: usize) -> Reply {
        match &mut self.script().source {
            Source::Closure(answer) => answer(body, nth),
            Source::List(replies) => match replies.get(nth) {
                Some(reply) => reply.clone(),
                None => Reply::error(
                    500,
                    &format!(
                        "the script is exhausted: it has {} replies and this is request {}",
                        replies.len(),
                        nth + 1
                    ),
                ),
            },
        }
    }

    fn answer_other(&self, method: &str, path: &str) -> Reply {
        if method != "GET" || !path.ends_with("/models") {
            return Reply::error(404, &format!("the scripted server has no {method} {path}"));
        }
        let script = self.script();
        if let Some(reply) = &script.models_reply {
            return reply.clone();
        }
        let models: Vec<Value> = script
            .models
            .iter()
            .map(|id| json!({"id": id, "object": "model", "created": 0, "owned_by": "script"}))
            .collect();
        Reply::json(200, &json!({"object": "list", "data": models}))
    }
}
