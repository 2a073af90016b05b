//! What a rewind did to files, as it is stored, and how that is taken back.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aside_agent::host::{FileChange, Form, Stamp, Target};
use aside_edit::merge::merge;
use aside_store::{Store, Write, blob_hash};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::edit::text;
use super::shelf::{Blocked, Shelf, resolve};
use crate::engine::error::EngineError;

/// A rewind, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredRewind {
    /// What was done to files, in order. What a crash kept from being done is here too.
    pub steps: Vec<Step>,
    /// The edits that were taken back, as they were.
    pub edits: Vec<Former>,
    /// How many turns went from the conversation; none where it stayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<i64>,
}

/// An edit as it was before a rewind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    /// Which.
    pub id: String,
    /// Its review, JSON.
    pub json: String,
}

/// One change of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The file.
    pub path: PathBuf,
    /// Where it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PathBuf>,
    /// The hash of its text before; absent where there was no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The hash of its text after; absent where there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The permission bits of a file that went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// Where a symbolic link that went led.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<PathBuf>,
}

impl Step {
    /// What a change does, and the texts that are kept of it.
    pub fn new(change: &FileChange) -> (Self, Vec<Write>) {
        let new_text = change.new_text();
        let before = (change.base.stamp != Stamp::Absent).then_some(&change.base.text);
        let (after, to) = match &change.target {
            Target::Text(_) => (Some(&new_text), None),
            Target::Deleted => (None, None),
            Target::Moved { to, .. } => (Some(&new_text), Some(to.absolute().to_owned())),
        };
        let hash = |text: &std::sync::Arc<str>| blob_hash(text.as_bytes());
        let step = Self {
            path: change.base.path.absolute().to_owned(),
            to,
            before: before.map(hash),
            after: after.map(hash),
            mode: change.base.form.mode,
            link: change.base.form.link.clone(),
        };
        let texts = [before, after].into_iter().flatten();
        let writes = texts.map(|text| Write::Blob {
            hash: hash(text),
            data: text.as_bytes().to_vec(),
        });
        (step, writes.collect())
    }

    /// The hashes of the texts that it names.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        [&self.before, &self.after].into_iter().flatten()
    }

    fn form(&self) -> Form {
        Form {
            mode: self.mode,
            link: self.link.clone(),
        }
    }
}

/// The steps that were made of a rewind that was not finished, because a crash came or a file
/// could not be written: whoever rewinds again is to take them back with the rest.
pub async fn left_over(desk: &Desk, session_id: &str) -> Result<Vec<Step>, EngineError> {
    let Some(row) = desk.store.last_rewind(session_id).await? else {
        return Ok(Vec::new());
    };
    let stored: StoredRewind = serde_json::from_str(&row.json).unwrap_or_default();
    if row.state != "done" || !stored.edits.is_empty() || stored.turns.is_some() {
        return Ok(Vec::new());
    }
    let mut made = Vec::new();
    for step in stored.steps {
        if is_made(desk, &step).await {
            made.push(step);
        }
    }
    Ok(made)
}

/// Whether the files are exactly as a step leaves them.
async fn is_made(desk: &Desk, step: &Step) -> bool {
    let at = step.to.as_ref().unwrap_or(&step.path);
    let is_gone = step.to.is_none() || hash_at(desk, &step.path).await == Some(None);
    is_gone && hash_at(desk, at).await.as_ref() == Some(&step.after)
}

/// The hash of a file's text, if there is a file; `None` where that cannot be read.
async fn hash_at(desk: &Desk, path: &Path) -> Option<Option<String>> {
    let path = resolve(&*desk.files, path).ok()?;
    let now = desk.files.read_text(&path).await.ok()?;
    let is_there = now.stamp != Stamp::Absent;
    Some(is_there.then(|| blob_hash(now.text.as_bytes())))
}

/// The files of steps.
pub fn paths(steps: &[Step]) -> BTreeSet<&Path> {
    steps
        .iter()
        .flat_map(|step| step.to.iter().chain([&step.path]))
        .map(PathBuf::as_path)
        .collect()
}

/// Plans to take steps back, the last one first. Answers with the files in which later work would
/// be lost; then the shelf is of no use.
pub async fn take_back(
    store: &Store,
    shelf: &mut Shelf,
    steps: &[Step],
) -> Result<Vec<PathBuf>, EngineError> {
    let mut conflicts = Vec::new();
    for step in steps.iter().rev() {
        let before = text(store, step.before.as_deref()).await?;
        let after = text(store, step.after.as_deref()).await?;
        if take_one_back(shelf, step, &before, &after).is_err() {
            conflicts.push(step.to.as_ref().unwrap_or(&step.path).clone());
        }
    }
    Ok(conflicts)
}

fn take_one_back(shelf: &mut Shelf, step: &Step, before: &str, after: &str) -> Result<(), Blocked> {
    let here = shelf.text(&step.path);
    if step.before.is_none() {
        return match here {
            None => Ok(()),
            Some(now) if *now == *after => shelf.delete(&step.path),
            Some(_) => Err(Blocked),
        };
    }
    if step.after.is_none() {
        return match here {
            None => shelf.create(&step.path, before, step.form()),
            Some(now) if *now == *before => Ok(()),
            Some(_) => Err(Blocked),
        };
    }
    // Where a crash came before the step, the file is at its old place still.
    let at = match &step.to {
        Some(to) if shelf.text(to).is_some() => to,
        Some(_) | None => &step.path,
    };
    let now = shelf.text(at).ok_or(Blocked)?;
    let merged = merge(after, &now, before).map_err(|_| Blocked)?;
    shelf.set_text(at, &merged)?;
    if at == &step.path {
        return Ok(());
    }
    shelf.rename(at, &step.path)
}
