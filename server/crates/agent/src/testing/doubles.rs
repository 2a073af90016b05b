//! Doubles of the traits through which a turn touches the world.
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aside_llm::{Chunk, ChunkStream, Model, ModelError, ModelRequest};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::event::{SinkError, TurnEvent, TurnSink};
use crate::host::{
    AppliedChange, Approver, Document, FileChange, Files, HostError, PermissionOutcome,
    PermissionRequest, Replaced, Stamp, Target, WorkspacePath,
};
use crate::item::{ToolKind, ToolSource};
use crate::permission::{Decision, Effect, PermissionMode, by_mode};
use crate::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};

/// What the model does when it is asked.
pub(crate) enum Reply {
    /// The request fails.
    Fails(ModelError),
    /// The request is never answered.
    Hangs,
    /// Network reads, then the end of the stream.
    Streams(Vec<Result<Vec<Chunk>, ModelError>>),
    /// Network reads, then silence.
    Stalls(Vec<Vec<Chunk>>),
    /// The client panics.
    Panics,
    /// The client panics after these reads.
    PanicsAfter(Vec<Vec<Chunk>>),
}

impl Reply {
    /// Each chunk in a read of its own.
    pub(crate) fn chunks(chunks: Vec<Chunk>) -> Self {
        Self::Streams(chunks.into_iter().map(|chunk| Ok(vec![chunk])).collect())
    }
}

/// Answers by a script, and keeps what it was asked.
#[derive(Default)]
pub(crate) struct ScriptedModel {
    replies: Mutex<VecDeque<Reply>>,
    /// Models of one turn share it.
    pub(crate) requests: Arc<Mutex<Vec<ModelRequest>>>,
}

impl ScriptedModel {
    pub(crate) fn new(replies: Vec<Reply>, requests: &Arc<Mutex<Vec<ModelRequest>>>) -> Arc<Self> {
        Arc::new(Self {
            replies: Mutex::new(replies.into()),
            requests: Arc::clone(requests),
        })
    }
}

impl Model for ScriptedModel {
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        self.requests.lock().unwrap().push(request);
        let reply = self.replies.lock().unwrap().pop_front();
        let ok = |reads: Vec<Vec<Chunk>>| stream::iter(reads.into_iter().map(Ok));
        let stream: ChunkStream = match reply.expect("a further reply in the script") {
            Reply::Fails(error) => return std::future::ready(Err(error)).boxed(),
            Reply::Hangs => return std::future::pending().boxed(),
            Reply::Panics => panic!("no client"),
            Reply::Streams(reads) => stream::iter(reads).boxed(),
            Reply::Stalls(reads) => ok(reads).chain(stream::pending()).boxed(),
            Reply::PanicsAfter(reads) => ok(reads)
                .chain(stream::once(async { panic!("no stream") }))
                .boxed(),
        };
        std::future::ready(Ok(stream)).boxed()
    }
}

type Work =
    dyn Fn(Arguments, ToolContext) -> BoxFuture<'static, Result<Outcome, ToolError>> + Send + Sync;
type Effects = dyn Fn(&Arguments) -> Result<Vec<Effect>, ToolError> + Send + Sync;

/// A tool made of closures.
pub(crate) struct FakeTool {
    spec: ToolSpec,
    effects: Box<Effects>,
    work: Box<Work>,
}

impl FakeTool {
    pub(crate) fn new<F>(
        name: &'static str,
        kind: ToolKind,
        work: impl Fn(Arguments, ToolContext) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Outcome, ToolError>> + Send + 'static,
    {
        Self {
            spec: ToolSpec {
                name: name.into(),
                description: "A tool.".into(),
                input_schema: serde_json::json!({"type": "object"}),
                kind,
                source: ToolSource::Builtin,
            },
            effects: Box::new(|_| Ok(Vec::new())),
            work: Box::new(move |arguments, context| work(arguments, context).boxed()),
        }
    }

    pub(crate) fn effects(
        mut self,
        effects: impl Fn(&Arguments) -> Result<Vec<Effect>, ToolError> + Send + Sync + 'static,
    ) -> Self {
        self.effects = Box::new(effects);
        self
    }
}

impl Tool for FakeTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        format!("{} {}", self.spec.name, serde_json::json!(arguments))
    }

    fn effects(&self, arguments: &Arguments, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        (self.effects)(arguments)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        (self.work)(arguments, context)
    }
}

pub(crate) fn path(name: &str) -> WorkspacePath {
    WorkspacePath::new_checked(PathBuf::from("/w").join(name), name.to_owned())
}

pub(crate) fn change(name: &str, old: &str, new: &str) -> FileChange {
    let base = Document {
        text: old.into(),
        stamp: Stamp::Disk,
        ..Document::absent(path(name))
    };
    FileChange::text(base, new.into(), format!("Edit {name}"))
}

/// Files in memory. A change applies if its base is what is there.
#[derive(Default)]
pub(crate) struct MemoryFiles {
    pub(crate) texts: Mutex<BTreeMap<String, String>>,
    /// Paths whose changes fail, and how.
    pub(crate) failing: Mutex<BTreeMap<String, HostError>>,
    /// What the user makes of a file just before the next change of it.
    pub(crate) typed: Mutex<BTreeMap<String, String>>,
    /// Fires when a change begins.
    pub(crate) on_apply: Mutex<Option<CancellationToken>>,
}

impl Files for MemoryFiles {
    fn roots(&self) -> Vec<PathBuf> {
        vec![PathBuf::from("/w")]
    }

    fn resolve(&self, name: &str) -> Result<WorkspacePath, HostError> {
        Ok(path(name))
    }

    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>> {
        let texts = self.texts.lock().unwrap();
        let text = texts.get(path.display()).cloned();
        let document = text.map(|text| Document {
            text: text.into(),
            stamp: Stamp::Disk,
            ..Document::absent(path.clone())
        });
        let document = document.ok_or_else(|| HostError::NotFound("No such file.".to_owned()));
        std::future::ready(document).boxed()
    }

    fn open_documents(&self) -> Vec<Document> {
        Vec::new()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        async move {
            if let Some(token) = self.on_apply.lock().unwrap().take() {
                token.cancel();
            }
            // A real host waits for an editor or a disk.
            tokio::task::yield_now().await;
            let name = change.base.path.display();
            if let Some(error) = self.failing.lock().unwrap().get(name) {
                return Err(error.clone());
            }
            let mut texts = self.texts.lock().unwrap();
            if let Some(text) = self.typed.lock().unwrap().remove(name) {
                texts.insert(name.to_owned(), text);
            }
            let base = match change.base.stamp {
                Stamp::Absent => None,
                Stamp::Disk | Stamp::Open { .. } => Some(&*change.base.text),
            };
            if texts.get(name).map(String::as_str) != base {
                return Err(HostError::Stale("It has changed.".to_owned()));
            }
            texts.remove(name);
            if change.target != Target::Deleted {
                let name = change.new_path().display();
                texts.insert(name.to_owned(), change.new_text().to_string());
            }
            Ok(AppliedChange::default())
        }
        .boxed()
    }

    fn changes_between(&self, _: &WorkspacePath, _: u64, _: u64) -> Option<Vec<Replaced>> {
        None
    }
}

/// Answers by a script; with none left, never.
pub(crate) struct FakeApprover {
    pub(crate) mode: PermissionMode,
    pub(crate) outcomes: Mutex<VecDeque<PermissionOutcome>>,
    pub(crate) asked: Mutex<Vec<PermissionRequest>>,
    /// Fires when a question is asked that nobody answers.
    pub(crate) on_ask: CancellationToken,
    pub(crate) allowed_for_session: bool,
}

impl FakeApprover {
    pub(crate) fn new(mode: PermissionMode, outcomes: Vec<PermissionOutcome>) -> Self {
        Self {
            mode,
            outcomes: Mutex::new(outcomes.into()),
            asked: Mutex::default(),
            on_ask: CancellationToken::new(),
            allowed_for_session: false,
        }
    }
}

impl Approver for FakeApprover {
    fn judge(&self, effects: &[Effect]) -> Vec<Decision> {
        let judge = |effect| match by_mode(self.mode, effect) {
            Decision::Ask(_) if self.allowed_for_session => Decision::Allow,
            decision @ (Decision::Allow | Decision::Ask(_) | Decision::Deny(_)) => decision,
        };
        effects.iter().map(judge).collect()
    }

    fn ask(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome> {
        self.asked.lock().unwrap().push(request);
        let Some(outcome) = self.outcomes.lock().unwrap().pop_front() else {
            self.on_ask.cancel();
            return std::future::pending().boxed();
        };
        std::future::ready(outcome).boxed()
    }
}

/// Keeps events. It can fail, or cancel the turn, at the n-th event from 0.
#[derive(Default)]
pub(crate) struct RecordingSink {
    pub(crate) events: Mutex<Vec<TurnEvent>>,
    pub(crate) seen: Mutex<usize>,
    pub(crate) cancel_at: Option<(usize, CancellationToken)>,
    pub(crate) fail_at: Option<usize>,
    pub(crate) fail_for_good: bool,
}

impl TurnSink for RecordingSink {
    fn emit(&self, event: TurnEvent) -> BoxFuture<'_, Result<(), SinkError>> {
        async move {
            tokio::task::yield_now().await;
            let mut seen = self.seen.lock().unwrap();
            let at = *seen;
            *seen += 1;
            drop(seen);
            if let Some((cancel_at, token)) = &self.cancel_at
                && *cancel_at == at
            {
                token.cancel();
            }
            let fails = self
                .fail_at
                .is_some_and(|fail_at| at == fail_at || (self.fail_for_good && at > fail_at));
            if fails {
                return Err(SinkError("The disk is full.".to_owned()));
            }
            self.events.lock().unwrap().push(event);
            Ok(())
        }
        .boxed()
    }
}
