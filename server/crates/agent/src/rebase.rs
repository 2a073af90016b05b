//! A change computed anew over what the user made of the file meanwhile.
use std::sync::Arc;

use aside_edit::diff::line_edits;
use aside_edit::lines::{content, lines, split_bom};
use aside_edit::merge::{Conflict, merge};

use crate::editing::EditDialect;
use crate::host::{AppliedChange, Document, FileChange, Stamp, Target};
use crate::output::{fenced, quote};

/// How many conflicting places, or places that the user changed, the model is shown of one file.
pub const MAX_SHOWN_PLACES: usize = 4;
/// How many bytes of each text of such a place the model is shown.
pub const MAX_PLACE_BYTES: usize = 2 * 1024;

/// What a change is over the file as it is now.
#[derive(Debug, Clone)]
pub enum Rebased {
    /// It is still to be made.
    Make(FileChange),
    /// The file is already what it would become; the change is from that to the same.
    There(FileChange),
    /// The editor made the change, and ended the last line, which was to have no ending: there are
    /// editors that cannot do without. The change is from what was there before to what is there
    /// now, in the state of the document that is given.
    Ended(FileChange, Stamp),
}

impl Rebased {
    /// The change over the file as it is now.
    pub fn change(&self) -> &FileChange {
        match self {
            Self::Make(change) | Self::There(change) | Self::Ended(change, _) => change,
        }
    }
}

/// Why a change cannot be made over the file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RebaseConflict {
    /// The same lines were changed in another way.
    Lines {
        /// The file, as it is shown.
        path: String,
        /// Which lines; ours are the file's as it is now, theirs the change's.
        conflicts: Vec<Conflict>,
    },
    /// The file is not there any more.
    Gone(String),
    /// The file was to be created, and is there now with another text.
    Exists(String),
    /// The file was to be deleted, and holds another text now.
    Changed(String),
}

impl RebaseConflict {
    /// All of it in sentences for the model.
    pub fn message(&self, dialect: EditDialect) -> String {
        let look_again = dialect.look_again();
        match self {
            Self::Lines { path, conflicts } => conflict_text(path, conflicts, dialect),
            Self::Gone(path) => format!(
                "{path} is not there any more, so it was not changed. Look for it before you go on."
            ),
            Self::Exists(path) => format!(
                "{path} is there now with another text, so it was not created and nothing was \
                 overwritten. {look_again}, and edit it if it still needs a change."
            ),
            Self::Changed(path) => format!(
                "{path} was changed meanwhile, so it was not deleted. {look_again} and delete it \
                 only if nothing in it is needed."
            ),
        }
    }
}

/// Computes a change anew over `now`, which is what its file is now. Lines that only one side
/// changed are that side's; nothing that the user wrote is lost.
pub fn rebase(change: &FileChange, now: Document) -> Result<Rebased, RebaseConflict> {
    let was_there = change.base.stamp != Stamp::Absent;
    let is_there = now.stamp != Stamp::Absent;
    let path = || change.base.path.display().to_owned();
    match &change.target {
        Target::Text(text) if is_ended(text, &now) => {
            // Nor is the model told of the ending as of the user's.
            let meant = match change.meant == *text {
                true => Arc::clone(&now.text),
                false => Arc::clone(&change.meant),
            };
            let target = Target::Text(now.text);
            let change = FileChange {
                target,
                meant,
                ..change.clone()
            };
            Ok(Rebased::Ended(change, now.stamp))
        }
        Target::Text(text) if !was_there => {
            if !is_there {
                let form = change.base.form.clone();
                return Ok(Rebased::Make(onto(change, Document { form, ..now })));
            }
            if *text != now.text {
                return Err(RebaseConflict::Exists(path()));
            }
            Ok(Rebased::There(onto(change, now)))
        }
        Target::Deleted => {
            if !is_there {
                return Ok(Rebased::There(onto(change, now)));
            }
            if change.base.text != now.text {
                return Err(RebaseConflict::Changed(path()));
            }
            Ok(Rebased::Make(onto(change, now)))
        }
        Target::Text(_) | Target::Moved { .. } if !is_there => Err(RebaseConflict::Gone(path())),
        Target::Text(text) => {
            let merged = merged(change, &now, text)?;
            let is_done = merged == now.text;
            let target = Target::Text(merged);
            let change = FileChange {
                target,
                ..onto(change, now)
            };
            Ok(if is_done {
                Rebased::There(change)
            } else {
                Rebased::Make(change)
            })
        }
        Target::Moved { to, text } => {
            let text = merged(change, &now, text)?;
            let to = to.clone();
            let target = Target::Moved { to, text };
            Ok(Rebased::Make(FileChange {
                target,
                ..onto(change, now)
            }))
        }
    }
}

/// Whether an open document holds a text that was to have no line ending at its end, with one.
fn is_ended(text: &str, now: &Document) -> bool {
    let is_open = match now.stamp {
        Stamp::Open { .. } => true,
        Stamp::Disk | Stamp::Absent => false,
    };
    let ending = now.text.strip_prefix(text);
    let is_ending = ending.is_some_and(|it| matches!(it, "\n" | "\r\n" | "\r"));
    is_open && is_ending && !text.ends_with(['\n', '\r'])
}

fn onto(change: &FileChange, now: Document) -> FileChange {
    FileChange {
        base: now,
        ..change.clone()
    }
}

fn merged(change: &FileChange, now: &Document, text: &str) -> Result<Arc<str>, RebaseConflict> {
    let merged = merge(&change.base.text, &now.text, text);
    let merged = merged.map_err(|conflicts| RebaseConflict::Lines {
        path: change.base.path.display().to_owned(),
        conflicts,
    })?;
    Ok(Arc::from(merged))
}

/// The change that takes a change back which a host has made; `None` where the change left
/// everything as it was.
pub fn inverse(change: &FileChange, applied: &AppliedChange) -> Option<FileChange> {
    let was_there = change.base.stamp != Stamp::Absent;
    let there = || Document {
        path: change.new_path().clone(),
        text: change.new_text(),
        stamp: match (applied.version, applied.revision) {
            (Some(version), Some(revision)) => Stamp::Open { version, revision },
            (Some(_) | None, _) => Stamp::Disk,
        },
        form: change.base.form.clone(),
        changed_on_disk: false,
    };
    let old = Arc::clone(&change.base.text);
    let (base, target) = match &change.target {
        Target::Text(_) if !was_there => (there(), Target::Deleted),
        Target::Text(text) if *text == old => return None,
        Target::Text(_) => (there(), Target::Text(Arc::clone(&old))),
        Target::Deleted if !was_there => return None,
        Target::Deleted => {
            let absent = Document {
                form: change.base.form.clone(),
                ..Document::absent(change.base.path.clone())
            };
            (absent, Target::Text(Arc::clone(&old)))
        }
        Target::Moved { .. } => {
            let (to, text) = (change.base.path.clone(), Arc::clone(&old));
            (there(), Target::Moved { to, text })
        }
    };
    let meant = match &target {
        Target::Deleted => Arc::from(""),
        Target::Text(_) | Target::Moved { .. } => old,
    };
    Some(FileChange {
        base,
        target,
        meant,
        label: format!("Take back: {}", change.label),
    })
}

/// Tells the model which of its lines conflict with what the file holds now. At most
/// [`MAX_SHOWN_PLACES`] places are shown, each text cut to [`MAX_PLACE_BYTES`].
///
/// "Ours" in the conflicts is the file as it is now, "theirs" what the edit wanted.
pub fn conflict_text(path_display: &str, conflicts: &[Conflict], dialect: EditDialect) -> String {
    let mut out = format!(
        "{path_display} was not changed: the user has changed the same lines meanwhile, and \
         nothing was overwritten."
    );
    for conflict in conflicts.iter().take(MAX_SHOWN_PLACES) {
        let from = conflict.ours_lines.start + 1;
        let to = conflict.ours_lines.end.max(from);
        let place = if to > from {
            format!("lines {from} to {to} now")
        } else {
            format!("line {from} now")
        };
        let side = |text: &str| fenced(&quote(text, MAX_PLACE_BYTES));
        match conflict.ours.is_empty() {
            true => out.push_str(&format!(
                "\n\nAt {place}, the user removed:\n{}",
                side(&conflict.base)
            )),
            false => out.push_str(&format!(
                "\n\nThe user's {place}:\n{}",
                side(&conflict.ours)
            )),
        }
        match conflict.theirs.is_empty() {
            true => out.push_str("\nThis edit wanted to remove the lines there."),
            false => out.push_str(&format!(
                "\nThis edit wanted there:\n{}",
                side(&conflict.theirs)
            )),
        }
    }
    let more = conflicts.len().saturating_sub(MAX_SHOWN_PLACES);
    if more > 0 {
        out.push_str(&format!(
            "\n\n[{more} more conflicting places are not shown.]"
        ));
    }
    out.push_str("\n\n");
    out.push_str(match dialect {
        EditDialect::EditFile | EditDialect::ApplyPatch => {
            "Read the file again, and make the edit against its current text so that what the \
             user wrote is kept."
        }
        EditDialect::WholeFile => {
            "Write the whole file again, with the user's lines as they are here, so that what the \
             user wrote is kept."
        }
        EditDialect::SearchReplace => {
            "Write the edit again with SEARCH as the file is now, so that what the user wrote is \
             kept. If that is not shown here, ask the user to attach the file."
        }
    });
    out
}

/// Tells the model what the file holds beside `told`, which is what its tool told of it, after its
/// change was made over what the user did meanwhile. As bounded as [`conflict_text`].
pub(crate) fn kept_text(change: &FileChange, told: &str) -> String {
    let text = change.new_text();
    let path = change.new_path().display();
    let mut out = format!(
        "The user changed {path} meanwhile. This edit was made on top of that, and the user's \
         change is kept."
    );
    let edits = line_edits(told, &text);
    let body = split_bom(&text).1;
    for edit in edits.iter().take(MAX_SHOWN_PLACES) {
        let (start, end) = (edit.new_start_line, edit.new_end_line);
        if start == end {
            out.push_str(&format!(
                "\nBefore line {} the user removed lines.",
                start + 1
            ));
            continue;
        }
        let mut shown = String::new();
        for (number, line) in lines(body).enumerate().skip(start).take(end - start) {
            if shown.len() > MAX_PLACE_BYTES {
                shown.push_str("…\n");
                break;
            }
            let line = quote(content(line), MAX_PLACE_BYTES);
            shown.push_str(&format!("{}\t{line}\n", number + 1));
        }
        out.push_str(&format!("\nThe user's lines:\n{}", fenced(&shown)));
    }
    let more = edits.len().saturating_sub(MAX_SHOWN_PLACES);
    if more > 0 {
        out.push_str(&format!("\n[{more} more places are not shown.]"));
    }
    out
}

#[cfg(test)]
mod tests;
