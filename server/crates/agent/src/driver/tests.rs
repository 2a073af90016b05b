//! The driver against doubles of everything it touches.
mod faults;
mod hooks;
mod order;
mod random;
mod retries;
mod steering;
mod survey;
mod worlds;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aside_llm::{Chunk, ModelFacts, ModelRequest, Thinking};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Turn, TurnModel, run_turn};
use crate::editing::{EditDialect, EditMode};
use crate::event::{EditOutcome, TurnEvent, TurnOutcome};
use crate::hooks::Hooks;
use crate::host::PermissionOutcome;
use crate::item::{ItemBody, ToolKind};
use crate::limits::Limits;
use crate::notes::Notes;
use crate::permission::{Effect, PermissionMode};
use crate::seen::Seen;
use crate::steer::Steer;
use crate::testing::{
    FakeApprover, FakeTool, MemoryFiles, RecordingSink, Reply, ScriptedModel, Ticks, call,
    calls_end, change, end, more, no_retries, show_event, show_messages, show_stop, text, usage,
    user,
};
use crate::tool::{Outcome, Tool, ToolOutput};
use crate::toolbox::{Offered, Toolbox};
use crate::world::{Editor, Nobody};

/// Long enough for any machine; only a test that would hang reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A turn and the world around it.
struct World {
    /// Of the first model.
    replies: Vec<Reply>,
    /// Of the models that are asked where it fails.
    others: Vec<Vec<Reply>>,
    tools: Vec<Arc<dyn Tool>>,
    files: Arc<MemoryFiles>,
    approver: FakeApprover,
    sink: RecordingSink,
    limits: Limits,
    seen: Arc<Seen>,
    notes: Notes,
    edit_mode: EditMode,
    dialect: EditDialect,
    hooks: Option<Arc<dyn Hooks>>,
    editor: Arc<dyn Editor>,
    steers: mpsc::Receiver<Steer>,
    cancel: CancellationToken,
}

/// What came of a turn.
struct Played {
    outcome: TurnOutcome,
    events: Vec<TurnEvent>,
    requests: Vec<ModelRequest>,
    questions: usize,
}

impl Played {
    /// The messages of the last request.
    fn last_request(&self) -> String {
        let request = self.requests.last();
        show_messages(request.map_or(&[], |request| &request.messages))
    }

    fn shown(&self) -> String {
        let lines = self.events.iter().map(show_event);
        let mut shown = lines.collect::<Vec<_>>().join("\n");
        shown.push_str(&format!("\n=> {}\n", show_stop(&self.outcome.stop)));
        shown
    }
}

impl World {
    fn new(replies: Vec<Reply>) -> Self {
        Self {
            replies,
            others: Vec::new(),
            tools: Vec::new(),
            files: Arc::default(),
            approver: FakeApprover::new(PermissionMode::Full, Vec::new()),
            sink: RecordingSink::default(),
            limits: no_retries(),
            seen: Arc::default(),
            notes: Notes::default(),
            edit_mode: EditMode::default(),
            dialect: EditDialect::default(),
            hooks: None,
            editor: Arc::new(Nobody),
            steers: mpsc::channel(1).1,
            cancel: CancellationToken::new(),
        }
    }

    fn tool(mut self, tool: FakeTool) -> Self {
        self.tools.push(Arc::new(tool));
        self
    }

    async fn play(self) -> Played {
        let requests = Arc::default();
        let replies = [self.replies].into_iter().chain(self.others);
        let models = replies.enumerate().map(|(number, replies)| TurnModel {
            id: format!("p/m{number}"),
            name: format!("m{number}"),
            model: ScriptedModel::new(replies, &requests),
            facts: ModelFacts::default(),
            thinking: Thinking::default(),
        });
        let sink = Arc::new(self.sink);
        let approver = Arc::new(self.approver);
        let turn = Turn {
            session_id: "s".to_owned(),
            turn_id: "t".to_owned(),
            models: models.collect(),
            system: "Be good.".to_owned(),
            history: vec![user("u", "t", "Do it.")],
            tools: Toolbox::new(self.tools),
            files: self.files,
            approver: Arc::clone(&approver) as _,
            sink: Arc::clone(&sink) as _,
            clock: Arc::new(Ticks::default()),
            seen: self.seen,
            notes: self.notes,
            edit_mode: self.edit_mode,
            dialect: self.dialect,
            limits: self.limits,
            prefix: Arc::default(),
            elicitor: Arc::new(Nobody),
            editor: self.editor,
            offered: Offered::default(),
            hooks: self.hooks,
            steers: self.steers,
            cancel: self.cancel,
        };
        let turn = assert_send(run_turn(turn));
        let outcome = tokio::time::timeout(PATIENCE, turn).await;
        let outcome = outcome.expect("the turn hangs");
        let events = std::mem::take(&mut *sink.events.lock().unwrap());
        let requests = std::mem::take(&mut *requests.lock().unwrap());
        // Each request begins with the one before it, byte for byte.
        for pair in requests.windows(2) {
            let [one, next]: &[ModelRequest; 2] = pair.try_into().unwrap();
            assert_eq!(one.messages[..], next.messages[..one.messages.len()]);
        }
        let questions = approver.asked.lock().unwrap().len();
        Played {
            outcome,
            events,
            requests,
            questions,
        }
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn done(text: &str) -> Outcome {
    Outcome::Done(ToolOutput {
        text: text.to_owned(),
        ..ToolOutput::default()
    })
}

/// What tools did, in order.
type Log = Arc<Mutex<Vec<String>>>;

fn log(log: &Log, line: &str) {
    log.lock().unwrap().push(line.to_owned());
}

/// The chunks of the three answers of a turn that reads, edits two files and runs a program.
fn script() -> Vec<Vec<Chunk>> {
    vec![
        vec![
            Chunk::Reasoning("I should look.".to_owned()),
            text("I "),
            text("look."),
            call(0, "read", "{\"path\""),
            more(0, ":\"a\"}"),
            call(1, "read", "{\"path\":\"b\"}"),
            usage(10, 5),
            calls_end(),
        ],
        vec![
            text("I edit and run."),
            call(0, "edit", "{}"),
            call(1, "sh", "{\"command\":\"ls\"}"),
            usage(20, 6),
            calls_end(),
        ],
        vec![text("Done."), usage(30, 7), end()],
    ]
}

/// The world of [`script`], with a log of what its tools did.
fn world(replies: Vec<Reply>) -> (World, Log) {
    let done_log = Log::default();
    let (reads, edits, runs) = (done_log.clone(), done_log.clone(), done_log.clone());
    let mut world = World::new(replies)
        .tool(FakeTool::new("read", ToolKind::Read, move |_, _| {
            log(&reads, "read");
            async {
                tokio::task::yield_now().await;
                Ok(done("old"))
            }
        }))
        .tool(
            FakeTool::new("edit", ToolKind::Edit, move |_, _| {
                log(&edits, "plan");
                async {
                    tokio::task::yield_now().await;
                    Ok(Outcome::Edit {
                        changes: vec![change("a", "old", "new"), change("b", "old", "new")],
                        output: ToolOutput {
                            text: "Edited.".to_owned(),
                            ..ToolOutput::default()
                        },
                    })
                }
            })
            .effects(|_| {
                Ok(vec![Effect::WritePath {
                    path: "/w/a".to_owned(),
                }])
            }),
        )
        .tool(
            FakeTool::new("sh", ToolKind::Execute, move |_, _| {
                log(&runs, "run");
                async {
                    tokio::task::yield_now().await;
                    Ok(done("a b"))
                }
            })
            .effects(|_| {
                Ok(vec![Effect::RunProgram {
                    program: "ls".to_owned(),
                    arguments: Vec::new(),
                }])
            }),
        );
    world.approver = FakeApprover::new(
        PermissionMode::Ask,
        vec![
            PermissionOutcome::Allowed,
            PermissionOutcome::AllowedForSession,
        ],
    );
    for name in ["a", "b"] {
        let mut texts = world.files.texts.lock().unwrap();
        texts.insert(name.to_owned(), "old".to_owned());
    }
    (world, done_log)
}

fn whole_script() -> Vec<Reply> {
    script().into_iter().map(Reply::chunks).collect()
}

/// Files are what the events say of them, made and taken back.
fn check_files(files: &MemoryFiles, events: &[TurnEvent]) {
    let mut changes = BTreeMap::new();
    let mut expected = BTreeMap::new();
    for event in events {
        match event {
            TurnEvent::ToolRunning {
                record,
                changes: begun,
            } => {
                let ItemBody::ToolCall(call) = &record.item.body else {
                    panic!("no call");
                };
                changes.extend(call.edit_ids.iter().cloned().zip(begun.iter().cloned()));
            }
            TurnEvent::EditRebased { edit_id, change } => {
                changes.insert(edit_id.clone(), change.clone());
            }
            TurnEvent::EditResolved { edit_id, outcome } => {
                let change = &changes[edit_id];
                let name = change.base.path.display().to_owned();
                let is_made = |made: &String| made == edit_id;
                match outcome {
                    EditOutcome::Applied(_) => {
                        expected.insert(name, (change.new_text(), Some(edit_id.clone())));
                    }
                    EditOutcome::Failed
                        if expected
                            .get(&name)
                            .is_some_and(|(_, made)| made.as_ref().is_some_and(is_made)) =>
                    {
                        expected.insert(name, (Arc::clone(&change.base.text), None));
                    }
                    EditOutcome::Proposed | EditOutcome::Failed => {}
                }
            }
            TurnEvent::ItemStarted(_)
            | TurnEvent::ItemDelta { .. }
            | TurnEvent::ItemUpdated(_)
            | TurnEvent::ItemNoted(_)
            | TurnEvent::Attempted { .. }
            | TurnEvent::ItemCompleted(_)
            | TurnEvent::UsageUpdated { .. }
            | TurnEvent::Retrying { .. }
            | TurnEvent::PermissionRequested { .. }
            | TurnEvent::PermissionResolved { .. }
            | TurnEvent::PlanUpdated { .. }
            | TurnEvent::Notice { .. } => {}
        }
    }
    for (name, text) in files.texts.lock().unwrap().iter() {
        match expected.get(name) {
            Some((expected, _)) => assert_eq!(**text, **expected, "{name}"),
            None => assert!(!text.contains("new"), "{name}: {text}"),
        }
    }
}

#[tokio::test]
async fn a_whole_turn() {
    let (world, log) = world(whole_script());
    let files = Arc::clone(&world.files);
    let played = world.play().await;
    crate::testing::check_events(&played.events);
    check_files(&files, &played.events);
    assert_eq!(*log.lock().unwrap(), ["read", "read", "plan", "run"]);
    assert_eq!(played.questions, 2);
    // Durations are the machine's own, so they are left out.
    let shown = played.shown();
    let shown = shown.lines().map(|line| {
        let cut = line
            .strip_suffix(" ms")
            .and_then(|line| line.rsplit_once(' '));
        cut.map_or(line, |(line, _)| line)
    });
    let shown = shown.collect::<Vec<_>>().join("\n") + "\n";
    expect_test::expect![[r#"
        started #1 reasoning InProgress ""
        delta #1 text "I should look."
        completed #1 reasoning Completed "I should look."
        started #2 text InProgress ""
        delta #2 text "I "
        delta #2 text "look."
        completed #2 text Completed "I look."
        started #3 call read Pending
        delta #3 arguments "{\"path\""
        delta #3 arguments ":\"a\"}"
        started #4 call read Pending
        delta #4 arguments "{\"path\":\"b\"}"
        usage p/m0: 10 in, 5 out, context 15
        running #3 call read {"path":"a"} Running changes []
        running #4 call read {"path":"b"} Running changes []
        completed #4 call read {"path":"b"} Completed "old"
        completed #3 call read {"path":"a"} Completed "old"
        started #5 text InProgress ""
        delta #5 text "I edit and run."
        completed #5 text Completed "I edit and run."
        started #6 call edit Pending
        delta #6 arguments "{}"
        started #7 call sh Pending
        delta #7 arguments "{\"command\":\"ls\"}"
        usage p/m0: 20 in, 6 out, context 26
        updated #6 call edit {} Waiting
        question #8 #6 call edit {} Waiting
        answer #8 allowed #6 call edit {} Pending
        running #6 call edit {} Running edits #9 #10 changes [a b]
        edit #9 applied
        edit #10 applied
        completed #6 call edit {} Completed "Edited." edits #9 #10
        updated #7 call sh {"command":"ls"} Waiting
        question #11 #7 call sh {"command":"ls"} Waiting
        answer #11 allowed for session #7 call sh {"command":"ls"} Pending
        running #7 call sh {"command":"ls"} Running changes []
        completed #7 call sh {"command":"ls"} Completed "a b"
        started #12 text InProgress ""
        delta #12 text "Done."
        completed #12 text Completed "Done."
        usage p/m0: 30 in, 7 out, context 37
        => end of turn
    "#]]
    .assert_eq(&shown);

    assert_eq!(played.requests.len(), 3);
    expect_test::expect![[r#"
        user: Do it.
        assistant:
          reasoning "I should look."
          "I look."
          call c0 read {"path":"a"}
          call c1 read {"path":"b"}
        tool c0 read: old
        tool c1 read: old
        assistant:
          "I edit and run."
          call c0 edit {}
          call c1 sh {"command":"ls"}
        tool c0 edit: Edited.
        tool c1 sh: a b
    "#]]
    .assert_eq(&played.last_request());
    let request = &played.requests[2];
    assert_eq!((&*request.model, &*request.system), ("m0", "Be good."));
    let names = request.tools.iter().map(|tool| tool.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["read", "edit", "sh"]);
}
