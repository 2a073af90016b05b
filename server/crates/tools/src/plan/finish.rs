//! What the parts of a call come to: changes, reports, and words for the model.
use std::sync::Arc;

use aside_agent::host::{Document, FileChange, Form, Stamp, Target};
use aside_agent::item::Location;
use aside_agent::tool::ToolOutput;
use aside_edit::diff::line_edits;
use aside_edit::lines::lines;

use super::Plan;
use super::desk::{Desk, Slot, Work};
use super::report::{self, FileReport, ReportKind};
use crate::show::{self, MAX_SHOWN_BYTES};
use crate::text::{self, count};

/// How many files of one call the model is told of one by one.
pub(crate) const MAX_TOLD_FILES: usize = 100;
/// The end of what the model is told: small models edit on where nothing is left to do.
pub(crate) const IF_DONE: &str =
    "\n[This needs no check. If nothing is left to do, tell the user now what you changed.]";

/// What is done to a file, and the file that shows it: the one moved to, for a move.
enum Step {
    Create,
    Update,
    Delete,
    Move { to: usize },
    Unchanged,
}

impl Desk {
    /// Changes and reports, in the order of the call. Where a file moves over another one, that
    /// one is written before the file goes.
    pub(super) fn finish(self) -> Plan {
        let mut plan = Plan::default();
        let mut told = Told::default();
        let mut is_done = vec![false; self.slots.len()];
        for number in 0..self.slots.len() {
            let moved = self.moved(number);
            let over = moved.filter(|to| self.slots[*to].is_there());
            for number in over.into_iter().chain([number]) {
                if std::mem::replace(&mut is_done[number], true) {
                    continue;
                }
                let step = self.step(number);
                if let Step::Move { to } = step {
                    is_done[to] = true;
                }
                self.add(number, &step, &mut plan, &mut told);
            }
        }
        plan.output = told.finish();
        plan
    }

    /// Where a file of the host that is gone from its place went.
    fn moved(&self, number: usize) -> Option<usize> {
        let slot = &self.slots[number];
        if !slot.is_there() || slot.text.is_some() {
            return None;
        }
        self.slots
            .iter()
            .position(|other| other.origin == Some(number))
    }

    fn step(&self, number: usize) -> Step {
        let slot = &self.slots[number];
        match (slot.is_there(), &slot.text) {
            (false, None) => Step::Unchanged,
            (false, Some(_)) => Step::Create,
            (true, Some(text)) if *text == slot.document.text => Step::Unchanged,
            (true, Some(_)) => Step::Update,
            (true, None) => match self.moved(number) {
                Some(to) if !self.slots[to].is_there() => Step::Move { to },
                Some(_) | None => Step::Delete,
            },
        }
    }

    fn add(&self, number: usize, step: &Step, plan: &mut Plan, told: &mut Told) {
        let slot = &self.slots[number];
        let display = slot.document.path.display();
        let (kind, after) = match step {
            Step::Create => (ReportKind::Create, slot),
            Step::Update => (ReportKind::Update, slot),
            Step::Delete => (ReportKind::Delete, slot),
            Step::Move { to } => (ReportKind::Move, &self.slots[*to]),
            // A file that was made and taken away again, or only served as a step.
            Step::Unchanged if !slot.is_there() && slot.text.is_none() => return,
            Step::Unchanged => (ReportKind::Unchanged, slot),
        };
        let to = &after.document.path;
        let moved_to = matches!(step, Step::Move { .. }).then(|| to.display().to_owned());
        plan.files.push(FileReport {
            path: display.to_owned(),
            moved_to,
            kind,
            stage: report::loosest(&after.matches.list),
            is_merged: after.is_merged,
            matches: after.matches.list.clone(),
        });
        told.add(slot, after, kind);

        let text = || after.text.clone().unwrap_or_default();
        let (target, verb) = match step {
            Step::Unchanged => return,
            Step::Create => (Target::Text(text()), "Create"),
            Step::Update if after.work == Work::Write => (Target::Text(text()), "Write"),
            Step::Update => (Target::Text(text()), "Edit"),
            Step::Delete => (Target::Deleted, "Delete"),
            Step::Move { .. } => {
                let (to, text) = (to.clone(), text());
                (Target::Moved { to, text }, "Move")
            }
        };
        plan.changes.push(FileChange {
            base: self.base(slot),
            meant: match &target {
                Target::Deleted => Arc::from(""),
                Target::Text(text) | Target::Moved { text, .. } => {
                    after.seen.clone().unwrap_or_else(|| Arc::clone(text))
                }
            },
            label: text::title(&match step {
                Step::Move { .. } => format!("{verb} {display} to {}", to.display()),
                _ => format!("{verb} {display}"),
            }),
            target,
        });
    }

    /// What a change is computed from; a file that is made of another one has its permissions.
    fn base(&self, slot: &Slot) -> Document {
        let mut base = slot.document.clone();
        if let (false, Some(origin)) = (slot.is_there(), slot.origin) {
            base.form = Form {
                mode: self.slots[origin].document.form.mode,
                ..Form::default()
            };
        }
        base
    }
}

impl Slot {
    fn is_there(&self) -> bool {
        self.document.stamp != Stamp::Absent
    }
}

/// The words for the model.
#[derive(Default)]
struct Told {
    text: String,
    locations: Vec<Location>,
    files: usize,
    shown: usize,
}

impl Told {
    fn add(&mut self, slot: &Slot, after: &Slot, kind: ReportKind) {
        self.files += 1;
        if self.files > MAX_TOLD_FILES {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&head(slot, after, kind));
        let new = after.text.clone().unwrap_or_default();
        let path = &after.document.path;
        match kind {
            ReportKind::Create | ReportKind::Delete => self.locations.push(Location {
                path: path.absolute().to_owned(),
                lines: None,
            }),
            ReportKind::Unchanged => {}
            ReportKind::Update | ReportKind::Move => self.changed(slot, after, &new),
        }
        if let Some(note) = show::changed_on_disk(&slot.document) {
            self.text.push('\n');
            self.text.push_str(&note);
        }
    }

    fn changed(&mut self, slot: &Slot, after: &Slot, new: &str) {
        let path = &after.document.path;
        if after.work == Work::Write {
            self.locations.push(Location {
                path: path.absolute().to_owned(),
                lines: None,
            });
        }
        let is_shown = self.shown < MAX_SHOWN_BYTES;
        let before = self.text.len();
        if after.work != Work::Write {
            let changes = line_edits(&slot.document.text, new);
            self.locations.extend(show::locations(path, &changes));
            if is_shown && !changes.is_empty() {
                self.text.push_str(&show::changed(new, &changes));
            }
        }
        if let (true, Some(meant)) = (after.is_merged, &after.seen) {
            let users = is_shown.then(|| line_edits(meant, new));
            let users = users.unwrap_or_default();
            self.text.push_str(&show::kept(path, new, &users));
        }
        if after.is_stale && !after.is_merged {
            self.text.push_str(&format!(
                "\nThe user changed {} since you saw it: other lines may not be what you know.",
                path.display()
            ));
        }
        self.shown += self.text.len() - before;
    }

    fn finish(mut self) -> ToolOutput {
        let more = self.files.saturating_sub(MAX_TOLD_FILES);
        if more > 0 {
            let more = count(more, "more file", "more files");
            self.text.push_str(&format!("\n[{more} not shown.]"));
        }
        self.text.push_str(IF_DONE);
        ToolOutput {
            text: self.text,
            extra: Vec::new(),
            locations: self.locations,
            ..ToolOutput::default()
        }
    }
}

fn head(slot: &Slot, after: &Slot, kind: ReportKind) -> String {
    let display = slot.document.path.display();
    let new = after.text.clone().unwrap_or_default();
    let size = || count(lines(&new).count(), "line", "lines");
    let work = || match after.work {
        Work::Hunks => {
            let hunks = count(after.matches.places, "hunk", "hunks");
            format!("{hunks}.{}", report::inexact(&after.matches.list))
        }
        Work::Edits => {
            let places = count(after.matches.places, "place", "places");
            let inexact = report::inexact(&after.matches.list);
            format!("{places} replaced.{inexact}")
        }
        Work::Write | Work::Nothing => format!("{}.", size()),
    };
    match kind {
        ReportKind::Create => format!("Created {display} with {}.", size()),
        ReportKind::Delete => format!("Deleted {display}."),
        ReportKind::Move => {
            let to = after.document.path.display();
            match after.matches.list.is_empty() {
                true => format!("Moved {display} to {to}."),
                false => format!("Moved {display} to {to}, with {}", work()),
            }
        }
        ReportKind::Unchanged => match after.work {
            Work::Edits if !after.is_stale => {
                format!("The edits take each other back, so {display} is unchanged.")
            }
            Work::Edits | Work::Hunks | Work::Write | Work::Nothing => {
                format!("{display} is unchanged: it already had exactly this text.")
            }
        },
        ReportKind::Update => match after.work {
            Work::Write => {
                let old = lines(&slot.document.text).count();
                format!("Wrote {display}: {} in place of {old}.", size())
            }
            Work::Edits | Work::Hunks | Work::Nothing => format!("Edited {display}: {}", work()),
        },
    }
}
