//! The LSP client as the engine's front.
use std::sync::{Arc, Weak};

use aside_agent::event::NoticeLevel;
use aside_agent::host::{Files, PermissionOutcome};
use aside_agent::world::{Editor, Elicitor};
use aside_protocol::methods::{CHAT_EVENT, MCP_EVENT};
use aside_protocol::{McpEvent, McpServer};
use futures_util::future::BoxFuture;
use tower_lsp::lsp_types::MessageType;

use super::editor::LspEditor;
use super::elicit::LspElicitor;
use super::error::sentence;
use super::files::LspFiles;
use super::shared::Shared;
use super::{backend, permission, plain, progress, review};
use crate::engine::front::{Front, Published, Question};

/// Shows events by `chat/event` where the client wants them, and as work-done progress.
pub struct LspFront {
    shared: Weak<Shared>,
}

impl LspFront {
    /// A front that does not keep the server alive.
    pub fn new(shared: Weak<Shared>) -> Self {
        Self { shared }
    }
}

impl Front for LspFront {
    fn wants_foreign_events(&self) -> bool {
        wants_events(&self.shared.upgrade())
    }

    fn publish(&self, event: Published) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            progress::on_event(&shared, &event.session_id, &event.event);
            review::on_event(&shared, &event.event);
            if shared
                .profile()
                .is_some_and(|profile| profile.wants_events())
            {
                send(&shared, event.params).await;
            } else {
                plain::on_event(&shared, &event.event).await;
            }
        })
    }

    fn relay(&self, params: String) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Some(shared) = self.shared.upgrade() {
                send(&shared, params).await;
            }
        })
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::new(LspFiles::new(self.shared.clone()))
    }

    fn server_changed(&self, server: &McpServer) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        if !wants_events(&Some(Arc::clone(&shared))) {
            return;
        }
        let event = McpEvent {
            server: server.clone(),
        };
        let Ok(raw) = serde_json::value::to_raw_value(&event) else {
            return;
        };
        tokio::spawn(async move {
            if let Err(error) = shared.outgoing.notify(MCP_EVENT, &raw).await {
                tracing::debug!(%error, "an event could not be sent");
            }
        });
    }

    fn elicitor(&self) -> Arc<dyn Elicitor> {
        Arc::new(LspElicitor::new(self.shared.clone()))
    }

    fn editor(&self) -> Arc<dyn Editor> {
        Arc::new(LspEditor::new(self.shared.clone()))
    }

    fn ask(&self, question: Question) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(async move {
            match self.shared.upgrade() {
                Some(shared) => permission::ask(&shared, question).await,
                None => PermissionOutcome::Cancelled,
            }
        })
    }

    fn refresh_settings(&self) {
        if let Some(shared) = self.shared.upgrade()
            && shared.is_workspace_changed()
        {
            let told = shared.resolve_settings();
            tokio::spawn(async move { backend::tell(&shared, told).await });
        }
    }

    fn tell(&self, level: NoticeLevel, message: &str) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        let level = match level {
            NoticeLevel::Info => MessageType::INFO,
            NoticeLevel::Warning => MessageType::WARNING,
            NoticeLevel::Error => MessageType::ERROR,
        };
        let message = crate::redact::redact(&sentence(message)).into_owned();
        tokio::spawn(async move { shared.client.show_message(level, message).await });
    }
}

fn wants_events(shared: &Option<Arc<Shared>>) -> bool {
    shared
        .as_ref()
        .and_then(|shared| shared.profile())
        .is_some_and(|profile| profile.wants_events())
}

async fn send(shared: &Shared, params: String) {
    let raw = match serde_json::value::RawValue::from_string(params) {
        Ok(raw) => raw,
        Err(error) => {
            tracing::error!(%error, "an event is not JSON");
            return;
        }
    };
    if let Err(error) = shared.outgoing.notify(CHAT_EVENT, &raw).await {
        tracing::debug!(%error, "an event could not be sent");
    }
}
