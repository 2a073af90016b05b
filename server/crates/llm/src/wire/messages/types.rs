//! The events of a Messages stream as servers really send them: borrowed where that is possible,
//! and tolerant of fields that are null, missing or of a neighbouring type.
use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::lenient::{Count, Text};
use crate::{StopReason, Usage};

/// Reads an object. A list would do too for serde, its entries taken for the fields in order.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, serde_json::Error> {
    if json.starts_with('{') {
        return serde_json::from_str(json);
    }
    Err(serde::de::Error::custom("it is no object"))
}

/// One event, or one whole answer. What it holds is only read where its type is known.
#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "type", borrow, default)]
    pub(super) kind: Text<'a>,
    #[serde(default)]
    pub(super) index: Count,
    #[serde(borrow, default)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) content_block: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// The answer as far as its first event or its whole body tells it.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<'a> {
    /// A list of blocks; some servers send one text.
    #[serde(borrow, default)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
}

/// Why the model stopped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct End<'a> {
    #[serde(borrow, default)]
    pub(super) stop_reason: Text<'a>,
    #[serde(borrow, default)]
    stop_details: Option<&'a RawValue>,
}

/// A block as it starts, or whole.
#[derive(Debug, Deserialize)]
pub(super) struct Start<'a> {
    #[serde(rename = "type", borrow, default)]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
    #[serde(borrow, default)]
    pub(super) thinking: Text<'a>,
    #[serde(borrow, default)]
    pub(super) signature: Text<'a>,
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) citations: Option<&'a RawValue>,
    /// Who calls: the model, or its code that runs at the provider.
    #[serde(borrow, default)]
    pub(super) caller: Option<&'a RawValue>,
}

/// More of a block. What it is more of is told by the fields: their names differ.
#[derive(Debug, Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
    #[serde(borrow, default)]
    pub(super) thinking: Text<'a>,
    #[serde(borrow, default)]
    pub(super) signature: Text<'a>,
    /// A string of JSON; some servers send the JSON itself.
    #[serde(borrow, default)]
    partial_json: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) citation: Option<&'a RawValue>,
}

impl<'a> Delta<'a> {
    /// The raw text of the arguments.
    pub(super) fn partial_json(&self) -> Cow<'a, str> {
        let Some(raw) = self.partial_json else {
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

impl End<'_> {
    /// The reason; `None` if it is not said yet.
    pub(super) fn reason(&self) -> Option<StopReason> {
        Some(match self.stop_reason.0.as_ref() {
            "" => return None,
            "tool_use" => StopReason::ToolCalls,
            "max_tokens" => StopReason::MaxTokens,
            "model_context_window_exceeded" => StopReason::ContextFull,
            "refusal" => StopReason::Refusal,
            "pause_turn" => StopReason::Paused,
            // `end_turn`, `stop_sequence`, and what other servers call it.
            _ => StopReason::EndTurn,
        })
    }

    /// What is said of it, for people: `{"category": "cyber", "explanation": "…"}`.
    pub(super) fn words(&self) -> String {
        #[derive(Default, Deserialize)]
        struct Details<'a> {
            #[serde(borrow, default)]
            category: Text<'a>,
            #[serde(borrow, default)]
            explanation: Text<'a>,
        }
        let details = self.stop_details.map(RawValue::get);
        let details: Details<'_> = details.and_then(|raw| object(raw).ok()).unwrap_or_default();
        let explanation = details.explanation.0.trim().trim_end_matches('.');
        if explanation.is_empty() {
            return details.category.0.trim().to_owned();
        }
        explanation.to_owned()
    }
}

/// Token counts. Those of later events are of the whole answer so far; they name only what
/// changed, or all of it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Counts {
    /// Without those read from and written to the cache.
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    cache_creation_input_tokens: Count,
    #[serde(default)]
    cache_read_input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct OutputDetails {
    #[serde(default)]
    thinking_tokens: Count,
}

impl Counts {
    /// Takes the later counts. Some servers put 0 where they said the number before.
    pub(super) fn update(&mut self, later: Self) {
        let take = |count: &mut Count, later: Count| {
            if later.0.is_some_and(|later| later > 0) {
                *count = later;
            }
        };
        take(&mut self.input_tokens, later.input_tokens);
        take(
            &mut self.cache_creation_input_tokens,
            later.cache_creation_input_tokens,
        );
        take(
            &mut self.cache_read_input_tokens,
            later.cache_read_input_tokens,
        );
        take(&mut self.output_tokens, later.output_tokens);
        if let Some(later) = later.output_tokens_details {
            let details = self.output_tokens_details.get_or_insert_default();
            take(&mut details.thinking_tokens, later.thinking_tokens);
        }
    }
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let number = |count: Count| count.0.unwrap_or_default();
        let cached = number(counts.cache_read_input_tokens);
        let written = number(counts.cache_creation_input_tokens);
        let details = counts.output_tokens_details.unwrap_or_default();
        Self {
            input_tokens: number(counts.input_tokens)
                .saturating_add(cached)
                .saturating_add(written),
            cached_input_tokens: cached,
            cache_write_tokens: written,
            output_tokens: number(counts.output_tokens),
            reasoning_tokens: number(details.thinking_tokens),
            ..Self::default()
        }
    }
}
