//! Requests to a server: with time limits, progress, cancellation, and rounds of questions.
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{ClientRequest, CustomRequest, ServerResult};
use rmcp::service::{PeerRequestOptions, RequestHandle, ServiceError};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::call::OnProgress;
use crate::config::Transport;
use crate::connection::{Connection, why};
use crate::error::McpError;
use crate::http::{challenge, is_lost};
use crate::lists::{ListKind, Pages};
use crate::result::cut;
use crate::stdio::WRITE_TIMEOUT;

/// How often a server may ask for something in the middle of one request.
pub(crate) const MAX_ROUNDS: u32 = 10;

/// How long it is waited before a server that only wants to be asked again is; twice as long each
/// further time.
const ROUND_DELAY: Duration = Duration::from_millis(200);

/// How long a server is listened to without anything from it.
const LISTEN_TIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Bytes of an error's text.
pub(crate) const MAX_ERROR_BYTES: usize = 8 * 1024;

/// How a request is waited for.
#[derive(Clone)]
pub(crate) struct Wait {
    /// What it is called in errors.
    pub(crate) name: String,
    /// How long the server may be silent.
    pub(crate) idle: Duration,
    /// How long it may take.
    pub(crate) total: Duration,
    /// Ends it.
    pub(crate) cancel: CancellationToken,
    /// Hears of its progress.
    pub(crate) on_progress: OnProgress,
}

impl Wait {
    /// For what nobody watches.
    pub(crate) fn plain(name: &str, connection: &Connection) -> Self {
        Self {
            name: name.to_owned(),
            idle: connection.config.call_timeout,
            total: connection.config.total_timeout,
            cancel: CancellationToken::new(),
            on_progress: Arc::new(|_| {}),
        }
    }
}

/// A request on its way. Dropped before its answer came, it is cancelled.
struct InFlight(Option<RequestHandle<RoleClient>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let _ = handle.cancel(None).await;
            });
        }
    }
}

impl Connection {
    /// Reads one of the server's lists, all its pages. Lists that it has none of are empty.
    pub(crate) async fn list(&self, kind: ListKind) -> Result<Pages, McpError> {
        let mut pages = Pages::new(&self.config.name, kind);
        let can = &self.info.capabilities;
        let has = match kind {
            // Some servers of the first version have tools without saying so.
            ListKind::Tools => {
                can.tools.is_some() || (can.prompts.is_none() && can.resources.is_none())
            }
            ListKind::Prompts => can.prompts.is_some(),
            ListKind::Resources => can.resources.is_some(),
        };
        let mut params = Map::new();
        let mut more = has;
        while more {
            let wait = Wait::plain(kind.method(), self);
            let page = self
                .request(kind.method(), params.clone(), wait.clone())
                .await?;
            let next = pages
                .add(page)
                .map_err(|reason| self.bad_answer(&wait, reason))?;
            more = next.is_some();
            params.insert("cursor".to_owned(), json!(next));
        }
        Ok(pages)
    }

    /// Tells the server that the folders of the workspace changed, if it cares to hear it.
    pub(crate) async fn tell_roots(&self) {
        if !self.is_modern() {
            let told = self.remote.notify_roots_list_changed();
            let _ = timeout(WRITE_TIMEOUT, told).await;
        }
    }

    /// Asks a server of later versions to tell when its lists change; earlier ones do so unasked.
    /// Does not end before the connection does.
    pub(crate) async fn listen(&self) {
        if self.is_modern() {
            let mut params = Map::new();
            params.insert(
                "notifications".to_owned(),
                json!({
                    "toolsListChanged": true,
                    "promptsListChanged": true,
                    "resourcesListChanged": true,
                }),
            );
            let mut wait = Wait::plain("subscriptions/listen", self);
            wait.idle = LISTEN_TIME;
            wait.total = LISTEN_TIME;
            // Without it, lists are read once.
            let _ = self.request("subscriptions/listen", params, wait).await;
        }
        self.signals.closed.cancelled().await;
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn request(
        &self,
        method: &str,
        mut params: Map<String, Value>,
        wait: Wait,
    ) -> Result<Value, McpError> {
        let end = Instant::now() + wait.total;
        for round in 0..MAX_ROUNDS {
            let answer = self.round(method, params.clone(), &wait, end).await?;
            let kind = answer.get("resultType").and_then(Value::as_str);
            match kind {
                Some("input_required") => {}
                None | Some("complete") => return Ok(answer),
                Some(kind) => {
                    let reason = format!("A result of type `{}`.", cut(kind, 40));
                    return Err(self.bad_answer(&wait, reason));
                }
            }
            let more = tokio::select! {
                more = self.answers(answer, round) => more,
                () = wait.cancel.cancelled() => Err(self.cancelled()),
                () = self.signals.closed.cancelled() => Err(self.died(&wait).await),
            };
            params.extend(more?);
            params.retain(|_, value| !value.is_null());
        }
        Err(self.bad_answer(&wait, "It asks for more again and again.".to_owned()))
    }

    pub(crate) fn bad_answer(&self, wait: &Wait, reason: String) -> McpError {
        McpError::BadAnswer {
            server: self.config.name.clone(),
            request: wait.name.clone(),
            reason,
        }
    }

    fn cancelled(&self) -> McpError {
        McpError::Cancelled {
            server: self.config.name.clone(),
        }
    }

    async fn died(&self, wait: &Wait) -> McpError {
        McpError::Died {
            server: self.config.name.clone(),
            request: wait.name.clone(),
            reason: self.reason().await,
        }
    }

    async fn round(
        &self,
        method: &str,
        params: Map<String, Value>,
        wait: &Wait,
        end: Instant,
    ) -> Result<Value, McpError> {
        let request = CustomRequest::new(method, Some(Value::Object(params)));
        let sending = self.remote.send_request_with_option(
            ClientRequest::CustomRequest(request),
            PeerRequestOptions::no_options(),
        );
        let sent = tokio::select! {
            sent = sending => sent,
            () = wait.cancel.cancelled() => return Err(self.cancelled()),
            () = self.signals.closed.cancelled() => return Err(self.died(wait).await),
        };
        let handle = match sent {
            Ok(handle) => handle,
            Err(error) => return Err(self.service_error(error, wait).await),
        };
        let mut route = self.signals.route(handle.progress_token.clone());
        let mut flight = InFlight(Some(handle));
        let mut furthest = f64::NEG_INFINITY;
        let mut silent = Instant::now() + wait.idle;
        let answer = loop {
            let Some(handle) = flight.0.as_mut() else {
                return Err(self.died(wait).await);
            };
            tokio::select! {
                biased;
                answer = &mut handle.rx => break answer,
                () = wait.cancel.cancelled() => return Err(self.cancelled()),
                () = self.signals.closed.cancelled() => {
                    // Nothing comes any more, nor is anything heard.
                    flight.0 = None;
                    return Err(self.died(wait).await);
                }
                Some(progress) = route.progress.recv() => {
                    silent = Instant::now() + wait.idle;
                    if progress.done > furthest {
                        furthest = progress.done;
                        (wait.on_progress)(progress);
                    }
                }
                () = tokio::time::sleep_until(silent.min(end)) => {
                    // It may wait for the user or a model, and has all its time after that.
                    if let Some(until) = self.signals.questions.waited_until() {
                        silent = silent.max(until + wait.idle);
                    }
                    let now = Instant::now();
                    if now < silent && now < end {
                        continue;
                    }
                    return Err(self.late(wait, end));
                }
            }
        };
        flight.0 = None;
        match answer {
            Ok(Ok(ServerResult::CustomResult(answer))) => Ok(answer.0),
            Ok(Ok(answer)) => serde_json::to_value(answer)
                .map_err(|_| self.bad_answer(wait, "It cannot be read.".to_owned())),
            Ok(Err(error)) => Err(self.service_error(error, wait).await),
            Err(_closed) => Err(self.died(wait).await),
        }
    }

    fn late(&self, wait: &Wait, end: Instant) -> McpError {
        let server = self.config.name.clone();
        let request = wait.name.clone();
        if Instant::now() < end {
            return McpError::Idle {
                server,
                request,
                limit: wait.idle,
            };
        }
        McpError::TooLong {
            server,
            request,
            limit: wait.total,
        }
    }

    async fn service_error(&self, error: ServiceError, wait: &Wait) -> McpError {
        let server = self.config.name.clone();
        let request = wait.name.clone();
        match error {
            ServiceError::McpError(error) => McpError::Refused {
                server,
                request,
                message: cut(&error.message, MAX_ERROR_BYTES),
                code: error.code.0,
            },
            ServiceError::TransportSend(_)
                if matches!(self.config.transport, Transport::Stdio(_)) =>
            {
                // A program that ended takes nothing more.
                self.died(wait).await
            }
            ServiceError::TransportSend(error) => {
                if challenge(error.error.as_ref()).is_some() {
                    // Whoever watches it starts it anew, which begins with the login.
                    self.signals.fail("It wants a login.");
                    return McpError::NeedsAuth { server };
                }
                let reason = why(error.error.as_ref(), &self.config);
                if is_lost(error.error.as_ref()) {
                    // Another connection is made; calls on this one would fail as this did.
                    self.signals
                        .fail(format!("The connection was lost: {reason}."));
                }
                McpError::Died {
                    server,
                    request,
                    reason: format!("The request failed: {reason}."),
                }
            }
            ServiceError::Cancelled { .. } => self.cancelled(),
            _ => self.died(wait).await,
        }
    }

    /// What the server asked for in the middle of a request, as parameters of the next round.
    async fn answers(&self, answer: Value, round: u32) -> Result<Map<String, Value>, McpError> {
        let wait = Wait::plain("input_required", self);
        let Value::Object(mut answer) = answer else {
            return Err(self.bad_answer(&wait, "It is not an object.".to_owned()));
        };
        let questions = match answer.remove("inputRequests") {
            Some(Value::Object(questions)) => questions,
            _ => Map::new(),
        };
        let state = answer.remove("requestState").filter(Value::is_string);
        if questions.is_empty() && state.is_none() {
            let reason = "It wants something, but does not say what.".to_owned();
            return Err(self.bad_answer(&wait, reason));
        }
        if questions.is_empty() {
            tokio::time::sleep(ROUND_DELAY * 2_u32.saturating_pow(round)).await;
        }
        let mut answers = Map::new();
        for (key, mut question) in questions {
            let method = question.get("method").and_then(Value::as_str);
            let method = method.unwrap_or_default().to_owned();
            let params = question.get_mut("params").map(Value::take);
            let answered = self
                .handler
                .answer(&method, params.unwrap_or_default())
                .await;
            let answered = answered.map_err(|error| {
                self.bad_answer(&wait, format!("It was refused: {}", error.message))
            })?;
            answers.insert(key, answered);
        }
        let mut params = Map::new();
        // What an earlier round left must not be sent again.
        params.insert("inputResponses".to_owned(), Value::Object(answers));
        params.insert("requestState".to_owned(), state.unwrap_or_default());
        Ok(params)
    }
}
