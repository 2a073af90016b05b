//! Our errors as JSON-RPC errors.
use aside_protocol::{ErrorCode, ErrorData, InvalidParams};
use tower_lsp::jsonrpc;

use crate::engine::error::EngineError;

/// A JSON-RPC error with a stable `data.code`.
pub fn to_rpc(error: EngineError) -> jsonrpc::Error {
    jsonrpc::Error {
        code: jsonrpc::ErrorCode::from(error.code.json_rpc()),
        message: crate::redact::redact(&sentence(&error.message))
            .into_owned()
            .into(),
        data: serde_json::to_value(ErrorData { code: error.code }).ok(),
    }
}

/// Our messages are parts of sentences, as Rust's errors are; users get whole ones.
pub fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let mut sentence: String = match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => return "Something failed; the log says more.".to_owned(),
    };
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// Params that are not what the method takes.
pub fn invalid(error: &InvalidParams) -> jsonrpc::Error {
    to_rpc(EngineError::new(ErrorCode::Invalid, error.to_string()))
}
