//! The calls of an answer: their order, their running and their ends.
use serde_json::Value;

use super::edits::Planned;
use super::repeat::{Seen, Signature, Verdict};
use super::taken_back::TakingBack;
use super::texts::{self, Closing};
use super::{Action, Phase, Step};
use crate::attempt::Attempt;
use crate::editing::EditDialect;
use crate::event::{Delta, NoticeLevel, TurnError, TurnEvent, TurnStop};
use crate::host::FileChange;
use crate::item::{ContentBlock, ItemBody, ItemRecord, ToolCall, ToolKind, ToolStatus};
use crate::limits::MAX_OUTPUT_BYTES;
use crate::output::cut_middle;
use crate::outputs::OutputPiece;
use crate::permission::Effect;
use crate::tool::{Arguments, Outcome, ToolOutput};
use crate::toolbox::tool_facts;
use crate::world::Reported;

/// A call of the current answer.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The model's own count of it.
    pub(super) index: usize,
    /// Its place among the records.
    pub(super) record: usize,
    /// The tool's name.
    pub(super) name: String,
    pub(super) kind: ToolKind,
    pub(super) stage: Stage,
    /// Why it cannot be made, for the model, where that shows before its arguments are read.
    pub(super) flaw: Option<String>,
    /// The parsed arguments, or what the model is told of them.
    pub(super) arguments: Result<Arguments, String>,
    pub(super) signature: Option<Signature>,
    /// What it would do, as its tool says.
    pub(super) effects: Vec<Effect>,
    /// What the user should know beside that.
    pub(super) caution: Option<String>,
    /// What it may do.
    pub(super) granted: Vec<Effect>,
    /// The changes it has computed, and which of them is made next.
    pub(super) changes: Vec<Planned>,
    pub(super) next: usize,
    /// What was reported of each change's file before the first was made; empty where nothing was.
    pub(super) before: Vec<Option<Reported>>,
    /// Its result if all changes are made.
    pub(super) output: ToolOutput,
    /// When it began to act, in milliseconds of the turn.
    pub(super) running_since: Option<u64>,
}

/// How far a call is.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Waits for its turn.
    Queued,
    /// Its tool says what it would do.
    Examining,
    /// Its edits are computed.
    Planning,
    /// The session is asked about its edits.
    Judging,
    /// The user is asked about some of these effects; nothing stands against the others.
    Asking {
        request_id: String,
        effects: Vec<Effect>,
    },
    /// Its tool works.
    Running,
    /// The editor is asked what is wrong with its files, before they change.
    Surveying,
    /// A change is being made.
    Applying,
    /// What was made before another change failed is taken back.
    TakingBack(Box<TakingBack>),
    /// All its changes are made, and its result is completed.
    Settling,
    /// It is final.
    Done,
}

impl Call {
    pub(super) fn new(index: usize, record: usize, name: String, kind: ToolKind) -> Self {
        Self {
            index,
            record,
            name,
            kind,
            stage: Stage::Queued,
            flaw: None,
            arguments: Ok(Arguments::new()),
            signature: None,
            effects: Vec::new(),
            caution: None,
            granted: Vec::new(),
            changes: Vec::new(),
            next: 0,
            before: Vec::new(),
            output: ToolOutput::default(),
            running_since: None,
        }
    }

    fn is_parallel(&self) -> bool {
        matches!(self.kind, ToolKind::Read | ToolKind::Search)
    }

    fn is_active(&self) -> bool {
        !matches!(self.stage, Stage::Queued | Stage::Done)
    }
}

impl Step<'_> {
    /// Reads the arguments of all calls of a whole answer. Nothing runs before this.
    pub(super) fn begin_calls(&mut self) {
        for call in &mut self.state.calls {
            let record = &mut self.state.records[call.record];
            let replay = record.replay.as_ref();
            let raw = replay.and_then(|replay| replay.arguments.as_deref());
            let raw = raw.unwrap_or_default();
            call.arguments = match call.flaw.take() {
                Some(flaw) => Err(flaw),
                None => parse_arguments(raw),
            };
            let written = match &call.arguments {
                // Sorted keys and no white space: what differs is what the model meant.
                Ok(arguments) => serde_json::to_string(arguments).unwrap_or_default(),
                Err(_) => raw.to_owned(),
            };
            call.signature = Some(Signature {
                name: call.name.clone(),
                arguments: written,
            });
            if let (ItemBody::ToolCall(item), Ok(arguments)) =
                (&mut record.item.body, &call.arguments)
            {
                item.arguments.clone_from(arguments);
            }
        }
    }

    /// Starts what may start now; with no call left, goes on to the next request.
    pub(super) fn schedule(&mut self) {
        match self.state.phase {
            Phase::Working => {}
            Phase::Stopping(_) => {
                self.finish_stopping();
                return;
            }
            Phase::Ready | Phase::Answering(_) | Phase::Waiting | Phase::Finished => return,
        }
        while let Some(next) = self.next_call() {
            self.begin_call(next);
            if !matches!(self.state.phase, Phase::Working) {
                return;
            }
        }
        let calls = &self.state.calls;
        if !calls.iter().all(|call| matches!(call.stage, Stage::Done)) {
            return;
        }
        if self.text_calls_are_done() && self.state.steers.is_empty() {
            self.stop(TurnStop::EndTurn, Closing::Refused);
            return;
        }
        let limit = self.state.setup.limits.max_iterations;
        if self.state.requests >= limit {
            self.notice(NoticeLevel::Warning, texts::max_iterations(limit));
            self.stop(TurnStop::MaxIterations, Closing::Broken);
            return;
        }
        self.request_model();
    }

    /// The next call if it may start beside those that are active: only reads run side by
    /// side, and never two that are the same, so that repeats are seen in order.
    fn next_call(&self) -> Option<usize> {
        let calls = &self.state.calls;
        let next = calls
            .iter()
            .position(|call| matches!(call.stage, Stage::Queued))?;
        let mut active = 0;
        for call in calls.iter().filter(|call| call.is_active()) {
            active += 1;
            let together = call.is_parallel() && calls[next].is_parallel();
            if !together || call.signature == calls[next].signature {
                return None;
            }
        }
        let limit = self.state.setup.limits.parallel_reads.max(1);
        (active < limit).then_some(next)
    }

    fn begin_call(&mut self, call: usize) {
        let limit = self.state.setup.limits.repeat_limit;
        let signature = self.state.calls[call].signature.as_ref();
        let verdict = signature.map(|signature| self.state.repeats.before(signature, limit));
        match verdict {
            Some(Verdict::Make) | None => {}
            Some(Verdict::Refuse) => {
                self.end_call(call, ToolStatus::Failed, texts::repeated(limit));
                return;
            }
            Some(Verdict::GiveUp) => {
                self.end_call(call, ToolStatus::Failed, texts::repeated(limit));
                let stop = TurnStop::Error(TurnError {
                    code: "provider",
                    message: texts::GAVE_UP.to_owned(),
                    retryable: false,
                });
                self.stop(stop, Closing::Repeating);
                return;
            }
        }
        let entry = &mut self.state.calls[call];
        if tool_facts(&self.state.setup.tools, &entry.name).is_none() {
            let text = texts::unknown_tool(&entry.name, &self.state.setup.tools);
            self.fail_call(call, text);
            return;
        }
        match &entry.arguments {
            Ok(arguments) => {
                let (name, arguments) = (entry.name.clone(), arguments.clone());
                entry.stage = Stage::Examining;
                self.actions.push(Action::Examine {
                    call,
                    name,
                    arguments,
                });
            }
            Err(text) => {
                let text = text.clone();
                self.fail_call(call, text);
            }
        }
    }

    /// Lets the tool act, after that is stored.
    pub(super) fn run_call(&mut self, call: usize) {
        self.mark_running(call, Vec::new());
        self.state.calls[call].stage = Stage::Running;
        self.start_tool(call);
    }

    /// Lets the tool compute its edits. It does not act, so nothing need be stored.
    pub(super) fn plan_call(&mut self, call: usize) {
        self.state.calls[call].stage = Stage::Planning;
        self.start_tool(call);
    }

    fn start_tool(&mut self, call: usize) {
        // A tool runs once for each call, so it may have the only copy.
        let entry = &mut self.state.calls[call];
        let arguments = std::mem::replace(&mut entry.arguments, Ok(Arguments::new()));
        let arguments = arguments.unwrap_or_default();
        let name = entry.name.clone();
        let item_id = self.call_record(call).item.id.clone();
        self.actions.push(Action::Run {
            call,
            item_id,
            name,
            arguments,
        });
    }

    pub(super) fn mark_running(&mut self, call: usize, changes: Vec<FileChange>) {
        let elapsed = self.context.elapsed_ms;
        self.state.calls[call].running_since.get_or_insert(elapsed);
        self.edit_item(call, |item| item.status = ToolStatus::Running);
        let record = self.call_record(call).clone();
        self.emit(TurnEvent::ToolRunning { record, changes });
    }

    /// What a running tool says; it is too late after the call's end.
    pub(super) fn said(&mut self, piece: OutputPiece) {
        let is_its = |call: &Call| *self.state.records[call.record].item.id == *piece.item_id;
        let is_running = |call: &Call| matches!(call.stage, Stage::Running) && is_its(call);
        if self.state.calls.iter().any(is_running) {
            self.emit(TurnEvent::ItemDelta {
                item_id: piece.item_id.to_string(),
                delta: Delta::Output(piece.text),
            });
        }
    }

    pub(super) fn returned(
        &mut self,
        call: usize,
        result: Result<Outcome, String>,
        attempts: Vec<Attempt>,
    ) {
        let stage = self.state.calls.get(call).map(|call| &call.stage);
        if !matches!(stage, Some(Stage::Planning | Stage::Running)) {
            return;
        }
        if !attempts.is_empty() {
            let item_id = self.call_record(call).item.id.clone();
            self.emit(TurnEvent::Attempted { item_id, attempts });
        }
        match result {
            Err(text) => self.fail_call(call, text),
            Ok(Outcome::Done(output)) => self.complete_call(call, output),
            Ok(Outcome::Edit { changes, output }) if changes.is_empty() => {
                self.complete_call(call, output);
            }
            Ok(Outcome::Edit { changes, output }) => self.planned(call, changes, output),
        }
    }

    pub(super) fn complete_call(&mut self, call: usize, output: ToolOutput) {
        let mut text = cut_middle(output.text, MAX_OUTPUT_BYTES);
        if self.count_repeat(call, &text) == Seen::Before {
            let kind = self.state.calls[call].kind;
            text.push_str(texts::same_again(kind, self.state.setup.dialect));
        }
        self.edit_item(call, |item| {
            item.output = vec![ContentBlock::Text { text }];
            item.output.extend(output.extra);
            item.locations = output.locations;
        });
        if let Some(entries) = output.plan {
            self.emit(TurnEvent::PlanUpdated { entries });
        }
        self.close_item(call, ToolStatus::Completed);
    }

    /// A call that was tried and failed counts as one that was made.
    pub(super) fn fail_call(&mut self, call: usize, text: String) {
        let seen = self.count_repeat(call, &text);
        let text = match (seen, self.state.setup.dialect) {
            (Seen::Before, EditDialect::EditFile | EditDialect::ApplyPatch) => {
                texts::failed_again(&text)
            }
            (Seen::Before, EditDialect::SearchReplace | EditDialect::WholeFile)
            | (Seen::First, _) => text,
        };
        self.end_call(call, ToolStatus::Failed, text);
    }

    pub(super) fn reject_call(&mut self, call: usize, text: String) {
        self.count_repeat(call, &text);
        self.end_call(call, ToolStatus::Rejected, text);
    }

    /// Ends a call with a text in place of a result.
    pub(super) fn end_call(&mut self, call: usize, status: ToolStatus, text: String) {
        let text = cut_middle(text, MAX_OUTPUT_BYTES);
        self.edit_item(call, |item| item.output = vec![ContentBlock::Text { text }]);
        self.close_item(call, status);
    }

    fn count_repeat(&mut self, call: usize, text: &str) -> Seen {
        match &self.state.calls[call].signature {
            Some(signature) => self.state.repeats.after(signature, text),
            None => Seen::First,
        }
    }

    fn close_item(&mut self, call: usize, status: ToolStatus) {
        let entry = &mut self.state.calls[call];
        entry.stage = Stage::Done;
        let changes = std::mem::take(&mut entry.changes);
        let since = entry.running_since;
        let made = changes.into_iter().filter(|planned| planned.made.is_some());
        let made = made.map(|planned| planned.change).collect::<Vec<_>>();
        if !made.is_empty() {
            self.actions.push(Action::NoteSeen(made));
        }
        let elapsed = self.context.elapsed_ms;
        self.edit_item(call, |item| {
            item.status = status;
            item.duration_ms = since.map(|since| elapsed.saturating_sub(since));
        });
        let record = self.call_record(call).clone();
        self.emit(TurnEvent::ItemCompleted(record));
    }

    pub(super) fn call_record(&self, call: usize) -> &ItemRecord {
        &self.state.records[self.state.calls[call].record]
    }

    pub(super) fn edit_item(&mut self, call: usize, edit: impl FnOnce(&mut ToolCall)) {
        let record = self.state.calls[call].record;
        if let ItemBody::ToolCall(item) = &mut self.state.records[record].item.body {
            edit(item);
        }
    }
}

/// Models that have nothing to say to a tool often send no arguments at all.
fn parse_arguments(raw: &str) -> Result<Arguments, String> {
    if raw.trim().is_empty() {
        return Ok(Arguments::new());
    }
    match serde_json::from_str::<Value>(raw) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(Value::Null) => Ok(Arguments::new()),
        Ok(Value::Array(_)) => Err(texts::broken_arguments("they are an array")),
        Ok(Value::String(_)) => Err(texts::broken_arguments("they are a string")),
        Ok(Value::Bool(_) | Value::Number(_)) => {
            Err(texts::broken_arguments("they are a single value"))
        }
        Err(error) => Err(texts::broken_arguments(&error.to_string())),
    }
}
