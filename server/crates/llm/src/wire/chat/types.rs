//! The events of a Chat Completions stream as servers really send them: borrowed where that
//! is possible, and tolerant of fields that are null, missing or of a neighbouring type.
use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::Usage;
use crate::wire::lenient::{Count, Text};

/// One event, or one whole completion.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Completion<'a> {
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    pub(super) usage: Option<Counts>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
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
}

/// What the model said more.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) content: Text<'a>,
    #[serde(borrow, default)]
    pub(super) reasoning_content: Text<'a>,
    #[serde(borrow, default)]
    pub(super) reasoning: Text<'a>,
    #[serde(borrow, default)]
    pub(super) refusal: Text<'a>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<Option<CallDelta<'a>>>>,
    /// The form of a call before there were several.
    #[serde(borrow, default)]
    pub(super) function_call: Option<FunctionDelta<'a>>,
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

/// Token counts in all their spellings.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(super) struct Counts {
    #[serde(default)]
    prompt_tokens: Count,
    #[serde(default)]
    completion_tokens: Count,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default)]
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Count,
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
struct CompletionDetails {
    #[serde(default)]
    reasoning_tokens: Count,
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let number = |count: Option<Count>| count.and_then(|count| count.0).unwrap_or_default();
        Self {
            input_tokens: number(Some(counts.prompt_tokens)),
            cached_input_tokens: number(counts.prompt_tokens_details.map(|d| d.cached_tokens)),
            output_tokens: number(Some(counts.completion_tokens)),
            reasoning_tokens: number(counts.completion_tokens_details.map(|d| d.reasoning_tokens)),
            ..Self::default()
        }
    }
}
