//! What one client is told, and what it calls.
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::call::{self, Call, Progress};
use super::era::{self, Client};
use super::guest::Guest;
use super::message::{self, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, Request};
use super::output::Output;
use super::tools;
use crate::engine::Engine;
use crate::engine::permissions::Asks;

/// The method that calls a tool.
pub const CALL: &str = "tools/call";

/// One client.
pub struct Connection {
    engine: Arc<Engine>,
    output: Output,
    asks: Asks,
    /// By `initialize`.
    begun: Mutex<Option<Client>>,
    guest: OnceCell<Guest>,
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
        self.begun().is_none_or(|client| client.has_batches())
    }

    fn begun(&self) -> Option<Client> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.clone()
    }

    /// Who makes a request: by what it says of itself, else by `initialize`.
    fn client(&self, request: &Request) -> Result<Client, Value> {
        let client = Client::of_request(request)?.or_else(|| self.begun());
        client.ok_or_else(|| {
            let why = "The first request must be `initialize`.";
            message::error(&request.id, INVALID_REQUEST, why)
        })
    }

    /// Answers a request that needs no waiting.
    pub fn answer(&self, request: &Request) -> Value {
        let Request { id, method, params } = request;
        match method.as_str() {
            "initialize" => self.initialize(id, params),
            "ping" => message::result(id, json!({})),
            "server/discover" => match Client::of_request(request) {
                Ok(_) => message::result(id, era::discovered()),
                Err(answer) => answer,
            },
            "tools/list" => match self.client(request) {
                Ok(client) => self.tools(id, params, &client),
                Err(answer) => answer,
            },
            _ => message::error(id, METHOD_NOT_FOUND, "There is no such method."),
        }
    }

    fn tools(&self, id: &Value, params: &Map<String, Value>, client: &Client) -> Value {
        if params.get("cursor").is_some_and(|cursor| !cursor.is_null()) {
            let why = "There is one page of tools; ask without a cursor.";
            return message::error(id, INVALID_PARAMS, why);
        }
        let tools = tools::offered(self.engine.services()).into_iter();
        let tools: Vec<Value> = tools.map(|tool| tools::listed(tool.spec())).collect();
        message::result(id, client.complete_list(json!({ "tools": tools })))
    }

    fn initialize(&self, id: &Value, params: &Map<String, Value>) -> Value {
        let Some(asked) = params.get("protocolVersion").and_then(Value::as_str) else {
            let why = "`protocolVersion` must be a string.";
            return message::error(id, INVALID_PARAMS, why);
        };
        let client = Client::of_handshake(asked, params);
        let result = era::initialized(&client);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.is_some() {
            let why = "This connection is initialized already.";
            return message::error(id, INVALID_REQUEST, why);
        }
        *begun = Some(client);
        message::result(id, result)
    }

    /// Calls a tool.
    pub async fn call(&self, request: &Request, cancel: CancellationToken) -> Value {
        let Request { id, params, .. } = request;
        let client = match self.client(request) {
            Ok(client) => client,
            Err(answer) => return answer,
        };
        let Some(name) = params.get("name").and_then(Value::as_str) else {
            return message::error(id, INVALID_PARAMS, "`name` must be a string.");
        };
        let arguments = match params.get("arguments") {
            Some(Value::Object(arguments)) => arguments.clone(),
            None | Some(Value::Null) => Map::new(),
            Some(_) => return message::error(id, INVALID_PARAMS, "`arguments` must be an object."),
        };
        let called = |text: &str, is_error: bool| {
            let content = json!([{ "type": "text", "text": text }]);
            let result = json!({ "content": content, "isError": is_error });
            message::result(id, client.complete(result))
        };
        let begin = || Guest::begin(&self.engine, &client, self.asks);
        let guest = match self.guest.get_or_try_init(begin).await {
            Ok(guest) => guest,
            Err(error) => return called(&error.to_string(), true),
        };
        if guest.tools.get(name).is_none() {
            let why = "There is no such tool; `tools/list` lists those there are.";
            return message::error(id, INVALID_PARAMS, why);
        }
        let token = params.get("_meta");
        let token = token.and_then(|meta| meta.get("progressToken"));
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
        let made = call::make(call, guest).await;
        called(&made.text, made.is_error)
    }
}
