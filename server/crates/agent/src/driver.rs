//! Runs a turn: feeds the machine, and carries out what it says.
mod survey;
mod work;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aside_llm::{Message, Model, ModelFacts, ModelRequest, Thinking};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::editing::{EditDialect, EditMode};
use crate::event::{SinkError, TurnError, TurnEvent, TurnOutcome, TurnSink, TurnStop};
use crate::history;
use crate::hooks::Hooks;
use crate::host::{Approver, Files};
use crate::item::{ItemBody, ItemRecord};
use crate::limits::Limits;
use crate::machine::{Action, ApplyEnd, Context, Input, ModelFact, Setup, State, step};
use crate::notes::Notes;
use crate::outputs::{MAX_WAITING_OUTPUTS, OutputPiece, Outputs};
use crate::prefix::PrefixWatch;
use crate::seen::Seen;
use crate::steer::Steer;
use crate::toolbox::{Offered, Toolbox};
use crate::world::{Editor, Elicitor};

use survey::Comparison;
use work::AnswerSource;

pub(crate) use survey::{MAX_SURVEYED, MAX_TOLD, SURVEY_INTERVAL, SURVEY_LIMIT};

/// A model that a turn may ask.
#[derive(Clone)]
pub struct TurnModel {
    /// As `provider/model`.
    pub id: String,
    /// The provider's name for it.
    pub name: String,
    /// Its server.
    pub model: Arc<dyn Model>,
    /// What is known of it.
    pub facts: ModelFacts,
    /// How much it is to think.
    pub thinking: Thinking,
}

impl TurnModel {
    fn fact(&self) -> ModelFact {
        ModelFact {
            id: self.id.clone(),
            prices: self.facts.prices,
            context_window: self.facts.context_window,
        }
    }
}

/// All that a turn needs.
pub struct Turn {
    /// The session.
    pub session_id: String,
    /// The turn.
    pub turn_id: String,
    /// The models: the session's own, then those that are asked where it fails. At least one.
    pub models: Vec<TurnModel>,
    /// The system prompt.
    pub system: String,
    /// The session so far, oldest first; the last record is the user's message of this turn.
    pub history: Vec<ItemRecord>,
    /// The tools offered.
    pub tools: Toolbox,
    /// Files as the user sees them.
    pub files: Arc<dyn Files>,
    /// Who can be asked.
    pub approver: Arc<dyn Approver>,
    /// Where events go.
    pub sink: Arc<dyn TurnSink>,
    /// Times and ids.
    pub clock: Arc<dyn Clock>,
    /// What the model has seen of files, in this turn and those before it.
    pub seen: Arc<Seen>,
    /// What the user did to the agent's edits and the model does not know yet.
    pub notes: Notes,
    /// What becomes of edits.
    pub edit_mode: EditMode,
    /// How the model is told to edit.
    pub dialect: EditDialect,
    /// The bounds.
    pub limits: Limits,
    /// What the session's last request was, for the log. The turns of a session share it.
    pub prefix: Arc<Mutex<PrefixWatch>>,
    /// Who can be asked questions.
    pub elicitor: Arc<dyn Elicitor>,
    /// What the editor's other language servers know.
    pub editor: Arc<dyn Editor>,
    /// Tools offered beside those that always are. The turns of a session share it.
    pub offered: Offered,
    /// Programs that look at calls, where there are any.
    pub hooks: Option<Arc<dyn Hooks>>,
    /// What the user says while the turn runs.
    pub steers: mpsc::Receiver<Steer>,
    /// Fires when the user cancels.
    pub cancel: CancellationToken,
}

/// Runs a turn to its end, whatever fails. A cancel ends it at once, save for a change that
/// is being made, which is awaited so that what is recorded is true.
///
/// Dropping the future instead ends the work and leaves items open, as a crash would.
pub async fn run_turn(turn: Turn) -> TurnOutcome {
    let mut run = Run::new(turn);
    match run.run().await {
        Ok(outcome) => outcome,
        Err(error) => run.give_up(&error).await,
    }
}

struct Run {
    turn: Turn,
    state: State,
    /// The session before this turn; its messages are built with the first request.
    history: Vec<ItemRecord>,
    base: Option<Vec<Message>>,
    started: Instant,
    answer: AnswerSource,
    /// Running tools, open questions, and the wait before a request.
    work: FuturesUnordered<BoxFuture<'static, Input>>,
    applying: Option<BoxFuture<'static, Input>>,
    cancelled: bool,
    /// Inputs that came of actions which need no waiting.
    ready: VecDeque<Input>,
    /// What running tools say, and where they say it.
    outputs: (mpsc::Sender<OutputPiece>, mpsc::Receiver<OutputPiece>),
    /// Items that were started and not yet completed, as the sink knows them.
    open: Vec<String>,
}

impl Run {
    fn new(mut turn: Turn) -> Self {
        let mut history = std::mem::take(&mut turn.history);
        let is_prompt = |record: &mut ItemRecord| match record.item.body {
            ItemBody::UserMessage { .. } => true,
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::ToolCall(_)
            | ItemBody::Compaction { .. } => false,
        };
        let prompt = history.pop_if(is_prompt);
        turn.offered.note_called(&turn.tools, &history);
        let state = State::new(Setup {
            session_id: turn.session_id.clone(),
            turn_id: turn.turn_id.clone(),
            prompt,
            models: turn.models.iter().map(TurnModel::fact).collect(),
            tools: turn.tools.facts(),
            edit_mode: turn.edit_mode,
            dialect: turn.dialect,
            limits: turn.limits.clone(),
            settles_edits: turn.hooks.is_some(),
            surveys_edits: turn.surveys_edits(),
        });
        Self {
            turn,
            state,
            history,
            base: None,
            started: Instant::now(),
            answer: AnswerSource::None,
            work: FuturesUnordered::new(),
            applying: None,
            cancelled: false,
            ready: VecDeque::from([Input::Start]),
            outputs: mpsc::channel(MAX_WAITING_OUTPUTS),
            open: Vec::new(),
        }
    }

    async fn run(&mut self) -> Result<TurnOutcome, SinkError> {
        loop {
            let input = match self.ready.pop_front() {
                Some(input) => input,
                None => self.next_input().await,
            };
            let context = Context {
                clock: self.turn.clock.as_ref(),
                notes: &self.turn.notes,
                elapsed_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            };
            for action in step(&mut self.state, input, context) {
                match action {
                    Action::Emit(event) => self.emit(event).await?,
                    Action::Finish(outcome) => return Ok(outcome),
                    Action::RequestModel { .. }
                    | Action::Wait { .. }
                    | Action::Examine { .. }
                    | Action::Judge { .. }
                    | Action::Run { .. }
                    | Action::Ask { .. }
                    | Action::Apply { .. }
                    | Action::TakeBack { .. }
                    | Action::Survey { .. }
                    | Action::Settle { .. }
                    | Action::NoteSeen(_)
                    | Action::StopWork => self.begin(action),
                }
            }
        }
    }

    /// Begins what an action says. Nothing here waits: what takes time is polled by
    /// [`Self::next_input`], which looks at the cancel first.
    fn begin(&mut self, action: Action) {
        if let Action::RequestModel { model } = action {
            self.answer = self.request(model);
            return;
        }
        let turn = &self.turn;
        match action {
            Action::Wait { delay_ms } => self.work.push(work::wait(delay_ms)),
            Action::Examine {
                call,
                name,
                arguments,
            } => self.ready.push_back(turn.examine(call, &name, &arguments)),
            Action::Judge { call, effects } => {
                let judgement = turn.judge(&effects);
                self.ready.push_back(Input::Judged { call, judgement });
            }
            Action::Run {
                call,
                item_id,
                name,
                arguments,
            } => {
                let outputs = Outputs::new(Arc::from(item_id), self.outputs.0.clone());
                self.work
                    .push(turn.run_tool(call, &name, arguments, outputs));
            }
            Action::Ask { call, request } => self.work.push(turn.ask(call, *request)),
            Action::Apply { call, .. } if turn.cancel.is_cancelled() => {
                let end = ApplyEnd::NotBegun;
                self.ready.push_back(Input::Applied { call, end });
            }
            Action::Apply { call, change } | Action::TakeBack { call, change } => {
                self.applying = Some(turn.apply(call, *change));
            }
            Action::Survey { call, changes } => self.work.push(turn.survey(call, changes)),
            Action::Settle {
                call,
                name,
                arguments,
                text,
                changes,
                before,
            } => {
                let comparison = Comparison { changes, before };
                let settled = turn.settle(call, name, arguments, text, comparison);
                self.work.push(settled);
            }
            Action::NoteSeen(changes) => changes.iter().for_each(|change| turn.note_seen(change)),
            Action::StopWork => {
                self.answer = AnswerSource::None;
                self.work = FuturesUnordered::new();
            }
            // The caller does the first two itself, since they wait or end the loop.
            Action::Emit(_) | Action::Finish(_) | Action::RequestModel { .. } => {}
        }
    }

    fn request(&mut self, model: usize) -> AnswerSource {
        let Self {
            turn,
            state,
            history,
            base,
            ..
        } = self;
        let is_first = base.is_none();
        // The prompt has by now what the model is told before it, and stays as it is.
        let base = base.get_or_insert_with(|| {
            let mut history = std::mem::take(history);
            history.extend(state.prompt().cloned());
            let roots = turn.files.roots();
            history::messages_in(roots.first().map(PathBuf::as_path), &history)
        });
        let known = if is_first { 0 } else { base.len() };
        let roots = turn.files.roots();
        let folder = roots.first().map(PathBuf::as_path);
        let turn_messages = history::messages_of_turn(folder, &turn.turn_id, state.records());
        let mut messages = Vec::with_capacity(base.len() + turn_messages.len());
        messages.extend_from_slice(base);
        messages.extend(turn_messages);
        let Some(model) = self.turn.models.get(model) else {
            return AnswerSource::None;
        };
        let request = ModelRequest {
            system: self.turn.system.clone(),
            messages,
            tools: self
                .turn
                .tools
                .offers(self.turn.dialect, &self.turn.offered),
            max_output_tokens: self.turn.limits.max_output_tokens,
            facts: model.facts,
            thinking: model.thinking,
            cache_key: Some(Arc::from(self.turn.session_id.as_str())),
            ..ModelRequest::new(model.name.clone())
        };
        self.turn.watch_prefix(&model.id, &request, known);
        AnswerSource::request(Arc::clone(&model.model), request)
    }

    async fn next_input(&mut self) -> Input {
        let Self {
            turn,
            answer,
            work,
            applying,
            cancelled,
            outputs,
            ..
        } = self;
        tokio::select! {
            biased;
            () = turn.cancel.cancelled(), if !*cancelled => {
                *cancelled = true;
                Input::Cancel
            }
            input = work::apply_end(applying), if applying.is_some() => input,
            // Before the end of an answer, after which there may be no further request.
            Some(steer) = turn.steers.recv() => Input::Steered(steer),
            // Before the results of the tools that say it.
            Some(piece) = outputs.1.recv() => Input::Said(piece),
            Some(input) = work.next(), if !work.is_empty() => input,
            input = answer.next(), if answer.is_active() => input,
            else => Input::Broken(
                "The turn had nothing left to wait for. Send the message again.".to_owned(),
            ),
        }
    }

    async fn emit(&mut self, event: TurnEvent) -> Result<(), SinkError> {
        match event {
            TurnEvent::ItemStarted(record) => {
                let id = record.item.id.clone();
                self.turn.sink.emit(TurnEvent::ItemStarted(record)).await?;
                self.open.push(id);
            }
            TurnEvent::ItemCompleted(record) => {
                let id = record.item.id.clone();
                self.turn
                    .sink
                    .emit(TurnEvent::ItemCompleted(record))
                    .await?;
                self.open.retain(|open| *open != id);
            }
            event @ (TurnEvent::ItemDelta { .. }
            | TurnEvent::ItemUpdated(_)
            | TurnEvent::ItemNoted(_)
            | TurnEvent::ToolRunning { .. }
            | TurnEvent::EditRebased { .. }
            | TurnEvent::EditResolved { .. }
            | TurnEvent::Attempted { .. }
            | TurnEvent::UsageUpdated { .. }
            | TurnEvent::PermissionRequested { .. }
            | TurnEvent::PermissionResolved { .. }
            | TurnEvent::Retrying { .. }
            | TurnEvent::PlanUpdated { .. }
            | TurnEvent::Notice { .. }) => self.turn.sink.emit(event).await?,
        }
        Ok(())
    }

    /// Ends a turn whose events can no longer be stored. All work stops. Those who still
    /// listen are told once of each open item that it is over; whether that is stored no
    /// longer matters.
    async fn give_up(&mut self, error: &SinkError) -> TurnOutcome {
        self.answer = AnswerSource::None;
        self.work = FuturesUnordered::new();
        if self.applying.is_some() {
            // What has begun ends as it would, whether anybody hears of it or not.
            work::apply_end(&mut self.applying).await;
        }
        self.state.abandon();
        for id in std::mem::take(&mut self.open) {
            let records = self.state.records();
            let Some(record) = records.iter().find(|record| record.item.id == id) else {
                continue;
            };
            let event = TurnEvent::ItemCompleted(record.clone());
            if let Err(error) = self.turn.sink.emit(event).await {
                tracing::warn!(%error, item = id, "the end of an item could not be stored");
            }
        }
        TurnOutcome {
            stop: TurnStop::Error(TurnError {
                code: "storage",
                message: error.to_string(),
                retryable: true,
            }),
            usage: self.state.usage(),
        }
    }
}

#[cfg(test)]
mod tests;
