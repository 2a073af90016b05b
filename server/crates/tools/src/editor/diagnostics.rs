//! `diagnostics`: what language servers and checkers say of a file, or of all.
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::host::WorkspacePath;
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
use aside_agent::world::{Diagnostic, EditorError};
use aside_sandbox::Network;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use crate::checkers::{self, Asked, Checker};
use crate::services::Services;
use crate::{arguments, definition, text};

/// How many diagnostics one call shows, the worst first.
pub(crate) const MAX_DIAGNOSTICS: usize = 100;
/// How many calls are remembered whose checkers were asked about and that do not run yet.
pub(crate) const MAX_ANNOUNCED: usize = 64;

/// The arguments of `diagnostics`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: Option<String>,
}

/// The tool.
pub(crate) struct Diagnostics {
    spec: ToolSpec,
    services: Services,
    announced: Arc<Announced>,
}

/// The turn and the path of calls that were said to run checkers. What was not said is not run,
/// though the editor knows less by then.
#[derive(Default)]
struct Announced(Mutex<VecDeque<Call>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    turn_id: Arc<str>,
    path: Option<String>,
    checkers: Vec<Checker>,
}

impl Diagnostics {
    pub(crate) const NAME: &'static str = "diagnostics";
    pub(crate) const SCHEMA: &'static str = include_str!("../../descriptions/diagnostics.json");
    const DESCRIPTION: &'static str = include_str!("../../descriptions/diagnostics.md");

    pub(crate) fn new(services: &Services) -> Self {
        Self {
            spec: definition::spec(Self::NAME, ToolKind::Read, Self::DESCRIPTION, Self::SCHEMA),
            services: services.clone(),
            announced: Arc::default(),
        }
    }

    fn args(&self, arguments: Arguments) -> Result<Args, ToolError> {
        Ok(arguments::parse(&self.spec.input_schema, arguments)?)
    }
}

impl Tool for Diagnostics {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        match definition::word(arguments, "path") {
            Some(path) => text::title(&format!("Check {path}")),
            None => "Check the workspace".to_owned(),
        }
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let args = self.args(arguments.clone())?;
        let path = resolve(&args, context)?;
        let checkers = match context.editor.reports(path.as_ref()) {
            true => Vec::new(),
            false => fitting(path.as_ref(), &self.services, context),
        };
        let mut effects = Vec::new();
        for checker in &checkers {
            for effect in checkers::run::effects(checker, &self.services, context)? {
                if !effects.contains(&effect) {
                    effects.push(effect);
                }
            }
        }
        let call = Call {
            turn_id: Arc::clone(&context.turn_id),
            path: args.path,
            checkers,
        };
        self.announced.put(call);
        Ok(effects)
    }

    fn caution(&self, _: &Arguments) -> Option<String> {
        self.services.caveat(Network::Off)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = self.args(arguments);
        let services = self.services.clone();
        let announced = Arc::clone(&self.announced);
        Box::pin(async move {
            let args = args?;
            let announced = announced.take(&context.turn_id, args.path.as_deref());
            run(args, announced, services, context).await
        })
    }
}

impl Announced {
    /// Takes the place of what was said of the same call before.
    fn put(&self, call: Call) {
        self.take(&call.turn_id, call.path.as_deref());
        if call.checkers.is_empty() {
            return;
        }
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push_back(call);
        if calls.len() > MAX_ANNOUNCED {
            calls.pop_front();
        }
    }

    fn take(&self, turn_id: &str, path: Option<&str>) -> Vec<Checker> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |call: &Call| &*call.turn_id == turn_id && call.path.as_deref() == path;
        let found = calls.iter().position(is_it);
        let call = found.and_then(|at| calls.remove(at));
        call.map_or_else(Vec::new, |call| call.checkers)
    }
}

fn resolve(args: &Args, context: &ToolContext) -> Result<Option<WorkspacePath>, ToolError> {
    let path = args.path.as_deref().filter(|path| !path.is_empty());
    Ok(path.map(|path| context.files.resolve(path)).transpose()?)
}

fn fitting(
    path: Option<&WorkspacePath>,
    services: &Services,
    context: &ToolContext,
) -> Vec<Checker> {
    let asked = path.map_or(Asked::All, Asked::File);
    checkers::find(&services.checkers(), asked, &context.files.roots())
}

async fn run(
    args: Args,
    announced: Vec<Checker>,
    services: Services,
    context: ToolContext,
) -> Result<Outcome, ToolError> {
    let path = resolve(&args, &context)?;
    if announced.is_empty() {
        let found = context.editor.diagnostics(path.as_ref()).await;
        let found = found.map_err(|error| unknown(&error))?;
        return Ok(Outcome::Done(show(found, &[], path.as_ref(), &context)));
    }
    // The user may have taken back their trust meanwhile.
    let fitting = fitting(path.as_ref(), &services, &context);
    let mut found = Vec::new();
    let mut ran = Vec::new();
    let mut said = Vec::new();
    for checker in announced.iter().filter(|one| fitting.contains(one)) {
        let file = path.as_ref().map(WorkspacePath::absolute);
        match checkers::run::run(checker, file, &services, &context).await {
            Ok(checked) => {
                found.extend(checked.found);
                ran.push(checker.command.as_str());
                said.push(checked.notes);
            }
            Err(error) => said.push(error.to_string()),
        }
    }
    if ran.is_empty() {
        said.push("Check the files with bash, if that is needed.".to_owned());
        return Err(ToolError(said.join("\n")));
    }
    let mut output = show(found, &ran, path.as_ref(), &context);
    for said in said.iter().filter(|said| !said.is_empty()) {
        output.text.push('\n');
        output.text.push_str(said);
    }
    Ok(Outcome::Done(output))
}

fn unknown(error: &EditorError) -> ToolError {
    match error {
        EditorError::Failed(why) => ToolError(why.clone()),
        EditorError::Unavailable(why) => ToolError(format!(
            "{why} No checker is known for this either: the setting `checkers` may name one. Check the files with bash, if that is needed."
        )),
    }
}

/// Those of the file that was asked about, or all; `ran` are the commands that say so.
fn show(
    mut found: Vec<Diagnostic>,
    ran: &[&str],
    path: Option<&WorkspacePath>,
    context: &ToolContext,
) -> ToolOutput {
    let before = found.len();
    if let Some(path) = path.filter(|_| !ran.is_empty()) {
        found.retain(|one| is_of(one, path, context));
    }
    let elsewhere = before - found.len();
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
        text::push_line(&mut out, "Nothing is reported.");
    }
    // Writing to a string cannot fail.
    if all > found.len() {
        let _ = writeln!(out, "[{} more are not shown.]", all - found.len());
    }
    if elsewhere > 0 {
        let _ = writeln!(out, "[{elsewhere} more are in other files.]");
    }
    if !ran.is_empty() {
        let _ = writeln!(
            out,
            "[Checked as it is on disk, with `{}`.]",
            ran.join("`, `")
        );
    }
    ToolOutput {
        text: out.trim_end().to_owned(),
        ..ToolOutput::default()
    }
}

fn is_of(diagnostic: &Diagnostic, path: &WorkspacePath, context: &ToolContext) -> bool {
    let resolved = context.files.resolve(&diagnostic.path.to_string_lossy());
    resolved.is_ok_and(|resolved| resolved.absolute() == path.absolute())
}

fn line(diagnostic: &Diagnostic, context: &ToolContext) -> String {
    let path = diagnostic.path.to_string_lossy();
    match context.files.resolve(&path) {
        Ok(path) => diagnostic.shown(path.display()),
        Err(_) => diagnostic.shown(&path),
    }
}
