//! The system prompt and the conversation, as Chat Completions has them.
use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::call_id::short;
use super::kept::{extra_content, reasoning_details};
use crate::wire::arguments::Arguments;
use crate::wire::left_out::left_out;
use crate::wire::sendable;
use crate::{
    AssistantPart, Message, ModelFacts, ModelRequest, ProviderConfig, Quirks, ReasoningReplay,
    ReasoningStyle, UserPart,
};

/// Characters of a call's id that OpenAI takes.
const MAX_ID: usize = 40;
/// The name of a document that has none.
const DOCUMENT_NAME: &str = "document.pdf";
/// What stands for reasoning that a model which reasons wants back and that was none, or came
/// from another model: servers refuse a message without it, and some an empty one.
const NO_REASONING: &str = " ";

/// The system prompt and the conversation.
pub(super) struct Messages<'a> {
    request: &'a ModelRequest,
    quirks: &'a Quirks,
    origin: Arc<str>,
    /// With what the server cannot take taken from what the model could read.
    facts: ModelFacts,
}

impl<'a> Messages<'a> {
    pub(super) fn new(request: &'a ModelRequest, config: &'a ProviderConfig) -> Self {
        Self {
            request,
            quirks: &config.quirks,
            origin: config.origin(),
            facts: ModelFacts {
                pdf: request.facts.pdf && config.quirks.pdf,
                ..request.facts
            },
        }
    }

    fn call_id<'b>(&self, id: &'b str) -> Cow<'b, str> {
        if self.quirks.short_call_ids {
            return short(id);
        }
        // Who takes a cache key is as strict as OpenAI. Others may have put into a long id what
        // they want to see again.
        if self.quirks.cache_key {
            return sendable::id(id, MAX_ID);
        }
        Cow::Borrowed(id)
    }

    /// What the model said; `None` if servers would refuse it, since it says nothing.
    fn assistant<'b>(&'b self, parts: &'b [AssistantPart]) -> Option<Wire<'b>> {
        let content = joined(parts.iter().filter_map(|part| match part {
            AssistantPart::Text(text) => Some(text.as_str()),
            AssistantPart::ToolCall { .. }
            | AssistantPart::Reasoning(_)
            | AssistantPart::Attached(_)
            | AssistantPart::Opaque(_) => None,
        }));
        let tool_calls = self.calls(parts);
        if content.is_none() && tool_calls.is_empty() {
            return None;
        }
        let (content_back, details_back) = match self.quirks.reasoning {
            ReasoningReplay::None => (None, Vec::new()),
            ReasoningReplay::Content => (self.reasoning(parts), Vec::new()),
            ReasoningReplay::Details => (None, reasoning_details(parts, &self.origin)),
        };
        Some(Wire::Assistant {
            content,
            reasoning_content: content_back,
            reasoning_details: details_back,
            tool_calls,
        })
    }

    fn reasoning(&self, parts: &[AssistantPart]) -> Option<String> {
        let reasoning = joined(parts.iter().filter_map(|part| match part {
            AssistantPart::Reasoning(text) => Some(text.as_str()),
            AssistantPart::Text(_)
            | AssistantPart::ToolCall { .. }
            | AssistantPart::Attached(_)
            | AssistantPart::Opaque(_) => None,
        }));
        let none = match self.facts.reasoning {
            ReasoningStyle::None => return None,
            ReasoningStyle::Effort | ReasoningStyle::Budget | ReasoningStyle::Always => {
                Some(NO_REASONING.to_owned())
            }
            // A template may make something of reasoning that says nothing.
            ReasoningStyle::Unknown => None,
        };
        reasoning.or(none)
    }

    fn calls<'b>(&self, parts: &'b [AssistantPart]) -> Vec<Call<'b>> {
        let call = |(at, part): (usize, &'b AssistantPart)| match part {
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::Attached(_)
            | AssistantPart::Opaque(_) => None,
            AssistantPart::ToolCall {
                id,
                name,
                arguments,
            } => Some(Call {
                id: self.call_id(id),
                kind: "function",
                function: CalledFunction {
                    name: sendable::name(name),
                    arguments: Arguments::new(arguments).into_text(),
                },
                extra_content: extra_content(parts.get(at + 1), &self.origin),
            }),
        };
        parts.iter().enumerate().filter_map(call).collect()
    }

    /// One string where there is only text, since many servers take nothing else; else parts.
    fn user<'b>(&self, parts: &'b [UserPart]) -> UserContent<'b> {
        let parts: Vec<WirePart<'b>> = parts.iter().map(|part| self.user_part(part)).collect();
        let texts: Option<Vec<&str>> = parts
            .iter()
            .map(|part| match part {
                WirePart::Text { text } => Some(text.as_ref()),
                WirePart::ImageUrl { .. } | WirePart::File { .. } => None,
            })
            .collect();
        match texts {
            Some(texts) => UserContent::Text(texts.join("\n\n")),
            None => UserContent::Parts(parts),
        }
    }

    fn user_part<'b>(&self, part: &'b UserPart) -> WirePart<'b> {
        if let Some(text) = left_out(part, &self.facts) {
            return WirePart::Text {
                text: Cow::Owned(text),
            };
        }
        match part {
            UserPart::Text(text) => WirePart::Text {
                text: Cow::Borrowed(text),
            },
            UserPart::Image { mime_type, data } => WirePart::ImageUrl {
                image_url: ImageUrl {
                    url: DataUrl { mime_type, data },
                },
            },
            UserPart::Document {
                mime_type,
                data,
                name,
            } => WirePart::File {
                file: File {
                    filename: name.as_deref().unwrap_or(DOCUMENT_NAME),
                    file_data: DataUrl { mime_type, data },
                },
            },
        }
    }
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut messages = to.serialize_seq(None)?;
        if !self.request.system.is_empty() {
            messages.serialize_element(&Wire::System {
                content: &self.request.system,
            })?;
        }
        for message in &self.request.messages {
            match message {
                Message::User(parts) => messages.serialize_element(&Wire::User {
                    content: self.user(parts),
                })?,
                Message::Assistant(parts) => {
                    if let Some(message) = self.assistant(parts) {
                        messages.serialize_element(&message)?;
                    }
                }
                Message::Tool { call_id, text, .. } => messages.serialize_element(&Wire::Tool {
                    tool_call_id: self.call_id(call_id),
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
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_content: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reasoning_details: Vec<&'a RawValue>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<Call<'a>>,
    },
    Tool {
        tool_call_id: Cow<'a, str>,
        content: &'a str,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum UserContent<'a> {
    Text(String),
    Parts(Vec<WirePart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WirePart<'a> {
    Text { text: Cow<'a, str> },
    ImageUrl { image_url: ImageUrl<'a> },
    File { file: File<'a> },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: DataUrl<'a>,
}

#[derive(Serialize)]
struct File<'a> {
    filename: &'a str,
    file_data: DataUrl<'a>,
}

/// Written piece by piece: the data may be long.
struct DataUrl<'a> {
    mime_type: &'a str,
    data: &'a str,
}

impl Display for DataUrl<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "data:{};base64,{}", self.mime_type, self.data)
    }
}

impl Serialize for DataUrl<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[derive(Serialize)]
struct Call<'a> {
    id: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: &'static str,
    function: CalledFunction<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: Cow<'a, str>,
    arguments: Cow<'a, str>,
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let text: String = texts.collect();
    (!text.is_empty()).then_some(text)
}
