//! `grep`: lines of files that match a regular expression.
mod hits;
pub(crate) mod search;
mod show;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::walk::{self, MAX_PATTERN_BYTES, Pattern};
use crate::{blocking, definition, nearby, overlay};
use search::Query;

/// How many matches are shown where no limit is given.
pub(crate) const DEFAULT_LIMIT: u64 = 100;
/// How many matches are shown at most.
pub(crate) const MAX_LIMIT: u64 = 1000;
/// How many lines around a match are shown at most.
pub(crate) const MAX_CONTEXT: u64 = 20;
/// How large a regular expression may become.
pub(crate) const MAX_REGEX_BYTES: usize = 4 * 1024 * 1024;
/// How deep groups may nest.
const MAX_REGEX_NESTING: u32 = 100;

/// The arguments of `grep`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    pattern: String,
    path: Option<String>,
    glob: Option<String>,
    context: Option<u64>,
    ignore_case: Option<bool>,
    limit: Option<u64>,
}

pub(crate) struct Grep;

impl Builtin for Grep {
    type Args = Args;
    const NAME: &'static str = "grep";
    const KIND: ToolKind = ToolKind::Search;
    const DESCRIPTION: &'static str = include_str!("../../descriptions/grep.md");
    const SCHEMA: &'static str = include_str!("../../descriptions/grep.json");

    fn title(arguments: &Arguments) -> String {
        definition::search_title("Search for", arguments)
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        walk::scopes(context.files.as_ref(), args.path.as_deref())?;
        match args.path.as_deref() {
            Some(path) if !path.is_empty() => definition::reads(path, context),
            Some(_) | None => Ok(Vec::new()),
        }
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        grep(args, context)
    }
}

async fn grep(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let matcher = matcher(&args.pattern, args.ignore_case.unwrap_or(false))?;
    let glob = match args.glob.as_deref() {
        None | Some("") => None,
        Some(glob) => Some(Pattern::new(glob, &context.files.roots())?),
    };
    let scopes = walk::scopes(context.files.as_ref(), args.path.as_deref())?;
    let open = context.files.open_documents();
    if let [base] = scopes.as_slice()
        && !overlay::is_there(base.absolute(), &open)
    {
        let otherwise = "Leave out path to search the whole workspace.";
        return Err(nearby::missing(base, &context, otherwise).await);
    }
    let limit = args.limit.filter(|limit| *limit > 0);
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let query = Query {
        matcher,
        glob,
        context: size(args.context.unwrap_or(0).min(MAX_CONTEXT)),
        limit: size(limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT)),
    };
    let pattern = args.pattern;
    let text = blocking::run(&context.cancel, move |stop| {
        let found = search::search(&query, &scopes, &open, stop)?;
        Ok(show::show(&found, &pattern, &query))
    });
    Ok(Outcome::Done(ToolOutput {
        text: text.await?,
        ..ToolOutput::default()
    }))
}

fn matcher(pattern: &str, ignore_case: bool) -> Result<RegexMatcher, ToolError> {
    if pattern.is_empty() || pattern.len() > MAX_PATTERN_BYTES {
        return Err(ToolError(format!(
            "pattern: empty, or longer than {MAX_PATTERN_BYTES} bytes. Give a regular expression."
        )));
    }
    RegexMatcherBuilder::new()
        .multi_line(true)
        .crlf(true)
        .case_insensitive(ignore_case)
        .size_limit(MAX_REGEX_BYTES)
        .dfa_size_limit(MAX_REGEX_BYTES)
        .nest_limit(MAX_REGEX_NESTING)
        .build(pattern)
        .map_err(|error| {
            ToolError(format!(
                "pattern: not a valid regular expression: {error}\nTo search for one of \
                 ( ) [ ] {{ }} . * + ? | ^ $ \\ itself, put a \\ before it. Each line is searched on \
                 its own."
            ))
        })
}
