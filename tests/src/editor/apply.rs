//! How the editor takes `workspace/applyEdit`: well, badly, or while its user types.
use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{ApplyEdit, Ends, When};
use super::serve::{method_not_found, result};
use super::state::{Buffer, State};
use super::sync::{did_close, did_open, save, set_text, tell};
use crate::text::{Misplaced, apply_edits};
use crate::world::path_of;

/// Takes one request by the editor's habits and gives what is to be sent, in order.
pub(super) fn apply_edit(state: &mut State, message: &Value) -> Vec<Value> {
    check_annotations(state, &message["params"]["edit"]);
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
        ApplyEdit::Apply | ApplyEdit::AnswerFirst | ApplyEdit::Blind => {
            really_apply(state, message)
        }
    }
}

/// Makes the edit if all of it fits, while the user types.
pub(super) fn really_apply(state: &mut State, message: &Value) -> Vec<Value> {
    let edit = &message["params"]["edit"];
    let changes = changes_of(state, edit);
    let paths: Vec<PathBuf> = changes
        .iter()
        .filter(|change| change["kind"].is_null())
        .map(|change| path_of(&change["textDocument"]["uri"]))
        .collect();
    let mut messages = type_now(state, &paths, When::BeforeEdit);
    let made = apply_changes(state, &changes);
    let answer = match &made {
        Ok(_) => json!({"applied": true}),
        Err(reason) => json!({"applied": false, "failureReason": reason}),
    };
    let answer = result(message, answer);
    let mut told = made.unwrap_or_default();
    if let (Some(format), false) = (state.client.saves, told.is_empty()) {
        for path in &paths {
            told.extend(save(state, path, format));
        }
    }
    told.extend(type_now(state, &paths, When::BeforeAnswer));
    match state.client.apply_edit {
        ApplyEdit::AnswerFirst => {
            messages.push(answer);
            messages.extend(told);
        }
        ApplyEdit::Unsupported
        | ApplyEdit::Apply
        | ApplyEdit::Refuse
        | ApplyEdit::Lie
        | ApplyEdit::Silent
        | ApplyEdit::Blind => {
            messages.extend(told);
            messages.push(answer);
        }
    }
    messages.extend(type_now(state, &paths, When::AfterAnswer));
    messages
}

/// What the user types at this moment into the files of an edit.
fn type_now(state: &mut State, paths: &[PathBuf], when: When) -> Vec<Value> {
    let mut messages = Vec::new();
    let (now, later) = std::mem::take(&mut state.client.typing)
        .into_iter()
        .partition(|typing| typing.when == when && paths.contains(&typing.path));
    state.client.typing = later;
    let now: Vec<super::client::Typing> = now;
    for typing in now {
        let Some(buffer) = state.buffers.get(&typing.path) else {
            state
                .violations
                .push(format!("{:?} is not open to be typed in", typing.path));
            continue;
        };
        if !buffer.text.contains(&typing.old) {
            let found = buffer.text.clone();
            state.violations.push(format!(
                "nothing to type over: {:?} in {found:?}",
                typing.old
            ));
            continue;
        }
        let text = buffer.text.replacen(&typing.old, &typing.new, 1);
        messages.extend(set_text(state, &typing.path, text));
    }
    messages
}

fn changes_of(state: &mut State, edit: &Value) -> Vec<Value> {
    if let Some(list) = edit["documentChanges"].as_array() {
        if !state.client.document_changes {
            state
                .violations
                .push("documentChanges to a client without".to_owned());
        }
        return list.clone();
    }
    let Some(map) = edit["changes"].as_object() else {
        return Vec::new();
    };
    map.iter()
        .map(|(uri, edits)| json!({"textDocument": {"uri": uri, "version": null}, "edits": edits}))
        .collect()
}

/// Annotations are for those who announced them, and each that is named is there.
fn check_annotations(state: &mut State, edit: &Value) {
    let known = edit["changeAnnotations"].as_object();
    if known.is_some() && !state.client.change_annotations {
        state
            .violations
            .push("change annotations to a client without".to_owned());
    }
    let mut named = Vec::new();
    for change in edit["documentChanges"].as_array().into_iter().flatten() {
        named.extend(change["annotationId"].as_str());
        let edits = change["edits"].as_array().into_iter().flatten();
        named.extend(edits.filter_map(|edit| edit["annotationId"].as_str()));
    }
    for name in named {
        if known.is_none_or(|known| !known.contains_key(name)) {
            state
                .violations
                .push(format!("no change annotation is called {name:?}"));
        }
    }
}

fn apply_changes(state: &mut State, changes: &[Value]) -> Result<Vec<Value>, String> {
    if changes.is_empty() {
        return Err("an edit without changes".to_owned());
    }
    // Nothing is begun that cannot be done.
    for change in changes {
        check_version(state, change)?;
    }
    let mut messages = Vec::new();
    for change in changes {
        if change["kind"].is_string() && !state.client.resource_operations {
            state
                .violations
                .push("a file operation to a client without".to_owned());
        }
        match change["kind"].as_str() {
            None => messages.extend(edit_document(state, change)?),
            Some("create") => create_file(change)?,
            Some("rename") => messages.extend(rename_file(state, change)?),
            Some("delete") => messages.extend(delete_file(state, change)?),
            Some(other) => return Err(format!("nobody knows how to {other} a file")),
        }
    }
    Ok(messages)
}

fn check_version(state: &State, change: &Value) -> Result<(), String> {
    if change["kind"].is_string() || state.client.apply_edit == ApplyEdit::Blind {
        return Ok(());
    }
    let path = path_of(&change["textDocument"]["uri"]);
    let Some(version) = change["textDocument"]["version"].as_i64() else {
        return Ok(());
    };
    match state.buffers.get(&path) {
        Some(buffer) if buffer.version == version => Ok(()),
        Some(buffer) => Err(format!(
            "{} is at version {}, not {version}",
            path.display(),
            buffer.version
        )),
        None => Err(format!("{} is not open", path.display())),
    }
}

fn create_file(change: &Value) -> Result<(), String> {
    let path = path_of(&change["uri"]);
    if path.symlink_metadata().is_ok() {
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

fn rename_file(state: &mut State, change: &Value) -> Result<Vec<Value>, String> {
    let (old, new) = (path_of(&change["oldUri"]), path_of(&change["newUri"]));
    if new.symlink_metadata().is_ok() && change["options"]["overwrite"] != true {
        return Err(format!("{} is there already", new.display()));
    }
    let parent = new.parent().ok_or("a file without a folder")?;
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::rename(&old, &new))
        .map_err(|error| format!("{} cannot be moved: {error}", old.display()))?;
    let Some(before) = state.buffers.remove(&old) else {
        return Ok(Vec::new());
    };
    let moved = Buffer {
        version: 1,
        text: before.text,
    };
    let messages = vec![did_close(&old), did_open(&new, &moved)];
    state.buffers.insert(new, moved);
    Ok(messages)
}

fn delete_file(state: &mut State, change: &Value) -> Result<Vec<Value>, String> {
    let path = path_of(&change["uri"]);
    if path.symlink_metadata().is_err() {
        return match change["options"]["ignoreIfNotExists"] == true {
            true => Ok(Vec::new()),
            false => Err(format!("{} is not there", path.display())),
        };
    }
    std::fs::remove_file(&path)
        .map_err(|error| format!("{} cannot be deleted: {error}", path.display()))?;
    Ok(match state.buffers.remove(&path) {
        Some(_) => vec![did_close(&path)],
        None => Vec::new(),
    })
}

fn edit_document(state: &mut State, change: &Value) -> Result<Vec<Value>, String> {
    let path = path_of(&change["textDocument"]["uri"]);
    let mut messages = Vec::new();
    let text = match state.buffers.get(&path) {
        Some(buffer) => buffer.text.clone(),
        None => {
            let mut text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
            end(state, &mut text);
            let buffer = Buffer {
                version: 1,
                text: text.clone(),
            };
            messages.push(did_open(&path, &buffer));
            state.buffers.insert(path.clone(), buffer);
            text
        }
    };
    let misplaced = match state.client.apply_edit {
        ApplyEdit::Blind => Misplaced::Nearest,
        ApplyEdit::Unsupported
        | ApplyEdit::Apply
        | ApplyEdit::AnswerFirst
        | ApplyEdit::Refuse
        | ApplyEdit::Lie
        | ApplyEdit::Silent => Misplaced::Refused,
    };
    let edits = change["edits"].as_array().cloned().unwrap_or_default();
    let mut steps = match apply_edits(&text, &edits, state.encoding, misplaced) {
        Ok(steps) => steps,
        Err(reason) => {
            // An editor refuses what does not fit; a server must never send it.
            state.violations.push(reason.clone());
            return Err(reason);
        }
    };
    if let Some(last) = steps.last_mut() {
        end(state, last);
        let lines = text.lines().count();
        let is_behind = |edit: &Value| {
            let (start, new) = (&edit["range"]["start"], &edit["newText"]);
            lines > 0 && start["line"] == lines && new != ""
        };
        if state.client.ends == Ends::WithLineEnding && edits.iter().any(is_behind) {
            last.push('\n');
        }
    }
    messages.extend(tell(state, &path, &steps));
    Ok(messages)
}

fn end(state: &State, text: &mut String) {
    if state.client.ends == Ends::WithLineEnding && !text.ends_with('\n') {
        text.push('\n');
    }
}
