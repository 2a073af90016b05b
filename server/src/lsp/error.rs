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
        Some(first) if begins_with_a_word(message) => first.to_uppercase().chain(chars).collect(),
        Some(_) => message.to_owned(),
        None => return "Something failed; the log says more.".to_owned(),
    };
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// Whether it does not begin with the name of a file, which is as it is.
fn begins_with_a_word(message: &str) -> bool {
    let first = message.split(' ').next().unwrap_or(message);
    let first = first.trim_end_matches([',', ':', ';', '.', '!', '?']);
    !first.contains(['.', '/', '\\', '_'])
}

/// Params that are not what the method takes.
pub fn invalid(error: &InvalidParams) -> jsonrpc::Error {
    to_rpc(EngineError::new(ErrorCode::Invalid, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn messages_are_whole_sentences_and_names_stay_as_they_are() {
        let check = |message: &str, expect: &str| assert_eq!(sentence(message), expect);
        check("", "Something failed; the log says more.");
        check("the session is in use", "The session is in use.");
        check("no, it is not.", "No, it is not.");
        check("busy", "Busy.");
        check("src/a.rs was changed", "src/a.rs was changed.");
        check("a.txt was changed!", "a.txt was changed!");
        check("`hunkId` is missing", "`hunkId` is missing.");
    }
}
