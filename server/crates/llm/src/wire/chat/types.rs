//! The events of a Chat Completions stream as servers really send them: borrowed where that
//! is possible, and tolerant of fields that are null, missing or of a neighbouring type.
use std::borrow::Cow;

use serde_json::value::RawValue;

use super::counts::Counts;
use crate::wire::lenient::{Count, Text};

/// One event, or one whole completion.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Completion<'a> {
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    /// Groq's own place for token counts.
    #[serde(borrow, default)]
    x_groq: Option<&'a RawValue>,
}

impl Completion<'_> {
    /// The token counts of this event, wherever the server puts them. Counts that are none do
    /// not spoil the answer.
    pub(super) fn counts(&self) -> Option<Counts> {
        #[derive(serde::Deserialize)]
        struct Groq {
            #[serde(default)]
            usage: Option<Counts>,
        }
        let read = |json: &RawValue| serde_json::from_str::<Counts>(json.get()).ok();
        let of_choice = || {
            self.choices
                .iter()
                .flatten()
                .find_map(|choice| choice.usage)
        };
        let groq = || serde_json::from_str::<Groq>(self.x_groq?.get()).ok()?.usage;
        self.usage.or_else(of_choice).and_then(read).or_else(groq)
    }

    /// Whether it holds neither an answer nor counts.
    pub(super) fn is_bare(&self) -> bool {
        self.choices.is_none() && self.usage.is_none()
    }
}

/// One of the answers; only one is asked for.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(default)]
    pub(super) index: Count,
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
    /// In place of `delta` in a whole completion.
    #[serde(borrow, default)]
    pub(super) message: Option<Delta<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Text<'a>,
    /// Azure's: what its filter thinks, by category.
    #[serde(borrow, default)]
    pub(super) content_filter_results: Option<&'a RawValue>,
    /// OpenRouter's: why the provider behind it broke off.
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    /// Moonshot's place for token counts.
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

/// What the model said more.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) reasoning_content: Text<'a>,
    #[serde(borrow, default)]
    pub(super) reasoning: Text<'a>,
    #[serde(borrow, default)]
    pub(super) refusal: Text<'a>,
    /// OpenRouter's items of reasoning, a list of objects.
    #[serde(borrow, default)]
    pub(super) reasoning_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<Option<CallDelta<'a>>>>,
    /// The form of a call before there were several.
    #[serde(borrow, default)]
    pub(super) function_call: Option<FunctionDelta<'a>>,
}

impl Delta<'_> {
    /// The pieces of the content in order: of a list where the server sends one.
    pub(super) fn content(&self) -> Vec<Content<'_>> {
        let Some(content) = self.content else {
            return Vec::new();
        };
        let parts = if content.get().starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(content.get()).unwrap_or_default()
        } else {
            vec![content]
        };
        parts
            .into_iter()
            .filter_map(|part| Content::of(part.get()))
            .collect()
    }
}

/// A piece of content.
#[derive(Debug)]
pub(super) enum Content<'a> {
    Text(Text<'a>),
    /// Mistral's `{"type": "thinking", "thinking": [{"type": "text", "text": …}]}`.
    Thinking(Text<'a>),
}

impl<'a> Content<'a> {
    fn of(json: &'a str) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Part<'a> {
            #[serde(borrow, default)]
            thinking: Option<Text<'a>>,
            #[serde(borrow, default)]
            text: Text<'a>,
        }
        if !json.starts_with('{') {
            return serde_json::from_str(json).ok().map(Self::Text);
        }
        let part = serde_json::from_str::<Part<'_>>(json).ok()?;
        Some(match part.thinking {
            Some(thinking) => Self::Thinking(thinking),
            None => Self::Text(part.text),
        })
    }
}

/// The start of a tool call or more of it.
#[derive(Debug, serde::Deserialize)]
pub(super) struct CallDelta<'a> {
    #[serde(default)]
    pub(super) index: Count,
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) function: Option<FunctionDelta<'a>>,
    /// What Google adds, thought signatures above all.
    #[serde(borrow, default)]
    pub(super) extra_content: Option<&'a RawValue>,
}

/// The name and the arguments of a call.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct FunctionDelta<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    /// A string of JSON; some servers send the JSON itself.
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

impl<'a> FunctionDelta<'a> {
    /// The raw text of the arguments.
    pub(super) fn arguments(&self) -> Cow<'a, str> {
        let Some(raw) = self.arguments else {
            return Cow::Borrowed("");
        };
        let raw = raw.get();
        if !raw.starts_with('"') {
            return Cow::Borrowed(raw);
        }
        // It was parsed once already; the fallback is what the text would be without escapes.
        serde_json::from_str::<Text<'a>>(raw).map_or(Cow::Borrowed(raw), |text| text.0)
    }
}
