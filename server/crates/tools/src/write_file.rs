//! `write_file`: a new file, or all of an existing one.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::plan::plan_write;

/// The arguments of `write_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
    content: String,
}

pub(crate) struct WriteFile;

impl Builtin for WriteFile {
    type Args = Args;
    const NAME: &'static str = "write_file";
    const KIND: ToolKind = ToolKind::Edit;
    const DESCRIPTION: &'static str = include_str!("../descriptions/write_file.md");
    const SCHEMA: &'static str = include_str!("../descriptions/write_file.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Write", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::writes(&args.path, context)
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        write(args, context)
    }
}

async fn write(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let plan = plan_write(&args.path, args.content, &context).await?;
    Ok(plan.into())
}
