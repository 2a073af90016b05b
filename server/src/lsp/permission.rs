//! Asking the user: by `chat/requestPermission`, else by `window/showMessageRequest`, else not.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::host::PermissionOutcome;
use aside_agent::permission::{Answer, Choice};
use aside_protocol::methods::Request as _;
use aside_protocol::{
    ChatRequestPermissionParams, ChatRequestPermissionResult, PermissionOption,
    PermissionOptionKind, methods,
};
use tower_lsp::lsp_types::request::{Request, ShowMessageRequest};
use tower_lsp::lsp_types::{MessageActionItem, MessageType, ShowMessageRequestParams};

use super::question::told;
use super::shared::Shared;
use super::transport::{RequestError, request_with_timeout};
use crate::engine::front::Question;

/// An answer as clients know it.
fn option(choice: &Choice) -> PermissionOption {
    let (id, kind) = of_answer(choice.answer);
    PermissionOption {
        id: id.to_owned(),
        label: choice.label.clone(),
        kind,
    }
}

fn of_answer(answer: Answer) -> (&'static str, PermissionOptionKind) {
    match answer {
        Answer::AllowOnce => ("allow", PermissionOptionKind::AllowOnce),
        Answer::AllowSession => ("allowSession", PermissionOptionKind::AllowSession),
        Answer::AllowAlways => ("allowAlways", PermissionOptionKind::AllowAlways),
        Answer::RejectOnce => ("reject", PermissionOptionKind::RejectOnce),
        Answer::RejectAlways => ("rejectAlways", PermissionOptionKind::RejectAlways),
    }
}

/// `chat/requestPermission` for tower-lsp's client.
enum Ask {}

impl Request for Ask {
    type Params = ChatRequestPermissionParams;
    type Result = serde_json::Value;
    const METHOD: &'static str = methods::ChatRequestPermission::METHOD;
}

/// Asks, and waits for the answer until the limit of the settings.
pub async fn ask(shared: &Arc<Shared>, question: Question) -> PermissionOutcome {
    let limit = shared.settings().permission.timeout();
    if shared
        .profile()
        .is_some_and(|profile| profile.answers_permission())
    {
        return ask_by_chat(shared, question, limit).await;
    }
    ask_by_message(shared, question, limit).await
}

async fn ask_by_chat(
    shared: &Arc<Shared>,
    question: Question,
    limit: Duration,
) -> PermissionOutcome {
    let Question { request, choices } = question;
    let preview: Vec<_> = request
        .preview
        .iter()
        .map(|change| {
            let id = crate::clock::new_id();
            crate::wire::file_edit(&id, &request.session_id, &request.item, change)
        })
        .collect();
    let params = ChatRequestPermissionParams {
        request_id: request.request_id,
        session_id: request.session_id,
        turn_id: request.turn_id,
        item: crate::wire::item(&request.item),
        reason: request.reason,
        effects: request.effects.iter().map(crate::wire::effect).collect(),
        preview: (!preview.is_empty()).then_some(preview),
        options: choices.iter().map(option).collect(),
    };
    let answer = match request_with_timeout::<Ask>(&shared.client, params, limit).await {
        Ok(answer) => answer,
        Err(error) => return unanswered(error),
    };
    match serde_json::from_value(answer) {
        Ok(ChatRequestPermissionResult::Cancelled { .. }) => PermissionOutcome::Cancelled,
        Ok(ChatRequestPermissionResult::Chosen {
            option_id,
            feedback,
        }) => {
            let mut offered = choices.iter();
            match offered.find(|choice| of_answer(choice.answer).0 == option_id) {
                Some(choice) => chosen(choice.answer, feedback),
                None => not_offered(&option_id),
            }
        }
        Err(error) => PermissionOutcome::Unavailable(format!(
            "The editor's answer to chat/requestPermission could not be read ({error}), so the call was refused."
        )),
    }
}

fn chosen(answer: Answer, feedback: Option<String>) -> PermissionOutcome {
    match answer {
        Answer::AllowOnce => PermissionOutcome::Allowed,
        Answer::AllowSession => PermissionOutcome::AllowedForSession,
        Answer::AllowAlways => PermissionOutcome::AllowedAlways,
        Answer::RejectOnce => PermissionOutcome::Rejected { feedback },
        Answer::RejectAlways => PermissionOutcome::RejectedAlways { feedback },
    }
}

fn not_offered(answer: &str) -> PermissionOutcome {
    PermissionOutcome::Unavailable(format!(
        "The editor answered with the option `{answer}`, which was not offered, so the call was refused."
    ))
}

async fn ask_by_message(
    shared: &Arc<Shared>,
    asked: Question,
    limit: Duration,
) -> PermissionOutcome {
    let Question { request, choices } = asked;
    let told = told(&request);
    // A row of buttons has little room: what is refused for good can be said elsewhere.
    let is_offered = |choice: &Choice| match choice.answer {
        Answer::AllowOnce | Answer::AllowSession | Answer::AllowAlways => told.is_whole,
        Answer::RejectOnce => true,
        Answer::RejectAlways => false,
    };
    let choices: Vec<Choice> = choices.into_iter().filter(is_offered).collect();
    let params = ShowMessageRequestParams {
        typ: MessageType::INFO,
        message: told.text,
        actions: Some(
            choices
                .iter()
                .map(|choice| MessageActionItem {
                    title: choice.label.clone(),
                    properties: Default::default(),
                })
                .collect(),
        ),
    };
    match request_with_timeout::<ShowMessageRequest>(&shared.client, params, limit).await {
        Ok(Some(action)) => match choices.iter().find(|choice| choice.label == action.title) {
            Some(choice) => chosen(choice.answer, None),
            None => not_offered(&action.title),
        },
        // Dismissed: the user decided against it, but not against the turn.
        Ok(None) => PermissionOutcome::Rejected { feedback: None },
        Err(error) => unanswered(error),
    }
}

fn unanswered(error: RequestError) -> PermissionOutcome {
    match error {
        RequestError::Timeout { .. } => PermissionOutcome::Expired,
        error => PermissionOutcome::Unavailable(format!(
            "The editor cannot be asked for permission ({error}), so the call was refused. Set the session's permission mode to acceptEdits to allow edits unasked, or allow what is to be with `aside permission add`."
        )),
    }
}
