//! What one client is told, and what it calls.
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::call::{self, Call, Progress};
use super::guest::{Guest, agent_name};
use super::message::{self, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, Request};
use super::output::Output;
use super::tools;
use crate::engine::Engine;
use crate::engine::permissions::Asks;

/// The method that calls a tool.
pub const CALL: &str = "tools/call";

/// The versions of the protocol that begin with `initialize`, the latest last.
const VERSIONS: &[&str] = &["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
/// Those of them that have batches.
const WITH_BATCHES: &[&str] = &["2024-11-05", "2025-03-26"];

/// One client.
pub struct Connection {
    engine: Arc<Engine>,
    output: Output,
    asks: Asks,
    begun: Mutex<Option<Begun>>,
    guest: OnceCell<Guest>,
}

/// What the client said of itself.
#[derive(Clone)]
struct Begun {
    version: &'static str,
    agent: String,
}

impl Connection {
    /// Before `initialize`.
    pub fn new(engine: Arc<Engine>, output: Output, asks: Asks) -> Self {
        Self {
            engine,
            output,
            asks,
            begun: Mutex::default(),
            guest: OnceCell::new(),
        }
    }

    /// Whether messages may come in batches; what comes first may.
    pub fn takes_batches(&self) -> bool {
        let begun = self.begun();
        begun.is_none_or(|begun| WITH_BATCHES.contains(&begun.version))
    }

    fn begun(&self) -> Option<Begun> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.clone()
    }

    /// Answers a request that needs no waiting.
    pub fn answer(&self, request: &Request) -> Value {
        let Request { id, method, params } = request;
        match method.as_str() {
            "initialize" => self.initialize(id, params),
            "ping" => message::result(id, json!({})),
            "tools/list" if params.get("cursor").is_some_and(|it| !it.is_null()) => {
                let why = "There is one page of tools; ask without a cursor.";
                message::error(id, INVALID_PARAMS, why)
            }
            "tools/list" => {
                let tools = tools::offered(self.engine.services());
                let tools: Vec<Value> = tools
                    .iter()
                    .map(|tool| tools::listed(tool.spec()))
                    .collect();
                message::result(id, json!({ "tools": tools }))
            }
            _ => message::error(id, METHOD_NOT_FOUND, "There is no such method."),
        }
    }

    fn initialize(&self, id: &Value, params: &Map<String, Value>) -> Value {
        let Some(asked) = params.get("protocolVersion").and_then(Value::as_str) else {
            let why = "`protocolVersion` must be a string.";
            return message::error(id, INVALID_PARAMS, why);
        };
        let mut known = VERSIONS.iter().filter(|known| **known == asked);
        let latest = VERSIONS.last().unwrap_or(&"");
        let version = *known.next().unwrap_or(latest);
        let agent = match params.get("clientInfo").and_then(Value::as_object) {
            Some(info) => agent_name(info),
            None => agent_name(&Map::new()),
        };
        {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            if begun.is_some() {
                let why = "This connection is initialized already.";
                return message::error(id, INVALID_REQUEST, why);
            }
            *begun = Some(Begun { version, agent });
        }
        let result = json!({
            "protocolVersion": version,
            "capabilities": { "tools": {} },
            "serverInfo": {
                "name": "aside",
                "title": "Aside",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "instructions": include_str!("instructions.md").trim_end(),
        });
        message::result(id, result)
    }

    /// Calls a tool.
    pub async fn call(&self, request: &Request, cancel: CancellationToken) -> Value {
        let Request { id, params, .. } = request;
        let Some(begun) = self.begun() else {
            let why = "The first request must be `initialize`.";
            return message::error(id, INVALID_REQUEST, why);
        };
        let Some(name) = params.get("name").and_then(Value::as_str) else {
            return message::error(id, INVALID_PARAMS, "`name` must be a string.");
        };
        let arguments = match params.get("arguments") {
            Some(Value::Object(arguments)) => arguments.clone(),
            None | Some(Value::Null) => Map::new(),
            Some(_) => return message::error(id, INVALID_PARAMS, "`arguments` must be an object."),
        };
        let begin = || Guest::begin(&self.engine, begun.agent, begun.version, self.asks);
        let guest = match self.guest.get_or_try_init(begin).await {
            Ok(guest) => guest,
            Err(error) => return called(id, &error.to_string(), true),
        };
        if guest.tools.get(name).is_none() {
            let why = "There is no such tool; `tools/list` lists those there are.";
            return message::error(id, INVALID_PARAMS, why);
        }
        let token = params
            .get("_meta")
            .and_then(|meta| meta.get("progressToken"));
        let token = token.filter(|token| token.is_string() || token.is_number());
        let call = Call {
            name: name.to_owned(),
            arguments,
            progress: token.map(|token| Progress {
                token: token.clone(),
                output: self.output.clone(),
            }),
            cancel,
        };
        let made = call::make(call, guest, guest.tools.clone()).await;
        called(id, &made.text, made.is_error)
    }
}

fn called(id: &Value, text: &str, is_error: bool) -> Value {
    let content = json!([{ "type": "text", "text": text }]);
    message::result(id, json!({ "content": content, "isError": is_error }))
}
