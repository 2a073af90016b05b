//! Answers for editors with no plugin: the end of a turn as messages of plain LSP.
use std::sync::Arc;

use aside_protocol::{Event, ItemBody, StopReason};
use tower_lsp::lsp_types::MessageType;

use super::shared::Shared;

/// Shows what a client without `chat/event` should not miss: answers go to the editor's log,
/// failures are shown.
pub async fn on_event(shared: &Arc<Shared>, event: &Event) {
    match event {
        Event::ItemCompleted { item } => {
            if let ItemBody::AssistantMessage { text, .. } = &item.body {
                shared.client.log_message(MessageType::INFO, text).await;
            }
        }
        Event::TurnCompleted { turn } => {
            let Some(error) = &turn.error else {
                if turn.stop_reason == Some(StopReason::EndTurn) {
                    let done = "Aside is done; its answer is in the language server's log.";
                    shared.client.show_message(MessageType::INFO, done).await;
                }
                return;
            };
            let message = crate::redact::redact(&error.message);
            shared
                .client
                .show_message(MessageType::ERROR, message)
                .await;
        }
        Event::Notice { message, .. } => {
            shared.client.log_message(MessageType::INFO, message).await;
        }
        Event::TurnStarted { .. }
        | Event::ItemStarted { .. }
        | Event::ItemUpdated { .. }
        | Event::ItemDelta { .. }
        | Event::EditUpdated { .. }
        | Event::PlanUpdated { .. }
        | Event::UsageUpdated { .. }
        | Event::SessionUpdated { .. }
        | Event::PermissionRequested { .. }
        | Event::PermissionResolved { .. }
        | Event::Retrying { .. } => {}
    }
}
