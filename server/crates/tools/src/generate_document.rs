//! `generate_document`: a whole document, with the old one kept beside it where that is wanted.
use std::path::Path;

use aside_agent::host::{FileChange, Form, HostError, Stamp, WorkspacePath, read_or_absent};
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::plan::plan_write;

/// How many older documents of one name are kept beside it.
pub(crate) const MAX_BACKUPS: u32 = 100;

/// The arguments of `generate_document`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
    content: String,
    backup: Option<bool>,
}

pub(crate) struct GenerateDocument;

impl Builtin for GenerateDocument {
    type Args = Args;
    const NAME: &'static str = "generate_document";
    const KIND: ToolKind = ToolKind::Edit;
    const DESCRIPTION: &'static str = include_str!("../descriptions/generate_document.md");
    const SCHEMA: &'static str = include_str!("../descriptions/generate_document.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Write", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::writes(&args.path, context)
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let path = context.files.resolve(&args.path)?;
        let before = definition::document(path.clone(), &context).await?;
        let plan = plan_write(&args.path, args.content, &context).await?;
        let keeps = args.backup.unwrap_or(false) && before.stamp != Stamp::Absent;
        if !keeps || plan.changes.is_empty() {
            return Ok(plan.into());
        }
        let beside = free_place(&path, &context).await?;
        let label = format!("Keep {} as {}", path.display(), beside.display());
        let mut base = aside_agent::host::Document::absent(beside.clone());
        base.form = Form {
            mode: before.form.mode,
            link: None,
        };
        let mut changes = vec![FileChange::text(base, before.text, label)];
        changes.extend(plan.changes);
        let mut output = plan.output;
        let kept = format!("\nThe text before is kept in {}.", beside.display());
        output.text.push_str(&kept);
        Ok(Outcome::Edit { changes, output })
    }
}

/// The first name beside a document that nothing has: `notes.1.md`, then `notes.2.md`.
async fn free_place(
    path: &WorkspacePath,
    context: &ToolContext,
) -> Result<WorkspacePath, ToolError> {
    let shown = Path::new(path.display());
    let stem = shown.file_stem().unwrap_or_default().to_string_lossy();
    for number in 1..=MAX_BACKUPS {
        let name = match shown.extension() {
            Some(extension) => format!("{stem}.{number}.{}", extension.to_string_lossy()),
            None => format!("{stem}.{number}"),
        };
        let place = context
            .files
            .resolve(&shown.with_file_name(name).to_string_lossy())?;
        match read_or_absent(&*context.files, &place).await {
            Ok(document) if document.stamp == Stamp::Absent => return Ok(place),
            Ok(_) | Err(HostError::Unreadable(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ToolError(format!(
        "There are {MAX_BACKUPS} older texts beside {} already. Delete some, or call without `backup`.",
        path.display()
    )))
}
