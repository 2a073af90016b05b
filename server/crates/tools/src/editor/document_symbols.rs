//! `document_symbols`: what a file defines.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_agent::world::Symbol;
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::{definition, text};

/// How many symbols one call shows.
pub(crate) const MAX_SYMBOLS: usize = 500;

/// The arguments of `document_symbols`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
}

pub(crate) struct DocumentSymbols;

impl Builtin for DocumentSymbols {
    type Args = Args;
    const NAME: &'static str = "document_symbols";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../../descriptions/document_symbols.md");
    const SCHEMA: &'static str = include_str!("../../descriptions/document_symbols.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Outline", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::reads(&args.path, context)
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let path = context.files.resolve(&args.path)?;
        let found = context.editor.document_symbols(&path).await;
        let found = found.map_err(|error| {
            ToolError(format!("{error} Read the file, or search it with grep."))
        })?;
        let text = show(&found);
        Ok(Outcome::Done(ToolOutput {
            text,
            ..ToolOutput::default()
        }))
    }
}

/// One line for each symbol, what is in another indented below it.
fn show(symbols: &[Symbol]) -> String {
    if symbols.is_empty() {
        return "No symbols are known in this file.".to_owned();
    }
    let mut out = String::new();
    let mut left = MAX_SYMBOLS;
    // Without recursion: how deep symbols lie in each other is the server's to say.
    let mut stack = vec![(0_usize, symbols.iter())];
    while let Some((depth, rest)) = stack.last_mut() {
        let depth = *depth;
        let Some(symbol) = rest.next() else {
            stack.pop();
            continue;
        };
        if left == 0 {
            out.push_str("[More are not shown.]");
            break;
        }
        left -= 1;
        let indent = "  ".repeat(depth.min(MAX_INDENT));
        let last = symbol.end_line.max(symbol.line.saturating_add(1));
        let line = format!(
            "{indent}{} {} {}-{last}",
            symbol.kind,
            symbol.name,
            symbol.line.saturating_add(1)
        );
        text::push_line(&mut out, &line);
        stack.push((depth + 1, symbol.children.iter()));
    }
    out
}

/// How deep symbols are indented.
const MAX_INDENT: usize = 16;
