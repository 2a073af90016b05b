//! What a server wants to see again: as it is stored, and where it stands in a message.
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{AssistantPart, Opaque};

/// The json of an opaque of this wire format.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    /// OpenRouter's items of reasoning, which belong to the whole message.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reasoning_details: Vec<&'a RawValue>,
    /// What Google adds to a tool call, thought signatures above all.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) extra_content: Option<&'a RawValue>,
}

impl<'a> Kept<'a> {
    /// What this provider left at this part; nothing if it is of another one.
    fn of(opaque: &'a Opaque, origin: &str) -> Self {
        if *opaque.origin != *origin {
            return Self::default();
        }
        // What is stored was written by this code; anything else is not sent on.
        serde_json::from_str(&opaque.json).unwrap_or_default()
    }
}

/// All items of reasoning of a message, in order.
pub(super) fn reasoning_details<'a>(parts: &'a [AssistantPart], origin: &str) -> Vec<&'a RawValue> {
    parts
        .iter()
        .filter_map(|part| match part {
            AssistantPart::Attached(opaque) | AssistantPart::Opaque(opaque) => Some(opaque),
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::ToolCall { .. } => None,
        })
        .flat_map(|opaque| Kept::of(opaque, origin).reasoning_details)
        .collect()
}

/// What belongs to the tool call before this part.
pub(super) fn extra_content<'a>(
    after: Option<&'a AssistantPart>,
    origin: &str,
) -> Option<&'a RawValue> {
    match after? {
        AssistantPart::Attached(opaque) => Kept::of(opaque, origin).extra_content,
        AssistantPart::Text(_)
        | AssistantPart::Reasoning(_)
        | AssistantPart::Opaque(_)
        | AssistantPart::ToolCall { .. } => None,
    }
}
