//! The conversation as Gemini wants it: contents of alternating roles, made of parts.
use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::thinking::thinks_in_levels;
use super::types::Extra;
use crate::wire::arguments::Arguments;
use crate::wire::left_out::left_out;
use crate::wire::sendable;
use crate::{AssistantPart, Message, ModelRequest, Opaque, UserPart};

/// Stands for the signature that a call of another model's does not have. Gemini 3 and later
/// refuse calls without one: <https://ai.google.dev/gemini-api/docs/thought-signatures>. Of the
/// two that are documented this is the one that Vertex AI knows too.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// What one side said.
#[derive(Debug, Serialize)]
pub(super) struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    parts: Vec<Part<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Model,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text(TextPart<'a>),
    Inline {
        #[serde(rename = "inlineData")]
        inline_data: Blob<'a>,
    },
    Call(CallPart<'a>),
    Response {
        #[serde(rename = "functionResponse")]
        function_response: FunctionResponse<'a>,
    },
    /// As it came.
    Raw(&'a RawValue),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TextPart<'a> {
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    thought: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    thought_signature: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob<'a> {
    mime_type: &'a str,
    data: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallPart<'a> {
    function_call: FunctionCall<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    thought_signature: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    args: Arguments<'a>,
}

#[derive(Debug, Serialize)]
struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    response: Outcome<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<'a> {
    Output(&'a str),
    Error(&'a str),
}

/// The system prompt, if there is one.
pub(super) fn system(request: &ModelRequest) -> Option<Content<'_>> {
    (!request.system.is_empty()).then(|| Content {
        role: None,
        parts: vec![plain(request.system.as_str())],
    })
}

/// The conversation. Of what is opaque only that of this origin is used.
pub(super) fn contents<'a>(request: &'a ModelRequest, origin: &str) -> Vec<Content<'a>> {
    let mut contents = Contents {
        origin,
        signs_calls: thinks_in_levels(&request.model),
        all: Vec::new(),
    };
    let mut calls: &[AssistantPart] = &[];
    let mut messages = request.messages.as_slice();
    while let [message, rest @ ..] = messages {
        messages = rest;
        match message {
            Message::User(parts) => {
                let parts = parts.iter().filter_map(|part| user_part(part, request));
                contents.add(Role::User, parts.collect());
            }
            Message::Assistant(parts) => {
                calls = parts;
                let parts = contents.model_parts(parts);
                contents.add(Role::Model, parts);
            }
            Message::Tool { .. } => {
                let more = rest
                    .iter()
                    .take_while(|message| matches!(message, Message::Tool { .. }));
                let count = more.count();
                messages = &rest[count..];
                let results = std::iter::once(message).chain(&rest[..count]);
                let parts = contents.results(results, calls);
                contents.add(Role::User, parts);
            }
        }
    }
    contents.all
}

fn user_part<'a>(part: &'a UserPart, request: &ModelRequest) -> Option<Part<'a>> {
    if let Some(instead) = left_out(part, &request.facts) {
        return Some(plain(instead));
    }
    match part {
        // An empty part is refused.
        UserPart::Text(text) => (!text.is_empty()).then(|| plain(text.as_str())),
        UserPart::Image { mime_type, data }
        | UserPart::Document {
            mime_type, data, ..
        } => Some(Part::Inline {
            inline_data: Blob { mime_type, data },
        }),
    }
}

fn plain<'a>(text: impl Into<Cow<'a, str>>) -> Part<'a> {
    Part::Text(TextPart {
        text: text.into(),
        thought: false,
        thought_signature: Cow::Borrowed(""),
    })
}

struct Contents<'a, 'o> {
    origin: &'o str,
    /// Whether the model wants a signature on each step's first call.
    signs_calls: bool,
    all: Vec<Content<'a>>,
}

impl<'a> Contents<'a, '_> {
    /// Adds parts to what the same side said last, or as what the other side says now. Results
    /// keep to themselves: each is counted against a call, and text beside them is refused.
    fn add(&mut self, role: Role, mut parts: Vec<Part<'a>>) {
        let is_result = |part: &Part<'_>| matches!(part, Part::Response { .. });
        let joins = |last: &Content<'_>| {
            last.role == Some(role) && !last.parts.iter().chain(&parts).any(is_result)
        };
        match self.all.last_mut() {
            _ if parts.is_empty() => {}
            Some(last) if joins(last) => last.parts.append(&mut parts),
            Some(_) | None => self.all.push(Content {
                role: Some(role),
                parts,
            }),
        }
    }

    fn model_parts(&self, mut parts: &'a [AssistantPart]) -> Vec<Part<'a>> {
        let mut written = Vec::new();
        let mut first_call = true;
        while let [part, rest @ ..] = parts {
            parts = rest;
            match part {
                AssistantPart::Text(text) => self.text(text, rest, &mut written),
                AssistantPart::Reasoning(text) => {
                    if let Some((_, part)) = signed(text, true, self.extra(rest)) {
                        written.push(part);
                    }
                }
                AssistantPart::ToolCall {
                    name, arguments, ..
                } => {
                    let extra = self.extra(rest);
                    let mut thought_signature = extra.thought_signature;
                    if first_call && self.signs_calls && thought_signature.is_empty() {
                        thought_signature = NO_SIGNATURE.into();
                    }
                    first_call = false;
                    written.push(Part::Call(CallPart {
                        function_call: FunctionCall {
                            id: extra.id,
                            name: sendable::name(name),
                            args: Arguments::new(arguments),
                        },
                        thought_signature,
                    }));
                }
                AssistantPart::Opaque(opaque) => written.extend(self.raw(opaque)),
                // It was used with the part before it.
                AssistantPart::Attached(_) => {}
            }
        }
        written
    }

    fn text(&self, text: &'a str, rest: &'a [AssistantPart], written: &mut Vec<Part<'a>>) {
        match signed(text, false, self.extra(rest)) {
            Some((before, part)) => {
                if !before.is_empty() {
                    written.push(plain(before));
                }
                written.push(part);
            }
            None if text.is_empty() => {}
            None => written.push(plain(text)),
        }
    }

    /// The results of the calls of one answer, in the order of the calls.
    fn results(
        &self,
        results: impl Iterator<Item = &'a Message>,
        calls: &'a [AssistantPart],
    ) -> Vec<Part<'a>> {
        let mut parts: Vec<(usize, Part<'a>)> = results
            .filter_map(|message| match message {
                Message::Tool {
                    call_id,
                    name,
                    text,
                    failed,
                } => {
                    let is_call = |part: &AssistantPart| matches!(part, AssistantPart::ToolCall { id, .. } if id == call_id);
                    let at = calls.iter().position(is_call);
                    let extra = at.map(|at| self.extra(&calls[at + 1..]));
                    let part = Part::Response {
                        function_response: FunctionResponse {
                            id: extra.unwrap_or_default().id,
                            name: sendable::name(name),
                            response: if *failed {
                                Outcome::Error(text)
                            } else {
                                Outcome::Output(text)
                            },
                        },
                    };
                    Some((at.unwrap_or(usize::MAX), part))
                }
                Message::User(_) | Message::Assistant(_) => None,
            })
            .collect();
        parts.sort_by_key(|(at, _)| *at);
        parts.into_iter().map(|(_, part)| part).collect()
    }

    /// What is attached to the part before these.
    fn extra(&self, rest: &'a [AssistantPart]) -> Extra<'a> {
        let attached = rest.iter().map_while(|part| match part {
            AssistantPart::Attached(opaque) => Some(opaque),
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::Opaque(_)
            | AssistantPart::ToolCall { .. } => None,
        });
        attached
            .filter(|opaque| *opaque.origin == *self.origin)
            .find_map(|opaque| serde_json::from_str(&opaque.json).ok())
            .unwrap_or_default()
    }

    /// A part that goes back as it came.
    fn raw(&self, opaque: &'a Opaque) -> Option<Part<'a>> {
        if *opaque.origin != *self.origin {
            return None;
        }
        let raw: &RawValue = serde_json::from_str(&opaque.json).ok()?;
        raw.get().starts_with('{').then_some(Part::Raw(raw))
    }
}

/// The end of the text that was signed, and what streamed before it; `None` without signature.
fn signed<'a>(text: &'a str, thought: bool, extra: Extra<'a>) -> Option<(&'a str, Part<'a>)> {
    if extra.thought_signature.is_empty() || text.is_empty() {
        return None;
    }
    let start = text.len().saturating_sub(extra.bytes.unwrap_or(text.len()));
    let (before, text) = text.split_at_checked(start).unwrap_or(("", text));
    let part = Part::Text(TextPart {
        text: text.into(),
        thought,
        thought_signature: extra.thought_signature,
    });
    Some((before, part))
}
