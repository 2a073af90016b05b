//! An answer of the model: its request, its end, and what follows from that.
use aside_llm::{Chunk, ModelError, ModelErrorKind, StopReason, Usage};

use super::texts::{self, Closing};
use super::{Action, Phase, Step};
use crate::event::{NoticeLevel, TurnError, TurnEvent, TurnStop};
use crate::item::MessageStatus;
use crate::limits::MAX_ANSWER_CALLS;

/// An answer as far as it has come.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Which answer of the turn, from 0.
    pub(super) number: u32,
    /// The text or reasoning that goes on: its kind and its place among the records.
    pub(super) open: Option<(Part, usize)>,
    /// White space at the start of a part. It becomes an item only if something follows it.
    pub(super) held: (Part, String),
    /// Calls whose name has not come yet.
    pub(super) nameless: Vec<Nameless>,
    /// Items begun.
    pub(super) items: usize,
    /// All bytes that came.
    pub(super) bytes: usize,
    pub(super) usage: Option<Usage>,
    pub(super) stop: Option<StopReason>,
    /// Whether there were more calls than are kept.
    pub(super) dropped_calls: bool,
}

/// The two kinds of streamed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Text,
    Reasoning,
}

/// A call whose name has not come yet.
#[derive(Debug, Clone)]
pub(super) struct Nameless {
    pub(super) index: usize,
    pub(super) id: Option<String>,
    pub(super) arguments: String,
}

impl Answer {
    fn new(number: u32) -> Self {
        Self {
            number,
            open: None,
            held: (Part::Text, String::new()),
            nameless: Vec::new(),
            items: 0,
            bytes: 0,
            usage: None,
            stop: None,
            dropped_calls: false,
        }
    }
}

/// Whether an answer may go on after a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Open,
    Full,
}

impl Step<'_> {
    pub(super) fn request_model(&mut self) {
        self.take_notes();
        self.state.calls.clear();
        self.state.phase = Phase::Answering(Answer::new(self.state.requests));
        self.state.requests += 1;
        self.actions.push(Action::RequestModel);
    }

    pub(super) fn chunks(&mut self, chunks: Vec<Chunk>) {
        let Some(mut answer) = self.take_answer() else {
            return;
        };
        let mut flow = Flow::Open;
        for chunk in chunks {
            // A stream ends after its stop; what follows nevertheless is no part of the answer.
            if answer.stop.is_some() {
                break;
            }
            flow = self.chunk(&mut answer, chunk);
            if flow == Flow::Full {
                break;
            }
        }
        if flow == Flow::Open {
            self.state.phase = Phase::Answering(answer);
            return;
        }
        answer.stop = Some(StopReason::MaxTokens);
        self.actions.push(Action::StopWork);
        self.notice(NoticeLevel::Warning, texts::LONG_ANSWER.to_owned());
        self.settle(answer);
    }

    pub(super) fn answer_ended(&mut self) {
        let Some(answer) = self.take_answer() else {
            return;
        };
        if answer.stop.is_some() {
            self.settle(answer);
            return;
        }
        self.state.phase = Phase::Answering(answer);
        self.answer_failed(&ModelError {
            kind: ModelErrorKind::Truncated,
            message: "The model's answer broke off before its end. Send the message again."
                .to_owned(),
            status: None,
            request_id: None,
            retryable: true,
            retry_after: None,
        });
    }

    pub(super) fn answer_failed(&mut self, error: &ModelError) {
        let Some(mut answer) = self.take_answer() else {
            return;
        };
        // After its stop the answer is whole, whatever the connection does.
        if answer.stop.is_some() {
            self.settle(answer);
            return;
        }
        self.break_off(&mut answer);
        let code = match error.kind {
            ModelErrorKind::NoModel => "noModel",
            ModelErrorKind::Auth => "auth",
            ModelErrorKind::RateLimited => "rateLimited",
            ModelErrorKind::Rejected
            | ModelErrorKind::Provider
            | ModelErrorKind::Network
            | ModelErrorKind::Timeout
            | ModelErrorKind::Truncated
            | ModelErrorKind::ContextFull => "provider",
        };
        let stop = TurnStop::Error(TurnError {
            code,
            message: error.message.clone(),
            retryable: error.retryable,
        });
        self.stop(stop, Closing::ModelFailed);
    }

    /// Ends an answer in the middle: what came of it is kept and marked.
    pub(super) fn break_off(&mut self, answer: &mut Answer) {
        self.close_text(answer, MessageStatus::Interrupted);
        self.name_the_nameless(answer);
        self.text_calls(answer);
        self.count_usage(answer);
    }

    /// Takes the answer out of the phase, which is `Working` until it is put back.
    pub(super) fn take_answer(&mut self) -> Option<Answer> {
        if !matches!(self.state.phase, Phase::Answering(_)) {
            return None;
        }
        match std::mem::replace(&mut self.state.phase, Phase::Working) {
            Phase::Answering(answer) => Some(answer),
            Phase::Ready | Phase::Working | Phase::Stopping(_) | Phase::Finished => None,
        }
    }

    /// Goes on after a whole answer.
    fn settle(&mut self, mut answer: Answer) {
        self.close_text(&mut answer, MessageStatus::Completed);
        self.name_the_nameless(&mut answer);
        self.text_calls(&mut answer);
        self.count_usage(&answer);
        if answer.dropped_calls {
            let message = texts::dropped_calls(MAX_ANSWER_CALLS);
            self.notice(NoticeLevel::Warning, message);
        }
        match answer.stop.unwrap_or(StopReason::EndTurn) {
            // Some servers say that the turn ends and call tools all the same.
            StopReason::EndTurn | StopReason::ToolCalls => {
                if self.state.calls.is_empty() {
                    self.stop(TurnStop::EndTurn, Closing::Refused);
                } else {
                    self.begin_calls();
                }
            }
            StopReason::MaxTokens | StopReason::ContextFull => {
                self.stop(TurnStop::MaxTokens, Closing::CutAnswer);
            }
            StopReason::Paused => self.stop(TurnStop::EndTurn, Closing::Refused),
            StopReason::Refusal | StopReason::Filtered => {
                self.stop(TurnStop::Refusal, Closing::Refused)
            }
        }
    }

    fn count_usage(&mut self, answer: &Answer) {
        let Some(request) = answer.usage else {
            return;
        };
        self.state.usage += request;
        self.emit(TurnEvent::UsageUpdated {
            model: String::new(),
            request,
            context_tokens: request.input_tokens.saturating_add(request.output_tokens),
        });
    }

    pub(super) fn notice(&mut self, level: NoticeLevel, message: String) {
        self.emit(TurnEvent::Notice { level, message });
    }
}
