//! `delete_file`: a file goes, once the user has seen it go.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::plan::plan_delete;

/// The arguments of `delete_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
}

pub(crate) struct DeleteFile;

impl Builtin for DeleteFile {
    type Args = Args;
    const NAME: &'static str = "delete_file";
    const KIND: ToolKind = ToolKind::Delete;
    const DESCRIPTION: &'static str = include_str!("../descriptions/delete_file.md");
    const SCHEMA: &'static str = include_str!("../descriptions/delete_file.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Delete", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::writes(&args.path, context)
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        Ok(plan_delete(&args.path, &context).await?.into())
    }
}
