//! The turn machine: what happens next, as a function of what happened.
//!
//! [`step`] does no I/O and never waits. Whoever drives it carries out the [`Action`]s in
//! order, and gives back what came of them as further [`Input`]s. Times, ids and notes come from
//! the [`Context`], so the same inputs give the same actions.
mod answer;
mod calls;
mod edits;
mod in_text;
mod notes;
mod opaque;
mod permit;
mod repeat;
mod retry;
mod steer;
mod stop;
mod stream;
mod taken_back;
mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;

use aside_llm::{Chunk, ModelError, Prices, Usage};

use crate::attempt::Attempt;
use crate::clock::Clock;
use crate::editing::{EditDialect, EditMode};
use crate::event::{TurnEvent, TurnOutcome, TurnStop};
use crate::host::{
    AppliedChange, Document, FileChange, HostError, PermissionOutcome, PermissionRequest,
};
use crate::item::ItemRecord;
use crate::limits::Limits;
use crate::notes::Notes;
use crate::outputs::OutputPiece;
use crate::permission::{Decision, Effect};
use crate::steer::Steer;
use crate::tool::{Arguments, Outcome};
use crate::toolbox::ToolFacts;
use crate::world::Reported;

use answer::Answer;
use calls::Call;
use permit::Looked;
use repeat::Repeats;
use retry::Tries;

/// What a turn starts from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The session.
    pub session_id: String,
    /// The turn.
    pub turn_id: String,
    /// The user's message that the turn answers.
    pub prompt: Option<ItemRecord>,
    /// The models: the session's own, then those that are asked where it fails.
    pub models: Vec<ModelFact>,
    /// The tools by name.
    pub tools: Arc<BTreeMap<String, ToolFacts>>,
    /// What becomes of edits.
    pub edit_mode: EditMode,
    /// How the model is told to edit.
    pub dialect: EditDialect,
    /// Its bounds.
    pub limits: Limits,
    /// Whether there is somebody to be heard once all edits of a call are made.
    pub settles_edits: bool,
    /// Whether there is an editor that may say what edits make new or cure.
    pub surveys_edits: bool,
}

/// What a turn knows of a model.
#[derive(Debug, Clone, Default)]
pub struct ModelFact {
    /// As `provider/model`.
    pub id: String,
    /// What it costs, where known.
    pub prices: Option<Prices>,
    /// How many tokens a request and its answer may have together, where known.
    pub context_window: Option<u64>,
}

/// What a step is given besides its input.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Times, ids and chance, asked only where needed: most steps are a piece of text.
    pub clock: &'a dyn Clock,
    /// What the model is to be told with the next request.
    pub notes: &'a Notes,
    /// Milliseconds since the turn began.
    pub elapsed_ms: u64,
}

/// What happened. `call` counts the calls of the current answer from 0.
#[derive(Debug, Clone)]
pub enum Input {
    /// The turn begins.
    Start,
    /// Pieces of the answer, of one network read.
    Chunks(Vec<Chunk>),
    /// The answer's stream ended.
    AnswerEnded,
    /// The request or its stream failed.
    AnswerFailed(ModelError),
    /// The wait before a request is over.
    Waited,
    /// A call was looked at.
    Examined {
        /// Which call.
        call: usize,
        /// One line for people.
        title: String,
        /// What it would do, or why it cannot be made.
        effects: Result<Vec<Effect>, String>,
        /// What the user should know beside the effects, as its tool says.
        caution: Option<String>,
        /// What the session says to these effects now.
        judgement: Judgement,
    },
    /// What the session says to effects that were asked about.
    Judged {
        /// Which call.
        call: usize,
        /// What it says.
        judgement: Judgement,
    },
    /// A tool returned.
    Returned {
        /// Which call.
        call: usize,
        /// What came of it; a sentence for the model if it failed.
        result: Result<Outcome, String>,
        /// What it tried to edit, also where it failed.
        attempts: Vec<Attempt>,
    },
    /// A running tool says something.
    Said(OutputPiece),
    /// The user answered a question.
    Answered {
        /// Which call.
        call: usize,
        /// The answer.
        outcome: PermissionOutcome,
    },
    /// A change was made or not.
    Applied {
        /// Which call.
        call: usize,
        /// How it went.
        end: ApplyEnd,
    },
    /// The editor was asked about the files of a call, before they change.
    Surveyed {
        /// Which call.
        call: usize,
        /// What it reports of each change's file, where it says; empty where it says nothing.
        before: Vec<Option<Reported>>,
    },
    /// The result of a call whose edits are made is complete.
    Settled {
        /// Which call.
        call: usize,
        /// The result for the model.
        text: String,
    },
    /// The user says something to the turn.
    Steered(Steer),
    /// The user cancelled.
    Cancel,
    /// The driver itself is in trouble; a sentence says how.
    Broken(String),
}

/// What the session says to some effects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// One decision for each effect, in order.
    pub decisions: Vec<Decision>,
}

/// How making a change went.
#[derive(Debug, Clone)]
pub enum ApplyEnd {
    /// It was made.
    Made(AppliedChange),
    /// It was not made, since the file is no longer what the change was computed from.
    Stale {
        /// What the file is now.
        now: Document,
        /// What the host said.
        error: HostError,
    },
    /// It was not made.
    Failed(HostError),
    /// It was not begun, because the turn was cancelled first.
    NotBegun,
}

/// What to do. `call` counts the calls of the current answer from 0.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every action is an event, and a box for each would cost every chunk"
)]
pub enum Action {
    /// Emit the event and wait until it is taken.
    Emit(TurnEvent),
    /// Ask the model, with the history and [`State::records`].
    RequestModel {
        /// Which of the setup's models.
        model: usize,
    },
    /// Wait before a request is made again.
    Wait {
        /// How long, in milliseconds.
        delay_ms: u64,
    },
    /// Ask the tool for the call's title and effects, and judge them.
    Examine {
        /// Which call.
        call: usize,
        /// The tool's name.
        name: String,
        /// The parsed arguments.
        arguments: Arguments,
    },
    /// Say what the session says to these effects.
    Judge {
        /// Which call.
        call: usize,
        /// The effects.
        effects: Vec<Effect>,
    },
    /// Run the tool.
    Run {
        /// Which call.
        call: usize,
        /// The call's item.
        item_id: String,
        /// The tool's name.
        name: String,
        /// The parsed arguments.
        arguments: Arguments,
    },
    /// Ask the user.
    Ask {
        /// Which call.
        call: usize,
        /// The question.
        request: Box<PermissionRequest>,
    },
    /// Ask the editor what it reports of the files that are to change.
    Survey {
        /// Which call.
        call: usize,
        /// The changes that are to be made.
        changes: Vec<FileChange>,
    },
    /// Make a change. Once begun it is not given up, not even by a cancel.
    Apply {
        /// Which call.
        call: usize,
        /// The change.
        change: Box<FileChange>,
    },
    /// Make a change that takes back one made before, also after a cancel; as `Apply` in all else.
    TakeBack {
        /// Which call.
        call: usize,
        /// The change.
        change: Box<FileChange>,
    },
    /// Complete the result of a call, all of whose edits are made.
    Settle {
        /// Which call.
        call: usize,
        /// The tool's name.
        name: String,
        /// The parsed arguments.
        arguments: Arguments,
        /// The result so far.
        text: String,
        /// The changes that were made.
        changes: Vec<FileChange>,
        /// What was reported of each one's file before; empty where nothing was.
        before: Vec<Option<Reported>>,
    },
    /// The model takes files to be what these changes, which are made, meant them to be.
    NoteSeen(Vec<FileChange>),
    /// Drop the request or the wait before it, running tools and open questions, but not a change being made.
    StopWork,
    /// The turn is over; nothing follows.
    Finish(TurnOutcome),
}

/// Where a turn is. Made of plain data: a copy of it is a snapshot.
#[derive(Debug, Clone)]
pub struct State {
    setup: Setup,
    phase: Phase,
    /// Answers that the turn went on to so far.
    requests: u32,
    /// Requests to models so far, those made again included.
    answers: u32,
    tries: Tries,
    records: Vec<ItemRecord>,
    /// What the user said and no request has held yet.
    steers: Vec<Steer>,
    /// The calls of the current answer.
    calls: Vec<Call>,
    usage: Usage,
    repeats: Repeats,
}

#[derive(Debug, Clone)]
enum Phase {
    Ready,
    Answering(Answer),
    /// A request failed, and is made again after a while.
    Waiting,
    Working,
    /// All is closed but a change that is being made.
    Stopping(TurnStop),
    Finished,
}

impl State {
    /// A turn that has not begun.
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            phase: Phase::Ready,
            requests: 0,
            answers: 0,
            tries: Tries::default(),
            records: Vec::new(),
            steers: Vec::new(),
            calls: Vec::new(),
            usage: Usage::default(),
            repeats: Repeats::default(),
        }
    }

    /// The turn's items so far, without the user's message.
    pub fn records(&self) -> &[ItemRecord] {
        &self.records
    }

    /// The user's message, with what the model is told before it.
    pub fn prompt(&self) -> Option<&ItemRecord> {
        self.setup.prompt.as_ref()
    }

    /// The tokens of all requests so far.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Gives the turn up where even its events can no longer be stored: what is not final
    /// becomes interrupted, and every further input is ignored.
    pub fn abandon(&mut self) {
        for record in &mut self.records {
            record.item.interrupt();
        }
        self.phase = Phase::Finished;
    }
}

/// One step of a turn. Inputs that no longer matter, such as the late result of a cancelled
/// call, give no actions.
pub fn step(state: &mut State, input: Input, context: Context<'_>) -> Vec<Action> {
    let mut step = Step {
        state,
        context,
        actions: Vec::new(),
    };
    step.take(input);
    step.actions
}

/// A step being made.
struct Step<'a> {
    state: &'a mut State,
    context: Context<'a>,
    actions: Vec<Action>,
}

impl Step<'_> {
    fn take(&mut self, input: Input) {
        if matches!(self.state.phase, Phase::Finished) {
            return;
        }
        match input {
            Input::Start => {
                if matches!(self.state.phase, Phase::Ready) {
                    self.request_model();
                }
            }
            Input::Chunks(chunks) => self.chunks(chunks),
            Input::AnswerEnded => self.answer_ended(),
            Input::AnswerFailed(error) => self.answer_failed(&error),
            Input::Waited => self.waited(),
            Input::Examined {
                call,
                title,
                effects,
                caution,
                judgement,
            } => {
                let looked = Looked {
                    title,
                    effects,
                    caution,
                };
                self.examined(call, looked, judgement);
            }
            Input::Judged { call, judgement } => self.judged(call, judgement),
            Input::Returned {
                call,
                result,
                attempts,
            } => self.returned(call, result, attempts),
            Input::Said(piece) => self.said(piece),
            Input::Answered { call, outcome } => self.answered(call, outcome),
            Input::Applied { call, end } => self.applied(call, end),
            Input::Surveyed { call, before } => self.surveyed(call, before),
            Input::Settled { call, text } => self.settled(call, text),
            Input::Steered(steer) => self.steered(steer),
            Input::Cancel => self.cancel(),
            Input::Broken(message) => self.broken(message),
        }
        self.schedule();
    }

    fn emit(&mut self, event: TurnEvent) {
        self.actions.push(Action::Emit(event));
    }
}

#[cfg(test)]
mod tests;
