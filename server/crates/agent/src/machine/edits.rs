//! Making the changes that a call has computed, one after the other.
use std::sync::Arc;

use super::calls::Stage;
use super::texts::{self, Closing};
use super::{Action, ApplyEnd, Phase, Step};
use crate::editing::EditMode;
use crate::event::{EditOutcome, TurnEvent};
use crate::host::{AppliedChange, Document, FileChange, HostError, Stamp};
use crate::item::ToolStatus;
use crate::limits::MAX_REBASES;
use crate::permission::Effect;
use crate::rebase::{Rebased, kept_text, rebase};
use crate::tool::{Arguments, ToolOutput};
use crate::world::Reported;

/// A change of a call, and how far it is.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// As it was computed last.
    pub(super) change: FileChange,
    /// The text that its tool made and told the model of.
    pub(super) told: Arc<str>,
    /// How often it was computed anew.
    pub(super) rebases: u32,
    /// How it was made, where it is and stays made.
    pub(super) made: Option<AppliedChange>,
}

impl Step<'_> {
    /// A tool has computed changes: they are made if the session or the user allows them.
    pub(super) fn planned(&mut self, call: usize, changes: Vec<FileChange>, output: ToolOutput) {
        let entry = &mut self.state.calls[call];
        let planned = changes.into_iter().map(|change| Planned {
            told: change.new_text(),
            change,
            rebases: 0,
            made: None,
        });
        entry.changes = planned.collect();
        entry.output = output;
        let effects = self.open_effects(call);
        if effects.is_empty() {
            self.begin_changes(call);
            return;
        }
        self.state.calls[call].stage = Stage::Judging;
        self.actions.push(Action::Judge { call, effects });
    }

    /// What the call and its changes would do beyond what is granted. Whatever a tool says of
    /// itself, what it writes is what its changes say.
    pub(super) fn open_effects(&self, call: usize) -> Vec<Effect> {
        let entry = &self.state.calls[call];
        let mut open: Vec<Effect> = Vec::new();
        let places = entry.changes.iter().flat_map(|planned| {
            let (from, to) = (&planned.change.base.path, planned.change.new_path());
            [from, to]
        });
        let writes = places.map(|path| Effect::WritePath {
            path: path.absolute().to_string_lossy().into_owned(),
        });
        for effect in entry.effects.iter().cloned().chain(writes) {
            if !entry.granted.contains(&effect) && !open.contains(&effect) {
                open.push(effect);
            }
        }
        open
    }

    /// Makes or proposes the changes of a call that may be made, after all are stored.
    pub(super) fn begin_changes(&mut self, call: usize) {
        let changes = self.changes(call);
        let ids = changes.iter().map(|_| self.context.clock.new_id());
        let ids = ids.collect();
        self.edit_item(call, |item| item.edit_ids = ids);
        self.mark_running(call, changes);
        match self.state.setup.edit_mode {
            EditMode::Apply if self.state.setup.surveys_edits => self.survey(call),
            EditMode::Apply => self.apply_next(call),
            EditMode::Propose => self.propose(call),
        }
    }

    /// The files stay as they are until the user accepts.
    fn propose(&mut self, call: usize) {
        for edit in 0..self.state.calls[call].changes.len() {
            self.resolve_edit(call, edit, EditOutcome::Proposed);
        }
        let text = texts::proposed(&self.changes(call));
        let output = std::mem::take(&mut self.state.calls[call].output);
        self.complete_call(call, ToolOutput { text, ..output });
    }

    /// What is wrong with the files is asked before they change, so that it is known later what
    /// the change did.
    fn survey(&mut self, call: usize) {
        let changes = self.changes(call);
        self.state.calls[call].stage = Stage::Surveying;
        self.actions.push(Action::Survey { call, changes });
    }

    pub(super) fn surveyed(&mut self, call: usize, before: Vec<Option<Reported>>) {
        let Some(entry) = self.state.calls.get_mut(call) else {
            return;
        };
        if !matches!(entry.stage, Stage::Surveying) {
            return;
        }
        entry.before = before;
        self.apply_next(call);
    }

    /// The turn ends before the first change of a call is begun.
    pub(super) fn close_survey(&mut self, call: usize, why: Closing) {
        self.give_up_rest(call);
        self.keep_made(call);
        self.close_call(call, why, false);
    }

    fn apply_next(&mut self, call: usize) {
        let entry = &mut self.state.calls[call];
        let Some(planned) = entry.changes.get(entry.next) else {
            let mut output = std::mem::take(&mut entry.output);
            for planned in &entry.changes {
                if planned.told != planned.change.new_text() {
                    let kept = kept_text(&planned.change, &planned.told);
                    output.text.push_str("\n\n");
                    output.text.push_str(&kept);
                }
            }
            self.settle_call(call, output);
            return;
        };
        let change = Box::new(planned.change.clone());
        entry.stage = Stage::Applying;
        self.actions.push(Action::Apply { call, change });
    }

    /// All changes of a call are made. What is still to be said of them is waited for, unless the
    /// turn ends.
    fn settle_call(&mut self, call: usize, output: ToolOutput) {
        let before = std::mem::take(&mut self.state.calls[call].before);
        let is_told = self.state.setup.settles_edits || !before.is_empty();
        if !is_told || !matches!(self.state.phase, Phase::Working) {
            self.complete_call(call, output);
            return;
        }
        let mut arguments = Arguments::new();
        self.edit_item(call, |item| arguments.clone_from(&item.arguments));
        let changes = match before.is_empty() {
            true => Vec::new(),
            false => self.changes(call),
        };
        let entry = &mut self.state.calls[call];
        entry.stage = Stage::Settling;
        let (name, text) = (entry.name.clone(), output.text.clone());
        entry.output = output;
        self.actions.push(Action::Settle {
            call,
            name,
            arguments,
            text,
            changes,
            before,
        });
    }

    pub(super) fn settled(&mut self, call: usize, text: String) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Settling)) {
            return;
        }
        let output = std::mem::take(&mut self.state.calls[call].output);
        self.complete_call(call, ToolOutput { text, ..output });
    }

    /// The edits of a call are made, whatever else was to be said of them.
    pub(super) fn settle_now(&mut self, call: usize) {
        let output = std::mem::take(&mut self.state.calls[call].output);
        self.complete_call(call, output);
    }

    pub(super) fn applied(&mut self, call: usize, end: ApplyEnd) {
        let Some(entry) = self.state.calls.get(call) else {
            return;
        };
        match &entry.stage {
            Stage::Applying => {}
            Stage::TakingBack(_) => {
                self.taken_back(call, end);
                return;
            }
            Stage::Queued
            | Stage::Examining
            | Stage::Planning
            | Stage::Judging
            | Stage::Asking { .. }
            | Stage::Running
            | Stage::Surveying
            | Stage::Settling
            | Stage::Done => return,
        }
        match end {
            ApplyEnd::Made(applied) => self.made(call, applied),
            ApplyEnd::Stale { now, error } => self.rebase(call, now, &error),
            ApplyEnd::Failed(error) => {
                let dialect = self.state.setup.dialect;
                let reason = entry.changes.get(entry.next);
                let reason =
                    reason.map(|planned| texts::failed_change(&planned.change, &error, dialect));
                let reason = reason.unwrap_or_else(|| error.to_string());
                self.fail_edits(call, reason);
            }
            ApplyEnd::NotBegun => {
                self.cancel_edits(call);
                self.cancel();
            }
        }
    }

    /// The next change is made.
    fn made(&mut self, call: usize, applied: AppliedChange) {
        let entry = &mut self.state.calls[call];
        let edit = entry.next;
        if let Some(planned) = entry.changes.get_mut(edit) {
            planned.made = Some(applied.clone());
        }
        entry.next += 1;
        let more = entry.next < entry.changes.len();
        self.resolve_edit(call, edit, EditOutcome::Applied(applied));
        if more && matches!(self.state.phase, Phase::Stopping(_)) {
            self.cancel_edits(call);
        } else {
            self.apply_next(call);
        }
    }

    /// The user changed the file meanwhile: the change is computed anew over that.
    fn rebase(&mut self, call: usize, now: Document, error: &HostError) {
        if matches!(self.state.phase, Phase::Stopping(_)) {
            self.cancel_edits(call);
            return;
        }
        let dialect = self.state.setup.dialect;
        let entry = &mut self.state.calls[call];
        let edit = entry.next;
        let Some(planned) = entry.changes.get_mut(edit) else {
            return;
        };
        if planned.rebases >= MAX_REBASES {
            let reason = texts::failed_change(&planned.change, error, dialect);
            self.fail_edits(call, reason);
            return;
        }
        planned.rebases += 1;
        let rebased = match rebase(&planned.change, now) {
            Ok(rebased) => rebased,
            Err(conflict) => {
                self.fail_edits(call, conflict.message(dialect));
                return;
            }
        };
        let change = rebased.change().clone();
        planned.change = change.clone();
        match &rebased {
            // The line ending is the editor's, so there is nothing to be told of the user.
            Rebased::Ended(change, _) => planned.told = change.new_text(),
            Rebased::Make(_) | Rebased::There(_) => {}
        }
        if let Some(edit_id) = self.edit_id(call, edit) {
            self.emit(TurnEvent::EditRebased { edit_id, change });
        }
        match rebased {
            Rebased::Make(_) => self.apply_next(call),
            Rebased::There(change) => self.made(call, already(&change.base.stamp)),
            Rebased::Ended(_, stamp) => self.made(call, already(&stamp)),
        }
    }

    /// One change failed: what was made before it is taken back.
    fn fail_edits(&mut self, call: usize, reason: String) {
        self.give_up_rest(call);
        self.take_back(call, reason);
    }

    /// The user cancelled between two changes: those that are made stay.
    fn cancel_edits(&mut self, call: usize) {
        self.give_up_rest(call);
        let acting = self.state.calls[call].next > 0;
        let reason = Closing::Cancelled.result(acting).1;
        let text = texts::partly_made(reason, &self.state.calls[call].changes);
        self.keep_made(call);
        self.end_call(call, ToolStatus::Cancelled, text);
    }

    fn give_up_rest(&mut self, call: usize) {
        let entry = &self.state.calls[call];
        for edit in entry.next..entry.changes.len() {
            self.resolve_edit(call, edit, EditOutcome::Failed);
        }
    }

    /// Names the changes alone that are made and stay so.
    pub(super) fn keep_made(&mut self, call: usize) {
        let entry = &self.state.calls[call];
        let made = entry.changes.iter().map(|planned| planned.made.is_some());
        let made = made.collect::<Vec<_>>();
        let done = entry.changes.iter().zip(&made).filter(|(_, made)| **made);
        let paths = done.map(|(planned, _)| planned.change.new_path().absolute().to_owned());
        let paths = paths.collect::<Vec<_>>();
        let mut locations = entry.output.locations.clone();
        locations.retain(|location| paths.contains(&location.path));
        self.edit_item(call, |item| {
            let mut made = made.into_iter();
            item.edit_ids.retain(|_| made.next() == Some(true));
            item.locations = locations;
        });
    }

    pub(super) fn changes(&self, call: usize) -> Vec<FileChange> {
        let changes = self.state.calls[call].changes.iter();
        changes.map(|planned| planned.change.clone()).collect()
    }

    fn edit_id(&mut self, call: usize, edit: usize) -> Option<String> {
        let mut edit_id = None;
        self.edit_item(call, |item| edit_id = item.edit_ids.get(edit).cloned());
        edit_id
    }

    pub(super) fn resolve_edit(&mut self, call: usize, edit: usize, outcome: EditOutcome) {
        if let Some(edit_id) = self.edit_id(call, edit) {
            self.emit(TurnEvent::EditResolved { edit_id, outcome });
        }
    }
}

/// A change that need not be made counts as made in the state that the file is in.
fn already(stamp: &Stamp) -> AppliedChange {
    match stamp {
        Stamp::Open { version, revision } => AppliedChange {
            version: Some(*version),
            revision: Some(*revision),
        },
        Stamp::Disk | Stamp::Absent => AppliedChange::default(),
    }
}
