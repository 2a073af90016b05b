//! Making the changes that a call has computed, one after the other.
use super::calls::Stage;
use super::texts::{self, Closing};
use super::{Action, ApplyEnd, Phase, Step};
use crate::event::{EditOutcome, TurnEvent};
use crate::host::FileChange;
use crate::item::ToolStatus;
use crate::permission::Effect;
use crate::tool::ToolOutput;

impl Step<'_> {
    /// A tool has computed changes: they are made if the session or the user allows them.
    pub(super) fn planned(&mut self, call: usize, changes: Vec<FileChange>, output: ToolOutput) {
        let entry = &mut self.state.calls[call];
        entry.changes = changes;
        entry.output = output;
        let effects = self.open_effects(call);
        if effects.is_empty() {
            self.apply_next(call);
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
        let writes = entry.changes.iter().map(|change| Effect::WritePath {
            path: change.base.path.absolute().to_string_lossy().into_owned(),
        });
        for effect in entry.effects.iter().cloned().chain(writes) {
            if !entry.granted.contains(&effect) && !open.contains(&effect) {
                open.push(effect);
            }
        }
        open
    }

    /// Makes the next change; before the first one, all are stored as about to be made.
    pub(super) fn apply_next(&mut self, call: usize) {
        let made = self.state.calls[call].made;
        if made == 0 {
            let changes = self.state.calls[call].changes.clone();
            let ids = changes.iter().map(|_| self.context.clock.new_id());
            let ids = ids.collect();
            self.edit_item(call, |item| item.edit_ids = ids);
            self.mark_running(call, changes);
        }
        let entry = &mut self.state.calls[call];
        let Some(change) = entry.changes.get(made).cloned() else {
            let output = std::mem::take(&mut entry.output);
            self.complete_call(call, output);
            return;
        };
        entry.stage = Stage::Applying;
        self.actions.push(Action::Apply {
            call,
            change: Box::new(change),
        });
    }

    pub(super) fn applied(&mut self, call: usize, end: ApplyEnd) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Applying)) {
            return;
        }
        let cancelled = Closing::Cancelled.result(true).1;
        match end {
            ApplyEnd::Made(applied) => {
                self.resolve_edit(call, EditOutcome::Applied(applied));
                self.state.calls[call].made += 1;
                let entry = &self.state.calls[call];
                let more = entry.made < entry.changes.len();
                if more && matches!(self.state.phase, Phase::Stopping(_)) {
                    self.end_edits(call, ToolStatus::Cancelled, cancelled);
                } else {
                    self.apply_next(call);
                }
            }
            ApplyEnd::Failed(error) => {
                let entry = &self.state.calls[call];
                let reason = entry.changes.get(entry.made);
                let reason = reason.map(|change| texts::failed_change(change, &error));
                let reason = reason.unwrap_or_else(|| error.to_string());
                self.end_edits(call, ToolStatus::Failed, &reason);
            }
            ApplyEnd::NotBegun => {
                let acting = self.state.calls[call].made > 0;
                let text = Closing::Cancelled.result(acting).1;
                self.end_edits(call, ToolStatus::Cancelled, text);
                self.cancel();
            }
        }
    }

    /// Ends a call some of whose changes were not made.
    fn end_edits(&mut self, call: usize, status: ToolStatus, reason: &str) {
        let (made, all) = {
            let entry = &self.state.calls[call];
            (entry.made, entry.changes.len())
        };
        for edit in made..all {
            self.state.calls[call].made = edit;
            self.resolve_edit(call, EditOutcome::Failed);
        }
        let entry = &self.state.calls[call];
        let text = texts::partly_made(reason, &entry.changes, made);
        let done = entry.changes.iter().take(made);
        let paths = done.map(|change| change.base.path.absolute().to_owned());
        let paths = paths.collect::<Vec<_>>();
        let mut locations = entry.output.locations.clone();
        locations.retain(|location| paths.contains(&location.path));
        self.edit_item(call, |item| {
            item.edit_ids.truncate(made);
            item.locations = locations;
        });
        match status {
            ToolStatus::Failed => self.fail_call(call, text),
            ToolStatus::Pending
            | ToolStatus::Waiting
            | ToolStatus::Running
            | ToolStatus::Completed
            | ToolStatus::Rejected
            | ToolStatus::Cancelled
            | ToolStatus::Interrupted => self.end_call(call, status, text),
        }
    }

    fn resolve_edit(&mut self, call: usize, outcome: EditOutcome) {
        let made = self.state.calls[call].made;
        let mut edit_id = None;
        self.edit_item(call, |item| edit_id = item.edit_ids.get(made).cloned());
        if let Some(edit_id) = edit_id {
            self.emit(TurnEvent::EditResolved { edit_id, outcome });
        }
    }
}
