//! Running handlers: order, cancellation, panics, and answers under the client's own ids.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, SinkExt};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower_lsp::jsonrpc::{Error, Request, Response};
use tower_lsp::{ClientSocket, ExitedError, LanguageServer, Loopback, LspService};
use tower_service::Service;

use super::errors;
use super::frame::Skipped;
use super::message::{self, CallId, Incoming, Refusal};
use super::output::Outgoing;

/// Requests that may be unanswered at once; more are refused as busy.
pub(crate) const MAX_OPEN_REQUESTS: usize = 16_384;

/// Bytes of unanswered requests that may be held at once; above it more are refused as busy.
pub(crate) const MAX_OPEN_REQUEST_BYTES: usize = 256 * 1024 * 1024;

/// Where answers to the requests of tower-lsp's `Client` go.
type Replies = <ClientSocket as Loopback>::ResponseSink;

/// What a handler's future ends with, a caught panic included.
type Outcome = Result<Result<Option<Response>, ExitedError>, Box<dyn Any + Send>>;

/// What [`Dispatcher::handle`] leaves to its caller.
#[derive(Default)]
pub(super) struct Handled {
    /// A notification that is not finished, to be driven on.
    pub(super) note: Option<BoxFuture<'static, ()>>,
    /// Where the body that was handled should have ended.
    pub(super) unread: Option<usize>,
    /// The client sent `exit`.
    pub(super) exit: bool,
}

/// Hands messages to the service. What is unfinished is cancelled when it is dropped.
pub(super) struct Dispatcher<S: LanguageServer> {
    service: LspService<S>,
    replies: Replies,
    calls: Arc<Calls>,
    next_call: i32,
}

/// What the tasks of unfinished requests share with the dispatcher.
struct Calls {
    outgoing: Outgoing,
    state: Mutex<CallState>,
    idle: Notify,
}

#[derive(Default)]
struct CallState {
    lifecycle: Lifecycle,
    /// Unanswered requests, with the number and the size under which the service knows them.
    /// tower-lsp cannot cancel ids beyond 31 bits and never forgets the id of a handler that
    /// panicked, so it is given numbers of ours.
    open: HashMap<CallId, OpenCall>,
    open_bytes: usize,
    panicked: Vec<i32>,
}

#[derive(Clone, Copy)]
struct OpenCall {
    number: i32,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lifecycle {
    #[default]
    New,
    Initializing,
    Running,
    ShutDown,
}

impl<S: LanguageServer> Dispatcher<S> {
    pub(super) fn new(service: LspService<S>, replies: Replies, outgoing: Outgoing) -> Self {
        let calls = Calls {
            outgoing,
            state: Mutex::default(),
            idle: Notify::new(),
        };
        Self {
            service,
            replies,
            calls: Arc::new(calls),
            next_call: 0,
        }
    }

    /// Handles one body: answers it, starts its handler, or says what is wrong with it.
    pub(super) fn handle(&mut self, body: &[u8]) -> Handled {
        self.take(message::parse(body), body.len())
    }

    /// Answers a message that was too large to read.
    pub(super) fn too_large(&mut self, skipped: &Skipped, limit: usize) {
        tracing::warn!(
            bytes = skipped.length,
            limit,
            "a message over the limit was skipped"
        );
        let Skipped { length, head, tail } = skipped;
        self.take(message::too_large(head, tail, *length, limit), 0);
    }

    /// Answers a header that could not be read.
    pub(super) fn malformed(&mut self, problem: &'static str) {
        tracing::warn!(problem, "a broken header was skipped");
        let message = format!("{problem}. Everything up to the next good header is skipped.");
        self.calls.answer(None, Err(errors::parse_error(message)));
    }

    /// Waits until every request is answered. Cancel safe.
    pub(super) async fn idle(&mut self) {
        loop {
            // Made before the question, so no answer in between is missed.
            let idle = self.calls.idle.notified();
            if self.calls.with(|state| state.open.is_empty()) {
                return;
            }
            idle.await;
        }
    }

    /// Ends the service: what is unfinished is cancelled, and messages that its `Client` still
    /// holds are sent. The exit code is 0 after `shutdown`, else 1.
    pub(super) fn exit(&mut self) -> u8 {
        self.calls.outgoing.drain_client();
        drop(
            self.service
                .call(Request::build("exit").finish())
                .now_or_never(),
        );
        self.calls
            .with(|state| u8::from(state.lifecycle != Lifecycle::ShutDown))
    }

    fn take(&mut self, incoming: Result<Incoming, Refusal>, bytes: usize) -> Handled {
        for number in self.calls.with(|state| std::mem::take(&mut state.panicked)) {
            self.cancel_number(number);
        }
        match incoming {
            Ok(Incoming::Request { id, method, params }) if method != "exit" => {
                self.request(id, method, params, bytes);
                Handled::default()
            }
            Ok(
                Incoming::Request { method, params, .. }
                | Incoming::Notification { method, params },
            ) => self.notification(method, params),
            Ok(Incoming::Reply { id, result }) => {
                self.reply(Response::from_parts(id, result));
                Handled::default()
            }
            Err(Refusal { id, error, unread }) => {
                tracing::warn!(%error, "a message was refused");
                self.calls.answer(id.as_ref(), Err(error));
                Handled {
                    unread,
                    ..Handled::default()
                }
            }
        }
    }

    fn request(&mut self, id: CallId, method: String, params: Option<Value>, bytes: usize) {
        if let Err(error) = self.calls.admit(&id, &method) {
            return self.calls.answer(Some(&id), Err(error));
        }
        self.next_call = self.next_call.checked_add(1).unwrap_or_default();
        let number = self.next_call;
        let mut handler = match self.start(&method, Some(number), params) {
            Ok(handler) => handler,
            Err(outcome) => return self.calls.finish(&id, &method, outcome),
        };
        if let Some(outcome) = poll_once(&mut handler) {
            self.calls.note_panic(number, &outcome);
            return self.calls.finish(&id, &method, outcome);
        }
        let calls = Arc::clone(&self.calls);
        calls.with(|state| {
            state.open.insert(id.clone(), OpenCall { number, bytes });
            state.open_bytes += bytes;
        });
        tokio::spawn(async move {
            let outcome = handler.await;
            calls.note_panic(number, &outcome);
            calls.finish(&id, &method, outcome);
        });
    }

    fn notification(&mut self, method: String, params: Option<Value>) -> Handled {
        match method.as_str() {
            "exit" => {
                return Handled {
                    exit: true,
                    ..Handled::default()
                };
            }
            "$/cancelRequest" => {
                self.cancel(params);
                return Handled::default();
            }
            // Whatever its form, it says that the client is leaving in good order.
            "shutdown" => self.calls.with(|state| {
                if state.lifecycle == Lifecycle::Running {
                    state.lifecycle = Lifecycle::ShutDown;
                }
            }),
            _ => {}
        }
        let mut handler = match self.start(&method, None, params) {
            Ok(handler) => handler,
            Err(outcome) => {
                log_notification(&method, outcome);
                return Handled::default();
            }
        };
        if let Some(outcome) = poll_once(&mut handler) {
            log_notification(&method, outcome);
            return Handled::default();
        }
        let rest = handler.map(move |outcome| log_notification(&method, outcome));
        Handled {
            note: Some(rest.boxed()),
            ..Handled::default()
        }
    }

    /// Builds the handler's future. Reading its params is already the handler's code, and may
    /// panic as well.
    fn start(
        &mut self,
        method: &str,
        number: Option<i32>,
        params: Option<Value>,
    ) -> Result<BoxFuture<'static, Outcome>, Outcome> {
        let mut request = Request::build(method.to_owned());
        if let Some(number) = number {
            request = request.id(i64::from(number));
        }
        if let Some(params) = message::normalized(method, params) {
            request = request.params(params);
        }
        let request = request.finish();
        let service = &mut self.service;
        // The contract of `Service` wants this; it says nothing but whether `exit` came.
        let mut nobody = Context::from_waker(Waker::noop());
        if let Poll::Ready(Err(exited)) = service.poll_ready(&mut nobody) {
            return Err(Ok(Err(exited)));
        }
        match catch_unwind(AssertUnwindSafe(|| service.call(request))) {
            Ok(handler) => Ok(AssertUnwindSafe(handler).catch_unwind().boxed()),
            Err(panic) => Err(Err(panic)),
        }
    }

    fn cancel(&mut self, params: Option<Value>) {
        let id = match params {
            Some(Value::Object(mut params)) => params.remove("id").and_then(CallId::from_value),
            Some(_) | None => None,
        };
        let call = id.and_then(|id| self.calls.with(|state| state.open.get(&id).copied()));
        if let Some(call) = call {
            self.cancel_number(call.number);
        }
    }

    fn cancel_number(&mut self, number: i32) {
        let request = Request::build("$/cancelRequest")
            .params(json!({ "id": number }))
            .finish();
        drop(self.service.call(request).now_or_never());
    }

    /// Gives the client's answer to whoever waits for it. tower-lsp panics when nobody does.
    fn reply(&mut self, response: Response) {
        let id = response.id().clone();
        let replies = &mut self.replies;
        let taken = catch_unwind(AssertUnwindSafe(|| replies.start_send_unpin(response)));
        if taken.is_err() {
            tracing::debug!(%id, "an answer came after its request was given up");
        }
    }
}

impl<S: LanguageServer> Drop for Dispatcher<S> {
    fn drop(&mut self) {
        self.exit();
    }
}

impl Calls {
    fn with<R>(&self, act: impl FnOnce(&mut CallState) -> R) -> R {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a request may go to the service now.
    fn admit(&self, id: &CallId, method: &str) -> Result<(), Error> {
        self.with(|state| {
            if state.open.contains_key(id) {
                let message =
                    format!("The id {id} is that of a request still unanswered. Use a new one.");
                return Err(errors::invalid_request(message));
            }
            match (method, state.lifecycle) {
                (_, Lifecycle::ShutDown) => Err(errors::shut_down()),
                ("initialize", Lifecycle::New) => {
                    state.lifecycle = Lifecycle::Initializing;
                    Ok(())
                }
                ("initialize", Lifecycle::Initializing | Lifecycle::Running) => Err(
                    errors::invalid_request("`initialize` has been sent already."),
                ),
                ("shutdown", Lifecycle::Running) => {
                    state.lifecycle = Lifecycle::ShutDown;
                    Ok(())
                }
                _ if state.open.len() >= MAX_OPEN_REQUESTS
                    || state.open_bytes >= MAX_OPEN_REQUEST_BYTES =>
                {
                    Err(errors::busy(state.open.len()))
                }
                _ => Ok(()),
            }
        })
    }

    /// Answers a request whose handler has ended.
    fn finish(&self, id: &CallId, method: &str, outcome: Outcome) {
        let result = match outcome {
            Ok(Ok(Some(response))) => response
                .into_parts()
                .1
                .map_err(|error| errors::completed(method, error)),
            // tower-lsp is silent about unknown methods that start with `$/`.
            Ok(Ok(None)) => Err(errors::method_not_found(method)),
            Ok(Err(ExitedError { .. })) => Err(errors::shut_down()),
            Err(panic) => {
                tracing::error!(
                    method,
                    panic = panic_text(panic.as_ref()),
                    "a handler panicked"
                );
                Err(errors::panicked(method))
            }
        };
        let idle = self.with(|state| {
            if method == "initialize" && state.lifecycle == Lifecycle::Initializing {
                state.lifecycle = if result.is_ok() {
                    Lifecycle::Running
                } else {
                    Lifecycle::New
                };
            }
            if let Some(call) = state.open.remove(id) {
                state.open_bytes -= call.bytes;
            }
            state.open.is_empty()
        });
        self.answer(Some(id), result);
        if idle {
            self.idle.notify_waiters();
        }
    }

    fn answer(&self, id: Option<&CallId>, result: Result<Value, Error>) {
        self.outgoing.respond(id, &result);
    }

    fn note_panic(&self, number: i32, outcome: &Outcome) {
        if outcome.is_err() {
            self.with(|state| state.panicked.push(number));
        }
    }
}

/// Polls a handler for the first time. It gets no share of the reader's cooperative budget: that
/// would make it pending, and so late, only because much was read before it.
fn poll_once(handler: &mut BoxFuture<'static, Outcome>) -> Option<Outcome> {
    tokio::task::unconstrained(handler).now_or_never()
}

fn log_notification(method: &str, outcome: Outcome) {
    match outcome {
        Ok(Ok(_) | Err(_)) => {}
        Err(panic) => {
            tracing::error!(
                method,
                panic = panic_text(panic.as_ref()),
                "a notification's handler panicked"
            );
        }
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&'static str>() {
        return text;
    }
    panic
        .downcast_ref::<String>()
        .map_or("not a text", String::as_str)
}
