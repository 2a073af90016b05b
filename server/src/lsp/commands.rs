//! `workspace/executeCommand`: prompts from editors that have no plugin.
use std::sync::Arc;

use aside_protocol::{
    ChatCancelParams, ChatSendParams, ContentBlock, EditResolveParams, read_params,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tower_lsp::jsonrpc::{self, Result};
use tower_lsp::lsp_types::ExecuteCommandParams;

use super::error::to_rpc;
use super::shared::Shared;
use crate::engine::error::EngineError;

/// Keeps pending hunks.
pub const ACCEPT: &str = "aside.edits.accept";
/// Takes pending hunks back.
pub const REJECT: &str = "aside.edits.reject";
const SEND: &str = "aside.chat.send";
const CANCEL: &str = "aside.chat.cancel";
const REWIND: &str = "aside.session.rewind";

/// The commands that there are.
pub const NAMES: &[&str] = &[SEND, CANCEL, ACCEPT, REJECT, REWIND];

/// Runs a command. Each takes one optional object: `{text, sessionId?}` or the text alone to send,
/// `{sessionId}` to cancel, the params of `edit/accept` and `edit/reject`, and those of
/// `session/rewind`. Some editors send no arguments at all: then the pending hunks of the session
/// that edited last are meant, and its last turn.
pub async fn execute(shared: &Arc<Shared>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = argument(params.arguments)?;
    match params.command.as_str() {
        SEND => send(shared, argument).await,
        CANCEL => cancel(shared, argument).await,
        ACCEPT | REJECT => resolve(shared, &params.command, argument).await,
        REWIND => rewind(shared, argument).await,
        other => Err(to_rpc(EngineError::invalid(format!(
            "there is no command `{other}`; there are {}",
            NAMES.join(", ")
        )))),
    }
}

/// The one optional argument of each command: an object.
fn argument(mut arguments: Vec<Value>) -> Result<Value> {
    if arguments.is_empty() {
        return Ok(Value::Null);
    }
    match arguments.swap_remove(0) {
        Value::String(text) => Ok(json!({ "text": text })),
        // Lua has one empty table for objects and lists.
        Value::Array(empty) if empty.is_empty() => Ok(Value::Null),
        argument @ (Value::Null | Value::Object(_)) => Ok(argument),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(to_rpc(EngineError::invalid(
            "`arguments[0]` is not valid: pass an object such as {\"text\": \"…\"}",
        ))),
    }
}

fn read<P: DeserializeOwned>(argument: Value) -> Result<P> {
    read_params(Some(argument))
        .map_err(|error| to_rpc(EngineError::invalid(format!("`arguments[0]`: {error}"))))
}

/// What is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Prompt {
    text: Option<String>,
    session_id: Option<String>,
}

/// Which session's turn is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Which {
    session_id: Option<String>,
}

async fn resolve(shared: &Arc<Shared>, command: &str, argument: Value) -> Result<Option<Value>> {
    let mut params: EditResolveParams = read(argument)?;
    let engine = shared.engine().map_err(to_rpc)?;
    if params == EditResolveParams::default() {
        params.session_id = Some(engine.last_edited_session().await.map_err(to_rpc)?);
    }
    let edits = match command {
        REJECT => engine.edit_reject(params).await,
        _ => engine.edit_accept(params).await,
    };
    Ok(serde_json::to_value(edits.map_err(to_rpc)?).ok())
}

async fn rewind(shared: &Arc<Shared>, argument: Value) -> Result<Option<Value>> {
    let engine = shared.engine().map_err(to_rpc)?;
    let mut argument = match argument {
        Value::Object(argument) => argument,
        _ => Map::new(),
    };
    if !argument.contains_key("sessionId") {
        let session = engine.last_edited_session().await.map_err(to_rpc)?;
        argument.insert("sessionId".to_owned(), session.into());
    }
    if let (None, Some(Value::String(session))) =
        (argument.get("turnId"), argument.get("sessionId"))
    {
        let turn = engine.last_turn(session).await.map_err(to_rpc)?;
        argument.insert("turnId".to_owned(), turn.into());
    }
    let rewound = engine.rewind(read(Value::Object(argument))?).await;
    Ok(serde_json::to_value(rewound.map_err(to_rpc)?).ok())
}

async fn send(shared: &Arc<Shared>, argument: Value) -> Result<Option<Value>> {
    let argument: Prompt = read(argument)?;
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

async fn cancel(shared: &Arc<Shared>, argument: Value) -> Result<Option<Value>> {
    let argument: Which = read(argument)?;
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
