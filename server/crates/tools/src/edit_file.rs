//! `edit_file`: exact replacements in an existing file, all or none.
use aside_agent::host::{Document, FileChange, Stamp};
use aside_agent::item::{LineRange, Location, ToolKind};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_edit::diff::{LineEdit, line_edits};
use aside_edit::lines::{content, lines, split_bom};
use aside_edit::matching::{Edit, Refusal, apply_edits};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::text::{self, count};
use crate::{blocking, definition, nearby};

/// How many changed places are shown to the model.
const MAX_SHOWN_PLACES: usize = 8;
/// How many lines around a change are shown.
const CONTEXT_LINES: usize = 2;
/// How many lines around the place are shown that a refused edit may have meant.
const REFUSAL_CONTEXT_LINES: usize = 6;
/// How many lines of one place are shown.
const MAX_PLACE_LINES: usize = 24;
/// How many bytes are shown in all.
const MAX_SHOWN_BYTES: usize = 6 * 1024;
/// How many changed places are named to the client.
const MAX_LOCATIONS: usize = 50;

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
    let path = context.files.resolve(&args.path)?;
    let document = definition::document(path, &context).await?;
    if document.stamp == Stamp::Absent {
        let otherwise = "Use write_file to create it.";
        return Err(nearby::missing(&document.path, &context, otherwise).await);
    }
    let edits = args.edits.into_iter().map(|edit| Edit {
        old_text: edit.old_text,
        new_text: edit.new_text,
        replace_all: edit.replace_all.unwrap_or(false),
    });
    let edits = edits.collect::<Vec<_>>();
    let size = document.text.len();
    blocking::run_by_size(size, &context.cancel, move || compute(document, &edits)).await
}

fn compute(document: Document, edits: &[Edit]) -> Result<Outcome, ToolError> {
    let display = document.path.display();
    let edited = apply_edits(&document.text, edits).map_err(|refused| {
        let lines = show_closest(&document.text, &refused.reason);
        ToolError(format!("{display} is unchanged. {refused}{lines}"))
    })?;
    if *edited.text == *document.text {
        return Ok(Outcome::Done(ToolOutput {
            text: format!("The edits take each other back, so {display} is unchanged."),
            ..ToolOutput::default()
        }));
    }
    let changes = line_edits(&document.text, &edited.text);
    let places = edited.places.iter().sum::<usize>();
    let mut text = format!(
        "Edited {display}: {} replaced.",
        count(places, "place", "places")
    );
    text.push_str(&show(&edited.text, &changes));
    let output = ToolOutput {
        text,
        extra: Vec::new(),
        locations: locations(&document, &changes),
    };
    let label = format!("Edit {display}");
    Ok(Outcome::Edit {
        changes: vec![FileChange::text(
            document,
            edited.text.into(),
            text::title(&label),
        )],
        output,
    })
}

/// The lines that a refused edit may have meant, as they are: with them before its eyes, also a
/// small model corrects itself. Around the closest place, or the beginning of the file.
fn show_closest(text: &str, refusal: &Refusal) -> String {
    let (first, last) = match refusal {
        Refusal::NotFound(not_found) => not_found
            .candidates
            .first()
            .map_or((1, 1), |closest| (closest.first_line, closest.last_line)),
        Refusal::Disproportionate {
            first_line,
            last_line,
            ..
        } => (*first_line, *last_line),
        Refusal::Unchanged | Refusal::EmptyOldText => (1, 1),
        Refusal::NoEdits
        | Refusal::TooManyEdits
        | Refusal::Ambiguous { .. }
        | Refusal::TooManyPlaces
        | Refusal::TooLarge => return String::new(),
    };
    let start = first.saturating_sub(REFUSAL_CONTEXT_LINES).max(1);
    let end = (last + REFUSAL_CONTEXT_LINES).min(start + MAX_PLACE_LINES);
    let mut out = format!("\nThese are the lines of the file from line {start} on:\n```\n");
    let shown = lines(split_bom(text).1).skip(start - 1);
    for line in shown.take(end + 1 - start) {
        text::push_line(&mut out, content(line));
        if out.len() > MAX_SHOWN_BYTES {
            break;
        }
    }
    out.push_str("```");
    out
}

/// The new lines around each change, numbered as in `read_file`.
fn show(new_text: &str, changes: &[LineEdit]) -> String {
    let body = split_bom(new_text).1;
    if body.is_empty() {
        return " It is now empty.".to_owned();
    }
    let mut out = String::new();
    let mut rest = lines(body).enumerate().peekable();
    let mut shown_to = 0;
    for (index, change) in changes.iter().enumerate() {
        if index == MAX_SHOWN_PLACES || out.len() > MAX_SHOWN_BYTES {
            out.push_str(&format!(
                "[{} not shown.]",
                count(
                    changes.len() - index,
                    "more changed place",
                    "more changed places"
                )
            ));
            break;
        }
        let start = change
            .new_start_line
            .saturating_sub(CONTEXT_LINES)
            .max(shown_to);
        let end = change.new_end_line + CONTEXT_LINES;
        let last = end.min(start + MAX_PLACE_LINES);
        if index == 0 {
            out.push_str(
                "
It now reads:
",
            );
        } else if start > shown_to
            && !out.ends_with(
                "…
",
            )
        {
            out.push_str(
                "…
",
            );
        }
        while rest.next_if(|(number, _)| *number < start).is_some() {}
        while let Some((number, line)) = rest.next_if(|(number, _)| *number < last) {
            text::push_numbered(&mut out, number + 1, content(line));
            if out.len() > MAX_SHOWN_BYTES {
                break;
            }
        }
        shown_to = last;
        if last < end {
            out.push_str("…\n");
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn locations(document: &Document, changes: &[LineEdit]) -> Vec<Location> {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let changes = changes.iter().take(MAX_LOCATIONS);
    changes
        .map(|change| Location {
            path: document.path.absolute().to_owned(),
            lines: Some(LineRange {
                start: line(change.new_start_line),
                end: line(change.new_end_line),
            }),
        })
        .collect()
}
