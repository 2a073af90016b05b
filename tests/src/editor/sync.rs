//! How the editor tells the server of its documents.
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Formatter, Sync};
use super::state::{Buffer, State};
use crate::text::{Encoding, position};
use crate::world::to_uri;

/// Sets an open document's text, and gives what is to be sent.
pub(super) fn set_text(state: &mut State, path: &Path, text: String) -> Vec<Value> {
    let before = &state.buffers.get(path).expect("the file is open").text;
    let steps = match state.client.sync {
        Sync::Split => {
            let (start, old_end, _) = differing(before, &text);
            let mut without = before.clone();
            without.replace_range(start..old_end, "");
            vec![without, text]
        }
        Sync::Incremental | Sync::Whole | Sync::Batched => vec![text],
    };
    tell(state, path, &steps)
}

/// Takes an open document through these texts, and gives what is to be sent.
pub(super) fn tell(state: &mut State, path: &Path, steps: &[String]) -> Vec<Value> {
    let before = state.buffers.get(path).expect("the file is open").clone();
    let encoding = state.encoding;
    let Some(last) = steps.last() else {
        return Vec::new();
    };
    let mut texts: Vec<&str> = vec![&before.text];
    texts.extend(steps.iter().map(String::as_str));
    let each = || {
        texts
            .windows(2)
            .filter(|pair| pair[0] != pair[1])
            .map(|pair| change(pair[0], pair[1], encoding))
    };
    let told: Vec<Vec<Value>> = match state.client.sync {
        Sync::Incremental => vec![vec![change(&before.text, last, encoding)]],
        Sync::Whole => vec![vec![json!({"text": last})]],
        Sync::Batched => vec![each().collect()],
        Sync::Split => each().map(|change| vec![change]).collect(),
    };
    let mut version = before.version;
    let messages = told
        .into_iter()
        .map(|changes| {
            version += 1;
            json!({
                "jsonrpc": "2.0", "method": "textDocument/didChange",
                "params": {
                    "textDocument": {"uri": to_uri(path), "version": version},
                    "contentChanges": changes,
                },
            })
        })
        .collect();
    let text = last.clone();
    state
        .buffers
        .insert(path.to_path_buf(), Buffer { version, text });
    messages
}

/// Formats an open document, writes it to disk and tells both.
pub(super) fn save(state: &mut State, path: &Path, format: Formatter) -> Vec<Value> {
    let Some(buffer) = state.buffers.get(path) else {
        return Vec::new();
    };
    let text = format(&buffer.text);
    let mut messages = match text == buffer.text {
        true => Vec::new(),
        false => set_text(state, path, text.clone()),
    };
    std::fs::write(path, &text).expect("the file is saved");
    messages.push(json!({
        "jsonrpc": "2.0", "method": "textDocument/didSave",
        "params": {"textDocument": {"uri": to_uri(path)}},
    }));
    messages
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

pub(super) fn did_close(path: &Path) -> Value {
    json!({
        "jsonrpc": "2.0", "method": "textDocument/didClose",
        "params": {"textDocument": {"uri": to_uri(path)}},
    })
}

/// One change of all that differs.
fn change(old: &str, new: &str, encoding: Encoding) -> Value {
    let (start, old_end, new_end) = differing(old, new);
    json!({
        "range": {
            "start": position(old, start, encoding),
            "end": position(old, old_end, encoding),
        },
        "text": new[start..new_end],
    })
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
