//! Whether a call may be made: the session's mode, and the user.
use super::calls::Stage;
use super::texts;
use super::{Action, Judgement, Step};
use crate::event::TurnEvent;
use crate::host::{PermissionOutcome, PermissionRequest};
use crate::item::{ToolKind, ToolStatus};
use crate::permission::{Effect, Open, Verdict, question, verdict};

/// What came of looking at a call.
pub(super) struct Looked {
    pub(super) title: String,
    pub(super) effects: Result<Vec<Effect>, String>,
    pub(super) caution: Option<String>,
}

impl Step<'_> {
    pub(super) fn examined(&mut self, call: usize, looked: Looked, judgement: Judgement) {
        let Looked {
            title,
            effects,
            caution,
        } = looked;
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
        let computes = matches!(
            self.state.calls[call].kind,
            ToolKind::Edit | ToolKind::Delete | ToolKind::Move
        );
        let only_computes = computes
            && effects.iter().all(|effect| match effect {
                Effect::ReadPath { .. } | Effect::WritePath { .. } => true,
                Effect::RunProgram { .. } | Effect::Network { .. } | Effect::McpTool { .. } => {
                    false
                }
            });
        self.state.calls[call].effects.clone_from(&effects);
        self.state.calls[call].caution = caution;
        match self.verdict(judgement, &effects) {
            Verdict::Deny(reason) => self.reject_call(call, texts::denied(&reason)),
            // The question about an edit shows the edit, so it is computed first.
            Verdict::Allow | Verdict::Ask(_) if only_computes => self.plan_call(call),
            Verdict::Allow => {
                self.state.calls[call].granted = effects;
                self.run_call(call);
            }
            Verdict::Ask(open) => self.ask(call, open, effects),
        }
    }

    /// The session has said what it says to the edits that were computed.
    pub(super) fn judged(&mut self, call: usize, judgement: Judgement) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Judging)) {
            return;
        }
        let effects = self.open_effects(call);
        match self.verdict(judgement, &effects) {
            Verdict::Allow => self.begin_changes(call),
            Verdict::Ask(open) => self.ask(call, open, effects),
            Verdict::Deny(reason) => self.reject_call(call, texts::denied(&reason)),
        }
    }

    /// Asks about what is open of the effects that were judged.
    fn ask(&mut self, call: usize, open: Vec<Open>, effects: Vec<Effect>) {
        let caution = self.state.calls[call].caution.as_deref();
        let reasons = open.iter().map(|open| open.reason.as_str());
        let asked: Vec<Effect> = open.iter().map(|open| open.effect.clone()).collect();
        let reason = question(&asked, reasons, caution);
        let request_id = self.context.clock.new_id();
        self.edit_item(call, |item| item.status = ToolStatus::Waiting);
        let record = self.call_record(call).clone();
        let request = PermissionRequest {
            request_id: request_id.clone(),
            session_id: self.state.setup.session_id.clone(),
            turn_id: self.state.setup.turn_id.clone(),
            item: record.item.clone(),
            reason,
            effects: asked,
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
            PermissionOutcome::Allowed
            | PermissionOutcome::AllowedForSession
            | PermissionOutcome::AllowedAlways => {
                entry.granted.extend(effects);
                self.edit_item(call, |item| item.status = ToolStatus::Pending);
                self.resolved(call, request_id, outcome);
                if self.state.calls[call].changes.is_empty() {
                    self.run_call(call);
                } else {
                    self.begin_changes(call);
                }
            }
            PermissionOutcome::Rejected { ref feedback }
            | PermissionOutcome::RejectedAlways { ref feedback } => {
                let text = texts::rejected(feedback.as_deref());
                self.refused(call, request_id, outcome, text);
            }
            PermissionOutcome::Denied(ref why) => {
                let text = texts::denied(why);
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

    /// What the decisions come to. What is only proposed writes nothing until the user accepts
    /// it, so that writing is not asked about then. What the session refuses it refuses
    /// nevertheless.
    fn verdict(&self, judgement: Judgement, effects: &[Effect]) -> Verdict {
        let mode = self.state.setup.edit_mode;
        verdict(mode, effects, judgement.decisions)
    }
}
