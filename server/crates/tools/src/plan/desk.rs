//! The files of a call while its parts are worked on, one part on the result of those before it.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::attempt::{Attempt, Dialect};
use aside_agent::host::{Document, Stamp, WorkspacePath};
use aside_agent::tool::ToolContext;
use aside_edit::lines::in_the_manner_of;

use super::against_seen::{Made, Task};
use super::in_whole;
use super::part::{Job, Part};
use super::refused::Refused;
use super::report::Matches;
use crate::blocking;

/// A file of the call.
pub(super) struct Slot {
    /// What the host has.
    pub(super) document: Document,
    /// The text after what was worked on so far; `None` where there is no file.
    pub(super) text: Option<Arc<str>>,
    /// What the model takes that text for; `None` where it has not seen the file.
    pub(super) seen: Option<Arc<str>>,
    /// The file of the host that this one was, which is another one after a move; `None` for
    /// what is new.
    pub(super) origin: Option<usize>,
    pub(super) matches: Matches,
    /// How many parts of the call were about it.
    pub(super) parts: usize,
    /// Whether the user changed the file since the model saw it.
    pub(super) is_stale: bool,
    /// Whether such changes are in the text and not in what the model takes it for.
    pub(super) is_merged: bool,
    /// How it was last worked on.
    pub(super) work: Work,
}

/// How a file was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Nothing,
    Edits,
    Hunks,
    Write,
}

/// Why the work stops; nothing is made then.
pub(super) enum Stop {
    Refused(Box<Refused>),
    Missing {
        path: WorkspacePath,
        otherwise: &'static str,
    },
}

pub(super) struct Desk {
    pub(super) slots: Vec<Slot>,
    by_path: HashMap<PathBuf, usize>,
    context: ToolContext,
}

impl Desk {
    pub(super) fn new(context: ToolContext) -> Self {
        Self {
            slots: Vec::new(),
            by_path: HashMap::new(),
            context,
        }
    }

    pub(super) fn has(&self, path: &WorkspacePath) -> bool {
        self.by_path.contains_key(path.absolute())
    }

    pub(super) fn put(&mut self, document: Document) {
        let path = document.path.absolute();
        let is_there = document.stamp != Stamp::Absent;
        let number = self.slots.len();
        self.by_path.insert(path.to_owned(), number);
        let seen = is_there.then(|| self.context.seen.get(path)).flatten();
        let seen = seen.map(|seen| self.in_its_manner(seen, &document));
        self.slots.push(Slot {
            text: is_there.then(|| Arc::clone(&document.text)),
            is_stale: seen.as_ref().is_some_and(|seen| *seen != document.text),
            seen,
            origin: is_there.then_some(number),
            matches: Matches::default(),
            parts: 0,
            is_merged: false,
            work: Work::Nothing,
            document,
        });
    }

    /// What the model saw, with the line endings that the file has now: they are no change of the
    /// user's, and what was attached may have lost them on its way.
    fn in_its_manner(&self, seen: Arc<str>, document: &Document) -> Arc<str> {
        if seen == document.text {
            return seen;
        }
        let now = in_the_manner_of(&document.text, &seen);
        if *now == *seen {
            return seen;
        }
        let now = Arc::from(now);
        self.context.seen.note(document.path.absolute(), &now);
        now
    }

    /// Works on one part.
    pub(super) fn take(&mut self, job: Job) -> Result<(), Stop> {
        if self.context.cancel.is_cancelled() {
            let message = blocking::cancelled().0;
            return Err(Stop::Refused(Refused::new("failed", message)));
        }
        // All files of the parts were put here before.
        let Some(number) = self.number(job.path.absolute()) else {
            return Err(missing(&job));
        };
        let to = match &job.part {
            Part::Hunks { to: Some(to), .. } => self.number(to.absolute()),
            Part::Edits(_) | Part::Write(_) | Part::Delete | Part::Hunks { to: None, .. } => None,
        };
        let slot = &self.slots[number];
        let current = match &slot.text {
            Some(text) => Arc::clone(text),
            None if job.creates() => Arc::from(""),
            None => return Err(self.missing(&job, number)),
        };
        if job.part.is_delete() {
            self.refuse_changed(number, "deleted")?;
        }
        if job.dialect == Dialect::WholeFile && slot.seen.is_none() && !current.trim().is_empty() {
            self.note(&job, "unseen", current);
            return Err(Stop::Refused(in_whole::unseen(job.path.display())));
        }
        let made = Task {
            path: &job.path,
            dialect: job.dialect,
            request: job.request.clone(),
            seen: match job.part {
                Part::Delete => None,
                Part::Edits(_) | Part::Write(_) | Part::Hunks { .. } => slot.seen.clone(),
            },
            current,
            context: &self.context,
        }
        .run(&|text| job.make(text))
        .map_err(Stop::Refused)?;
        self.keep(number, &job, made);
        match to {
            Some(to) if to != number => self.relocate(number, to),
            Some(_) | None => Ok(()),
        }
    }

    fn number(&self, path: &Path) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    fn keep(&mut self, number: usize, job: &Job, made: Made) {
        let slot = &mut self.slots[number];
        slot.work = match job.part {
            Part::Edits(_) => Work::Edits,
            Part::Hunks { .. } => Work::Hunks,
            Part::Write(_) => Work::Write,
            Part::Delete => Work::Nothing,
        };
        slot.parts += 1;
        slot.is_merged |= made.is_merged;
        slot.matches.add(made.matches);
        if job.part.is_delete() {
            (slot.text, slot.seen, slot.origin) = (None, None, None);
            return;
        }
        slot.text = Some(made.text);
        slot.seen = Some(made.meant);
    }

    /// Moves a file over another one, or where there is none.
    fn relocate(&mut self, from: usize, to: usize) -> Result<(), Stop> {
        if self.slots[to].text.is_some() {
            self.refuse_changed(to, "overwritten")?;
        }
        let source = &mut self.slots[from];
        let (text, seen, origin) = (source.text.take(), source.seen.take(), source.origin.take());
        let matches = std::mem::take(&mut source.matches);
        let (work, is_merged) = (source.work, std::mem::take(&mut source.is_merged));
        let is_stale = std::mem::take(&mut source.is_stale);
        let target = &mut self.slots[to];
        target.parts += 1;
        (target.text, target.seen, target.origin) = (text, seen, origin);
        (target.matches, target.work, target.is_merged) = (matches, work, is_merged);
        target.is_stale = is_stale;
        Ok(())
    }

    /// What the user changed since the model saw it is not to go with the whole file.
    fn refuse_changed(&self, number: usize, how: &str) -> Result<(), Stop> {
        let slot = &self.slots[number];
        match (&slot.seen, &slot.text) {
            (Some(seen), Some(text)) if seen != text => {
                let path = slot.document.path.display();
                let message = format!(
                    "The user changed {path} since you read it, so it was not {how}. Read it \
                     again, and go on only if nothing in it is needed."
                );
                Err(Stop::Refused(Refused::of("changed", path, message)))
            }
            (_, _) => Ok(()),
        }
    }

    /// Notes an attempt that was refused before anything was computed.
    fn note(&self, job: &Job, refusal: &'static str, base: Arc<str>) {
        self.context.attempts.note(Attempt {
            path: job.path.absolute().to_owned(),
            dialect: job.dialect,
            stage: None,
            refusal: Some(refusal),
            base,
            result: None,
            request: job.request.clone(),
        });
    }

    fn missing(&self, job: &Job, number: usize) -> Stop {
        self.note(job, "missing", Arc::from(""));
        if self.slots[number].parts == 0 {
            return missing(job);
        }
        let path = job.path.display();
        let message =
            format!("{path} is not there any more: an earlier part of this took it away.");
        Stop::Refused(Refused::of("missing", path, message))
    }
}

fn missing(job: &Job) -> Stop {
    Stop::Missing {
        path: job.path.clone(),
        otherwise: job.otherwise(),
    }
}

impl Part {
    fn is_delete(&self) -> bool {
        match self {
            Self::Delete => true,
            Self::Edits(_) | Self::Write(_) | Self::Hunks { .. } => false,
        }
    }
}
