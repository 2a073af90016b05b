//! The conversation as a list of input items.
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::items::Kind;
use super::types;
use crate::wire::arguments::Arguments;
use crate::wire::left_out::left_out;
use crate::wire::sendable;
use crate::{AssistantPart, Message, ModelFacts, ModelRequest, Opaque, ReasoningStyle, UserPart};

/// Characters of a call's id that are taken.
const MAX_ID: usize = 64;
/// What a document is called that has no name: a name must be given.
const UNNAMED_DOCUMENT: &str = "document.pdf";

/// The conversation.
pub(super) struct Input<'a> {
    pub(super) request: &'a ModelRequest,
    /// Whose opaque items are sent; those of others are not.
    pub(super) origin: &'a str,
}

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut items = to.serialize_seq(None)?;
        for message in &self.request.messages {
            match message {
                // An empty message is refused, and says nothing.
                Message::User(parts) if parts.is_empty() => {}
                Message::User(parts) => items.serialize_element(&Item::Message {
                    role: "user",
                    content: UserContent(parts, &self.request.facts),
                })?,
                Message::Assistant(parts) => self.answer(parts, &mut items)?,
                Message::Tool { call_id, text, .. } => {
                    items.serialize_element(&Item::FunctionCallOutput {
                        call_id: sendable::id(call_id, MAX_ID),
                        output: text,
                    })?;
                }
            }
        }
        items.end()
    }
}

impl Input<'_> {
    /// What the model said, each part as an item of its own.
    fn answer<S: SerializeSeq>(
        &self,
        parts: &[AssistantPart],
        items: &mut S,
    ) -> Result<(), S::Error> {
        for (at, part) in parts.iter().enumerate() {
            let rest = &parts[at + 1..];
            match part {
                AssistantPart::Text(text) => {
                    let extras = self.extras(rest);
                    if !text.is_empty() || extras.contains_key("content") {
                        items.serialize_element(&AssistantMessage { text, extras })?;
                    }
                }
                // It goes back only as the item that it came in.
                AssistantPart::Reasoning(_) => {}
                AssistantPart::Attached(opaque) | AssistantPart::Opaque(opaque) => {
                    if let Some(item) = self.whole(opaque)
                        && (item.kind != Kind::Reasoning || self.goes_on(&item, rest))
                    {
                        items.serialize_element(item.raw)?;
                    }
                }
                AssistantPart::ToolCall {
                    id,
                    name,
                    arguments,
                } => items.serialize_element(&FunctionCall {
                    id: sendable::id(id, MAX_ID),
                    name: sendable::name(name),
                    arguments: Arguments::new(arguments).into_text(),
                    extras: self.extras(rest),
                })?,
            }
        }
        Ok(())
    }

    /// The item that is kept whole; `None` if it is another's or only what belongs to a part.
    fn whole<'o>(&self, opaque: &'o Opaque) -> Option<Whole<'o>> {
        if *opaque.origin != *self.origin {
            return None;
        }
        let raw: &RawValue = serde_json::from_str(&opaque.json).ok()?;
        let item = types::item(raw)?;
        if item.kind.is_empty() || (Kind::of(&item) == Kind::Reasoning && !self.reasons()) {
            return None;
        }
        Some(Whole {
            raw,
            kind: Kind::of(&item),
            is_encrypted: !item.encrypted_content.is_empty(),
        })
    }

    /// Whether the model may reason: one that does not refuses the reasoning of another.
    fn reasons(&self) -> bool {
        self.request.facts.reasoning != ReasoningStyle::None
    }

    /// What belongs to the part before these: fields of its item.
    fn extras<'o>(&self, rest: &'o [AssistantPart]) -> BTreeMap<String, &'o RawValue> {
        let mut extras = BTreeMap::new();
        for part in rest {
            let AssistantPart::Attached(opaque) = part else {
                break;
            };
            let is_ours = *opaque.origin == *self.origin;
            let fields = serde_json::from_str::<BTreeMap<String, &RawValue>>(&opaque.json);
            if let (true, Ok(fields)) = (is_ours, fields)
                && !fields.contains_key("type")
            {
                extras.extend(fields);
            }
        }
        if !self.reasons() {
            // The provider looks for the reasoning that led to what has this id.
            extras.remove("id");
        }
        extras
    }

    /// Whether what the reasoning led to follows, and not only what an interruption left of it.
    /// Reasoning without it is refused.
    fn goes_on(&self, reasoning: &Whole<'_>, rest: &[AssistantPart]) -> bool {
        for (at, part) in rest.iter().enumerate() {
            match part {
                AssistantPart::Text(text) if text.is_empty() => {}
                // Encrypted reasoning is tied to the message by the id that a whole one has.
                AssistantPart::Text(_) => {
                    let extras = self.extras(&rest[at + 1..]);
                    return !reasoning.is_encrypted || extras.contains_key("id");
                }
                AssistantPart::ToolCall { .. } => return true,
                AssistantPart::Reasoning(_) => {}
                AssistantPart::Attached(opaque) | AssistantPart::Opaque(opaque) => {
                    if self
                        .whole(opaque)
                        .is_some_and(|item| item.kind != Kind::Reasoning)
                    {
                        return true;
                    }
                }
            }
        }
        false
    }
}

/// An item as the provider sent it.
struct Whole<'a> {
    raw: &'a RawValue,
    kind: Kind,
    is_encrypted: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Message {
        role: &'static str,
        content: UserContent<'a>,
    },
    FunctionCallOutput {
        call_id: Cow<'a, str>,
        output: &'a str,
    },
}

struct UserContent<'a>(&'a [UserPart], &'a ModelFacts);

impl Serialize for UserContent<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|part| {
            if let Some(text) = left_out(part, self.1) {
                return InputPart::Text { text: text.into() };
            }
            match part {
                UserPart::Text(text) => InputPart::Text { text: text.into() },
                UserPart::Image { mime_type, data } => InputPart::Image {
                    image_url: data_url(mime_type, data),
                },
                UserPart::Document {
                    mime_type,
                    data,
                    name,
                } => InputPart::File {
                    filename: name.as_deref().unwrap_or(UNNAMED_DOCUMENT),
                    file_data: data_url(mime_type, data),
                },
            }
        }))
    }
}

fn data_url(mime_type: &str, data: &str) -> String {
    format!("data:{mime_type};base64,{data}")
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum InputPart<'a> {
    #[serde(rename = "input_text")]
    Text { text: Cow<'a, str> },
    #[serde(rename = "input_image")]
    Image { image_url: String },
    #[serde(rename = "input_file")]
    File {
        filename: &'a str,
        file_data: String,
    },
}

/// A text of the model's, with the fields of its item that are kept.
struct AssistantMessage<'a> {
    text: &'a str,
    extras: BTreeMap<String, &'a RawValue>,
}

impl Serialize for AssistantMessage<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct OutputText<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            text: &'a str,
        }
        let mut item = to.serialize_map(None)?;
        item.serialize_entry("type", "message")?;
        item.serialize_entry("role", "assistant")?;
        if !self.extras.contains_key("content") {
            let text = OutputText {
                kind: "output_text",
                text: self.text,
            };
            item.serialize_entry("content", &[text])?;
        }
        for (name, value) in &self.extras {
            if !["type", "role"].contains(&name.as_str()) {
                item.serialize_entry(name, value)?;
            }
        }
        item.end()
    }
}

/// A call of the model's, with the fields of its item that are kept.
struct FunctionCall<'a> {
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    arguments: Cow<'a, str>,
    extras: BTreeMap<String, &'a RawValue>,
}

impl Serialize for FunctionCall<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let own = [
            ("type", "function_call"),
            ("call_id", &*self.id),
            ("name", &self.name),
            ("arguments", &self.arguments),
        ];
        let mut item = to.serialize_map(None)?;
        for (name, value) in own {
            item.serialize_entry(name, value)?;
        }
        for (name, value) in &self.extras {
            if !own.iter().any(|(own, _)| own == name) {
                item.serialize_entry(name, value)?;
            }
        }
        item.end()
    }
}
