//! The events of a Gemini stream as servers really send them, and what is kept of a part beside
//! what is shown.
use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Usage;
use crate::wire::lenient::{Count, Text};

/// One event, one element of a list, or one whole answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    #[serde(borrow, default)]
    pub(super) candidates: Option<Vec<Option<Candidate<'a>>>>,
    #[serde(borrow, default)]
    pub(super) prompt_feedback: Option<PromptFeedback<'a>>,
    #[serde(borrow, default)]
    usage_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    /// Where a proxy sends an error without the object around it.
    #[serde(borrow, default)]
    pub(super) message: Text<'a>,
}

impl Response<'_> {
    /// The counts, if they are any: numbers that are none spoil no answer.
    pub(super) fn counts(&self) -> Option<Counts> {
        serde_json::from_str(self.usage_metadata?.get()).ok()?
    }
}

/// One of the answers; only one is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    #[serde(default)]
    pub(super) index: Count,
    #[serde(borrow, default)]
    pub(super) content: Option<Content<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Text<'a>,
    #[serde(borrow, default)]
    pub(super) finish_message: Text<'a>,
}

/// What the model said more. The parts are read one by one, since some go back as they are.
#[derive(Debug, Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow, default)]
    pub(super) parts: Option<Vec<&'a RawValue>>,
}

/// Why the prompt was not answered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptFeedback<'a> {
    #[serde(borrow, default)]
    pub(super) block_reason: Text<'a>,
    #[serde(borrow, default)]
    pub(super) block_reason_message: Text<'a>,
}

/// A part that Aside understands: text, thought or a tool call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    thought: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) thought_signature: Text<'a>,
    #[serde(borrow, default)]
    pub(super) function_call: Option<FunctionCall<'a>>,
}

impl Part<'_> {
    /// Whether the text is thought and not the answer.
    pub(super) fn is_thought(&self) -> bool {
        is_true(self.thought)
    }
}

/// A tool call, which comes whole.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FunctionCall<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    args: Option<&'a RawValue>,
    #[serde(borrow, default)]
    will_continue: Option<&'a RawValue>,
}

impl<'a> FunctionCall<'a> {
    /// The raw text of the arguments; some servers send a string of JSON.
    pub(super) fn arguments(&self) -> Cow<'a, str> {
        let raw = self.args.map_or("{}", RawValue::get);
        if !raw.starts_with('"') {
            return Cow::Borrowed(raw);
        }
        // It was parsed once already; the fallback is what the text would be without escapes.
        serde_json::from_str::<Text<'a>>(raw).map_or(Cow::Borrowed(raw), |text| text.0)
    }

    /// Whether only a piece of the arguments is here, which Gemini does if it is asked to.
    pub(super) fn is_piece(&self) -> bool {
        is_true(self.will_continue)
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.args.is_none()
    }
}

fn is_true(value: Option<&RawValue>) -> bool {
    value.is_some_and(|value| value.get() == "true")
}

/// Token counts. Later events may leave out what earlier ones said.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Counts {
    prompt_token_count: Count,
    cached_content_token_count: Count,
    candidates_token_count: Count,
    thoughts_token_count: Count,
    tool_use_prompt_token_count: Count,
}

impl Counts {
    /// Takes what the newer counts say.
    pub(super) fn update(&mut self, newer: Self) {
        let take = |old: &mut Count, new: Count| old.0 = new.0.or(old.0);
        take(&mut self.prompt_token_count, newer.prompt_token_count);
        take(
            &mut self.cached_content_token_count,
            newer.cached_content_token_count,
        );
        take(
            &mut self.candidates_token_count,
            newer.candidates_token_count,
        );
        take(&mut self.thoughts_token_count, newer.thoughts_token_count);
        take(
            &mut self.tool_use_prompt_token_count,
            newer.tool_use_prompt_token_count,
        );
    }
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let number = |count: Count| count.0.unwrap_or_default();
        let reasoning = number(counts.thoughts_token_count);
        let prompt = number(counts.prompt_token_count);
        Self {
            input_tokens: prompt.saturating_add(number(counts.tool_use_prompt_token_count)),
            cached_input_tokens: number(counts.cached_content_token_count),
            output_tokens: number(counts.candidates_token_count).saturating_add(reasoning),
            reasoning_tokens: reasoning,
            ..Self::default()
        }
    }
}

/// What goes back with a part and is not shown.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Extra<'a> {
    /// Of a call, where Gemini gave it one; ours may differ.
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    pub(super) thought_signature: Cow<'a, str>,
    /// Of text and thought: how many bytes at its end are the signed part. What streamed before
    /// was unsigned, and the two must not be put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
}

/// A part that holds a signature and no text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BareSignature<'a> {
    pub(super) text: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) thought: bool,
    pub(super) thought_signature: &'a str,
}
