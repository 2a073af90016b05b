//! Turns as LSP work-done progress, which the user can cancel.
use std::sync::{Arc, PoisonError};

use aside_protocol::{ChatCancelParams, Event, ItemBody, Turn};
use tokio::sync::mpsc;
use tower_lsp::lsp_types::notification::Progress;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress,
    WorkDoneProgressBegin, WorkDoneProgressCreateParams, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};

use super::shared::Shared;
use super::transport::request_with_timeout;

/// Steps that may wait to be shown; more are skipped, since only the newest matters.
const MAX_WAITING_STEPS: usize = 16;

/// A turn whose progress is shown.
pub struct Shown {
    session_id: String,
    turn_id: String,
    steps: mpsc::Sender<String>,
}

/// Looks at an event: a turn begins, goes on or ends.
pub fn on_event(shared: &Arc<Shared>, session_id: &str, event: &Event) {
    if !shared.profile().is_some_and(|profile| profile.progress) {
        return;
    }
    match event {
        Event::TurnStarted { turn } => begin(shared, session_id, turn),
        Event::ItemStarted { item } | Event::ItemUpdated { item } => {
            if let ItemBody::ToolCall(call) = &item.body {
                step(shared, &item.turn_id, &call.title);
            }
        }
        Event::TurnCompleted { turn } => {
            // Dropping the sender ends the task that shows it.
            shown(shared).remove(&token(&turn.id));
        }
        Event::ItemCompleted { .. }
        | Event::ItemDelta { .. }
        | Event::EditUpdated { .. }
        | Event::PlanUpdated { .. }
        | Event::UsageUpdated { .. }
        | Event::SessionUpdated { .. }
        | Event::PermissionRequested { .. }
        | Event::PermissionResolved { .. }
        | Event::Notice { .. } => {}
        Event::Retrying {
            attempt,
            max_attempts,
            delay_ms,
            reason,
        } => {
            let seconds = delay_ms.div_ceil(1000);
            let message =
                format!("Try {attempt} of {max_attempts} follows in {seconds} s. {reason}");
            // Of a session one turn runs, and only turns that run are shown.
            let running = shown(shared);
            if let Some(turn) = running.values().find(|turn| turn.session_id == session_id) {
                turn.report(message);
            }
        }
    }
}

/// The user cancelled a progress: the turn is cancelled.
pub async fn cancel(shared: &Arc<Shared>, token: &ProgressToken) {
    let NumberOrString::String(token) = token else {
        return;
    };
    let params = {
        let shown = shown(shared);
        let Some(turn) = shown.get(token) else {
            return;
        };
        ChatCancelParams {
            session_id: turn.session_id.clone(),
            turn_id: Some(turn.turn_id.clone()),
        }
    };
    if let Ok(engine) = shared.engine()
        && let Err(error) = engine.cancel(params).await
    {
        tracing::warn!(%error, "a progress could not be cancelled");
    }
}

fn shown(shared: &Shared) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Shown>> {
    shared
        .progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn token(turn_id: &str) -> String {
    format!("aside-turn-{turn_id}")
}

fn begin(shared: &Arc<Shared>, session_id: &str, turn: &Turn) {
    let (steps, waiting) = mpsc::channel(MAX_WAITING_STEPS);
    let token = token(&turn.id);
    shown(shared).insert(
        token.clone(),
        Shown {
            session_id: session_id.to_owned(),
            turn_id: turn.id.clone(),
            steps,
        },
    );
    tokio::spawn(show(Arc::clone(shared), token, waiting));
}

fn step(shared: &Shared, turn_id: &str, title: &str) {
    if let Some(turn) = shown(shared).get(&token(turn_id)) {
        turn.report(title.to_owned());
    }
}

impl Shown {
    fn report(&self, message: String) {
        // A full queue means that the editor is slow; the next step will do.
        let _ = self.steps.try_send(message);
    }
}

async fn show(shared: Arc<Shared>, token: String, mut steps: mpsc::Receiver<String>) {
    let token = NumberOrString::String(token);
    let params = WorkDoneProgressCreateParams {
        token: token.clone(),
    };
    let limit = shared.settings().editor.request_timeout();
    let created =
        request_with_timeout::<WorkDoneProgressCreate>(&shared.client, params, limit).await;
    if created.is_err() {
        return;
    }
    let send = async |value| {
        let params = ProgressParams {
            token: token.clone(),
            value: ProgressParamsValue::WorkDone(value),
        };
        shared.client.send_notification::<Progress>(params).await;
    };
    send(WorkDoneProgress::Begin(WorkDoneProgressBegin {
        title: "Aside".to_owned(),
        cancellable: Some(true),
        message: Some("Working".to_owned()),
        percentage: None,
    }))
    .await;
    while let Some(message) = steps.recv().await {
        send(WorkDoneProgress::Report(WorkDoneProgressReport {
            cancellable: Some(true),
            message: Some(message),
            percentage: None,
        }))
        .await;
    }
    send(WorkDoneProgress::End(WorkDoneProgressEnd { message: None })).await;
}
