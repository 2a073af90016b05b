//! What follows a request that failed: it is made again after a while, another model is asked, or
//! the turn ends.
use std::time::Duration;

use aside_llm::{ModelError, ModelErrorKind};

use super::answer::Answer;
use super::texts::{self, Closing};
use super::{Action, Phase, Step};
use crate::event::{NoticeLevel, TurnError, TurnEvent, TurnStop};
use crate::item::{ItemBody, MessageStatus};
use crate::limits::MAX_PARTIAL_RETRIES;

/// Statuses of a rejection that says that the request itself is wrong, for any model.
const REQUEST_IS_WRONG: [u16; 2] = [400, 422];

/// Which model is asked, and how often it was asked for the current answer in vain.
#[derive(Debug, Clone, Default)]
pub(super) struct Tries {
    /// The model's place in the setup.
    pub(super) model: usize,
    /// Requests made again.
    retries: u32,
    /// Those of them that came after the user had seen a part of the answer.
    after_part: u32,
}

impl Tries {
    /// The same model, for an answer that was not asked for yet.
    pub(super) fn renew(&mut self) {
        *self = Self {
            model: self.model,
            ..Self::default()
        };
    }
}

/// What follows a failure.
enum Next {
    Retry(Duration),
    /// The model of this place in the setup.
    Model(usize),
    GiveUp,
}

impl Step<'_> {
    pub(super) fn answer_failed(&mut self, error: &ModelError) {
        let Some(mut answer) = self.take_answer() else {
            return;
        };
        // After its stop the answer is whole, whatever the connection does.
        if answer.stop.is_some() {
            self.settle(answer);
            return;
        }
        match self.next_try(error, &answer) {
            Next::Retry(delay) => {
                self.supersede(&mut answer);
                self.retry(error, delay);
            }
            Next::Model(model) => {
                self.supersede(&mut answer);
                self.switch_model(error, model);
            }
            Next::GiveUp => {
                self.break_off(&mut answer);
                self.stop(TurnStop::Error(self.failure(error)), Closing::ModelFailed);
            }
        }
    }

    /// The wait before a request is over.
    pub(super) fn waited(&mut self) {
        if matches!(self.state.phase, Phase::Waiting) {
            self.ask_model();
        }
    }

    fn next_try(&mut self, error: &ModelError, answer: &Answer) -> Next {
        let setup = &self.state.setup;
        let tries = &mut self.state.tries;
        let is_partial = self.state.records.len() > answer.first;
        if error.retryable && !(is_partial && tries.after_part >= MAX_PARTIAL_RETRIES) {
            let random = self.context.clock.random();
            if let Some(delay) = setup.limits.retry.delay(error, tries.retries, random) {
                tries.retries += 1;
                tries.after_part += u32::from(is_partial);
                return Next::Retry(delay);
            }
        }
        let next = tries.model + 1;
        if next < setup.models.len() && another_may_help(error) {
            return Next::Model(next);
        }
        Next::GiveUp
    }

    fn retry(&mut self, error: &ModelError, delay: Duration) {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.emit(TurnEvent::Retrying {
            attempt: self.state.tries.retries,
            max_attempts: self.state.setup.limits.retry.max_retries,
            delay_ms,
            reason: error.message.clone(),
        });
        self.state.phase = Phase::Waiting;
        self.actions.push(Action::Wait { delay_ms });
    }

    fn switch_model(&mut self, error: &ModelError, model: usize) {
        let name = |model: usize| {
            let facts = self.state.setup.models.get(model);
            facts.map_or("The model", |facts| facts.id.as_str())
        };
        let message = texts::going_on(name(self.state.tries.model), &error.message, name(model));
        self.notice(NoticeLevel::Warning, message);
        self.state.tries = Tries {
            model,
            ..Tries::default()
        };
        self.ask_model();
    }

    /// Closes an answer that broke off and is asked for again. What came of it stays for the
    /// user, and the model is not shown it.
    fn supersede(&mut self, answer: &mut Answer) {
        let open = answer.open.map(|(_, record)| record);
        for at in answer.first..self.state.records.len() {
            let record = &mut self.state.records[at];
            record.replay.get_or_insert_default().superseded = true;
            let is_over = match &record.item.body {
                ItemBody::AssistantMessage { .. } | ItemBody::Reasoning { .. } => open != Some(at),
                // Calls of an answer are never over before it is.
                ItemBody::ToolCall(_)
                | ItemBody::UserMessage { .. }
                | ItemBody::Compaction { .. } => false,
            };
            if is_over {
                let record = record.clone();
                self.emit(TurnEvent::ItemNoted(record));
            }
        }
        self.close_text(answer, MessageStatus::Interrupted);
        for call in 0..self.state.calls.len() {
            self.close_call(call, Closing::ModelFailed, false);
        }
        self.state.calls.clear();
        self.count_usage(answer);
        if self.state.records.len() > answer.first {
            self.notice(NoticeLevel::Info, texts::ASKED_AGAIN.to_owned());
        }
    }

    /// The failure as the end of the turn.
    fn failure(&self, error: &ModelError) -> TurnError {
        let code = match error.kind {
            ModelErrorKind::NoModel => "noModel",
            ModelErrorKind::Auth => "auth",
            ModelErrorKind::RateLimited => "rateLimited",
            ModelErrorKind::Rejected
            | ModelErrorKind::ContextFull
            | ModelErrorKind::Provider
            | ModelErrorKind::Network
            | ModelErrorKind::Timeout
            | ModelErrorKind::Truncated => "provider",
        };
        let mut message = error.message.clone();
        let retries = self.state.tries.retries;
        if retries > 0 {
            message = texts::tried_often(&message, retries.saturating_add(1));
        }
        TurnError {
            code,
            message,
            retryable: error.retryable,
        }
    }
}

/// Whether another model may answer where one failed like this. A conversation that is too long
/// for one may fit another, but what it leaves of the window may be little, so the user decides.
fn another_may_help(error: &ModelError) -> bool {
    match error.kind {
        ModelErrorKind::NoModel
        | ModelErrorKind::Auth
        | ModelErrorKind::RateLimited
        | ModelErrorKind::Provider
        | ModelErrorKind::Network
        | ModelErrorKind::Timeout
        | ModelErrorKind::Truncated => true,
        ModelErrorKind::Rejected => error
            .status
            .is_some_and(|status| !REQUEST_IS_WRONG.contains(&status)),
        ModelErrorKind::ContextFull => false,
    }
}
