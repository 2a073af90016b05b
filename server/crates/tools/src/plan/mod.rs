//! Computing what edits make of files, without making it.
//!
//! The tools that edit work through this, and so can whoever has a patch and a host. All parts of
//! a call are computed before anything is returned, so a call is made as a whole or refused as a
//! whole; each part is noted as an attempt in the context, refused ones too.
mod against_seen;
mod desk;
mod files;
mod finish;
mod in_blocks;
mod in_edits;
pub(crate) mod in_whole;
mod part;
mod refused;
mod report;
mod request;

use aside_agent::attempt::Dialect;
use aside_agent::editing::EditDialect;
use aside_agent::host::{FileChange, WorkspacePath};
use aside_agent::tool::{Outcome, ToolContext, ToolOutput};
use aside_edit::matching::Edit;
use aside_edit::{blocks, patch, whole};

use crate::{blocking, definition, nearby};
use desk::{Desk, Stop};
use part::{Job, Part};

pub use files::{plan_delete, plan_move};
#[cfg(test)]
pub(crate) use finish::IF_DONE;
pub(crate) use finish::MAX_TOLD_FILES;
pub use refused::{Candidate, Difference, Refused};
pub(crate) use report::MAX_MATCHES;
pub use report::{FileReport, Match, ReportKind};
pub(crate) use request::MAX_REQUEST_BYTES;

/// How many bytes the files of one call may have, all together.
pub(crate) const MAX_PLAN_BYTES: usize = 256 * 1024 * 1024;

/// What is to be done, and what the model is told once it is.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One change for each file that changes, in the order in which they must be made; none
    /// where all files are already as they are to be.
    pub changes: Vec<FileChange>,
    /// One for each file that was named, changed or not. A file that moves is one.
    pub files: Vec<FileReport>,
    /// The result for the model, bounded.
    pub output: ToolOutput,
}

impl From<Plan> for Outcome {
    fn from(plan: Plan) -> Self {
        let Plan {
            changes, output, ..
        } = plan;
        match changes.is_empty() {
            true => Self::Done(output),
            false => Self::Edit { changes, output },
        }
    }
}

/// Replaces texts in one file, as `edit_file` does: all edits in order, each on the result of
/// those before it. With [`EditDialect::SearchReplace`] or [`EditDialect::WholeFile`] old texts are whole lines, and a missing
/// file is created where the first of them is empty.
///
/// # Errors
///
/// A path outside the workspace, a file that is missing or no text, edits that do not match, or
/// that conflict with what the user changed since the model saw the file.
pub async fn plan_edits(
    path: &str,
    edits: Vec<Edit>,
    context: &ToolContext,
) -> Result<Plan, Box<Refused>> {
    let dialect = match context.dialect {
        // Where whole files are written, edits are from blocks too.
        EditDialect::SearchReplace | EditDialect::WholeFile => Dialect::SearchReplace,
        EditDialect::EditFile | EditDialect::ApplyPatch => Dialect::EditFile,
    };
    let path = resolve(path, context)?;
    let job = Job::edits(dialect, path, edits);
    plan(vec![job], context).await
}

/// Gives one file a whole new text, or creates it, as `write_file` does. What the user changed
/// since the model saw the file is kept. With [`EditDialect::WholeFile`] the file also keeps the
/// line endings at its end, and must have been seen.
///
/// # Errors
///
/// As [`plan_edits`], but the file need not exist. With [`EditDialect::WholeFile`] also codes
/// `unseen` for a file that is there and was not shown to the model, `elided` or `shortened` for
/// a text that leaves out lines of it, and `emptied` for one without any.
pub async fn plan_write(
    path: &str,
    content: String,
    context: &ToolContext,
) -> Result<Plan, Box<Refused>> {
    let dialect = match context.dialect {
        EditDialect::WholeFile => Dialect::WholeFile,
        EditDialect::EditFile | EditDialect::ApplyPatch | EditDialect::SearchReplace => {
            Dialect::WriteFile
        }
    };
    let path = resolve(path, context)?;
    plan(vec![Job::write(dialect, path, content)], context).await
}

/// Applies a patch, V4A or unified diff, as `apply_patch` does. A path that comes twice means
/// the result of what came before; it is one change nevertheless.
///
/// # Errors
///
/// As [`plan_edits`], for the first part of the patch that does not fit; also code `parse` for a
/// text that is no patch.
pub async fn plan_patch(text: &str, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let patch = match patch::parse(text) {
        Ok(patch) => patch,
        Err(error) => {
            request::note_unread_patch(text, context);
            return Err(Refused::parse(&error));
        }
    };
    let dialect = match patch.dialect {
        patch::Dialect::V4a => Dialect::V4a,
        patch::Dialect::Unified => Dialect::Unified,
    };
    let requests = request::of_patch(text, &patch);
    let mut jobs = Vec::with_capacity(patch.files.len());
    for (file, request) in patch.files.into_iter().zip(requests) {
        let path = resolve(&file.path, context)?;
        let part = match file.kind {
            patch::FileChange::Add { content } => Part::Write(content),
            patch::FileChange::Delete => Part::Delete,
            patch::FileChange::Update { move_to, hunks } => Part::Hunks {
                hunks,
                to: match move_to {
                    None => None,
                    Some(to) => Some(resolve(&to, context)?),
                },
            },
        };
        jobs.push(Job {
            dialect,
            path,
            part,
            request,
        });
    }
    let planned = plan(jobs, context).await;
    planned.map_err(|refused| refused.said("The patch was not made: no file was changed. ", ""))
}

/// Makes the SEARCH/REPLACE blocks of a plain answer: those of one file together, an empty
/// SEARCH creating a missing one.
///
/// # Errors
///
/// As [`plan_edits`], for the first file whose blocks do not fit; also code `parse` for blocks
/// that cannot be read, and `noEdits` for an answer without any.
pub async fn plan_blocks(answer: &str, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let blocks = blocks::parse(answer)
        .map_err(|error| Refused::new("parse", format!("No file was changed. {error}")))?;
    let mut jobs = Vec::new();
    for (path, edits) in blocks::edits(&blocks) {
        let path = resolve(&path, context)?;
        jobs.push(Job::edits(Dialect::SearchReplace, path, edits));
    }
    if jobs.is_empty() {
        let message = "The answer has no SEARCH/REPLACE block, so no file was changed.";
        return Err(Refused::new("noEdits", message.to_owned()));
    }
    let is_one = jobs.len() == 1;
    let planned = plan(jobs, context).await;
    planned.map_err(|refused| match is_one {
        true => refused,
        false => refused.said("No file was changed. ", ""),
    })
}

/// Writes the whole files of a plain answer, in place of what the files are now; its blocks, if it
/// has any.
///
/// # Errors
///
/// As [`plan_blocks`] and [`plan_write`].
pub async fn plan_whole(answer: &str, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let blocks = blocks::parse(answer).is_ok_and(|blocks| blocks.is_empty());
    if !blocks {
        return plan_blocks(answer, context).await;
    }
    let found = whole::parse(answer)
        .map_err(|error| Refused::new("parse", format!("No file was changed. {error}")))?;
    let mut jobs = Vec::new();
    for file in found.files {
        let path = resolve(&file.path, context)?;
        // Whoever applies an answer says that it was made from these files.
        if let Ok(document) = definition::document(path.clone(), context).await {
            context.seen.note(path.absolute(), &document.text);
        }
        jobs.push(Job::write(Dialect::WholeFile, path, file.text));
    }
    if jobs.is_empty() {
        let message = "The answer has no file below its path, so no file was changed.";
        return Err(Refused::new("noEdits", message.to_owned()));
    }
    let is_one = jobs.len() == 1;
    let planned = plan(jobs, context).await;
    planned.map_err(|refused| match is_one {
        true => refused,
        false => refused.said("No file was changed. ", ""),
    })
}

fn resolve(path: &str, context: &ToolContext) -> Result<WorkspacePath, Box<Refused>> {
    let resolved = context.files.resolve(path);
    resolved.map_err(|error| Refused::of("denied", path, error.to_string()))
}

async fn plan(jobs: Vec<Job>, context: &ToolContext) -> Result<Plan, Box<Refused>> {
    let mut desk = Desk::new(context.clone());
    let mut bytes = 0_usize;
    for path in jobs.iter().flat_map(Job::paths) {
        if desk.has(path) {
            continue;
        }
        if context.cancel.is_cancelled() {
            return Err(failed(blocking::cancelled().0));
        }
        let document = definition::document(path.clone(), context).await;
        let document = document
            .map_err(|error| Refused::of("unreadable", path.display(), error.to_string()))?;
        bytes = bytes.saturating_add(document.text.len());
        if bytes > MAX_PLAN_BYTES {
            return Err(failed(format!(
                "The files have more than {MAX_PLAN_BYTES} bytes together. Edit fewer at a time."
            )));
        }
        desk.put(document);
    }
    let work = move || {
        for job in jobs {
            if let Err(stop) = desk.take(job) {
                return Ok(Err(stop));
            }
        }
        Ok(Ok(desk.finish()))
    };
    let done = blocking::run_by_size(bytes, &context.cancel, work).await;
    match done.map_err(|error| failed(error.to_string()))? {
        Ok(plan) => Ok(plan),
        Err(Stop::Refused(refused)) => Err(refused),
        Err(Stop::Missing { path, otherwise }) => {
            let error = nearby::missing(&path, context, otherwise).await;
            Err(Refused::of("missing", path.display(), error.to_string()))
        }
    }
}

fn failed(message: String) -> Box<Refused> {
    Refused::new("failed", message)
}
