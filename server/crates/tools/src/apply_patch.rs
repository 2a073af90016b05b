//! `apply_patch`: changes of any number of files in one text, all or none.
use std::collections::BTreeSet;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use aside_edit::patch::{self, FileChange, FilePatch};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::definition;
use crate::plan::plan_patch;
use crate::text;

/// The arguments of `apply_patch`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    patch: String,
}

pub(crate) struct ApplyPatch;

impl Builtin for ApplyPatch {
    type Args = Args;
    const NAME: &'static str = "apply_patch";
    const KIND: ToolKind = ToolKind::Edit;
    const DESCRIPTION: &'static str = include_str!("../descriptions/apply_patch.md");
    const SCHEMA: &'static str = include_str!("../descriptions/apply_patch.json");

    fn title(arguments: &Arguments) -> String {
        let patch = definition::word(arguments, "patch").unwrap_or_default();
        let files = patch::parse(patch).map(|patch| patch.files);
        match files.as_deref() {
            Ok([file]) => text::title(&format!("Patch {}", file.path)),
            Ok([file, rest @ ..]) => {
                text::title(&format!("Patch {} and {} more", file.path, rest.len()))
            }
            Ok([]) | Err(_) => "Apply a patch".to_owned(),
        }
    }

    /// A patch that cannot be read does nothing: only the call says why, so that it is noted as
    /// an attempt.
    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let Ok(patch) = patch::parse(&args.patch) else {
            return Ok(Vec::new());
        };
        let paths = patch.files.iter().flat_map(paths).collect::<BTreeSet<_>>();
        let effects = paths
            .into_iter()
            .map(|path| definition::writes(path, context));
        effects
            .collect::<Result<Vec<_>, _>>()
            .map(|effects| effects.concat())
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        apply(args, context)
    }
}

async fn apply(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    Ok(plan_patch(&args.patch, &context).await?.into())
}

/// The files that a part of a patch changes.
fn paths(file: &FilePatch) -> impl Iterator<Item = &str> {
    let to = match &file.kind {
        FileChange::Update { move_to, .. } => move_to.as_deref(),
        FileChange::Add { .. } | FileChange::Delete => None,
    };
    std::iter::once(file.path.as_str()).chain(to)
}
