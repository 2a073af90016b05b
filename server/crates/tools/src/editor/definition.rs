//! `definition`: where a symbol is defined.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use super::places;
use crate::builtin::Builtin;
use crate::definition;

/// The arguments of `definition` and `references`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    pub(super) path: String,
    /// From 1.
    pub(super) line: u64,
    pub(super) symbol: String,
}

pub(crate) struct Definition;

impl Builtin for Definition {
    type Args = Args;
    const NAME: &'static str = "definition";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../../descriptions/definition.md");
    const SCHEMA: &'static str = include_str!("../../descriptions/definition.json");

    fn title(arguments: &Arguments) -> String {
        places::title("Find the definition of", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::reads(&args.path, context)
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let place = places::find(&args, &context).await?;
        let found = context.editor.definition(&place).await;
        let found = found.map_err(|error| places::unknown(&error, &args.symbol))?;
        let nothing = format!("No definition of `{}` is known.", args.symbol);
        Ok(places::show(found, &context, nothing).await)
    }
}
