//! Whether a call may be made: the session's mode, and the user.
use super::calls::Stage;
use super::texts;
use super::{Action, Judgement, Step};
use crate::editing::EditMode;
use crate::event::TurnEvent;
use crate::host::{PermissionOutcome, PermissionRequest};
use crate::item::{ToolKind, ToolStatus};
use crate::permission::{Decision, Effect, decide};

impl Step<'_> {
    pub(super) fn examined(
        &mut self,
        call: usize,
        title: String,
        effects: Result<Vec<Effect>, String>,
        judgement: Judgement,
    ) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Examining)) {
            return;
        }
        self.edit_item(call, |item| item.title = title);
        let effects = match effects {
            Ok(effects) => effects,
            Err(text) => {
                self.fail_call(call, text);
                return;
            }
        };
        let only_computes = self.state.calls[call].kind == ToolKind::Edit
            && effects.iter().all(|effect| match effect {
                Effect::ReadPath { .. } | Effect::WritePath { .. } => true,
                Effect::RunProgram { .. } | Effect::Network { .. } | Effect::McpTool { .. } => {
                    false
                }
            });
        self.state.calls[call].effects.clone_from(&effects);
        match self.decision(judgement, &effects) {
            Decision::Deny(reason) => self.reject_call(call, texts::denied(&reason)),
            // The question about an edit shows the edit, so it is computed first.
            Decision::Allow | Decision::Ask(_) if only_computes => self.plan_call(call),
            Decision::Allow => {
                self.state.calls[call].granted = effects;
                self.run_call(call);
            }
            Decision::Ask(reason) => self.ask(call, reason, effects),
        }
    }

    /// The session has said what it says to the edits that were computed.
    pub(super) fn judged(&mut self, call: usize, judgement: Judgement) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Judging)) {
            return;
        }
        let effects = self.open_effects(call);
        match self.decision(judgement, &effects) {
            Decision::Allow => self.begin_changes(call),
            Decision::Ask(reason) => self.ask(call, reason, effects),
            Decision::Deny(reason) => self.reject_call(call, texts::denied(&reason)),
        }
    }

    fn ask(&mut self, call: usize, reason: String, effects: Vec<Effect>) {
        let effects = self.to_ask(effects);
        let request_id = self.context.clock.new_id();
        self.edit_item(call, |item| item.status = ToolStatus::Waiting);
        let record = self.call_record(call).clone();
        let request = PermissionRequest {
            request_id: request_id.clone(),
            session_id: self.state.setup.session_id.clone(),
            turn_id: self.state.setup.turn_id.clone(),
            item: record.item.clone(),
            reason,
            effects: effects.clone(),
            preview: self.changes(call),
        };
        self.emit(TurnEvent::ItemUpdated(record.clone()));
        self.emit(TurnEvent::PermissionRequested {
            request_id: request_id.clone(),
            record,
        });
        self.actions.push(Action::Ask {
            call,
            request: Box::new(request),
        });
        self.state.calls[call].stage = Stage::Asking {
            request_id,
            effects,
        };
    }

    pub(super) fn answered(&mut self, call: usize, outcome: PermissionOutcome) {
        let Some(entry) = self.state.calls.get_mut(call) else {
            return;
        };
        let Stage::Asking {
            request_id,
            effects,
        } = &entry.stage
        else {
            return;
        };
        let (request_id, effects) = (request_id.clone(), effects.clone());
        match outcome {
            PermissionOutcome::Allowed | PermissionOutcome::AllowedForSession => {
                entry.granted.extend(effects);
                self.edit_item(call, |item| item.status = ToolStatus::Pending);
                self.resolved(call, request_id, outcome);
                if self.state.calls[call].changes.is_empty() {
                    self.run_call(call);
                } else {
                    self.begin_changes(call);
                }
            }
            PermissionOutcome::Rejected { ref feedback } => {
                let text = texts::rejected(feedback.as_deref());
                self.refused(call, request_id, outcome, text);
            }
            PermissionOutcome::Expired => {
                self.refused(call, request_id, outcome, texts::EXPIRED.to_owned());
            }
            PermissionOutcome::Unavailable(ref why) => {
                let text = texts::unavailable(why);
                self.refused(call, request_id, outcome, text);
            }
            // Stopping settles the question.
            PermissionOutcome::Cancelled => self.cancel(),
        }
    }

    fn refused(
        &mut self,
        call: usize,
        request_id: String,
        outcome: PermissionOutcome,
        text: String,
    ) {
        self.edit_item(call, |item| item.status = ToolStatus::Rejected);
        self.resolved(call, request_id, outcome);
        self.reject_call(call, text);
    }

    fn resolved(&mut self, call: usize, request_id: String, outcome: PermissionOutcome) {
        let record = self.call_record(call).clone();
        self.emit(TurnEvent::PermissionResolved {
            request_id,
            record,
            outcome,
        });
    }

    /// What is only proposed writes nothing until the user accepts it. What the session refuses
    /// it refuses nevertheless.
    fn decision(&self, judgement: Judgement, effects: &[Effect]) -> Decision {
        let decision = match (decide(judgement.mode, effects), self.state.setup.edit_mode) {
            (Decision::Ask(_), EditMode::Propose) => {
                decide(judgement.mode, &self.to_ask(effects.to_vec()))
            }
            (decision, EditMode::Apply | EditMode::Propose) => decision,
        };
        match decision {
            Decision::Ask(_) if judgement.allowed_for_session => Decision::Allow,
            decision @ (Decision::Allow | Decision::Ask(_) | Decision::Deny(_)) => decision,
        }
    }

    /// What of these effects the user can be asked about.
    fn to_ask(&self, mut effects: Vec<Effect>) -> Vec<Effect> {
        effects.retain(|effect| match effect {
            Effect::WritePath { .. } => self.state.setup.edit_mode == EditMode::Apply,
            Effect::ReadPath { .. }
            | Effect::RunProgram { .. }
            | Effect::Network { .. }
            | Effect::McpTool { .. } => true,
        });
        effects
    }
}
