//! `workspace/executeCommand`: prompts from editors that have no plugin.
use std::sync::Arc;

use aside_protocol::{ChatCancelParams, ChatSendParams, ContentBlock};
use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{self, Result};
use tower_lsp::lsp_types::ExecuteCommandParams;

use super::error::to_rpc;
use super::shared::Shared;
use crate::engine::error::EngineError;

const SEND: &str = "aside.chat.send";
const CANCEL: &str = "aside.chat.cancel";

/// The commands that there are.
pub const NAMES: &[&str] = &[SEND, CANCEL];

/// The one optional argument of each command.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    text: Option<String>,
    session_id: Option<String>,
}

/// Runs a command. Each takes one optional object: `{text, sessionId?}` to send, `{sessionId}`
/// to cancel.
pub async fn execute(shared: &Arc<Shared>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = argument(params.arguments)?;
    match params.command.as_str() {
        SEND => send(shared, argument).await,
        CANCEL => cancel(shared, argument).await,
        other => Err(to_rpc(EngineError::invalid(format!(
            "there is no command `{other}`; there are {}",
            NAMES.join(", ")
        )))),
    }
}

fn argument(mut arguments: Vec<Value>) -> Result<Argument> {
    if arguments.is_empty() {
        return Ok(Argument::default());
    }
    match arguments.swap_remove(0) {
        Value::Null => Ok(Argument::default()),
        Value::String(text) => Ok(Argument {
            text: Some(text),
            session_id: None,
        }),
        other => serde_json::from_value(other).map_err(|error| {
            to_rpc(EngineError::invalid(format!(
                "`arguments[0]` is not valid: {error}; pass an object such as {{\"text\": \"…\"}}"
            )))
        }),
    }
}

async fn send(shared: &Arc<Shared>, argument: Argument) -> Result<Option<Value>> {
    let Some(text) = argument.text else {
        return Err(missing("text", "the prompt"));
    };
    let engine = shared.engine().map_err(to_rpc)?;
    let sent = engine
        .send(ChatSendParams {
            session_id: argument.session_id,
            content: vec![ContentBlock::text(text)],
            delivery: None,
            client_message_id: None,
        })
        .await
        .map_err(to_rpc)?;
    Ok(serde_json::to_value(sent).ok())
}

async fn cancel(shared: &Arc<Shared>, argument: Argument) -> Result<Option<Value>> {
    let Some(session_id) = argument.session_id else {
        return Err(missing("sessionId", "the session whose turn is to stop"));
    };
    let engine = shared.engine().map_err(to_rpc)?;
    let cancelled = engine
        .cancel(ChatCancelParams {
            session_id,
            turn_id: None,
        })
        .await
        .map_err(to_rpc)?;
    Ok(serde_json::to_value(cancelled).ok())
}

fn missing(field: &str, what: &str) -> jsonrpc::Error {
    to_rpc(EngineError::invalid(format!(
        "`arguments[0].{field}` is missing: {what}"
    )))
}
