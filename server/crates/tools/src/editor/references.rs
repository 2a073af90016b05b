//! `references`: where a symbol is used.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};

use super::definition::Args;
use super::places;
use crate::builtin::Builtin;
use crate::definition;

pub(crate) struct References;

impl Builtin for References {
    type Args = Args;
    const NAME: &'static str = "references";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../../descriptions/references.md");
    const SCHEMA: &'static str = include_str!("../../descriptions/definition.json");

    fn title(arguments: &Arguments) -> String {
        places::title("Find the uses of", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::reads(&args.path, context)
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let place = places::find(&args, &context).await?;
        let found = context.editor.references(&place).await;
        let found = found.map_err(|error| places::unknown(&error, &args.symbol))?;
        let nothing = format!("No use of `{}` is known.", args.symbol);
        Ok(places::show(found, &context, nothing).await)
    }
}
