//! `move_file`: a file goes to another place, its text as it is.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::plan::plan_move;
use crate::{definition, text};

/// The arguments of `move_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    from: String,
    to: String,
}

pub(crate) struct MoveFile;

impl Builtin for MoveFile {
    type Args = Args;
    const NAME: &'static str = "move_file";
    const KIND: ToolKind = ToolKind::Move;
    const DESCRIPTION: &'static str = include_str!("../descriptions/move_file.md");
    const SCHEMA: &'static str = include_str!("../descriptions/move_file.json");

    fn title(arguments: &Arguments) -> String {
        let from = definition::word(arguments, "from").unwrap_or("a file");
        match definition::word(arguments, "to") {
            Some(to) => text::title(&format!("Move {from} to {to}")),
            None => text::title(&format!("Move {from}")),
        }
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let from = definition::writes(&args.from, context)?;
        let to = definition::writes(&args.to, context)?;
        Ok([from, to].concat())
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        Ok(plan_move(&args.from, &args.to, &context).await?.into())
    }
}
