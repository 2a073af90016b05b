//! Questions to the user: by `chat/elicit`, else by `window/showMessageRequest` where a few
//! options are all there is to say.
use std::sync::{Arc, Weak};

use aside_agent::world::{Elicitation, Elicited, Elicitor};
use aside_protocol::methods::Request as _;
use aside_protocol::{ChatElicitParams, ChatElicitResult, ElicitAction, methods};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tower_lsp::lsp_types::request::{Request, ShowMessageRequest};
use tower_lsp::lsp_types::{MessageActionItem, MessageType, ShowMessageRequestParams};

use super::shared::Shared;
use super::transport::{RequestError, request_with_timeout};

/// How many options a message box is given.
const MAX_BUTTONS: usize = 8;

/// The user of the editor.
pub struct LspElicitor {
    shared: Weak<Shared>,
}

impl LspElicitor {
    /// Does not keep the server alive.
    pub fn new(shared: Weak<Shared>) -> Self {
        Self { shared }
    }
}

/// `chat/elicit` for tower-lsp's client.
enum Ask {}

impl Request for Ask {
    type Params = ChatElicitParams;
    type Result = Value;
    const METHOD: &'static str = methods::ChatElicit::METHOD;
}

impl Elicitor for LspElicitor {
    fn elicit(&self, question: Elicitation) -> BoxFuture<'_, Elicited> {
        Box::pin(async move {
            let Some(shared) = self.shared.upgrade() else {
                return Elicited::Cancelled;
            };
            let profile = shared.profile();
            if profile.is_some_and(|profile| profile.answers_questions()) {
                return by_chat(&shared, question).await;
            }
            by_message(&shared, question).await
        })
    }
}

async fn by_chat(shared: &Arc<Shared>, question: Elicitation) -> Elicited {
    let limit = shared.settings().permission.timeout();
    let params = ChatElicitParams {
        request_id: question.request_id,
        session_id: question.session_id,
        message: question.message,
        schema: question.schema,
        url: question.url,
        server: question.server,
    };
    let answer = match request_with_timeout::<Ask>(&shared.client, params, limit).await {
        Ok(answer) => answer,
        Err(error) => return unanswered(&error),
    };
    match serde_json::from_value::<ChatElicitResult>(answer) {
        Ok(result) => match result.action {
            ElicitAction::Accept => Elicited::Accepted(result.content.unwrap_or_default()),
            ElicitAction::Decline => Elicited::Declined,
            ElicitAction::Cancel => Elicited::Cancelled,
        },
        Err(error) => Elicited::Unavailable(format!(
            "The editor's answer to chat/elicit could not be read ({error})."
        )),
    }
}

/// A message box has buttons alone, so it can only offer a choice.
async fn by_message(shared: &Arc<Shared>, question: Elicitation) -> Elicited {
    let Some((field, options)) = question.schema.as_ref().and_then(one_choice) else {
        return Elicited::Unavailable(
            "This editor cannot show a question that is answered in words.".to_owned(),
        );
    };
    let limit = shared.settings().permission.timeout();
    let actions = options.iter().map(|option| MessageActionItem {
        title: option.clone(),
        properties: std::collections::HashMap::default(),
    });
    let params = ShowMessageRequestParams {
        typ: MessageType::INFO,
        message: question.message,
        actions: Some(actions.collect()),
    };
    match request_with_timeout::<ShowMessageRequest>(&shared.client, params, limit).await {
        Ok(Some(action)) if options.contains(&action.title) => {
            let mut content = Map::new();
            content.insert(field, action.title.into());
            Elicited::Accepted(content)
        }
        Ok(Some(_)) => Elicited::Unavailable(
            "The editor answered with an option that was not offered.".to_owned(),
        ),
        Ok(None) => Elicited::Declined,
        Err(error) => unanswered(&error),
    }
}

/// The one field of a form that has nothing but a choice of a few words.
fn one_choice(schema: &Value) -> Option<(String, Vec<String>)> {
    let properties = schema.get("properties")?.as_object()?;
    let mut fields = properties.iter();
    let (Some((name, field)), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let options = field.get("enum")?.as_array()?;
    let words = options
        .iter()
        .map(|option| option.as_str().map(str::to_owned));
    let words = words.collect::<Option<Vec<_>>>()?;
    let fits = (1..=MAX_BUTTONS).contains(&words.len());
    fits.then(|| (name.clone(), words))
}

fn unanswered(error: &RequestError) -> Elicited {
    match error {
        RequestError::Timeout { .. } => Elicited::Expired,
        error => Elicited::Unavailable(format!("The editor cannot show questions ({error}).")),
    }
}
