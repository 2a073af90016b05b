//! The body of a Chat Completions request.
//!
//! The same conversation always gives the same bytes, and the conversation comes last, so
//! that a longer one begins with the bytes of the shorter one and caches can use it.
use serde::{Serialize, Serializer};

use super::messages::Messages;
use super::thinking::{Told, told};
use crate::wire::schema::Ordered;
use crate::{MaxTokensField, ModelRequest, ProviderConfig, ToolDef};

/// Writes the body.
pub(crate) fn body(
    request: &ModelRequest,
    config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    let quirks = &config.quirks;
    let limit = request.max_output_tokens;
    let (max_tokens, max_completion_tokens) = match quirks.max_tokens {
        MaxTokensField::MaxCompletionTokens => (None, limit),
        MaxTokensField::MaxTokens => (limit, None),
    };
    let response_format = request.output.as_deref().map(|output| ResponseFormat {
        kind: "json_schema",
        json_schema: JsonSchema {
            name: &output.name,
            schema: Ordered(&output.schema),
            strict: true,
        },
    });
    serde_json::to_vec(&Body {
        model: &request.model,
        stream: true,
        stream_options: quirks.stream_options.then_some(StreamOptions {
            include_usage: true,
        }),
        max_tokens,
        max_completion_tokens,
        temperature: request.facts.temperature,
        told: told(request, quirks.effort),
        response_format,
        prompt_cache_key: request.cache_key.as_deref().filter(|_| quirks.cache_key),
        cache_control: (quirks.cache_control && is_anthropics(&request.model))
            .then_some(CacheControl { kind: "ephemeral" }),
        tools: if request.facts.tools {
            &request.tools
        } else {
            &[]
        },
        messages: Messages::new(request, config),
    })
}

/// Whether a model of this name is Anthropic's where many makers' models are served, `~` at its
/// beginning meaning the newest of a family.
fn is_anthropics(model: &str) -> bool {
    let name = model.strip_prefix('~').unwrap_or(model);
    name.starts_with("anthropic/")
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(flatten)]
    told: Told,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
    #[serde(
        skip_serializing_if = "<[ToolDef]>::is_empty",
        serialize_with = "serialize_tools"
    )]
    tools: &'a [ToolDef],
    messages: Messages<'a>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    json_schema: JsonSchema<'a>,
}

#[derive(Serialize)]
struct JsonSchema<'a> {
    name: &'a str,
    schema: Ordered<&'a serde_json::Value>,
    strict: bool,
}

fn serialize_tools<S: Serializer>(tools: &&[ToolDef], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(tools.iter().map(|tool| Tool {
        kind: "function",
        function: Function {
            name: &tool.name,
            description: &tool.description,
            parameters: Ordered(&tool.input_schema),
        },
    }))
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: Ordered<&'a serde_json::Value>,
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
