//! The blocks that a request's messages are made of.
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::marks::Mark;
use crate::Opaque;
use crate::wire::arguments::Arguments;
use crate::wire::lenient::{Count, Text};
use crate::wire::sendable;

/// Characters of a document's title; longer ones are refused.
const MAX_TITLE: usize = 500;
/// What is said of a call that failed without a word, which is refused.
const FAILED: &str = "The call failed.";

/// A block.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    Image {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    Document {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    ToolUse {
        id: String,
        name: Cow<'a, str>,
        input: Arguments<'a>,
        #[serde(flatten)]
        extra: Fields<'a>,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(skip_serializing_if = "str::is_empty")]
        content: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    /// As it came.
    #[serde(untagged)]
    Raw(Raw<'a>),
}

/// Further fields of a call.
pub(super) type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Bytes in base64.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Source<'a> {
    Base64 { media_type: &'a str, data: &'a str },
}

/// A block that goes back as it came.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Raw<'a> {
    json: &'a RawValue,
    #[serde(skip)]
    is_thinking: bool,
    /// The id of a call to one of the provider's own tools.
    #[serde(skip)]
    pub(super) calls: Option<Cow<'a, str>>,
    /// The id of the call whose result it is.
    #[serde(skip)]
    pub(super) result_of: Option<Cow<'a, str>>,
}

impl<'a> Block<'a> {
    /// A block of text; `None` if there is none, since such blocks are refused.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self::Text {
            text,
            citations: None,
            cache_control: None,
        })
    }

    /// The same text with these citations.
    pub(super) fn with_citations(mut self, list: &'a RawValue) -> Self {
        if let Self::Text { citations, .. } = &mut self {
            *citations = Some(list);
        }
        self
    }

    /// A call with its arguments as the model wrote them.
    pub(super) fn tool_use(
        id: String,
        name: &'a str,
        arguments: &'a str,
        extra: Fields<'a>,
    ) -> Self {
        Self::ToolUse {
            id,
            name: sendable::name(name),
            input: Arguments::new(arguments),
            extra,
        }
    }

    /// The result of a call. One without words is fine, unless the call failed.
    pub(super) fn result(tool_use_id: String, text: &'a str, is_error: bool) -> Self {
        let content = match (text.trim().is_empty(), is_error) {
            (false, _) => text,
            (true, false) => "",
            (true, true) => FAILED,
        };
        Self::ToolResult {
            tool_use_id,
            content,
            is_error,
            cache_control: None,
        }
    }

    /// Marks the block for the cache, where it can be.
    pub(super) fn set_mark(&mut self, mark: Mark) {
        match self {
            Self::Text { cache_control, .. }
            | Self::Image { cache_control, .. }
            | Self::Document { cache_control, .. }
            | Self::ToolResult { cache_control, .. } => *cache_control = Some(mark),
            Self::ToolUse { .. } | Self::Raw(_) => {}
        }
    }

    /// Whether it is thinking, shown or hidden.
    pub(super) fn is_thinking(&self) -> bool {
        self.raw().is_some_and(|raw| raw.is_thinking)
    }

    /// What goes back as it came.
    pub(super) fn raw(&self) -> Option<&Raw<'a>> {
        match self {
            Self::Raw(raw) => Some(raw),
            Self::Text { .. }
            | Self::Image { .. }
            | Self::Document { .. }
            | Self::ToolUse { .. }
            | Self::ToolResult { .. } => None,
        }
    }
}

/// The title of a document of this name.
pub(super) fn title(name: &str) -> Option<&str> {
    let name = name.trim();
    let end = name
        .char_indices()
        .nth(MAX_TITLE)
        .map_or(name.len(), |(at, _)| at);
    (!name.is_empty()).then_some(&name[..end])
}

/// What was kept of an answer, besides what was shown of it.
#[derive(Debug)]
pub(super) enum Kept<'a> {
    /// A whole block.
    Block(Raw<'a>),
    /// Citations of the last so many bytes of the text before it.
    Citations { bytes: usize, list: &'a RawValue },
    /// Further fields of the call before it.
    Call(Fields<'a>),
}

impl<'a> Kept<'a> {
    /// Reads it; `None` if another origin made it, or if it cannot be read.
    pub(super) fn of(opaque: &'a Opaque, origin: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Shape<'a> {
            #[serde(rename = "aside_attached", borrow, default)]
            attached: Text<'a>,
            #[serde(rename = "type", borrow, default)]
            kind: Text<'a>,
            #[serde(borrow, default)]
            id: Text<'a>,
            #[serde(borrow, default)]
            tool_use_id: Text<'a>,
            #[serde(default)]
            bytes: Count,
            #[serde(borrow, default)]
            citations: Option<&'a RawValue>,
            #[serde(borrow, default)]
            fields: Option<&'a RawValue>,
        }
        if *opaque.origin != *origin {
            return None;
        }
        let shape: Shape<'_> = serde_json::from_str(&opaque.json).ok()?;
        match shape.attached.0.as_ref() {
            "citations" => Some(Self::Citations {
                bytes: usize::try_from(shape.bytes.0?).ok()?,
                list: shape.citations?,
            }),
            "call" => serde_json::from_str(shape.fields?.get())
                .ok()
                .map(Self::Call),
            _ if shape.kind.is_empty() => None,
            _ => {
                let kind = shape.kind.0.as_ref();
                let filled = |id: Text<'a>| (!id.is_empty()).then_some(id.0);
                Some(Self::Block(Raw {
                    json: serde_json::from_str(&opaque.json).ok()?,
                    is_thinking: matches!(kind, "thinking" | "redacted_thinking"),
                    calls: filled(shape.id).filter(|_| kind.ends_with("_tool_use")),
                    result_of: filled(shape.tool_use_id),
                }))
            }
        }
    }
}
