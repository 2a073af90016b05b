//! One call of another agent: a turn whose "model" makes this call and is done. So permission,
//! hooks, edits over what the user types, and taking them back are those of Aside's own turns.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::driver::{Turn, TurnModel, run_turn};
use aside_agent::editing::{EditDialect, EditMode};
use aside_agent::event::{Delta, SinkError, TurnEvent, TurnSink};
use aside_agent::item::{ContentBlock, Item, ItemBody, ToolCall, ToolStatus};
use aside_agent::limits::Limits;
use aside_agent::notes::Notes;
use aside_agent::tool::Arguments;
use aside_agent::toolbox::Offered;
use aside_agent::world::Nobody;
use aside_llm::{
    Chunk, ChunkStream, Model, ModelError, ModelFacts, ModelRequest, StopReason, Thinking,
};
use aside_store::Write;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::guest::Guest;
use super::output::Output;
use crate::audit::{self, At};
use crate::clock;
use crate::engine::Engine;
use crate::hooks::SessionHooks;

/// How many bytes of what a tool says while it works one notification of progress holds.
pub const MAX_PROGRESS_BYTES: usize = 4096;

/// A call.
pub struct Call {
    /// One of the tools.
    pub name: String,
    /// With what.
    pub arguments: Arguments,
    /// Where the client wants to hear of progress, if it does.
    pub progress: Option<Progress>,
    /// Fires when the client cancels.
    pub cancel: CancellationToken,
}

/// Where a call's progress goes.
pub struct Progress {
    /// As the client gave it: a string or a number.
    pub token: Value,
    /// The client.
    pub output: Output,
}

/// What came of a call.
pub struct Called {
    /// For the model.
    pub text: String,
    /// Whether it was not done.
    pub is_error: bool,
}

/// Makes a call to its end.
pub async fn make(call: Call, guest: &Guest) -> Called {
    let turn_id = clock::new_id();
    let engine = &guest.engine;
    let settings = engine.settings();
    let sink = Arc::new(CallSink {
        engine: Arc::clone(engine),
        session_id: guest.id.clone(),
        turn_id: turn_id.clone(),
        progress: call.progress,
        told: AtomicU64::new(0),
        end: Mutex::default(),
    });
    let of_turn: Arc<dyn TurnSink> = Arc::clone(&sink) as _;
    let hooks = SessionHooks::new(engine, &guest.id, &turn_id, &of_turn);
    let model = OneCall {
        name: call.name,
        arguments: Value::Object(call.arguments).to_string(),
        is_made: AtomicBool::new(false),
    };
    let turn = Turn {
        session_id: guest.id.clone(),
        turn_id,
        models: vec![TurnModel {
            id: guest.agent.clone(),
            name: guest.agent.clone(),
            model: Arc::new(model),
            facts: ModelFacts::default(),
            thinking: Thinking::default(),
        }],
        system: String::new(),
        history: Vec::new(),
        tools: guest.tools.clone(),
        files: engine.front().files(),
        approver: Arc::clone(&guest.approver) as _,
        sink: of_turn,
        clock: Arc::new(clock::SystemClock),
        seen: Arc::clone(&guest.seen),
        notes: Notes::default(),
        // Those that are only to be proposed are asked about one by one.
        edit_mode: EditMode::Apply,
        dialect: EditDialect::EditFile,
        limits: Limits {
            tool_timeout: settings.turn.tool_timeout(),
            diagnostics_wait: settings.editor.diagnostics_wait(),
            ..Limits::default()
        },
        // Nobody speaks to a single call.
        steers: mpsc::channel(1).1,
        prefix: Arc::default(),
        elicitor: Arc::new(Nobody),
        editor: engine.front().editor(),
        offered: Offered::default(),
        hooks: hooks.as_ref().and_then(SessionHooks::of_tools),
        cancel: call.cancel,
    };
    let outcome = run_turn(turn).await;
    let end = sink
        .end
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match end {
        Some(call) => Called {
            text: text_of(&call),
            is_error: call.status != ToolStatus::Completed,
        },
        None => {
            tracing::error!(stop = ?outcome.stop, "a call of another agent has no end");
            Called {
                text: "Aside failed inside while it made this call; its log says more. Look at what is there before you call again.".to_owned(),
                is_error: true,
            }
        }
    }
}

fn text_of(call: &ToolCall) -> String {
    let texts = call.output.iter().filter_map(|block| match block {
        ContentBlock::Text { text } => Some(text.as_str()),
        ContentBlock::Image { .. } | ContentBlock::Resource { .. } => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Makes one call, and says that it is done when it is asked again.
struct OneCall {
    name: String,
    arguments: String,
    is_made: AtomicBool,
}

impl Model for OneCall {
    fn stream(&self, _: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        let chunks = match self.is_made.swap(true, Ordering::Relaxed) {
            false => vec![
                Chunk::ToolCall {
                    index: 0,
                    id: Some("call".to_owned()),
                    name: Some(self.name.clone()),
                    arguments: self.arguments.clone(),
                },
                Chunk::Stop(StopReason::ToolCalls),
            ],
            true => vec![
                Chunk::Text("Done.".to_owned()),
                Chunk::Stop(StopReason::EndTurn),
            ],
        };
        let stream: ChunkStream = stream::iter([Ok(chunks)]).boxed();
        std::future::ready(Ok(stream)).boxed()
    }
}

/// Takes down what happens: into the audit log what is done, to the client how it goes.
struct CallSink {
    engine: Arc<Engine>,
    session_id: String,
    turn_id: String,
    progress: Option<Progress>,
    told: AtomicU64,
    end: Mutex<Option<ToolCall>>,
}

impl CallSink {
    async fn audit(&self, row: Write) -> Result<(), SinkError> {
        let written = self.engine.audit(row).await;
        written.map_err(|error| SinkError(error.to_string()))
    }

    fn at(&self) -> At<'_> {
        At {
            session: &self.session_id,
            turn: Some(&self.turn_id),
        }
    }

    async fn tell(&self, text: &str) {
        let Some(progress) = &self.progress else {
            return;
        };
        let number = self.told.fetch_add(1, Ordering::Relaxed) + 1;
        let text = &text[..text.floor_char_boundary(MAX_PROGRESS_BYTES)];
        let message = json!({
            "jsonrpc": "2.0",
            "method": "notifications/progress",
            "params": {
                "progressToken": progress.token,
                "progress": number,
                "message": text.trim_end(),
            },
        });
        progress.output.send(&message).await;
    }
}

impl TurnSink for CallSink {
    fn emit(&self, event: TurnEvent) -> BoxFuture<'_, Result<(), SinkError>> {
        Box::pin(async move {
            match event {
                TurnEvent::ToolRunning { record, .. } => {
                    let mode = crate::wire::name_of(&self.engine.settings().permission_mode);
                    match call_of(&record.item) {
                        Some(call) => {
                            let row = audit::started(self.at(), &record.item, call, &mode);
                            self.audit(row).await
                        }
                        None => Ok(()),
                    }
                }
                TurnEvent::PermissionResolved {
                    record, outcome, ..
                } => match call_of(&record.item) {
                    Some(call) => {
                        let row = audit::permitted(self.at(), &record.item, call, &outcome);
                        self.audit(row).await
                    }
                    None => Ok(()),
                },
                TurnEvent::ItemCompleted(record) => {
                    let Some(call) = call_of(&record.item) else {
                        return Ok(());
                    };
                    let row = audit::ended(self.at(), &record.item, call);
                    *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(call.clone());
                    // It is done, and the client is to hear of it, noted down or not.
                    if let Err(error) = self.audit(row).await {
                        tracing::error!(%error, "the end of a call is not in the audit log");
                    }
                    Ok(())
                }
                TurnEvent::ItemDelta {
                    delta: Delta::Output(text),
                    ..
                } => {
                    self.tell(&text).await;
                    Ok(())
                }
                TurnEvent::Notice { message, .. } => {
                    tracing::info!("{message}");
                    Ok(())
                }
                TurnEvent::ItemDelta {
                    delta: Delta::Text(_) | Delta::Arguments(_),
                    ..
                }
                | TurnEvent::ItemStarted(_)
                | TurnEvent::ItemUpdated(_)
                | TurnEvent::ItemNoted(_)
                | TurnEvent::EditRebased { .. }
                | TurnEvent::EditResolved { .. }
                | TurnEvent::Attempted { .. }
                | TurnEvent::UsageUpdated { .. }
                | TurnEvent::PermissionRequested { .. }
                | TurnEvent::Retrying { .. }
                | TurnEvent::PlanUpdated { .. } => Ok(()),
            }
        })
    }
}

fn call_of(item: &Item) -> Option<&ToolCall> {
    match &item.body {
        ItemBody::ToolCall(call) => Some(call),
        ItemBody::UserMessage { .. }
        | ItemBody::AssistantMessage { .. }
        | ItemBody::Reasoning { .. }
        | ItemBody::Compaction { .. } => None,
    }
}
