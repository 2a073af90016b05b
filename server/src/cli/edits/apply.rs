//! Edits from the shell, with no model: what the engine makes of a patch or a call.
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use aside_agent::editing::EditDialect;
use aside_agent::host::{FileChange, Files, HostError};
use aside_agent::rebase;
use aside_agent::tool::ToolContext;
use aside_edit::matching::Edit;
use aside_edit::patch;
use aside_tools::plan::{self, FileReport, Plan, Refused};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::args::ApplyDialect;
use crate::cli::context::environment;
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::host::{DiskFiles, Roots};
use crate::settings::{Dirs, Layers};

/// How many bytes of an edit are read.
const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

/// What is done beside applying.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    /// The report is JSON.
    pub json: bool,
    /// Nothing is written.
    pub dry_run: bool,
}

/// An `edit_file` call; alone, or in the shape in which models send it.
#[derive(Debug, Deserialize)]
struct Call {
    edits: Vec<CallEdit>,
}

#[derive(Debug, Deserialize)]
struct CallEdit {
    old_text: String,
    new_text: String,
    #[serde(default)]
    replace_all: Option<bool>,
}

/// Applies a patch, blocks or whole files below `root`.
pub async fn apply(
    dialect: ApplyDialect,
    root: &Path,
    file: &Path,
    mode: Mode,
) -> Result<u8, Failure> {
    let text = read(file)?;
    let tools = match dialect {
        ApplyDialect::V4a | ApplyDialect::Unified => EditDialect::ApplyPatch,
        ApplyDialect::SearchReplace => EditDialect::SearchReplace,
        ApplyDialect::WholeFile => EditDialect::WholeFile,
    };
    let context = context(root, tools)?;
    let plan = match dialect {
        ApplyDialect::V4a => match is_other(&text, patch::Dialect::V4a) {
            false => plan::plan_patch(&text, &context).await,
            true => return wrong_dialect("unified", mode),
        },
        ApplyDialect::Unified => match is_other(&text, patch::Dialect::Unified) {
            false => plan::plan_patch(&text, &context).await,
            true => return wrong_dialect("v4a", mode),
        },
        ApplyDialect::SearchReplace => plan::plan_blocks(&text, &context).await,
        ApplyDialect::WholeFile => plan::plan_whole(&text, &context).await,
    };
    finish(plan, &context, mode).await
}

/// Applies an `edit_file` call on standard input to one file.
pub async fn edit_one(path: &Path, mode: Mode) -> Result<u8, Failure> {
    let absolute = std::path::absolute(path)?;
    let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(Failure::usage(format!("{} names no file", path.display())));
    };
    let context = context(folder, EditDialect::EditFile)?;
    let text = read(Path::new("-"))?;
    let edits = match call(&text) {
        Ok(call) => call.edits,
        Err(message) => return refuse(&json!({ "code": "parse", "message": message }), mode),
    };
    let edits = edits.into_iter().map(|edit| Edit {
        old_text: edit.old_text,
        new_text: edit.new_text,
        replace_all: edit.replace_all.unwrap_or(false),
    });
    let plan = plan::plan_edits(&name.to_string_lossy(), edits.collect(), &context).await;
    finish(plan, &context, mode).await
}

fn call(text: &str) -> Result<Call, String> {
    let wrong = |error: serde_json::Error| {
        format!(
            "standard input is no edit_file call: {error}; give \
             {{\"edits\": [{{\"old_text\": \"…\", \"new_text\": \"…\"}}]}}"
        )
    };
    let mut value: Value = serde_json::from_str(text).map_err(wrong)?;
    if let Some(arguments) = value.get_mut("arguments").map(Value::take) {
        value = match arguments {
            Value::String(text) => serde_json::from_str(&text).map_err(wrong)?,
            other => other,
        };
    }
    serde_json::from_value(value).map_err(wrong)
}

fn is_other(text: &str, wanted: patch::Dialect) -> bool {
    patch::parse(text).is_ok_and(|patch| patch.dialect != wanted)
}

fn wrong_dialect(is: &str, mode: Mode) -> Result<u8, Failure> {
    let message = format!("the edit is written as {is}; pass --dialect {is}");
    refuse(&json!({ "code": "parse", "message": message }), mode)
}

/// Reads the edit; `-` is standard input.
fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .take(MAX_INPUT_BYTES + 1)
            .read_to_end(&mut bytes)?;
    } else {
        let opened = std::fs::File::open(file);
        let opened = opened.map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}", file.display()))
        })?;
        opened.take(MAX_INPUT_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        return Err(Failure::usage(format!(
            "the edit is larger than {} MB",
            MAX_INPUT_BYTES / (1024 * 1024)
        )));
    }
    String::from_utf8(bytes).map_err(|_| Failure::usage("the edit is not UTF-8 text"))
}

/// The disk below `root`, for tools.
fn context(root: &Path, dialect: EditDialect) -> Result<ToolContext, Failure> {
    if !root.is_dir() {
        return Err(Failure::usage(format!(
            "{} is not a folder",
            root.display()
        )));
    }
    let root = root.canonicalize()?;
    let environment = environment();
    let dirs = Dirs::new(&environment);
    let settings = Layers::load(&dirs, None, environment).resolve().settings;
    let files = DiskFiles::new(Roots::new([root]), settings.files.max_read_bytes());
    Ok(ToolContext {
        dialect,
        ..ToolContext::new(Arc::new(files))
    })
}

async fn finish(
    plan: Result<Plan, Box<Refused>>,
    context: &ToolContext,
    mode: Mode,
) -> Result<u8, Failure> {
    let plan = match plan {
        Ok(plan) => plan,
        Err(refused) => {
            let report = serde_json::to_value(&*refused);
            return refuse(&report.unwrap_or(Value::Null), mode);
        }
    };
    if !mode.dry_run
        && let Err(error) = make(&plan.changes, context.files.as_ref()).await
    {
        return refuse(
            &json!({ "code": "failed", "message": error.to_string() }),
            mode,
        );
    }
    if mode.json {
        let stages = plan.files.iter().filter_map(|file| file.stage);
        let report = json!({
            "ok": true,
            "stage": stages.max_by_key(|stage| looseness(stage)),
            "hunks": plan.files.iter().flat_map(hunks_json).collect::<Vec<_>>(),
            "files": plan.files.iter().map(file_json).collect::<Vec<_>>(),
        });
        terminal::line(&report.to_string(), Style::Plain)?;
    } else {
        terminal::line(&plan.output.text, Style::Plain)?;
    }
    Ok(exit::DONE)
}

/// All changes or none: if one fails, those before it are taken back.
async fn make(changes: &[FileChange], files: &dyn Files) -> Result<(), HostError> {
    let mut undo = Vec::new();
    for change in changes {
        match files.apply(change).await {
            Ok(applied) => undo.extend(rebase::inverse(change, &applied)),
            Err(error) => {
                for inverse in undo.iter().rev() {
                    files.apply(inverse).await?;
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

fn looseness(stage: &str) -> usize {
    let stages = aside_edit::Stage::ALL.iter();
    stages.take_while(|other| other.as_str() != stage).count()
}

fn file_json(file: &FileReport) -> Value {
    json!({
        "path": file.path,
        "movedTo": file.moved_to,
        "kind": file.kind,
        "stage": file.stage,
    })
}

/// Where the edits or hunks of a file matched.
fn hunks_json(file: &FileReport) -> impl Iterator<Item = Value> {
    file.matches.iter().map(|hunk| {
        let mut hunk = json!(hunk);
        hunk["path"] = json!(file.path);
        hunk
    })
}

fn refuse(refusal: &Value, mode: Mode) -> Result<u8, Failure> {
    if mode.json {
        let report = json!({ "ok": false, "refusal": refusal });
        terminal::line(&report.to_string(), Style::Plain)?;
    } else {
        let message = refusal.get("message").and_then(Value::as_str);
        terminal::error(message.unwrap_or("the edit was refused"));
    }
    Ok(exit::FAILED)
}

#[cfg(test)]
mod tests {
    use super::{call, looseness};

    #[test]
    fn calls_are_read_alone_or_as_models_send_them() {
        let edits = r#"{"edits": [{"old_text": "a", "new_text": "b"}]}"#;
        let wrapped = format!(r#"{{"name": "edit_file", "arguments": {edits}}}"#);
        let quoted = serde_json::json!({ "arguments": edits }).to_string();
        for text in [edits, wrapped.as_str(), quoted.as_str()] {
            let call = call(text).unwrap();
            assert_eq!(call.edits[0].old_text, "a", "{text}");
        }
        for text in ["", "[]", "{}", r#"{"edits": [{"old_text": "a"}]}"#] {
            assert!(
                call(text).unwrap_err().contains("no edit_file call"),
                "{text}"
            );
        }
    }

    #[test]
    fn later_stages_are_looser() {
        let order: Vec<_> = aside_edit::Stage::ALL
            .iter()
            .map(|stage| looseness(stage.as_str()))
            .collect();
        assert_eq!(order, [0, 1, 2, 3]);
    }
}
