//! `edit_file`: replacements in an existing file, all or none.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use aside_edit::matching::Edit;
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::plan::plan_edits;

/// The arguments of `edit_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
    edits: Vec<EditArgs>,
}

/// One entry of `edits`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct EditArgs {
    old_text: String,
    new_text: String,
    replace_all: Option<bool>,
}

pub(crate) struct EditFile;

impl Builtin for EditFile {
    type Args = Args;
    const NAME: &'static str = "edit_file";
    const KIND: ToolKind = ToolKind::Edit;
    const DESCRIPTION: &'static str = include_str!("../descriptions/edit_file.md");
    const SCHEMA: &'static str = include_str!("../descriptions/edit_file.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Edit", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::writes(&args.path, context)
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        edit(args, context)
    }
}

async fn edit(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let edits = args.edits.into_iter().map(|edit| Edit {
        old_text: edit.old_text,
        new_text: edit.new_text,
        replace_all: edit.replace_all.unwrap_or(false),
    });
    let plan = plan_edits(&args.path, edits.collect(), &context).await?;
    Ok(plan.into())
}
