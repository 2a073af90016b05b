//! Hooks of one turn: before it, around its calls, after it.
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::driver::{Turn, run_turn};
use aside_agent::event::{NoticeLevel, TurnError, TurnEvent, TurnOutcome, TurnSink, TurnStop};
use aside_agent::hooks::{HookCall, Hooks};
use aside_agent::item::{ContentBlock, ItemBody, ItemRecord, Replay};
use futures_util::future::BoxFuture;

use super::{HookEnd, Told, fitting, has_any};
use crate::audit::{self, At};
use crate::engine::Engine;
use crate::settings::Settings;
use crate::settings::items::HookEvent;

/// How many notices of one turn's hooks are shown.
pub const MAX_NOTICES: usize = 20;

/// The hooks of one turn, by the settings as they were when it began.
pub struct SessionHooks {
    engine: Arc<Engine>,
    settings: Arc<Settings>,
    session_id: String,
    turn_id: String,
    sink: Arc<dyn TurnSink>,
    /// What was said already: a hook that fails does so at each call.
    told: Mutex<HashSet<String>>,
}

impl SessionHooks {
    /// `None` where there are no hooks at all, which then cost nothing.
    pub fn new(
        engine: &Arc<Engine>,
        session_id: &str,
        turn_id: &str,
        sink: &Arc<dyn TurnSink>,
    ) -> Option<Arc<Self>> {
        let settings = engine.settings();
        (!settings.hooks.is_empty()).then(|| {
            Arc::new(Self {
                engine: Arc::clone(engine),
                settings,
                session_id: session_id.to_owned(),
                turn_id: turn_id.to_owned(),
                sink: Arc::clone(sink),
                told: Mutex::default(),
            })
        })
    }

    /// For the driver, where there are hooks about calls.
    pub fn of_tools(self: &Arc<Self>) -> Option<Arc<dyn Hooks>> {
        let is_about_calls = has_any(&self.settings, HookEvent::BeforeTool)
            || has_any(&self.settings, HookEvent::AfterTool);
        is_about_calls.then(|| Arc::clone(self) as _)
    }

    fn told(&self, event: HookEvent) -> Told<'_> {
        let workspace = &self.engine.workspace().key;
        Told::new(event, workspace, &self.session_id).turn(&self.turn_id)
    }

    /// Runs the hooks for a moment, one after the other. The first that says no is the last.
    async fn run(&self, event: HookEvent, tool: &str, told: &Told<'_>) -> Result<(), String> {
        for hook in fitting(&self.settings, event, tool) {
            let end = self.engine.hooks().run(hook, &self.settings, told).await;
            let (outcome, text) = match &end {
                HookEnd::Passed => continue,
                HookEnd::Blocked(text) => ("blocked", text),
                HookEnd::Failed(text) => ("failed", text),
            };
            let at = At {
                session: &self.session_id,
                turn: Some(&self.turn_id),
            };
            let row = audit::hooked(at, event.word(), &hook.command, outcome, text);
            if let Err(error) = self.engine.audit(row).await {
                tracing::error!(%error, "a hook's end is not in the audit log");
            }
            match end {
                HookEnd::Passed => {}
                HookEnd::Blocked(text) => return Err(text),
                HookEnd::Failed(text) => {
                    let word = event.word();
                    let message = format!("A hook ({word}) failed: {text}.");
                    self.notice(crate::redact::redact(&message).into_owned())
                        .await;
                }
            }
        }
        Ok(())
    }

    fn is_new(&self, message: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < MAX_NOTICES && told.insert(message.to_owned())
    }

    async fn notice(&self, message: String) {
        tracing::warn!("{message}");
        if !self.is_new(&message) {
            return;
        }
        let event = TurnEvent::Notice {
            level: NoticeLevel::Warning,
            message,
        };
        if let Err(error) = self.sink.emit(event).await {
            tracing::error!(%error, "a notice could not be stored");
        }
    }

    /// What hooks have against the prompt.
    async fn begin(&self, prompt: &str) -> Result<(), String> {
        if !self.engine.hooks().has_begun(&self.session_id) {
            let told = self.told(HookEvent::SessionStart);
            // One that is refused, or cancelled meanwhile, has not begun.
            self.run(HookEvent::SessionStart, "", &told).await?;
            self.engine.hooks().note_begun(&self.session_id);
        }
        let told = self.told(HookEvent::TurnStart).prompt(prompt);
        self.run(HookEvent::TurnStart, "", &told).await
    }

    /// The prompt stays to be seen, but no model is sent it.
    async fn refuse(&self, prompt: Option<&ItemRecord>, why: String) -> TurnOutcome {
        if let Some(prompt) = prompt {
            let mut prompt = prompt.clone();
            let replay = prompt.replay.get_or_insert_with(Replay::default);
            replay.superseded = true;
            if let Err(error) = self.sink.emit(TurnEvent::ItemNoted(prompt)).await {
                tracing::error!(%error, "a refused prompt could not be stored");
            }
        }
        TurnOutcome {
            stop: TurnStop::Error(TurnError {
                code: "denied",
                message: said(&why, "A hook refused the prompt, which was not sent"),
                retryable: false,
            }),
            usage: aside_llm::Usage::default(),
        }
    }

    async fn end(&self, outcome: &TurnOutcome) {
        let reason = crate::wire::stop_reason(&outcome.stop);
        let told = self.told(HookEvent::TurnEnd).stopped(reason);
        if let Err(text) = self.run(HookEvent::TurnEnd, "", &told).await {
            self.notice(said(&text, "A hook at the end of the turn complains"))
                .await;
        }
    }
}

impl Hooks for SessionHooks {
    fn before_tool<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let told = self.told(HookEvent::BeforeTool);
            let told = told.call(&call.name, &call.arguments);
            let run = self.run(HookEvent::BeforeTool, &call.name, &told).await;
            run.map_err(|text| said(&text, "A hook of the user's refused this call"))
        })
    }

    fn after_tool<'a>(
        &'a self,
        call: &'a HookCall,
        output: &'a str,
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let told = self.told(HookEvent::AfterTool);
            let told = told.result(&call.name, &call.arguments, output);
            let run = self.run(HookEvent::AfterTool, &call.name, &told).await;
            let text = run.err()?;
            Some(said(&text, "A hook of the user's says about this call"))
        })
    }
}

/// Runs a turn with hooks before and after it. A cancel ends them.
pub async fn run_hooked(hooks: Arc<SessionHooks>, turn: Turn) -> TurnOutcome {
    let cancel = turn.cancel.clone();
    let prompt = turn.history.last().cloned();
    let text = prompt.as_ref().map(prompt_text).unwrap_or_default();
    let begun = tokio::select! {
        biased;
        () = cancel.cancelled() => return TurnOutcome {
            stop: TurnStop::Cancelled,
            usage: aside_llm::Usage::default(),
        },
        begun = hooks.begin(&text) => begun,
    };
    let outcome = match begun {
        Ok(()) => run_turn(turn).await,
        Err(why) => hooks.refuse(prompt.as_ref(), why).await,
    };
    if cancel.is_cancelled() {
        hooks.end(&outcome).await;
    } else {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = hooks.end(&outcome) => {}
        }
    }
    outcome
}

fn prompt_text(prompt: &ItemRecord) -> String {
    let ItemBody::UserMessage { content, .. } = &prompt.item.body else {
        return String::new();
    };
    let texts = content.iter().filter_map(|block| {
        let ContentBlock::Text { text } = block else {
            return None;
        };
        Some(text.as_str())
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn said(text: &str, head: &str) -> String {
    match text {
        "" => format!("{head} without saying why."),
        text => format!("{head}: {text}"),
    }
}
