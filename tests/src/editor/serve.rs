//! How the editor takes the server's messages: by its habits, as plain functions over its state.
use serde_json::{Value, json};

use super::apply::apply_edit;
use super::client::{Answer, Asks, Says, Shows};
use super::state::{Answered, RpcError, State};

/// Takes one message and returns what is to be sent, in order.
pub(super) fn take(state: &mut State, message: Value) -> Vec<Value> {
    match (message.get("method").is_some(), message.get("id").is_some()) {
        (true, true) => request(state, message),
        (true, false) => {
            notification(state, message);
            Vec::new()
        }
        (false, _) => {
            response(state, message);
            Vec::new()
        }
    }
}

fn response(state: &mut State, message: Value) {
    let waiting = message["id"]
        .as_i64()
        .and_then(|id| state.pending.remove(&id));
    let Some(waiting) = waiting else {
        state.stray.push(message);
        return;
    };
    let answered: Answered = match message.get("error") {
        None => Ok(message["result"].clone()),
        Some(error) => Err(RpcError {
            code: error["code"].as_i64().unwrap_or_default(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            data: error["data"].clone(),
        }),
    };
    // A test may have stopped waiting.
    let _ = waiting.send(answered);
}

fn notification(state: &mut State, message: Value) {
    if message["method"] != "chat/event" {
        let shows_hints = matches!(state.client.shows, Shows::Hints | Shows::Lenses);
        if message["method"] == "textDocument/publishDiagnostics" && !shows_hints {
            state
                .violations
                .push("diagnostics to a client that does not want them".to_owned());
        }
        state.notifications.push(message);
        return;
    }
    if !state.client.events {
        state
            .violations
            .push("a chat/event that the client does not want".to_owned());
    }
    state.events.push(message["params"].clone());
}

fn request(state: &mut State, message: Value) -> Vec<Value> {
    state.asked.push(message.clone());
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    match method.as_str() {
        "workspace/applyEdit" => apply_edit(state, &message),
        "chat/requestPermission" => permission(state, &message),
        "window/showMessageRequest" => show_message(state, &message),
        "workspace/codeLens/refresh" => {
            if state.client.shows != Shows::Lenses {
                state
                    .violations
                    .push("a refresh of code lenses to a client without".to_owned());
            }
            vec![result(&message, Value::Null)]
        }
        "window/workDoneProgress/create" | "client/registerCapability" => {
            vec![result(&message, Value::Null)]
        }
        "workspace/configuration" => {
            let count = message["params"]["items"].as_array().map_or(0, Vec::len);
            vec![result(&message, json!(vec![Value::Null; count]))]
        }
        method => further(state, &message, method),
    }
}

/// Requests that only some editors know.
fn further(state: &mut State, message: &Value, method: &str) -> Vec<Value> {
    let Some(says) = state.client.says.get_mut(method) else {
        return vec![method_not_found(message)];
    };
    let next = match says.len() {
        0 => Says::Error,
        1 => says[0].clone(),
        _ => says.remove(0),
    };
    match next {
        Says::Result(answer) => vec![result(message, answer)],
        Says::Error => {
            let error = json!({"code": -32603, "message": "the language server died"});
            vec![json!({"jsonrpc": "2.0", "id": message["id"], "error": error})]
        }
        Says::Nothing => {
            state.unanswered.push(message.clone());
            Vec::new()
        }
    }
}

/// An answer to a request of the server.
pub(super) fn result(request: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": request["id"], "result": result})
}

pub(super) fn method_not_found(request: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "no such method"}})
}

fn permission(state: &mut State, message: &Value) -> Vec<Value> {
    let options = message["params"]["options"].clone();
    let answer = match state.client.answer.clone() {
        Answer::Silent => {
            state.unanswered.push(message.clone());
            return Vec::new();
        }
        Answer::MethodNotFound => return vec![method_not_found(message)],
        Answer::Nonsense => json!([17, "no"]),
        Answer::Dismiss => json!({"cancelled": true}),
        Answer::Kind(kind) => match find(&options, "kind", kind) {
            Some(option) => json!({"optionId": option["id"]}),
            None => {
                state
                    .violations
                    .push(format!("no option of kind {kind} in {options}"));
                json!({"cancelled": true})
            }
        },
    };
    vec![result(message, answer)]
}

/// Buttons have no kind on the wire, so they are known by their position among the options that
/// the protocol lists: the titles say what they do.
fn show_message(state: &mut State, message: &Value) -> Vec<Value> {
    if state.client.asks == Asks::Nothing {
        return vec![method_not_found(message)];
    }
    let actions = message["params"]["actions"].clone();
    let answer = match state.client.answer.clone() {
        Answer::Silent => {
            state.unanswered.push(message.clone());
            return Vec::new();
        }
        Answer::MethodNotFound => return vec![method_not_found(message)],
        Answer::Nonsense => json!([17, "no"]),
        Answer::Dismiss => Value::Null,
        Answer::Kind(kind) => match button(&actions, kind) {
            Some(action) => action,
            None => {
                state
                    .violations
                    .push(format!("no button for {kind} in {actions}"));
                Value::Null
            }
        },
    };
    vec![result(message, answer)]
}

fn button(actions: &Value, kind: &str) -> Option<Value> {
    let (verb, needs_session) = match kind {
        "allowOnce" => ("allow", false),
        "allowSession" => ("allow", true),
        "rejectOnce" => ("reject", false),
        _ => return None,
    };
    actions.as_array()?.iter().find_map(|action| {
        let title = action["title"].as_str()?.to_lowercase();
        let says_verb = title.contains(verb)
            || (verb == "reject" && (title.contains("deny") || title.contains("refuse")));
        (says_verb && title.contains("session") == needs_session).then(|| action.clone())
    })
}

fn find(list: &Value, key: &str, wanted: &str) -> Option<Value> {
    list.as_array()?
        .iter()
        .find(|entry| entry[key] == wanted)
        .cloned()
}
