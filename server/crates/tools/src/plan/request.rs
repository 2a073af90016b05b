//! What the ledger keeps of an attempt: enough to try again, see [`crate::replay`].
use std::sync::Arc;

use aside_agent::attempt::{Attempt, Dialect};
use aside_agent::tool::ToolContext;
use aside_edit::matching::Edit;
use aside_edit::patch::{self, FilePatch, Patch};
use serde_json::{Map, Value, json};

/// How many bytes of text the request of one attempt may have; of a larger one nothing is kept.
pub(crate) const MAX_REQUEST_BYTES: usize = 256 * 1024;

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";

pub(super) fn of_edits(edits: &[Edit]) -> Value {
    let bytes = edits
        .iter()
        .map(|edit| edit.old_text.len() + edit.new_text.len());
    if bytes.sum::<usize>() > MAX_REQUEST_BYTES {
        return Value::Null;
    }
    let edits = edits.iter().map(|edit| {
        let mut fields = Map::new();
        fields.insert("old_text".to_owned(), edit.old_text.as_str().into());
        fields.insert("new_text".to_owned(), edit.new_text.as_str().into());
        if edit.replace_all {
            fields.insert("replace_all".to_owned(), true.into());
        }
        Value::Object(fields)
    });
    json!({ "edits": edits.collect::<Vec<_>>() })
}

pub(super) fn of_content(content: &str) -> Value {
    match content.len() > MAX_REQUEST_BYTES {
        true => Value::Null,
        false => json!({ "content": content }),
    }
}

/// One for each file: its part as a patch of its own.
pub(super) fn of_patch(text: &str, patch: &Patch) -> Vec<Value> {
    if let [file] = patch.files.as_slice() {
        return vec![request(text, file)];
    }
    let lines = text.split_inclusive('\n').collect::<Vec<_>>();
    let starts = patch.files.iter().map(|file| file.line.saturating_sub(1));
    let ends = starts.clone().skip(1).chain([lines.len()]);
    let parts = patch.files.iter().zip(starts.zip(ends));
    parts
        .map(|(file, (start, end))| {
            let part = lines.get(start..end).unwrap_or_default().concat();
            let part = match patch.dialect {
                patch::Dialect::V4a => {
                    let part = part.trim_end();
                    let part = part.strip_suffix(END).unwrap_or(part);
                    let gap = if part.ends_with('\n') { "" } else { "\n" };
                    format!("{BEGIN}\n{part}{gap}{END}\n")
                }
                patch::Dialect::Unified => part,
            };
            match part.len() <= MAX_REQUEST_BYTES && is_patch_of(&part, file) {
                true => request(&part, file),
                false => Value::Null,
            }
        })
        .collect()
}

fn request(text: &str, file: &FilePatch) -> Value {
    match text.len() > MAX_REQUEST_BYTES {
        true => Value::Null,
        false => json!({ "patch": text, "path": file.path }),
    }
}

/// Whether a part that was cut out still says the same.
fn is_patch_of(part: &str, file: &FilePatch) -> bool {
    let Ok(patch) = patch::parse(part) else {
        return false;
    };
    let [one] = patch.files.as_slice() else {
        return false;
    };
    let size = |file: &FilePatch| match &file.kind {
        patch::FileChange::Add { content } => content.len(),
        patch::FileChange::Delete => 0,
        patch::FileChange::Update { hunks, .. } => {
            let lines = hunks.iter().flat_map(|hunk| &hunk.lines);
            hunks.len() + lines.map(|line| line.text.len() + 1).sum::<usize>()
        }
    };
    one.path == file.path && size(one) == size(file)
}

/// Notes a patch that cannot be read; it has no file, so the workspace stands for it.
pub(super) fn note_unread_patch(text: &str, context: &ToolContext) {
    let Some(root) = context.files.roots().into_iter().next() else {
        return;
    };
    let dialect = match text.contains(BEGIN) {
        true => Dialect::V4a,
        false => Dialect::Unified,
    };
    context.attempts.note(Attempt {
        path: root,
        dialect,
        stage: None,
        refusal: Some("parse"),
        base: Arc::from(""),
        result: None,
        request: match text.len() > MAX_REQUEST_BYTES {
            true => Value::Null,
            false => json!({ "patch": text }),
        },
    });
}
