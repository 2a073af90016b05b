//! What servers ask of their client, answered by the host.
use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ClientResult, CustomResult, ElicitationCapability, ErrorCode,
    ErrorData, FormElicitationCapability, Implementation, ProtocolVersion, RootsCapabilities,
    SamplingCapability, ServerNotification, ServerRequest, UrlElicitationCapability,
};
use rmcp::service::{NotificationContext, RequestContext, Service};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::limits::Limits;
use crate::peer::{Elicitation, Elicited, SampleMessage, SampleRequest};
use crate::result::{Block, Budget, block, blocks, cut};
use crate::signals::Signals;

/// Questions of one server that are open at a time.
pub(crate) const MAX_QUESTIONS: usize = 16;

/// Messages, stop sequences or hints of one request to the model.
pub(crate) const MAX_SAMPLE_ITEMS: usize = 256;

/// Bytes of a question to the user.
pub(crate) const MAX_QUESTION_BYTES: usize = 16 * 1024;

/// Tokens that a server may ask the model for.
pub(crate) const MAX_SAMPLE_TOKENS: u64 = 64 * 1024;

/// Answers the questions of one server. Clones count their open questions together.
#[derive(Clone)]
pub(crate) struct Handler {
    signals: Arc<Signals>,
    limits: Limits,
    open: Arc<Semaphore>,
}

impl Handler {
    pub(crate) fn new(signals: Arc<Signals>, limits: Limits) -> Self {
        Self {
            signals,
            limits,
            open: Arc::new(Semaphore::new(MAX_QUESTIONS)),
        }
    }

    /// Answers one question of the server.
    pub(crate) async fn answer(&self, method: &str, params: Value) -> Result<Value, ErrorData> {
        let Ok(_open) = self.open.try_acquire() else {
            return Err(refused("There are too many open requests."));
        };
        let params = match params {
            Value::Object(params) => params,
            _ => Map::new(),
        };
        match method {
            "ping" => Ok(json!({})),
            "roots/list" => Ok(self.roots()),
            "elicitation/create" => {
                let _question = self.signals.questions.begin();
                self.elicit(params).await
            }
            "sampling/createMessage" => {
                let _question = self.signals.questions.begin();
                self.sample(params).await
            }
            _ => Err(ErrorData::new(
                ErrorCode::METHOD_NOT_FOUND,
                "This client does not know the method.",
                None,
            )),
        }
    }

    fn roots(&self) -> Value {
        let roots = self.signals.host.roots();
        let roots: Vec<Value> = roots
            .into_iter()
            .map(|root| json!({"uri": root.uri, "name": root.name}))
            .collect();
        json!({"roots": roots})
    }

    async fn elicit(&self, params: Map<String, Value>) -> Result<Value, ErrorData> {
        let text = |key: &str| params.get(key).and_then(Value::as_str);
        let message = cut(text("message").unwrap_or_default(), MAX_QUESTION_BYTES);
        let what = match (text("mode"), text("url")) {
            (Some("url"), Some(url)) if url.len() <= MAX_QUESTION_BYTES => Elicitation::Url {
                message,
                url: url.to_owned(),
            },
            (Some("url"), _) => return Err(invalid("`url` is missing or too long")),
            _ => {
                let schema = params.get("requestedSchema").cloned().unwrap_or_default();
                if !schema.is_object() || schema.to_string().len() > MAX_QUESTION_BYTES {
                    return Err(invalid("`requestedSchema` is no object, or too long"));
                }
                Elicitation::Form { message, schema }
            }
        };
        let host = &self.signals.host;
        Ok(match host.elicit(&self.signals.server, what).await {
            Elicited::Accepted(content) => json!({"action": "accept", "content": content}),
            Elicited::Declined => json!({"action": "decline"}),
            Elicited::Cancelled => json!({"action": "cancel"}),
        })
    }

    async fn sample(&self, params: Map<String, Value>) -> Result<Value, ErrorData> {
        let request = sample_request(params, &self.limits)?;
        let host = &self.signals.host;
        match host.sample(&self.signals.server, request).await {
            Ok(sampled) => Ok(json!({
                "role": "assistant",
                "content": {"type": "text", "text": sampled.text},
                "model": sampled.model,
                "stopReason": if sampled.is_cut { "maxTokens" } else { "endTurn" },
            })),
            Err(reason) => Err(refused(&reason)),
        }
    }
}

impl Service<RoleClient> for Handler {
    async fn handle_request(
        &self,
        request: ServerRequest,
        context: RequestContext<RoleClient>,
    ) -> Result<ClientResult, ErrorData> {
        let (method, params) = parts(request);
        tokio::select! {
            answer = self.answer(&method, params) => {
                answer.map(|answer| ClientResult::CustomResult(CustomResult(answer)))
            }
            () = context.ct.cancelled() => Err(refused("The request was cancelled.")),
        }
    }

    async fn handle_notification(
        &self,
        _notification: ServerNotification,
        _context: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    fn get_info(&self) -> ClientConfig {
        let mut elicitation = ElicitationCapability::default();
        elicitation.form = Some(FormElicitationCapability::default());
        elicitation.url = Some(UrlElicitationCapability::default());
        let mut roots = RootsCapabilities::default();
        roots.list_changed = Some(true);
        let mut capabilities = ClientCapabilities::default();
        capabilities.roots = Some(roots);
        capabilities.sampling = Some(SamplingCapability::default());
        capabilities.elicitation = Some(elicitation);
        let program = Implementation::new("aside", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(capabilities, program)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }
}

fn parts(request: ServerRequest) -> (String, Value) {
    if let ServerRequest::CustomRequest(custom) = request {
        return (custom.method, custom.params.unwrap_or_default());
    }
    match serde_json::to_value(request) {
        Ok(Value::Object(mut request)) => {
            let params = request.remove("params").unwrap_or_default();
            let method = match request.remove("method") {
                Some(Value::String(method)) => method,
                _ => String::new(),
            };
            (method, params)
        }
        _ => (String::new(), Value::Null),
    }
}

fn sample_request(
    mut params: Map<String, Value>,
    limits: &Limits,
) -> Result<SampleRequest, ErrorData> {
    let Some(Value::Array(messages)) = params.remove("messages") else {
        return Err(invalid("`messages` must be a list"));
    };
    if messages.is_empty() || messages.len() > MAX_SAMPLE_ITEMS {
        return Err(invalid("there are no `messages`, or too many"));
    }
    let mut budget = Budget::new(limits);
    let messages = messages
        .into_iter()
        .map(|message| {
            let Value::Object(mut message) = message else {
                return Err(invalid("each of `messages` must be an object"));
            };
            Ok(SampleMessage {
                is_assistant: message.get("role").and_then(Value::as_str) == Some("assistant"),
                content: sample_content(message.remove("content"), &mut budget),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if budget.is_cut {
        return Err(invalid("the `messages` are too long"));
    }
    let max_tokens = params.get("maxTokens").and_then(Value::as_u64);
    let max_tokens = max_tokens
        .unwrap_or(MAX_SAMPLE_TOKENS)
        .min(MAX_SAMPLE_TOKENS);
    let system_prompt = params.get("systemPrompt").and_then(Value::as_str);
    let hints = params
        .get("modelPreferences")
        .and_then(|of| of.get("hints"));
    let hints = items(hints).filter_map(|hint| hint.get("name").and_then(Value::as_str));
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a temperature needs few digits"
    )]
    let temperature = params
        .get("temperature")
        .and_then(Value::as_f64)
        .map(|temperature| temperature as f32);
    Ok(SampleRequest {
        messages,
        system_prompt: cut(system_prompt.unwrap_or_default(), limits.result_bytes),
        max_tokens: u32::try_from(max_tokens).unwrap_or(u32::MAX),
        temperature,
        stop_sequences: items(params.get("stopSequences"))
            .filter_map(Value::as_str)
            .map(|text| cut(text, 256))
            .collect(),
        model_hints: hints.map(|text| cut(text, 256)).collect(),
    })
}

fn sample_content(content: Option<Value>, budget: &mut Budget) -> Vec<Block> {
    match content {
        Some(Value::Array(content)) => blocks(content, budget),
        Some(content) => vec![block(content, budget)],
        None => Vec::new(),
    }
}

fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().take(MAX_SAMPLE_ITEMS)
}

fn invalid(reason: &str) -> ErrorData {
    ErrorData::invalid_params(reason.to_owned(), None)
}

fn refused(reason: &str) -> ErrorData {
    // What the specification uses for a user who says no.
    ErrorData::new(ErrorCode(-1), reason.to_owned(), None)
}
