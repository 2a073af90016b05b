//! The JSON-RPC errors that this layer makes: a sentence, and a stable `data.code`.

use std::borrow::Cow;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode};

/// LSP's code for a request that came before `initialize`.
const NOT_INITIALIZED: i64 = -32002;

/// JSON-RPC's first code for a server's own errors, for requests that cannot be taken now.
const SERVER_ERROR: i64 = -32000;

/// The bytes are not JSON (-32700).
pub(super) fn parse_error(message: impl Into<Cow<'static, str>>) -> Error {
    error(ErrorCode::ParseError, message, "invalid")
}

/// The JSON is not a message that can be taken (-32600).
pub(super) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Error {
    error(ErrorCode::InvalidRequest, message, "invalid")
}

/// There is no such method (-32601).
pub(super) fn method_not_found(method: &str) -> Error {
    let message = format!("There is no method `{method}` in this version of Aside.");
    error(ErrorCode::MethodNotFound, message, "invalid")
}

/// The handler panicked (-32603).
pub(super) fn panicked(method: &str) -> Error {
    let message =
        format!("Aside failed inside `{method}`. Its log has the details; other requests go on.");
    error(ErrorCode::InternalError, message, "internal")
}

/// The result cannot be written as JSON (-32603).
pub(super) fn unserializable(cause: &serde_json::Error) -> Error {
    error(
        ErrorCode::InternalError,
        format!("The result is not JSON: {cause}."),
        "internal",
    )
}

/// More requests are unanswered than the server holds.
pub(super) fn busy(limit: usize) -> Error {
    let message = format!("{limit} requests are still unanswered. Wait for some, or cancel them.");
    error(ErrorCode::ServerError(SERVER_ERROR), message, "busy")
}

/// The server has been shut down.
pub(super) fn shut_down() -> Error {
    invalid_request("The server has been shut down. Send `exit`, and start it anew.")
}

/// An error of the handler or of tower-lsp, with the sentence and `data.code` that it may lack.
/// What a handler said itself is kept.
pub(super) fn completed(method: &str, mut error: Error) -> Error {
    let plain = match &error.data {
        None => true,
        // The router puts the bare method name there.
        Some(Value::String(_)) => error.code == ErrorCode::MethodNotFound,
        Some(_) => false,
    };
    if !plain {
        return error;
    }
    match error.code {
        ErrorCode::MethodNotFound => method_not_found(method),
        ErrorCode::InvalidParams => {
            error.message = format!(
                "The params of `{method}` are not as expected: {}.",
                error.message
            )
            .into();
            with_code(error, "invalid")
        }
        // The other causes are answered before the service is called.
        ErrorCode::InvalidRequest => invalid_request(format!(
            "`{method}` is a notification: send it without an `id`."
        )),
        ErrorCode::ServerError(NOT_INITIALIZED) => {
            error.message = format!("Send `initialize` before `{method}`.").into();
            with_code(error, "invalid")
        }
        ErrorCode::ParseError => with_code(error, "invalid"),
        ErrorCode::InternalError => with_code(error, "internal"),
        ErrorCode::ServerError(_) | ErrorCode::RequestCancelled | ErrorCode::ContentModified => {
            error
        }
    }
}

fn error(code: ErrorCode, message: impl Into<Cow<'static, str>>, data_code: &str) -> Error {
    with_code(
        Error {
            code,
            message: message.into(),
            data: None,
        },
        data_code,
    )
}

fn with_code(mut error: Error, code: &str) -> Error {
    error.data = Some(json!({ "code": code }));
    error
}
