//! An answer of the model: its request, its end, and what follows from that.
use aside_llm::{Chunk, ModelError, ModelErrorKind, Opaque, StopReason, Usage};

use super::texts::{self, Closing};
use super::{Action, ModelFact, Phase, Step};
use crate::event::{NoticeLevel, TurnEvent, TurnStop};
use crate::item::MessageStatus;
use crate::limits::MAX_ANSWER_CALLS;

/// An answer as far as it has come.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Which answer of the turn, from 0.
    pub(super) number: u32,
    /// The place among the records where its items begin.
    pub(super) first: usize,
    /// The text or reasoning that goes on: its kind and its place among the records.
    pub(super) open: Option<(Part, usize)>,
    /// White space at the start of a part. It becomes an item only if something follows it.
    pub(super) held: (Part, String),
    /// Calls whose name has not come yet.
    pub(super) nameless: Vec<Nameless>,
    /// What the provider wants to see again and what stands before no item yet.
    pub(super) waiting: Vec<Opaque>,
    /// What the provider says beside the answer, for the user.
    pub(super) notes: Vec<String>,
    /// Items begun.
    pub(super) items: usize,
    /// All bytes that came.
    pub(super) bytes: usize,
    /// Those of them that only the provider understands, as far as they are kept.
    pub(super) opaque_bytes: usize,
    pub(super) usage: Option<Usage>,
    pub(super) stop: Option<StopReason>,
    /// Whether there were more calls than are kept.
    pub(super) dropped_calls: bool,
    /// Whether there was more for the provider than is kept.
    pub(super) dropped_opaque: bool,
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
    pub(super) attached: Option<Opaque>,
}

impl Answer {
    fn new(number: u32, first: usize) -> Self {
        Self {
            number,
            first,
            open: None,
            held: (Part::Text, String::new()),
            nameless: Vec::new(),
            waiting: Vec::new(),
            notes: Vec::new(),
            items: 0,
            bytes: 0,
            opaque_bytes: 0,
            usage: None,
            stop: None,
            dropped_calls: false,
            dropped_opaque: false,
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
    /// Goes on to the next answer.
    pub(super) fn request_model(&mut self) {
        self.take_notes();
        self.take_steers();
        self.state.calls.clear();
        self.state.requests += 1;
        self.state.tries.renew();
        self.ask_model();
    }

    /// Asks for the answer, for the first time or again.
    pub(super) fn ask_model(&mut self) {
        let first = self.state.records.len();
        self.state.phase = Phase::Answering(Answer::new(self.state.answers, first));
        self.state.answers = self.state.answers.saturating_add(1);
        self.actions.push(Action::RequestModel {
            model: self.state.tries.model,
        });
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
            message: texts::BROKEN_OFF.to_owned(),
            status: None,
            request_id: None,
            retryable: true,
            retry_after: None,
        });
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
            Phase::Ready
            | Phase::Waiting
            | Phase::Working
            | Phase::Stopping(_)
            | Phase::Finished => None,
        }
    }

    /// Goes on after a whole answer.
    pub(super) fn settle(&mut self, mut answer: Answer) {
        self.close_text(&mut answer, MessageStatus::Completed);
        self.name_the_nameless(&mut answer);
        self.keep_waiting(&mut answer);
        self.text_calls(&mut answer);
        self.count_usage(&answer);
        self.tell_end(&answer);
        match answer.stop.unwrap_or(StopReason::EndTurn) {
            // Some servers say that the turn ends and call tools all the same.
            StopReason::EndTurn | StopReason::ToolCalls => {
                // Without calls, the phase being `Working`, the model is asked again.
                if self.state.calls.is_empty() && self.state.steers.is_empty() {
                    self.stop(TurnStop::EndTurn, Closing::Refused);
                } else {
                    self.begin_calls();
                }
            }
            StopReason::MaxTokens | StopReason::ContextFull => {
                self.stop(TurnStop::MaxTokens, Closing::CutAnswer);
            }
            StopReason::Paused => self.begin_calls(),
            StopReason::Refusal | StopReason::Filtered => {
                self.stop(TurnStop::Refusal, Closing::Refused);
            }
        }
    }

    /// Tells the user what is to be said of an answer that is over.
    fn tell_end(&mut self, answer: &Answer) {
        if answer.dropped_calls {
            let message = texts::dropped_calls(MAX_ANSWER_CALLS);
            self.notice(NoticeLevel::Warning, message);
        }
        if answer.dropped_opaque {
            self.notice(NoticeLevel::Warning, texts::DROPPED_OPAQUE.to_owned());
        }
        let said = answer.notes.join("; ");
        let said = (!said.is_empty()).then_some(said.as_str());
        let message = match answer.stop.unwrap_or(StopReason::EndTurn) {
            StopReason::Filtered => Some(texts::filtered(said)),
            StopReason::Refusal => match said {
                Some(said) => Some(texts::filtered(Some(said))),
                None if answer.items == 0 => Some(texts::REFUSED.to_owned()),
                // The model itself said so.
                None => None,
            },
            StopReason::ContextFull => {
                let window = self.model().and_then(|model| model.context_window);
                Some(texts::context_full(window))
            }
            StopReason::EndTurn
            | StopReason::ToolCalls
            | StopReason::MaxTokens
            | StopReason::Paused => said.map(texts::provider_says),
        };
        if let Some(message) = message {
            self.notice(NoticeLevel::Warning, message);
        }
    }

    /// Counts what a request took, as far as the provider says.
    pub(super) fn count_usage(&mut self, answer: &Answer) {
        let Some(mut request) = answer.usage else {
            return;
        };
        let model = self.model();
        let prices = model.and_then(|model| model.prices);
        let id = model.map_or_else(String::new, |model| model.id.clone());
        // What the provider itself says that it costs is better than any table.
        request.cost_usd = request
            .cost_usd
            .or_else(|| prices.map(|prices| prices.cost(&request)))
            // What we guessed has no price.
            .filter(|_| !request.estimated);
        self.state.usage += request;
        self.emit(TurnEvent::UsageUpdated {
            model: id,
            request,
            context_tokens: request.input_tokens.saturating_add(request.output_tokens),
        });
    }

    /// The model that is asked.
    fn model(&self) -> Option<&ModelFact> {
        self.state.setup.models.get(self.state.tries.model)
    }

    pub(super) fn notice(&mut self, level: NoticeLevel, message: String) {
        self.emit(TurnEvent::Notice { level, message });
    }
}
