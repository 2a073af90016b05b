//! Deleting and moving whole files, as `delete_file` and `move_file` do.
use aside_agent::attempt::Dialect;
use aside_agent::host::{Stamp, WorkspacePath};
use aside_agent::tool::ToolContext;
use serde_json::{Value, json};

use super::part::{Job, Part};
use super::refused::Refused;
use super::{Plan, plan, resolve};
use crate::{definition, nearby};

/// Deletes a file.
///
/// # Errors
///
/// A path outside the workspace, a file that is missing or no text, or one that the user changed
/// since the model saw it.
pub async fn plan_delete(path: &str, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let file = resolve(path, context)?;
    there(&file, context).await?;
    let job = Job {
        dialect: Dialect::V4a,
        path: file,
        part: Part::Delete,
        request: as_patch(&format!("*** Delete File: {path}\n")),
    };
    plan(vec![job], context).await
}

/// Moves a file to a place where nothing is yet; its text stays.
///
/// # Errors
///
/// As [`plan_delete`]; also where something is at the new place already.
pub async fn plan_move(from: &str, to: &str, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let (old, new) = (resolve(from, context)?, resolve(to, context)?);
    there(&old, context).await?;
    if is_there(&new, context).await? {
        let message = format!(
            "There is something at {} already, so nothing was moved. Choose another place, or delete it first.",
            new.display()
        );
        return Err(Refused::of("taken", to, message));
    }
    let job = Job {
        dialect: Dialect::V4a,
        path: old,
        part: Part::Hunks {
            hunks: Vec::new(),
            to: Some(new),
        },
        request: as_patch(&format!("*** Update File: {from}\n*** Move to: {to}\n")),
    };
    plan(vec![job], context).await
}

/// Refuses a file that is not there.
async fn there(path: &WorkspacePath, context: &ToolContext) -> Result<(), Box<Refused>> {
    if is_there(path, context).await? {
        return Ok(());
    }
    let error = nearby::missing(path, context, "Find it with glob.").await;
    Err(Refused::of("missing", path.display(), error.to_string()))
}

async fn is_there(path: &WorkspacePath, context: &ToolContext) -> Result<bool, Box<Refused>> {
    let document = definition::document(path.clone(), context).await;
    let document =
        document.map_err(|error| Refused::of("unreadable", path.display(), error.to_string()))?;
    Ok(document.stamp != Stamp::Absent)
}

/// What the ledger keeps: the same as a patch.
fn as_patch(part: &str) -> Value {
    json!({ "patch": format!("*** Begin Patch\n{part}*** End Patch\n") })
}
