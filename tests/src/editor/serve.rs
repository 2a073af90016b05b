//! How the editor takes the server's messages: by its habits, as plain functions over its state.
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Answer, ApplyEdit, Asks};
use super::state::{Answered, Buffer, RpcError, State};
use crate::text::{apply_edits, position};
use crate::world::{path_of, to_uri};

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
        "window/workDoneProgress/create" | "client/registerCapability" => {
            vec![result(&message, Value::Null)]
        }
        "workspace/configuration" => {
            let count = message["params"]["items"].as_array().map_or(0, Vec::len);
            vec![result(&message, json!(vec![Value::Null; count]))]
        }
        _ => vec![method_not_found(&message)],
    }
}

/// An answer to a request of the server.
pub(super) fn result(request: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": request["id"], "result": result})
}

fn method_not_found(request: &Value) -> Value {
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

fn apply_edit(state: &mut State, message: &Value) -> Vec<Value> {
    match state.client.apply_edit {
        ApplyEdit::Unsupported => {
            state
                .violations
                .push("workspace/applyEdit to a client that cannot".to_owned());
            vec![method_not_found(message)]
        }
        ApplyEdit::Silent => {
            state.unanswered.push(message.clone());
            Vec::new()
        }
        ApplyEdit::Refuse => {
            vec![result(
                message,
                json!({"applied": false, "failureReason": "the user said no"}),
            )]
        }
        ApplyEdit::Lie => vec![result(message, json!({"applied": true}))],
        ApplyEdit::Apply => really_apply(state, message),
        ApplyEdit::AnswerFirst => {
            let mut messages = really_apply(state, message);
            messages.rotate_right(1);
            messages
        }
        ApplyEdit::TypeFirst => {
            let mut messages = type_at_start(state, message);
            messages.extend(really_apply(state, message));
            messages
        }
    }
}

/// Applies a workspace edit to a copy of the buffers and keeps it if all of it fits. The last
/// message is the answer.
fn really_apply(state: &mut State, message: &Value) -> Vec<Value> {
    match apply_workspace_edit(state, &message["params"]["edit"]) {
        Ok(mut messages) => {
            messages.push(result(message, json!({"applied": true})));
            messages
        }
        Err(reason) => vec![result(
            message,
            json!({"applied": false, "failureReason": reason}),
        )],
    }
}

fn apply_workspace_edit(state: &mut State, edit: &Value) -> Result<Vec<Value>, String> {
    let mut changes = Vec::new();
    if let Some(list) = edit["documentChanges"].as_array() {
        if !state.client.document_changes {
            state
                .violations
                .push("documentChanges to a client without".to_owned());
        }
        changes.extend(list.iter().cloned());
    } else if let Some(map) = edit["changes"].as_object() {
        for (uri, edits) in map {
            changes.push(json!({"textDocument": {"uri": uri, "version": null}, "edits": edits}));
        }
    }
    if changes.is_empty() {
        return Err("an edit without changes".to_owned());
    }
    let mut messages = Vec::new();
    for change in &changes {
        match change["kind"].as_str() {
            None => messages.extend(edit_document(state, change)?),
            Some("create") => create_file(state, change)?,
            Some(other) => return Err(format!("no {other} expected here")),
        }
    }
    Ok(messages)
}

fn create_file(state: &mut State, change: &Value) -> Result<(), String> {
    if !state.client.resource_operations {
        state
            .violations
            .push("a file operation to a client without".to_owned());
    }
    let path = path_of(&change["uri"]);
    if path.exists() {
        return match change["options"]["ignoreIfExists"] == true {
            true => Ok(()),
            false => Err(format!("{} is there already", path.display())),
        };
    }
    let parent = path.parent().ok_or("a file without a folder")?;
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&path, ""))
        .map_err(|error| format!("{} cannot be made: {error}", path.display()))
}

fn edit_document(state: &mut State, change: &Value) -> Result<Vec<Value>, String> {
    let path = path_of(&change["textDocument"]["uri"]);
    let version = change["textDocument"]["version"].as_i64();
    let mut messages = Vec::new();
    let known = state.buffers.get(&path).cloned();
    let buffer = match known {
        Some(buffer) => buffer,
        None => {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
            let buffer = Buffer { version: 1, text };
            messages.push(did_open(&path, &buffer));
            buffer
        }
    };
    if version.is_some_and(|version| version != buffer.version) {
        return Err(format!(
            "{} is at version {}, not {version:?}",
            path.display(),
            buffer.version
        ));
    }
    let edits = change["edits"].as_array().cloned().unwrap_or_default();
    let text = match apply_edits(&buffer.text, &edits, state.encoding) {
        Ok(text) => text,
        Err(reason) => {
            // An editor refuses what does not fit; a server must never send it.
            state.violations.push(reason.clone());
            return Err(reason);
        }
    };
    messages.push(set_text(state, &path, &buffer, text));
    Ok(messages)
}

/// Sets a buffer's text as one incremental change of all that differs.
pub(super) fn set_text(state: &mut State, path: &Path, before: &Buffer, text: String) -> Value {
    let range = differing(&before.text, &text);
    let (start, old_end, new_end) = range;
    let after = Buffer {
        version: before.version + 1,
        text,
    };
    let change = json!({
        "range": {
            "start": position(&before.text, start, state.encoding),
            "end": position(&before.text, old_end, state.encoding),
        },
        "text": after.text[start..new_end],
    });
    let message = json!({
        "jsonrpc": "2.0", "method": "textDocument/didChange",
        "params": {
            "textDocument": {"uri": to_uri(path), "version": after.version},
            "contentChanges": [change],
        },
    });
    state.buffers.insert(path.to_path_buf(), after);
    message
}

/// Where two texts differ: the first byte, the end in the old one and the end in the new one,
/// never inside a character or a CR LF.
fn differing(old: &str, new: &str) -> (usize, usize, usize) {
    let mut start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let splits = |text: &str, at: usize| {
        !text.is_char_boundary(at)
            || (at > 0
                && at < text.len()
                && text.as_bytes()[at - 1] == b'\r'
                && text.as_bytes()[at] == b'\n')
    };
    while splits(old, start) || splits(new, start) {
        start -= 1;
    }
    let limit = (old.len() - start).min(new.len() - start);
    let mut tail = old
        .bytes()
        .rev()
        .zip(new.bytes().rev())
        .take(limit)
        .take_while(|(a, b)| a == b)
        .count();
    while splits(old, old.len() - tail) || splits(new, new.len() - tail) {
        tail -= 1;
    }
    (start, old.len() - tail, new.len() - tail)
}

pub(super) fn did_open(path: &Path, buffer: &Buffer) -> Value {
    json!({
        "jsonrpc": "2.0", "method": "textDocument/didOpen",
        "params": {"textDocument": {
            "uri": to_uri(path), "languageId": "plaintext",
            "version": buffer.version, "text": buffer.text,
        }},
    })
}

fn type_at_start(state: &mut State, message: &Value) -> Vec<Value> {
    let changes = message["params"]["edit"]["documentChanges"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let paths: Vec<PathBuf> = changes
        .iter()
        .filter(|change| change["kind"].is_null())
        .map(|change| path_of(&change["textDocument"]["uri"]))
        .collect();
    let mut messages = Vec::new();
    for path in paths {
        let Some(before) = state.buffers.get(&path).cloned() else {
            continue;
        };
        let text = format!("typed\n{}", before.text);
        messages.push(set_text(state, &path, &before, text));
    }
    messages
}
