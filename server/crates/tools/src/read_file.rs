//! `read_file`: lines of a file as the user sees it.
use aside_agent::host::{Document, Stamp};
use aside_agent::item::{LineRange, Location, ToolKind};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_edit::lines::{content, lines, split_bom};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::text::{self, MAX_LINE_BYTES, MAX_OUTPUT_BYTES, count};
use crate::{blocking, definition, nearby, show};

/// How many lines are shown where no limit is given.
pub(crate) const DEFAULT_LINES: u64 = 2000;

/// The arguments of `read_file`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: String,
    offset: Option<u64>,
    limit: Option<u64>,
}

pub(crate) struct ReadFile;

impl Builtin for ReadFile {
    type Args = Args;
    const NAME: &'static str = "read_file";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../descriptions/read_file.md");
    const SCHEMA: &'static str = include_str!("../descriptions/read_file.json");

    fn title(arguments: &Arguments) -> String {
        definition::title("Read", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::reads(&args.path, context)
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        read(args, context)
    }
}

async fn read(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let path = context.files.resolve(&args.path)?;
    let document = definition::document(path, &context).await?;
    if document.stamp == Stamp::Absent {
        let otherwise = "Use glob or list_directory to find it.";
        return Err(nearby::missing(&document.path, &context, otherwise).await);
    }
    context.seen.note(document.path.absolute(), &document.text);
    let size = document.text.len();
    let output = blocking::run_by_size(size, &context.cancel, move || show(&document, &args)).await;
    Ok(Outcome::Done(output?))
}

/// The lines asked for, as many as fit.
fn show(document: &Document, args: &Args) -> Result<ToolOutput, ToolError> {
    let display = document.path.display();
    let body = split_bom(&document.text).1;
    let offset = args.offset.unwrap_or(1).max(1);
    let limit = args.limit.filter(|limit| *limit > 0);
    let first = usize::try_from(offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(limit.unwrap_or(DEFAULT_LINES)).unwrap_or(usize::MAX);

    let mut out = String::new();
    let mut next = first;
    let mut rest = lines(body).skip(first - 1);
    for line in rest.by_ref().take(limit) {
        let line = content(line);
        if out.len() + line.len().min(MAX_LINE_BYTES) > MAX_OUTPUT_BYTES {
            next += 1;
            break;
        }
        text::push_numbered(&mut out, next, line);
        next += 1;
    }
    let shown = out.lines().count();
    let end = first.saturating_add(shown);
    let total = match shown {
        0 => lines(body).count(),
        // What the loop consumed, and what it left.
        _ => next - 1 + rest.count(),
    };
    if total == 0 {
        out = format!("[{display} is empty.]");
    } else if shown == 0 {
        return Err(ToolError(format!(
            "offset: {display} has only {}.",
            count(total, "line", "lines")
        )));
    } else if end <= total {
        out.push_str(&format!(
            "[{} of {total} not shown. To go on, read with offset {end}.]",
            count(total + 1 - end, "more line", "more lines")
        ));
    }
    if out.ends_with('\n') {
        out.pop();
    }
    if let Some(note) = show::changed_on_disk(document) {
        out = format!("{out}\n{note}");
    }
    let range = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    Ok(ToolOutput {
        text: out,
        extra: Vec::new(),
        locations: vec![Location {
            path: document.path.absolute().to_owned(),
            lines: Some(LineRange {
                start: range(if total == 0 { 0 } else { first - 1 }),
                end: range(if total == 0 { 0 } else { end - 1 }),
            }),
        }],
        ..ToolOutput::default()
    })
}
