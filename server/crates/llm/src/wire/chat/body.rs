//! The body of a Chat Completions request.
//!
//! The same conversation always gives the same bytes, and the conversation comes last, so
//! that a longer one begins with the bytes of the shorter one and caches can use it.
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{
    AssistantPart, MaxTokensField, Message, ModelRequest, ProviderConfig, ToolDef, UserPart,
};

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
    serde_json::to_vec(&Body {
        model: &request.model,
        stream: true,
        stream_options: StreamOptions {
            include_usage: true,
        },
        max_tokens,
        max_completion_tokens,
        tools: &request.tools,
        messages: Messages(request),
    })
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
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

fn serialize_tools<S: Serializer>(tools: &&[ToolDef], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(tools.iter().map(|tool| Tool {
        kind: "function",
        function: Function {
            name: &tool.name,
            description: &tool.description,
            parameters: &tool.input_schema,
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
    parameters: &'a serde_json::Value,
}

/// The system prompt and the conversation.
struct Messages<'a>(&'a ModelRequest);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut messages = to.serialize_seq(None)?;
        if !self.0.system.is_empty() {
            messages.serialize_element(&Wire::System {
                content: &self.0.system,
            })?;
        }
        for message in &self.0.messages {
            match message {
                Message::User(parts) => messages.serialize_element(&Wire::User {
                    content: UserContent(parts),
                })?,
                // A message with neither text nor calls is refused by servers; it says nothing.
                Message::Assistant(parts) if parts.is_empty() => {}
                Message::Assistant(parts) => messages.serialize_element(&Wire::Assistant {
                    content: joined(parts.iter().filter_map(|part| match part {
                        AssistantPart::Text(text) => Some(text.as_str()),
                        AssistantPart::ToolCall { .. }
                        | AssistantPart::Reasoning(_)
                        | AssistantPart::Attached(_)
                        | AssistantPart::Opaque(_) => None,
                    })),
                    tool_calls: Calls(parts),
                })?,
                Message::Tool { call_id, text, .. } => messages.serialize_element(&Wire::Tool {
                    tool_call_id: call_id,
                    content: text,
                })?,
            }
        }
        messages.end()
    }
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Wire<'a> {
    System {
        content: &'a str,
    },
    User {
        content: UserContent<'a>,
    },
    Assistant {
        content: Option<String>,
        #[serde(skip_serializing_if = "Calls::is_empty")]
        tool_calls: Calls<'a>,
    },
    Tool {
        tool_call_id: &'a str,
        content: &'a str,
    },
}

/// One string where there is only text, since many servers take nothing else; else parts.
struct UserContent<'a>(&'a [UserPart]);

impl Serialize for UserContent<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let [UserPart::Text(text)] = self.0 {
            return to.serialize_str(text);
        }
        let texts: Option<Vec<&str>> = self
            .0
            .iter()
            .map(|part| match part {
                UserPart::Text(text) => Some(text.as_str()),
                UserPart::Image { .. } | UserPart::Document { .. } => None,
            })
            .collect();
        if let Some(texts) = texts {
            return to.serialize_str(&texts.join("\n\n"));
        }
        to.collect_seq(self.0.iter().map(|part| match part {
            UserPart::Text(text) => WirePart::Text { text },
            UserPart::Image { mime_type, data }
            | UserPart::Document {
                mime_type, data, ..
            } => WirePart::ImageUrl {
                image_url: ImageUrl {
                    url: format!("data:{mime_type};base64,{data}"),
                },
            },
        }))
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WirePart<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Serialize)]
struct ImageUrl {
    url: String,
}

/// The tool calls among the parts.
struct Calls<'a>(&'a [AssistantPart]);

impl Calls<'_> {
    fn is_empty(&self) -> bool {
        !self
            .0
            .iter()
            .any(|part| matches!(part, AssistantPart::ToolCall { .. }))
    }
}

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().filter_map(|part| match part {
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::Attached(_)
            | AssistantPart::Opaque(_) => None,
            AssistantPart::ToolCall {
                id,
                name,
                arguments,
            } => Some(Call {
                id,
                kind: "function",
                function: CalledFunction {
                    name,
                    arguments: sendable(arguments),
                },
            }),
        }))
    }
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: CalledFunction<'a>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: &'a str,
    arguments: std::borrow::Cow<'a, str>,
}

/// The arguments as they were, if they are JSON. Servers that put them into a template parse
/// them and fail on anything else, for the rest of the session: broken ones are wrapped.
fn sendable(arguments: &str) -> std::borrow::Cow<'_, str> {
    if arguments.trim().is_empty() {
        return "{}".into();
    }
    if serde_json::from_str::<&RawValue>(arguments).is_ok() {
        return arguments.into();
    }
    serde_json::json!({ "invalid_json": arguments })
        .to_string()
        .into()
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let text: String = texts.collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
