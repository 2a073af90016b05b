//! `write_file`: a new file, or all of an existing one.
use aside_agent::host::{Document, FileChange, Stamp};
use aside_agent::item::{Location, ToolKind};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_edit::lines::{in_the_manner_of, lines};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::text::{self, count};

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
    let path = context.files.resolve(&args.path)?;
    let document = definition::document(path, &context).await?;
    Ok(compute(document, &args.content))
}

fn compute(document: Document, content: &str) -> Outcome {
    let display = document.path.display();
    let new_text = in_the_manner_of(&document.text, content);
    let size = count(lines(&new_text).count(), "line", "lines");
    let (verb, text) = match document.stamp {
        Stamp::Absent => ("Create", format!("Created {display} with {size}.")),
        Stamp::Open { .. } | Stamp::Disk if *new_text == *document.text => {
            return Outcome::Done(ToolOutput {
                text: format!("{display} is unchanged: it already had exactly this text."),
                ..ToolOutput::default()
            });
        }
        Stamp::Open { .. } | Stamp::Disk => (
            "Write",
            format!(
                "Wrote {display}: {size} in place of {}.",
                lines(&document.text).count()
            ),
        ),
    };
    let label = text::title(&format!("{verb} {display}"));
    Outcome::Edit {
        output: ToolOutput {
            text,
            extra: Vec::new(),
            locations: vec![Location {
                path: document.path.absolute().to_owned(),
                lines: None,
            }],
        },
        changes: vec![FileChange::text(document, new_text.into(), label)],
    }
}
