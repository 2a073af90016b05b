//! The machine as data: inputs in, actions out.
mod answers;
mod edits;
mod in_text;
mod opaque;
mod permission;
mod proposals;
mod rebases;
mod retries;
mod running;
mod steering;
mod surveys;
mod whole_files;

use std::sync::Arc;

use aside_llm::Chunk;
use expect_test::Expect;

use super::{Action, Context, Input, Judgement, ModelFact, Setup, State, step};
use crate::editing::{EditDialect, EditMode};
use crate::event::TurnEvent;
use crate::host::FileChange;
use crate::item::ToolKind;
use crate::limits::Limits;
use crate::notes::Notes;
use crate::permission::{Effect, PermissionMode, by_mode};
use crate::testing::{Ticks, check_events, check_history, facts, no_retries, show_action, user};
use crate::tool::{Outcome, ToolOutput};

/// A machine with a clock that counts 10 ms for each input.
struct Bench {
    state: State,
    notes: Notes,
    ticks: Ticks,
    elapsed_ms: u64,
    shown: String,
    events: Vec<TurnEvent>,
    finished: usize,
}

impl Bench {
    fn new(limits: Limits) -> Self {
        let tools = [
            ("read", ToolKind::Read),
            ("find", ToolKind::Search),
            ("edit", ToolKind::Edit),
            ("sh", ToolKind::Execute),
        ];
        Self {
            state: State::new(Setup {
                session_id: "s".to_owned(),
                turn_id: "t".to_owned(),
                models: vec![ModelFact {
                    id: "p/m".to_owned(),
                    ..ModelFact::default()
                }],
                tools: Arc::new(facts(&tools)),
                prompt: Some(user("u1", "t", "Do it.")),
                settles_edits: false,
                surveys_edits: false,
                edit_mode: EditMode::default(),
                dialect: EditDialect::default(),
                limits,
            }),
            notes: Notes::default(),
            ticks: Ticks::default(),
            elapsed_ms: 0,
            shown: String::new(),
            events: Vec::new(),
            finished: 0,
        }
    }

    fn take(&mut self, input: Input) -> Vec<Action> {
        self.elapsed_ms += 10;
        let context = Context {
            clock: &self.ticks,
            notes: &self.notes,
            elapsed_ms: self.elapsed_ms,
        };
        let actions = step(&mut self.state, input, context);
        for action in &actions {
            assert_eq!(self.finished, 0, "an action after the end");
            self.shown.push_str(&show_action(action));
            self.shown.push('\n');
            match action {
                Action::Emit(event) => self.events.push(event.clone()),
                Action::Finish(_) => self.finished += 1,
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
                | Action::StopWork => {}
            }
        }
        self.shown.push('\n');
        actions
    }

    /// The rules for a turn that is over.
    fn check_end(&self) {
        assert_eq!(self.finished, 1, "the turn has not ended:\n{}", self.shown);
        let completed = check_events(&self.events);
        assert_eq!(completed, self.state.records());
        let mut history = vec![self.state.prompt().unwrap().clone()];
        history.extend(completed);
        let first = check_history(&history);
        history.push(user("u2", "t2", "And now?"));
        let second = check_history(&history);
        assert_eq!(first, second[..first.len()], "the prefix has changed");
    }
}

/// All actions, with an empty line after those of each input. The turn must end.
fn check(inputs: Vec<Input>, expect: Expect) {
    check_within(no_retries(), inputs, expect);
}

fn check_within(limits: Limits, inputs: Vec<Input>, expect: Expect) {
    check_bench(Bench::new(limits), inputs, expect);
}

fn check_bench(mut bench: Bench, inputs: Vec<Input>, expect: Expect) {
    for input in inputs {
        bench.take(input);
    }
    expect.assert_eq(&bench.shown);
    bench.check_end();
}

/// One network read for each chunk, and the end of the stream.
fn answer(chunks: Vec<Chunk>) -> Vec<Input> {
    let reads = chunks.into_iter().map(|chunk| Input::Chunks(vec![chunk]));
    reads.chain([Input::AnswerEnded]).collect()
}

/// The whole answer in one network read.
fn at_once(chunks: Vec<Chunk>) -> Vec<Input> {
    vec![Input::Chunks(chunks), Input::AnswerEnded]
}

/// What a mode says to effects where there are no rules.
fn says(mode: PermissionMode, effects: &[Effect]) -> Judgement {
    Judgement {
        decisions: effects.iter().map(|effect| by_mode(mode, effect)).collect(),
    }
}

/// What a mode says to the edits of a call, however many there are.
fn says_of_edits(mode: PermissionMode) -> Judgement {
    says(mode, &vec![writes("/w/a"); 8])
}

fn examined(call: usize, mode: PermissionMode, effects: Vec<Effect>) -> Input {
    Input::Examined {
        call,
        title: format!("title {call}"),
        judgement: says(mode, &effects),
        effects: Ok(effects),
        caution: None,
    }
}

fn done(call: usize, text: &str) -> Input {
    let output = ToolOutput {
        text: text.to_owned(),
        ..ToolOutput::default()
    };
    Input::Returned {
        call,
        result: Ok(Outcome::Done(output)),
        attempts: Vec::new(),
    }
}

fn edits(call: usize, changes: Vec<FileChange>) -> Input {
    let output = ToolOutput {
        text: "Edited.".to_owned(),
        ..ToolOutput::default()
    };
    Input::Returned {
        call,
        result: Ok(Outcome::Edit { changes, output }),
        attempts: Vec::new(),
    }
}

fn runs(program: &str) -> Effect {
    Effect::RunProgram {
        program: program.to_owned(),
        arguments: Vec::new(),
    }
}

fn writes(path: &str) -> Effect {
    Effect::WritePath {
        path: path.to_owned(),
    }
}
