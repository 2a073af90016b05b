//! The work that actions begin, as futures that end in inputs. Nothing that a tool, a model or
//! a host does wrong, a panic included, gets past here.
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use aside_llm::{ChunkStream, Model, ModelError, ModelRequest};
use futures_util::future::{BoxFuture, CatchUnwind};
use futures_util::stream::CatchUnwind as CatchUnwindStream;
use futures_util::{FutureExt, StreamExt};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Turn;
use super::survey::Comparison;
use crate::attempt::Attempts;
use crate::editing::EditDialect;
use crate::hooks::{HookCall, Hooks};
use crate::host::{
    FileChange, Files, HostError, PermissionOutcome, PermissionRequest, Target, read_or_absent,
};
use crate::limits::MAX_QUOTE_BYTES;
use crate::machine::{ApplyEnd, Input, Judgement};
use crate::output::quote;
use crate::outputs::Outputs;
use crate::permission::{Decision, Effect};
use crate::tool::{Arguments, Outcome, Tool, ToolContext};
use crate::toolbox::{EDIT_FILE, WRITE_FILE};

type Opening = BoxFuture<'static, Result<ChunkStream, ModelError>>;

/// Where an answer comes from.
pub(super) enum AnswerSource {
    /// Nothing is asked.
    None,
    /// The request is under way.
    Opening(CatchUnwind<AssertUnwindSafe<Opening>>),
    /// The answer streams.
    Streaming(CatchUnwindStream<AssertUnwindSafe<ChunkStream>>),
}

impl AnswerSource {
    pub(super) fn request(model: Arc<dyn Model>, request: ModelRequest) -> Self {
        // The model is called inside the future, so that a panic of that call is caught too.
        let opening: Opening = Box::pin(async move { model.stream(request).await });
        Self::Opening(AssertUnwindSafe(opening).catch_unwind())
    }

    pub(super) fn is_active(&self) -> bool {
        match self {
            Self::None => false,
            Self::Opening(_) | Self::Streaming(_) => true,
        }
    }

    /// The next input. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Input {
        loop {
            match self {
                Self::None => return Input::AnswerEnded,
                Self::Opening(opening) => match opening.await {
                    Ok(Ok(stream)) => {
                        *self = Self::Streaming(AssertUnwindSafe(stream).catch_unwind());
                    }
                    Ok(Err(error)) => {
                        *self = Self::None;
                        return Input::AnswerFailed(error);
                    }
                    Err(panic) => {
                        *self = Self::None;
                        return model_panicked(panic.as_ref());
                    }
                },
                Self::Streaming(stream) => {
                    let input = match stream.next().await {
                        Some(Ok(Ok(chunks))) => return Input::Chunks(chunks),
                        Some(Ok(Err(error))) => Input::AnswerFailed(error),
                        Some(Err(panic)) => model_panicked(panic.as_ref()),
                        None => Input::AnswerEnded,
                    };
                    *self = Self::None;
                    return input;
                }
            }
        }
    }
}

/// Waits for the change that is being made.
pub(super) async fn apply_end(applying: &mut Option<BoxFuture<'static, Input>>) -> Input {
    let Some(future) = applying else {
        return std::future::pending().await;
    };
    let input = future.await;
    *applying = None;
    input
}

/// Waits before a request is made again.
pub(super) fn wait(delay_ms: u64) -> BoxFuture<'static, Input> {
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        Input::Waited
    })
}

impl Turn {
    /// Says in the log why a provider's cache cannot help with a request. `known` of its first
    /// messages are those of the request before.
    pub(super) fn watch_prefix(&self, model: &str, request: &ModelRequest, known: usize) {
        let mut prefix = self.prefix.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = prefix.check(model, request, known) {
            tracing::info!(
                session = self.session_id,
                "a request does not begin with the one before: {} ({} of its {} messages are the same)",
                found.why,
                found.kept,
                found.before
            );
        }
    }

    /// What a call would do and what the session says to it.
    pub(super) fn examine(&self, call: usize, name: &str, arguments: &Arguments) -> Input {
        let tool = self.tools.get(name);
        let context = self.context(self.cancel.clone(), Outputs::nowhere());
        let looked = catch_unwind(AssertUnwindSafe(|| {
            tool.map(|tool| {
                let effects = tool.effects(arguments, &context);
                (tool.title(arguments), effects, tool.caution(arguments))
            })
        }));
        let (title, effects, caution) = match looked {
            Ok(Some((title, effects, caution))) => {
                (title, effects.map_err(|error| error.to_string()), caution)
            }
            Ok(None) => (name.to_owned(), Err(missing_tool(name)), None),
            Err(panic) => {
                let flaw = tool_panicked(name, panic.as_ref());
                (name.to_owned(), Err(flaw), None)
            }
        };
        let judgement = self.judge(effects.as_deref().unwrap_or_default());
        Input::Examined {
            call,
            title,
            effects,
            caution,
            judgement,
        }
    }

    pub(super) fn judge(&self, effects: &[Effect]) -> Judgement {
        let judged = catch_unwind(AssertUnwindSafe(|| Judgement {
            decisions: self.approver.judge(effects),
        }));
        judged.unwrap_or_else(|panic| {
            tracing::error!(panic = panic_text(panic.as_ref()), "the approver panicked");
            let denied = Decision::Deny(NO_PERMISSIONS.to_owned());
            Judgement {
                decisions: vec![denied; effects.len()],
            }
        })
    }

    pub(super) fn run_tool(
        &self,
        call: usize,
        name: &str,
        arguments: Arguments,
        outputs: Outputs,
    ) -> BoxFuture<'static, Input> {
        let name = name.to_owned();
        let Some(tool) = self.tools.get(&name) else {
            let (result, attempts) = (Err(missing_tool(&name)), Vec::new());
            return Box::pin(std::future::ready(Input::Returned {
                call,
                result,
                attempts,
            }));
        };
        let whole = self.as_whole_file(&name, &arguments);
        let cancel = self.cancel.child_token();
        let context = self.context(cancel.clone(), outputs);
        let noted = context.attempts.clone();
        let limit = self.limits.tool_timeout;
        let offered = self.offered.clone();
        let hooked = self.hooked(&name, &arguments);
        Box::pin(async move {
            if let Some(refused) = before(&hooked).await {
                return Input::Returned {
                    call,
                    result: Err(refused),
                    attempts: Vec::new(),
                };
            }
            // Work that the tool has put on another thread ends too when this is dropped.
            let guard = cancel.drop_guard();
            let work = AssertUnwindSafe(async move {
                match whole {
                    Some((writer, whole)) if is_new(&context, &whole).await => {
                        writer.call(whole, context).await
                    }
                    Some(_) | None => tool.call(arguments, context).await,
                }
            });
            let result = match tokio::time::timeout(limit, work.catch_unwind()).await {
                Ok(Ok(Ok(mut outcome))) => {
                    guard.disarm();
                    if let Outcome::Done(output) = &mut outcome {
                        offered.add(std::mem::take(&mut output.offers));
                        after(&hooked, &mut output.text).await;
                    }
                    Ok(outcome)
                }
                Ok(Ok(Err(error))) => Err(error.to_string()),
                Ok(Err(panic)) => Err(tool_panicked(&name, panic.as_ref())),
                Err(_) => Err(format!(
                    "{name} was stopped after {} s without a result. Ask for less at a time.",
                    limit.as_secs()
                )),
            };
            Input::Returned {
                call,
                result,
                attempts: noted.take(),
            }
        })
    }

    /// What is to be said of a call all of whose edits are made.
    pub(super) fn settle(
        &self,
        call: usize,
        name: String,
        arguments: Arguments,
        mut text: String,
        comparison: Comparison,
    ) -> BoxFuture<'static, Input> {
        let hooked = self.hooked(&name, &arguments);
        let told = self.compared(comparison);
        Box::pin(async move {
            if let Some(told) = told.await {
                text.push_str("\n\n");
                text.push_str(&told);
            }
            after(&hooked, &mut text).await;
            Input::Settled { call, text }
        })
    }

    /// A call for hooks; nothing is copied where there are none.
    fn hooked(&self, name: &str, arguments: &Arguments) -> Option<(Arc<dyn Hooks>, HookCall)> {
        let hooks = self.hooks.as_ref()?;
        let call = HookCall {
            session_id: self.session_id.clone(),
            turn_id: self.turn_id.clone(),
            name: name.to_owned(),
            arguments: arguments.clone(),
        };
        Some((Arc::clone(hooks), call))
    }

    pub(super) fn ask(&self, call: usize, request: PermissionRequest) -> BoxFuture<'static, Input> {
        let approver = Arc::clone(&self.approver);
        Box::pin(async move {
            let answer = AssertUnwindSafe(async move { approver.ask(request).await });
            let outcome = answer.catch_unwind().await.unwrap_or_else(|panic| {
                tracing::error!(panic = panic_text(panic.as_ref()), "the approver panicked");
                PermissionOutcome::Unavailable("The question could not be shown.".to_owned())
            });
            Input::Answered { call, outcome }
        })
    }

    pub(super) fn apply(&self, call: usize, change: FileChange) -> BoxFuture<'static, Input> {
        let files = Arc::clone(&self.files);
        Box::pin(async move {
            let apply = AssertUnwindSafe(async move {
                match files.apply(&change).await {
                    Ok(applied) => ApplyEnd::Made(applied),
                    Err(error @ HostError::Stale(_)) => stale(files.as_ref(), &change, error).await,
                    Err(
                        error @ (HostError::Denied(_)
                        | HostError::NotFound(_)
                        | HostError::Unreadable(_)
                        | HostError::Conflict(_)
                        | HostError::Io(_)),
                    ) => ApplyEnd::Failed(error),
                }
            });
            let end = match apply.catch_unwind().await {
                Ok(end) => end,
                Err(panic) => {
                    tracing::error!(panic = panic_text(panic.as_ref()), "the host panicked");
                    ApplyEnd::Failed(HostError::Io(
                        "Aside failed inside while it made the change; look at the file."
                            .to_owned(),
                    ))
                }
            };
            Input::Applied { call, end }
        })
    }

    /// A block that looks for nothing is all of a new file: the tool that makes one, and its
    /// arguments.
    fn as_whole_file(
        &self,
        name: &str,
        arguments: &Arguments,
    ) -> Option<(Arc<dyn Tool>, Arguments)> {
        match self.dialect {
            EditDialect::SearchReplace | EditDialect::WholeFile if name == EDIT_FILE => {}
            EditDialect::EditFile
            | EditDialect::ApplyPatch
            | EditDialect::SearchReplace
            | EditDialect::WholeFile => return None,
        }
        let [edit] = arguments.get("edits")?.as_array()?.as_slice() else {
            return None;
        };
        let entry = |key: &str| edit.get(key).and_then(Value::as_str);
        if !entry("old_text")?.is_empty() {
            return None;
        }
        let content = Value::from(entry("new_text")?);
        let mut whole = Arguments::new();
        whole.insert("path".to_owned(), arguments.get("path")?.clone());
        whole.insert("content".to_owned(), content);
        Some((self.tools.get(WRITE_FILE)?, whole))
    }

    /// The model takes a file to be what a change meant it to be.
    pub(super) fn note_seen(&self, change: &FileChange) {
        let old = change.base.path.absolute();
        match &change.target {
            Target::Text(_) => self.seen.note(old, &change.meant),
            Target::Deleted => self.seen.forget(old),
            Target::Moved { to, .. } => {
                self.seen.forget(old);
                self.seen.note(to.absolute(), &change.meant);
            }
        }
    }

    fn context(&self, cancel: CancellationToken, outputs: Outputs) -> ToolContext {
        ToolContext {
            files: Arc::clone(&self.files),
            cancel,
            seen: Arc::clone(&self.seen),
            attempts: Attempts::default(),
            dialect: self.dialect,
            session_id: Arc::from(self.session_id.as_str()),
            turn_id: Arc::from(self.turn_id.as_str()),
            item_id: outputs.item_id(),
            outputs,
            elicitor: Arc::clone(&self.elicitor),
            editor: Arc::clone(&self.editor),
        }
    }
}

/// Why hooks do not let a call be made, if they do not.
async fn before(hooked: &Option<(Arc<dyn Hooks>, HookCall)>) -> Option<String> {
    let (hooks, call) = hooked.as_ref()?;
    let asked = AssertUnwindSafe(async { hooks.before_tool(call).await });
    match asked.catch_unwind().await {
        Ok(answer) => answer.err(),
        Err(panic) => {
            tracing::error!(panic = panic_text(panic.as_ref()), "the hooks panicked");
            Some(NO_HOOKS.to_owned())
        }
    }
}

/// Adds what hooks say to a result.
async fn after(hooked: &Option<(Arc<dyn Hooks>, HookCall)>, text: &mut String) {
    let Some((hooks, call)) = hooked else {
        return;
    };
    let asked = AssertUnwindSafe(async { hooks.after_tool(call, text).await });
    match asked.catch_unwind().await {
        Ok(Some(said)) => {
            text.push_str("\n\n");
            text.push_str(&said);
        }
        Ok(None) => {}
        Err(panic) => tracing::error!(panic = panic_text(panic.as_ref()), "the hooks panicked"),
    }
}

/// Whether there is nothing yet where a whole file is to be written.
async fn is_new(context: &ToolContext, whole: &Arguments) -> bool {
    let path = whole.get("path").and_then(Value::as_str);
    let Some(Ok(path)) = path.map(|path| context.files.resolve(path)) else {
        return false;
    };
    let read = read_or_absent(&*context.files, &path).await;
    read.is_ok_and(|document| document.text.is_empty())
}

/// Reads again what has changed under a change.
async fn stale(files: &dyn Files, change: &FileChange, error: HostError) -> ApplyEnd {
    match read_or_absent(files, &change.base.path).await {
        Ok(now) => ApplyEnd::Stale { now, error },
        Err(_) => ApplyEnd::Failed(error),
    }
}

const NO_HOOKS: &str =
    "Aside failed inside while it asked the user's hooks about this call, so it was not made.";

const NO_PERMISSIONS: &str =
    "Aside failed inside while it looked at the session's permissions; the log says more.";

fn missing_tool(name: &str) -> String {
    format!("The tool {name} is no longer there.")
}

fn tool_panicked(name: &str, panic: &(dyn Any + Send)) -> String {
    let text = panic_text(panic);
    tracing::error!(tool = name, panic = text, "a tool panicked");
    format!(
        "{name} failed inside Aside ({}). Try it another way.",
        quote(text, MAX_QUOTE_BYTES)
    )
}

fn model_panicked(panic: &(dyn Any + Send)) -> Input {
    tracing::error!(panic = panic_text(panic), "the model's client panicked");
    Input::Broken(
        "Talking to the model failed inside Aside; the log says more. Send the message again."
            .to_owned(),
    )
}

pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
