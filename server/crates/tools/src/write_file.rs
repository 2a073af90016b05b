//! `write_file`: a new file, or all of an existing one.
use aside_agent::host::{Document, FileChange, Stamp};
use aside_agent::item::{Location, ToolKind};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
use aside_edit::lines::{in_the_manner_of, lines};
use futures_util::future::BoxFuture;
use serde::Deserialize;

use crate::text::{self, count};
use crate::{arguments, definition};

/// The arguments of `write_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
    content: String,
}

pub(crate) struct WriteFile {
    spec: ToolSpec,
}

impl WriteFile {
    pub(crate) fn new() -> Self {
        Self {
            spec: definition::spec(
                "write_file",
                ToolKind::Edit,
                include_str!("../descriptions/write_file.md"),
                include_str!("../descriptions/write_file.json"),
            ),
        }
    }
}

impl Tool for WriteFile {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        definition::title("Write", arguments)
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let args: Args = arguments::parse(&self.spec.input_schema, arguments.clone())?;
        definition::writes(&args.path, context)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse::<Args>(&self.spec.input_schema, arguments);
        Box::pin(async move { write(args?, context).await })
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
    Outcome::Edit {
        output: ToolOutput {
            text,
            extra: Vec::new(),
            locations: vec![Location {
                path: document.path.absolute().to_owned(),
                lines: None,
            }],
        },
        changes: vec![FileChange {
            label: text::title(&format!("{verb} {display}")),
            base: document,
            new_text: new_text.into(),
        }],
    }
}
