//! Between a transport and rmcp: what needs no answer is handled here, in the order in which it
//! came, and answers to nothing are dropped.
use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ProgressToken, ServerJsonRpcMessage,
    ServerNotification,
};
use rmcp::transport::Transport;
use serde_json::{Map, Value};
use tracing::{debug, warn};

use crate::call::Progress;
use crate::lists::ListKind;
use crate::peer::LogLevel;
use crate::result::cut;
use crate::signals::{Answer, Signals};

/// Bytes of one line of a server's log, and of a message of progress.
pub(crate) const MAX_LINE_BYTES: usize = 4 * 1024;

/// A transport that is listened to.
pub(crate) struct Tap<T> {
    inner: T,
    signals: Arc<Signals>,
}

impl<T> Tap<T> {
    pub(crate) fn new(inner: T, signals: Arc<Signals>) -> Self {
        Self { inner, signals }
    }
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Tap<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        match &item {
            ClientJsonRpcMessage::Request(request) => {
                let answer = match request.request {
                    ClientRequest::InitializeRequest(_) | ClientRequest::DiscoverRequest(_) => {
                        Answer::Handshake
                    }
                    _ => Answer::Plain,
                };
                self.signals.asked(request.id.clone(), answer);
            }
            ClientJsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.signals.answered(id);
                }
            }
            ClientJsonRpcMessage::Response(_) | ClientJsonRpcMessage::Error(_) => {}
        }
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let Some(message) = self.inner.receive().await else {
                self.signals.closed.cancel();
                return None;
            };
            match message {
                ServerJsonRpcMessage::Notification(notification) => {
                    let ServerNotification::CancelledNotification(_) = notification.notification
                    else {
                        self.hear(&notification.notification);
                        continue;
                    };
                    return Some(ServerJsonRpcMessage::Notification(notification));
                }
                ServerJsonRpcMessage::Response(response) => {
                    if self.signals.answered(&response.id).is_none() {
                        warn!(
                            server = self.signals.server,
                            "an answer to no open request is dropped"
                        );
                        continue;
                    }
                    return Some(ServerJsonRpcMessage::Response(response));
                }
                ServerJsonRpcMessage::Error(error) => {
                    let is_open = match &error.id {
                        Some(id) => self.signals.answered(id).is_some(),
                        None => false,
                    };
                    if !is_open {
                        warn!(
                            server = self.signals.server,
                            "an error about no open request is dropped"
                        );
                        continue;
                    }
                    return Some(ServerJsonRpcMessage::Error(error));
                }
                request @ ServerJsonRpcMessage::Request(_) => return Some(request),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.signals.closed.cancel();
        self.inner.close().await
    }
}

impl<T> Tap<T> {
    fn hear(&self, notification: &ServerNotification) {
        let Ok(Value::Object(mut notification)) = serde_json::to_value(notification) else {
            return;
        };
        let params = match notification.remove("params") {
            Some(Value::Object(params)) => params,
            _ => Map::new(),
        };
        match notification.get("method").and_then(Value::as_str) {
            Some("notifications/progress") => self.progress(params),
            Some("notifications/message") => self.log(&params),
            Some("notifications/tools/list_changed") => {
                self.signals.changed(ListKind::Tools).notify_one();
            }
            Some("notifications/prompts/list_changed") => {
                self.signals.changed(ListKind::Prompts).notify_one();
            }
            Some("notifications/resources/list_changed") => {
                self.signals.changed(ListKind::Resources).notify_one();
            }
            method => debug!(
                server = self.signals.server,
                method, "a notification is passed over"
            ),
        }
    }

    fn progress(&self, mut params: Map<String, Value>) {
        let token = params.remove("progressToken").unwrap_or_default();
        let Ok(token) = serde_json::from_value::<ProgressToken>(token) else {
            return;
        };
        let Some(done) = params.get("progress").and_then(Value::as_f64) else {
            return;
        };
        let message = params.get("message").and_then(Value::as_str);
        self.signals.progress(
            token,
            Progress {
                done,
                total: params.get("total").and_then(Value::as_f64),
                message: cut(message.unwrap_or_default(), MAX_LINE_BYTES),
            },
        );
    }

    fn log(&self, params: &Map<String, Value>) {
        if !self.signals.may_log() {
            return;
        }
        let level = match params.get("level").and_then(Value::as_str) {
            Some("debug") => LogLevel::Debug,
            Some("warning") => LogLevel::Warning,
            Some("error" | "critical" | "alert" | "emergency") => LogLevel::Error,
            _ => LogLevel::Info,
        };
        let text = match params.get("data") {
            Some(Value::String(text)) => cut(text, MAX_LINE_BYTES),
            Some(data) => cut(&data.to_string(), MAX_LINE_BYTES),
            None => return,
        };
        self.signals.host.log(&self.signals.server, level, &text);
    }
}
