//! Running the engine again on an attempt that the ledger kept.
use aside_agent::attempt::Dialect;
use aside_edit::Stage;
use aside_edit::lines::in_the_manner_of;
use aside_edit::matching::{Edit, apply_blocks, apply_edits};
use aside_edit::patch;
use serde::Deserialize;
use serde_json::Value;

use crate::plan::in_whole;

/// What the engine makes of an attempt now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The loosest stage that was needed; none where nothing was to be found.
    pub stage: Option<&'static str>,
    /// The text that comes of it; empty for a deletion.
    pub text: String,
}

#[derive(Deserialize)]
struct EditsRequest {
    edits: Vec<EditRequest>,
}

#[derive(Deserialize)]
struct EditRequest {
    old_text: String,
    new_text: String,
    #[serde(default)]
    replace_all: bool,
}

#[derive(Deserialize)]
struct WriteRequest {
    content: String,
}

#[derive(Deserialize)]
struct PatchRequest {
    patch: String,
}

/// Tries an attempt again: `dialect` as [`Dialect::as_str`] names it, `request` and `base` as
/// [`aside_agent::attempt::Attempt`] has them.
///
/// # Errors
///
/// The refusal as a stable word: the engine's own codes, `parse` for a patch that cannot be read,
/// `notRecorded` where the request was too large to be kept or is not of this shape, and
/// `unknownDialect`.
pub fn replay(dialect: &str, request: &Value, base: &str) -> Result<Replayed, String> {
    let all = [
        Dialect::EditFile,
        Dialect::WriteFile,
        Dialect::V4a,
        Dialect::Unified,
        Dialect::SearchReplace,
        Dialect::WholeFile,
    ];
    let dialect = all.into_iter().find(|known| known.as_str() == dialect);
    let Some(dialect) = dialect else {
        return Err("unknownDialect".to_owned());
    };
    match dialect {
        Dialect::EditFile | Dialect::SearchReplace => edits(dialect, request, base),
        Dialect::WriteFile => {
            let WriteRequest { content } = read(request)?;
            Ok(Replayed {
                stage: None,
                text: in_the_manner_of(base, &content),
            })
        }
        Dialect::WholeFile => {
            let WriteRequest { content } = read(request)?;
            let made = in_whole::make("", base, &content);
            let text = made.map_err(|refused| refused.code.to_owned())?;
            Ok(Replayed { stage: None, text })
        }
        Dialect::V4a | Dialect::Unified => one_file(request, base),
    }
}

fn read<'a, T: Deserialize<'a>>(request: &'a Value) -> Result<T, String> {
    T::deserialize(request).map_err(|_| "notRecorded".to_owned())
}

fn edits(dialect: Dialect, request: &Value, base: &str) -> Result<Replayed, String> {
    let EditsRequest { edits } = read(request)?;
    let edits = edits.into_iter().map(|edit| Edit {
        old_text: edit.old_text,
        new_text: edit.new_text,
        replace_all: edit.replace_all,
    });
    let edits = edits.collect::<Vec<_>>();
    let edited = match dialect {
        Dialect::SearchReplace => apply_blocks(base, &edits),
        Dialect::EditFile
        | Dialect::WriteFile
        | Dialect::WholeFile
        | Dialect::V4a
        | Dialect::Unified => apply_edits(base, &edits),
    };
    let edited = edited.map_err(|refused| refused.reason.code().to_owned())?;
    Ok(Replayed {
        stage: edited.stages.iter().copied().max().map(Stage::as_str),
        text: edited.text,
    })
}

fn one_file(request: &Value, base: &str) -> Result<Replayed, String> {
    let PatchRequest { patch } = read(request)?;
    let patch = patch::parse(&patch).map_err(|_| "parse".to_owned())?;
    let [file] = patch.files.as_slice() else {
        return Err("notRecorded".to_owned());
    };
    let unmatched = |text: String| Ok(Replayed { stage: None, text });
    match &file.kind {
        patch::FileChange::Add { content } => unmatched(in_the_manner_of(base, content)),
        patch::FileChange::Delete => unmatched(String::new()),
        patch::FileChange::Update { hunks, .. } if hunks.is_empty() => unmatched(base.to_owned()),
        patch::FileChange::Update { hunks, .. } => {
            let applied = patch::apply(hunks, base);
            let applied = applied.map_err(|refused| refused.reason.code().to_owned())?;
            let stage = applied.hunks.iter().map(|hunk| hunk.stage).max();
            Ok(Replayed {
                stage: stage.map(Stage::as_str),
                text: applied.text,
            })
        }
    }
}
