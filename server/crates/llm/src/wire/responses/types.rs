//! The events of a Responses stream as servers really send them: borrowed where that is possible,
//! and tolerant of fields that are null, missing or of a neighbouring type.
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::Usage;
use crate::wire::lenient::{Count, Text};

/// One event, whatever its type; each type uses some of the fields.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(default)]
    pub(super) output_index: Count,
    #[serde(default)]
    pub(super) content_index: Count,
    #[serde(default)]
    pub(super) summary_index: Count,
    #[serde(borrow, default)]
    pub(super) item_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) delta: Text<'a>,
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
    #[serde(borrow, default)]
    pub(super) refusal: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) part: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// The response as it stands at its end, or one that comes whole.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Response<'a> {
    #[serde(borrow, default)]
    pub(super) status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) incomplete_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) output: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
}

impl<'a> Response<'a> {
    /// Whether it says how it ended, or that it did not.
    pub(super) fn has_status(&self) -> bool {
        let statuses = [
            "completed",
            "incomplete",
            "failed",
            "cancelled",
            "queued",
            "in_progress",
        ];
        statuses.contains(&self.status.0.as_ref())
    }

    /// Why it is not complete; empty where nothing is said of it.
    pub(super) fn reason(&self) -> Text<'a> {
        #[derive(serde::Deserialize)]
        struct Details<'a> {
            #[serde(borrow, default)]
            reason: Text<'a>,
        }
        parsed::<Details<'a>>(self.incomplete_details)
            .map(|details| details.reason)
            .unwrap_or_default()
    }

    /// The items of its output; `None` if it has no list of them.
    pub(super) fn output(&self) -> Option<Vec<&'a RawValue>> {
        parsed(self.output)
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        parsed::<Counts>(self.usage).map(Usage::from)
    }
}

/// An item of the output.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) call_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) encrypted_content: Text<'a>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

impl<'a> Item<'a> {
    pub(super) fn summary(&self) -> Vec<Part<'a>> {
        parts(self.summary)
    }

    pub(super) fn content(&self) -> Vec<Part<'a>> {
        parts(self.content)
    }
}

/// A part of a message, of a summary or of reasoning.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
    #[serde(borrow, default)]
    pub(super) refusal: Text<'a>,
    #[serde(borrow, default)]
    pub(super) annotations: Option<&'a RawValue>,
}

impl Part<'_> {
    /// Whether there is no more to it than its text.
    pub(super) fn is_plain(&self) -> bool {
        let no_annotations = match self.annotations {
            None => true,
            Some(raw) => parsed::<Vec<IgnoredAny>>(Some(raw)).is_some_and(|list| list.is_empty()),
        };
        no_annotations && matches!(self.kind.0.as_ref(), "output_text" | "text" | "")
    }
}

/// Parts in a list, or one string in their place.
fn parts(raw: Option<&RawValue>) -> Vec<Part<'_>> {
    if let Some(parts) = parsed::<Vec<Option<Part<'_>>>>(raw) {
        return parts.into_iter().map(Option::unwrap_or_default).collect();
    }
    let part = |text| Part {
        text,
        ..Part::default()
    };
    parsed(raw).map(part).into_iter().collect()
}

/// The item, if it is one. A list is read as an object would be if nobody looked.
pub(super) fn item(raw: &RawValue) -> Option<Item<'_>> {
    raw.get().starts_with('{').then(|| parsed(Some(raw)))?
}

/// What there is, if it is what is wanted.
pub(super) fn parsed<'a, T: serde::Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// The text of arguments: a string of JSON; some servers send the JSON itself.
pub(super) fn arguments(raw: Option<&RawValue>) -> Cow<'_, str> {
    let Some(raw) = raw.map(RawValue::get) else {
        return Cow::Borrowed("");
    };
    if !raw.starts_with('"') {
        return Cow::Borrowed(raw);
    }
    // It was parsed once already; the fallback is what the text would be without escapes.
    serde_json::from_str::<Text<'_>>(raw).map_or(Cow::Borrowed(raw), |text| text.0)
}

/// The fields of an item, each with its value byte for byte, that are neither null nor among
/// those named; as JSON, and `None` where there are none.
pub(super) fn extras(item: &RawValue, without: &[&str]) -> Option<String> {
    let mut fields = parsed::<BTreeMap<String, &RawValue>>(Some(item))?;
    fields.retain(|name, value| value.get() != "null" && !without.contains(&name.as_str()));
    if fields.is_empty() {
        return None;
    }
    serde_json::to_string(&fields).ok()
}

/// Whether a field that tells of an error does tell of one.
pub(super) fn is_error(error: Option<&RawValue>) -> bool {
    error.is_some_and(|error| !["null", "\"\"", "{}", "false"].contains(&error.get()))
}

/// Token counts.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
struct Counts {
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    input_tokens_details: Option<InputDetails>,
    #[serde(default)]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
struct InputDetails {
    #[serde(default)]
    cached_tokens: Count,
    /// From GPT-5.6 on, which ask more for it.
    #[serde(default)]
    cache_write_tokens: Count,
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
struct OutputDetails {
    #[serde(default)]
    reasoning_tokens: Count,
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let number = |count: Option<Count>| count.and_then(|count| count.0).unwrap_or_default();
        Self {
            input_tokens: number(Some(counts.input_tokens)),
            cached_input_tokens: number(counts.input_tokens_details.map(|d| d.cached_tokens)),
            cache_write_tokens: number(counts.input_tokens_details.map(|d| d.cache_write_tokens)),
            output_tokens: number(Some(counts.output_tokens)),
            reasoning_tokens: number(counts.output_tokens_details.map(|d| d.reasoning_tokens)),
            ..Self::default()
        }
    }
}
