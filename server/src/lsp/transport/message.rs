//! From the bytes of one body to a JSON-RPC message, parsed once, or to what is wrong with it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id};

use super::errors;
use super::frame::{KEPT_BYTES, Search, find_header};
use super::recover::{Recovered, recover};

/// The `id` of a client's request, given back exactly as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub(super) enum CallId {
    /// Any JSON number.
    Number(Number),
    /// Any string.
    Text(String),
}

impl CallId {
    /// The id in a JSON value, if it is a number or a string.
    pub(super) fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(number)),
            Value::String(text) => Some(Self::Text(text)),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The same id as tower-lsp numbers its own requests.
    pub(super) fn into_ours(self) -> Option<Id> {
        match self {
            Self::Number(number) => number.as_i64().or_else(|| whole(&number)).map(Id::Number),
            Self::Text(text) => Some(Id::String(text)),
        }
    }
}

/// The number behind a float such as `3.0`, which some clients write.
fn whole(number: &Number) -> Option<i64> {
    let number = number.as_f64()?;
    (number.fract() == 0.0 && number.abs() < f64::from(i32::MAX)).then_some(number as i64)
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// One good message.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A request, to be answered under `id`.
    Request {
        id: CallId,
        method: String,
        params: Option<Value>,
    },
    /// A notification.
    Notification {
        method: String,
        params: Option<Value>,
    },
    /// The client's answer to a request of ours.
    Reply {
        id: Id,
        result: Result<Value, Error>,
    },
}

/// Why a body is not taken.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// Under which id it is answered.
    pub(super) id: Option<CallId>,
    /// With what.
    pub(super) error: Error,
    /// Where the next header seems to start inside the body, when its length was wrong.
    pub(super) unread: Option<usize>,
}

/// The members of a message. They are all `Value`, so that only broken JSON fails to parse and
/// the `id` is at hand for everything else.
#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    jsonrpc: Value,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    method: Option<Value>,
    #[serde(default)]
    params: Value,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    error: Option<Value>,
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Parses one body.
pub(super) fn parse(body: &[u8]) -> Result<Incoming, Refusal> {
    let text = match str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let message = format!(
                "The message is not UTF-8, from byte {} on.",
                error.valid_up_to()
            );
            return broken(body, None, errors::parse_error(message));
        }
    };
    // Serde would also read a struct from an array.
    if text.trim_ascii_start().starts_with('{') {
        return match serde_json::from_str::<Members>(text) {
            Ok(members) => classify(members),
            Err(error) if error.is_data() => {
                let message = format!("The message is not a JSON-RPC message: {error}.");
                broken(body, None, errors::invalid_request(message))
            }
            Err(error) => not_json(body, &error),
        };
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(_)) => Err(refuse(
            None,
            "Batches are not supported. Send each message by itself.",
        )),
        Ok(_) => Err(refuse(None, "A message must be a JSON object.")),
        Err(error) => not_json(body, &error),
    }
}

/// What to do about a message over the limit, of which only the ends are known.
pub(super) fn too_large(
    head: &[u8],
    tail: &[u8],
    length: u64,
    limit: usize,
) -> Result<Incoming, Refusal> {
    let message = format!(
        "The message has {length} bytes; at most {limit} are read. Send less at once, or raise the limit."
    );
    from_ends(recover(head, tail), None, errors::invalid_request(message))
}

/// The `params` as typed handlers want them: absent and `null` are `{}` to every method, but to
/// the two for which tower-lsp wants none.
pub(super) fn normalized(method: &str, params: Option<Value>) -> Option<Value> {
    match (method, params) {
        ("shutdown" | "exit", _) => None,
        (_, None) => Some(Value::Object(Map::new())),
        (_, params @ Some(_)) => params,
    }
}

fn classify(members: Members) -> Result<Incoming, Refusal> {
    let Members {
        jsonrpc,
        id,
        method,
        params,
        result,
        error,
    } = members;
    let Some(method) = method else {
        return match (result, error) {
            (None, None) => Err(refuse(
                id,
                "The message has neither a `method` nor a `result`.",
            )),
            // Some clients send both, one of them null.
            (Some(result), None | Some(Value::Null)) => reply(id, Ok(result)),
            (_, Some(error)) => reply(id, Err(reply_error(error))),
        };
    };
    if jsonrpc != "2.0" {
        return Err(refuse(id, "The member `jsonrpc` must be \"2.0\"."));
    }
    let Value::String(method) = method else {
        return Err(refuse(id, "The `method` must be a string."));
    };
    let params = (!params.is_null()).then_some(params);
    match id {
        None => Ok(Incoming::Notification { method, params }),
        Some(id) => match CallId::from_value(id) {
            Some(id) => Ok(Incoming::Request { id, method, params }),
            None => Err(refuse(None, "The `id` must be a number or a string.")),
        },
    }
}

fn reply(id: Option<Value>, result: Result<Value, Error>) -> Result<Incoming, Refusal> {
    // The id is one of ours, so a refusal must not be sent under it.
    match id.and_then(CallId::from_value).and_then(CallId::into_ours) {
        Some(id) => Ok(Incoming::Reply { id, result }),
        None => Err(refuse(
            None,
            "The reply has no `id` of a request that was sent.",
        )),
    }
}

/// The error of a reply, as far as it can be understood: whoever waits must hear something.
fn reply_error(error: Value) -> Error {
    let message = error
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or("no reason given");
    Error {
        code: error
            .get("code")
            .and_then(Value::as_i64)
            .map_or(ErrorCode::InternalError, ErrorCode::from),
        message: message.to_owned().into(),
        data: error.get("data").cloned(),
    }
}

fn refuse(id: Option<Value>, message: &'static str) -> Refusal {
    Refusal {
        id: id.and_then(CallId::from_value),
        error: errors::invalid_request(message),
        unread: None,
    }
}

fn not_json(body: &[u8], error: &serde_json::Error) -> Result<Incoming, Refusal> {
    // A body that holds the next header, or goes on after its JSON, had too large a length.
    let unread = match find_header(body) {
        Search::Found(at) => Some(at),
        Search::Missing { .. } => end_of_first_value(body),
    };
    let message = format!("The message is not JSON: {error}.");
    broken(
        &body[..unread.unwrap_or(body.len())],
        unread,
        errors::parse_error(message),
    )
}

fn end_of_first_value(body: &[u8]) -> Option<usize> {
    let mut values =
        serde_json::Deserializer::from_slice(body).into_iter::<serde::de::IgnoredAny>();
    let first = values.next()?;
    first
        .is_ok()
        .then(|| values.byte_offset())
        .filter(|end| *end < body.len())
}

fn broken(body: &[u8], unread: Option<usize>, error: Error) -> Result<Incoming, Refusal> {
    let head = &body[..body.len().min(KEPT_BYTES)];
    let tail = &body[body.len().saturating_sub(KEPT_BYTES)..];
    from_ends(recover(head, tail), unread, error)
}

fn from_ends(found: Recovered, unread: Option<usize>, error: Error) -> Result<Incoming, Refusal> {
    if !found.is_reply {
        return Err(Refusal {
            id: found.id,
            error,
            unread,
        });
    }
    // Whoever waits for this reply hears why it could not be read, unless bytes must be unread.
    match (found.id.and_then(CallId::into_ours), unread) {
        (Some(id), None) => Ok(Incoming::Reply {
            id,
            result: Err(error),
        }),
        (Some(_) | None, _) => Err(Refusal {
            id: None,
            error,
            unread,
        }),
    }
}
