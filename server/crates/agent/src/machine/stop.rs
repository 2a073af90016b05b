//! Every way in which a turn ends.
use super::calls::Stage;
use super::texts::Closing;
use super::{Action, Phase, Step};
use crate::event::{TurnError, TurnEvent, TurnOutcome, TurnStop};
use crate::host::PermissionOutcome;

impl Step<'_> {
    pub(super) fn cancel(&mut self) {
        if let Some(mut answer) = self.take_answer() {
            self.break_off(&mut answer);
        }
        self.stop(TurnStop::Cancelled, Closing::Cancelled);
    }

    pub(super) fn broken(&mut self, message: String) {
        if let Some(mut answer) = self.take_answer() {
            self.break_off(&mut answer);
        }
        let stop = TurnStop::Error(TurnError {
            code: "internal",
            message,
            retryable: true,
        });
        self.stop(stop, Closing::Broken);
    }

    /// Closes all that is open and ends the turn; a change that is being made is awaited.
    pub(super) fn stop(&mut self, stop: TurnStop, why: Closing) {
        if matches!(self.state.phase, Phase::Stopping(_) | Phase::Finished) {
            return;
        }
        self.actions.push(Action::StopWork);
        let mut applying = false;
        for call in 0..self.state.calls.len() {
            match &self.state.calls[call].stage {
                Stage::Done => {}
                Stage::Surveying => self.close_survey(call, why),
                Stage::Settling => self.settle_now(call),
                Stage::Applying | Stage::TakingBack(_) => applying = true,
                Stage::Queued | Stage::Examining | Stage::Judging | Stage::Planning => {
                    self.close_call(call, why, false);
                }
                Stage::Running => self.close_call(call, why, true),
                Stage::Asking { request_id, .. } => {
                    let request_id = request_id.clone();
                    let acting = self.state.calls[call].running_since.is_some();
                    self.withdraw(call, request_id);
                    self.close_call(call, why, acting);
                }
            }
        }
        if applying {
            self.state.phase = Phase::Stopping(stop);
        } else {
            self.finish(stop);
        }
    }

    /// Ends a turn that has only waited for its last change.
    pub(super) fn finish_stopping(&mut self) {
        let all_done = self
            .state
            .calls
            .iter()
            .all(|call| matches!(call.stage, Stage::Done));
        if !all_done {
            return;
        }
        if let Phase::Stopping(stop) = &self.state.phase {
            let stop = stop.clone();
            self.finish(stop);
        }
    }

    pub(super) fn close_call(&mut self, call: usize, why: Closing, acting: bool) {
        let (status, text) = why.result(acting);
        self.end_call(call, status, text.to_owned());
    }

    fn withdraw(&mut self, call: usize, request_id: String) {
        let record = self.state.records[self.state.calls[call].record].clone();
        self.emit(TurnEvent::PermissionResolved {
            request_id,
            record,
            outcome: PermissionOutcome::Cancelled,
        });
    }

    fn finish(&mut self, stop: TurnStop) {
        self.state.phase = Phase::Finished;
        self.actions.push(Action::Finish(TurnOutcome {
            stop,
            usage: self.state.usage,
        }));
    }
}
