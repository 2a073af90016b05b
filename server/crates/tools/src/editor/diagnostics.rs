//! `diagnostics`: what language servers and checkers say of a file, or of all.
use std::fmt::Write as _;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_agent::world::{Diagnostic, Severity};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::{definition, text};

/// How many diagnostics one call shows, the worst first.
pub(crate) const MAX_DIAGNOSTICS: usize = 100;

/// The arguments of `diagnostics`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: Option<String>,
}

pub(crate) struct Diagnostics;

impl Builtin for Diagnostics {
    type Args = Args;
    const NAME: &'static str = "diagnostics";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../../descriptions/diagnostics.md");
    const SCHEMA: &'static str = include_str!("../../descriptions/diagnostics.json");

    fn title(arguments: &Arguments) -> String {
        match definition::word(arguments, "path") {
            Some(path) => text::title(&format!("Check {path}")),
            None => "Check the workspace".to_owned(),
        }
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        match &args.path {
            Some(path) => definition::reads(path, context),
            None => Ok(Vec::new()),
        }
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let path = match &args.path {
            Some(path) => Some(context.files.resolve(path)?),
            None => None,
        };
        let found = context.editor.diagnostics(path.as_ref()).await;
        let found = found.map_err(|error| ToolError(error.to_string()))?;
        Ok(Outcome::Done(show(found, &context)))
    }
}

fn show(mut found: Vec<Diagnostic>, context: &ToolContext) -> ToolOutput {
    found.sort_by(|a, b| {
        let key = |diagnostic: &Diagnostic| (diagnostic.severity, diagnostic.line);
        key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
    });
    let all = found.len();
    found.truncate(MAX_DIAGNOSTICS);
    let mut out = String::new();
    for diagnostic in &found {
        text::push_line(&mut out, &line(diagnostic, context));
    }
    if all == 0 {
        out.push_str("Nothing is reported.");
    }
    if all > found.len() {
        // Writing to a string cannot fail.
        let _ = write!(out, "[{} more are not shown.]", all - found.len());
    }
    ToolOutput {
        text: out,
        ..ToolOutput::default()
    }
}

/// `src/main.rs:3: error: mismatched types [rustc E0308]`.
fn line(diagnostic: &Diagnostic, context: &ToolContext) -> String {
    let shown = diagnostic.path.to_string_lossy();
    let shown = match context.files.resolve(&shown) {
        Ok(path) => path.display().to_owned(),
        Err(_) => shown.into_owned(),
    };
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    };
    let message = diagnostic.message.split_whitespace().collect::<Vec<_>>();
    let from = [&diagnostic.source, &diagnostic.code];
    let from = from
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>();
    let from = match from.is_empty() {
        true => String::new(),
        false => format!(" [{}]", from.join(" ")),
    };
    format!(
        "{shown}:{}: {severity}: {}{from}",
        diagnostic.line.saturating_add(1),
        message.join(" ")
    )
}
