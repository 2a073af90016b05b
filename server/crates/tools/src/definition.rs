//! What models are told of a tool, and what all tools do with a path.
use aside_agent::host::{Document, HostError, WorkspacePath, read_or_absent};
use aside_agent::item::{ToolKind, ToolSource};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, ToolContext, ToolError, ToolSpec};
use serde_json::Value;

use crate::text;

/// Puts together a tool's definition. A test sees to it that each schema is valid JSON.
pub(crate) fn spec(
    name: &'static str,
    kind: ToolKind,
    description: &'static str,
    schema: &str,
) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: description.trim_end().into(),
        input_schema: serde_json::from_str(schema).unwrap_or(Value::Null),
        kind,
        source: ToolSource::Builtin,
    }
}

/// A string among arguments that may be anything; none where it is empty.
pub(crate) fn word<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a str> {
    let word = arguments.get(name)?.as_str()?;
    (!word.is_empty()).then_some(word)
}

/// A title such as "Read src/main.rs".
pub(crate) fn title(verb: &str, arguments: &Arguments) -> String {
    let path = word(arguments, "path").unwrap_or("a file");
    text::title(&format!("{verb} {path}"))
}

/// A title such as "Search for `x` in src".
pub(crate) fn search_title(verb: &str, arguments: &Arguments) -> String {
    let pattern = word(arguments, "pattern").unwrap_or_default();
    match word(arguments, "path") {
        None | Some(".") => text::title(&format!("{verb} `{pattern}`")),
        Some(path) => text::title(&format!("{verb} `{pattern}` in {path}")),
    }
}

/// The effect of a tool that reads one path. Inside the workspace that is not asked about, but a
/// rule may refuse it.
pub(crate) fn reads(path: &str, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
    let path = context.files.resolve(path)?;
    Ok(vec![Effect::ReadPath {
        path: path.absolute().to_string_lossy().into_owned(),
    }])
}

/// The effect of a tool that changes one file.
pub(crate) fn writes(path: &str, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
    let path = context.files.resolve(path)?;
    Ok(vec![Effect::WritePath {
        path: path.absolute().to_string_lossy().into_owned(),
    }])
}

/// The file as the user sees it, `Stamp::Absent` where there is none.
pub(crate) async fn document(
    path: WorkspacePath,
    context: &ToolContext,
) -> Result<Document, ToolError> {
    match read_or_absent(&*context.files, &path).await {
        Ok(document) => Ok(document),
        Err(HostError::Unreadable(_)) if path.absolute().is_dir() => Err(ToolError(format!(
            "{} is a folder, not a file. Use list_directory to see what is in it.",
            path.display()
        ))),
        Err(error) => Err(error.into()),
    }
}
