//! The two ways in which clients say which version of the protocol they speak: once, by
//! `initialize`, or since 2026-07-28 with each request:
//! <https://modelcontextprotocol.io/specification/2026-07-28/basic>.
use serde_json::{Map, Value, json};

use super::guest::agent_name;
use super::message::{self, Request};

/// The versions that begin with `initialize`, the latest last.
const WITH_HANDSHAKE: &[&str] = &["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
/// The versions of which each request says that it is of them.
const STATELESS: &[&str] = &["2026-07-28"];
/// The versions that have batches.
const WITH_BATCHES: &[&str] = &["2024-11-05", "2025-03-26"];

/// Which version a request is of.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
/// Who makes it.
const CLIENT_KEY: &str = "io.modelcontextprotocol/clientInfo";
/// Who answers.
const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// The version of a request is not known.
const UNSUPPORTED_VERSION: i32 = -32022;

/// Who a client is, and which version it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// One of those that are known.
    pub version: &'static str,
    /// What people are told of who it is.
    pub agent: String,
}

impl Client {
    /// By the parameters of `initialize`; a version that is not known becomes the latest.
    pub fn of_handshake(version: &str, params: &Map<String, Value>) -> Self {
        let latest = WITH_HANDSHAKE.last().copied().unwrap_or_default();
        let info = params.get("clientInfo");
        Self {
            version: known(WITH_HANDSHAKE, version).unwrap_or(latest),
            agent: name_of(info),
        }
    }

    /// By what the request says of itself; none where it says nothing.
    ///
    /// # Errors
    ///
    /// The answer to a request of a version that is not known.
    pub fn of_request(request: &Request) -> Result<Option<Self>, Value> {
        let meta = request.params.get("_meta").and_then(Value::as_object);
        let Some((meta, asked)) = meta.and_then(|meta| Some((meta, meta.get(VERSION_KEY)?))) else {
            return Ok(None);
        };
        let asked = asked.as_str().unwrap_or_default();
        let Some(version) = known(STATELESS, asked) else {
            let why = "This version of the protocol is not known here.";
            let mut answer = message::error(&request.id, UNSUPPORTED_VERSION, why);
            answer["error"]["data"] = json!({ "supported": STATELESS, "requested": asked });
            return Err(answer);
        };
        let agent = name_of(meta.get(CLIENT_KEY));
        Ok(Some(Self { version, agent }))
    }

    /// Whether messages may come in batches.
    pub fn has_batches(&self) -> bool {
        WITH_BATCHES.contains(&self.version)
    }

    /// Adds to a result what this version wants in it.
    pub fn complete(&self, mut result: Value) -> Value {
        if STATELESS.contains(&self.version) {
            result["resultType"] = "complete".into();
        }
        result
    }

    /// The same for a list, which may be another one at any time.
    pub fn complete_list(&self, result: Value) -> Value {
        let mut result = self.complete(result);
        if STATELESS.contains(&self.version) {
            result["ttlMs"] = 0.into();
            result["cacheScope"] = "private".into();
        }
        result
    }
}

/// The result of `server/discover`.
pub fn discovered() -> Value {
    let client = Client {
        version: STATELESS.last().copied().unwrap_or_default(),
        agent: String::new(),
    };
    client.complete_list(json!({
        "supportedVersions": STATELESS,
        "capabilities": capabilities(),
        "instructions": instructions(),
        "_meta": { SERVER_KEY: server_info() },
    }))
}

/// The result of `initialize`.
pub fn initialized(client: &Client) -> Value {
    json!({
        "protocolVersion": client.version,
        "capabilities": capabilities(),
        "serverInfo": server_info(),
        "instructions": instructions(),
    })
}

fn capabilities() -> Value {
    json!({ "tools": {} })
}

fn instructions() -> &'static str {
    include_str!("instructions.md").trim_end()
}

fn server_info() -> Value {
    json!({
        "name": "aside",
        "title": "Aside",
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn known(versions: &[&'static str], asked: &str) -> Option<&'static str> {
    versions.iter().copied().find(|known| *known == asked)
}

fn name_of(info: Option<&Value>) -> String {
    match info.and_then(Value::as_object) {
        Some(info) => agent_name(info),
        None => agent_name(&Map::new()),
    }
}
