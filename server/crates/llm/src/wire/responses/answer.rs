//! An answer as it grows: what its items say is given out in order, and never twice.
use serde_json::value::RawValue;

use super::items::{Channel, Items, Kind, MAX_ITEMS};
use super::types::{self, Item, Part, arguments, extras};
use crate::Place;
use crate::wire::collector::Collector;

/// Stands between the parts of a summary.
const BREAK: &str = "\n\n";
/// Ends a message of which nothing but its text need go back.
const PLAIN_MESSAGE: &str = "{}";
/// What is known of a call by other ways; its item's id is not sent where it is of no use.
const CALL_FIELDS: [&str; 6] = ["id", "type", "call_id", "name", "arguments", "status"];

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) items: Items,
    /// What came last, if more of it would continue the same part.
    open: Option<(Kind, usize)>,
    /// Encrypted reasoning is kept. The provider ties it by their ids to the items after it.
    keeps_ids: bool,
}

impl Answer {
    /// Whether text of this part of the item came.
    pub(super) fn has_part(&mut self, at: usize, part: u64) -> bool {
        self.items.get(at).is_some_and(|item| item.has_part(part))
    }

    /// More of a message.
    pub(super) fn text(
        &mut self,
        at: usize,
        part: u64,
        more: &str,
        refuses: bool,
        out: &mut Collector,
    ) {
        if more.is_empty() {
            return;
        }
        if let Some((Kind::Message, last)) = self.open
            && last != at
        {
            out.opaque(Place::Part, PLAIN_MESSAGE);
        }
        if let Some(item) = self.items.get(at) {
            item.is_split |= item.has_text() && self.open != Some((Kind::Message, at));
            item.note_part(part);
        }
        self.open = Some((Kind::Message, at));
        if refuses {
            out.refusal(more);
        } else {
            out.text(more);
        }
    }

    pub(super) fn message_part(
        &mut self,
        at: usize,
        index: u64,
        part: &Part<'_>,
        out: &mut Collector,
    ) {
        self.text(at, index, &part.text.0, false, out);
        self.text(at, index, &part.refusal.0, true, out);
    }

    /// More of the reasoning that is shown.
    pub(super) fn reasoning(
        &mut self,
        at: usize,
        channel: Channel,
        part: u64,
        more: &str,
        out: &mut Collector,
    ) {
        let Some(item) = self.items.get(at) else {
            return;
        };
        if more.is_empty() || *item.channel.get_or_insert(channel) != channel {
            return;
        }
        let continues = item.part == Some(part) && self.open == Some((Kind::Reasoning, at));
        if !continues && matches!(self.open, Some((Kind::Reasoning, _))) {
            out.reasoning(BREAK);
        }
        item.part = Some(part);
        item.note_part(part);
        self.open = Some((Kind::Reasoning, at));
        out.reasoning(more);
    }

    /// Gives out the call, once its name is known.
    pub(super) fn begin_call(&mut self, at: usize, out: &mut Collector) {
        let Some(item) = self.items.get(at) else {
            return;
        };
        if item.call.is_some() || item.name.is_empty() {
            return;
        }
        self.begin_named_or_not(at, out);
    }

    fn begin_named_or_not(&mut self, at: usize, out: &mut Collector) {
        let Some(item) = self.items.get(at) else {
            return;
        };
        let id = if item.call_id.is_empty() {
            &item.id
        } else {
            &item.call_id
        };
        item.call = out.begin_call(id, &item.name, std::mem::take(&mut item.held));
        self.open = None;
        if self.keeps_ids
            && let Some(call) = item.call
            && !item.id.is_empty()
        {
            // At once, so that it is there if the stream ends early.
            let id = serde_json::json!({ "id": item.id });
            out.opaque(Place::Call(call), &id.to_string());
        }
    }

    /// More of a call's arguments.
    pub(super) fn arguments(&mut self, at: usize, more: &str, out: &mut Collector) {
        self.begin_call(at, out);
        let Some(item) = self.items.get(at) else {
            return;
        };
        if more.is_empty() || item.done {
            return;
        }
        item.has_arguments = true;
        match item.call {
            Some(call) => {
                self.open = None;
                out.arguments(call, more);
            }
            None => item.held.push_str(more),
        }
    }

    /// All of a call's arguments, of which nothing may have come before.
    pub(super) fn all_arguments(&mut self, at: usize, all: &str, out: &mut Collector) {
        let Some(item) = self.items.get(at) else {
            return;
        };
        let announced = std::mem::take(&mut item.announced_arguments);
        if item.has_arguments {
            return;
        }
        let all = if all.is_empty() { &announced } else { all };
        self.arguments(at, all, out);
    }

    /// Takes an item that is whole.
    pub(super) fn item_done(
        &mut self,
        at: Option<usize>,
        raw: &RawValue,
        item: &Item<'_>,
        out: &mut Collector,
    ) {
        let Some(at) = checked(at, out) else {
            return;
        };
        let Some(known) = self.items.get(at) else {
            return;
        };
        if known.done {
            return;
        }
        let has_text = known.has_text();
        match known.kind {
            Kind::Message => self.message_done(at, has_text, raw, item, out),
            Kind::Reasoning => self.reasoning_item_done(at, has_text, raw, item, out),
            Kind::Call => self.call_done(at, raw, item, out),
            Kind::Other => {
                self.open = None;
                out.opaque(Place::Alone, raw.get());
            }
        }
        if let Some(known) = self.items.get(at) {
            known.done = true;
        }
    }

    fn message_done(
        &mut self,
        at: usize,
        has_text: bool,
        raw: &RawValue,
        item: &Item<'_>,
        out: &mut Collector,
    ) {
        let content = item.content();
        if !has_text {
            for (index, part) in (0..).zip(&content) {
                self.message_part(at, index, part, out);
            }
        }
        // If something else came in between, the message cannot be put together again.
        let is_split = self.items.get(at).is_none_or(|item| item.is_split);
        if is_split || self.open != Some((Kind::Message, at)) {
            return;
        }
        let mut without = vec!["type", "role", "status"];
        if !self.keeps_ids {
            without.push("id");
        }
        if content.iter().all(Part::is_plain) {
            without.push("content");
        }
        if let Some(extras) = extras(raw, &without) {
            self.open = None;
            out.opaque(Place::Part, &extras);
        }
    }

    fn reasoning_item_done(
        &mut self,
        at: usize,
        has_text: bool,
        raw: &RawValue,
        item: &Item<'_>,
        out: &mut Collector,
    ) {
        let (summary, content) = (item.summary(), item.content());
        if !has_text {
            for (index, part) in (0..).zip(&summary) {
                self.reasoning(at, Channel::Summary, index, &part.text.0, out);
            }
            for (index, part) in (0..).zip(&content) {
                self.reasoning(at, Channel::Content, index, &part.text.0, out);
            }
        }
        let is_encrypted = !item.encrypted_content.is_empty();
        if !is_encrypted && content.iter().all(|part| part.text.is_empty()) {
            // Nothing that the model could use, but an id that the provider does not know.
            return;
        }
        self.keeps_ids |= is_encrypted;
        let place = if self.open == Some((Kind::Reasoning, at)) {
            Place::Part
        } else {
            Place::Alone
        };
        self.open = None;
        out.opaque(place, raw.get());
    }

    fn call_done(&mut self, at: usize, raw: &RawValue, item: &Item<'_>, out: &mut Collector) {
        self.begin_call(at, out);
        self.all_arguments(at, &arguments(item.arguments), out);
        let call = self.items.get(at).and_then(|item| item.call);
        let (Some(call), Some(extras)) = (call, extras(raw, &CALL_FIELDS)) else {
            return;
        };
        // The id was given when the call began, and this stands in its place.
        let [_, others @ ..] = CALL_FIELDS;
        let with_id = types::extras(raw, &others).filter(|_| self.keeps_ids);
        out.opaque(Place::Call(call), &with_id.unwrap_or(extras));
    }

    /// The part of the reasoning ends; another one may follow.
    pub(super) fn end_part(&mut self, at: usize) {
        if let Some(item) = self.items.get(at) {
            item.part = None;
        }
    }

    /// Calls that were never called whole are still the model's, if they say anything.
    pub(super) fn end_call(&mut self, at: usize, out: &mut Collector) {
        let Some(item) = self.items.get(at) else {
            return;
        };
        match item.kind {
            Kind::Call => {}
            Kind::Message | Kind::Reasoning | Kind::Other => return,
        }
        let says_nothing = item.held.is_empty() && item.call_id.is_empty() && item.id.is_empty();
        if item.call.is_none() && !says_nothing {
            self.begin_named_or_not(at, out);
        }
        self.all_arguments(at, "", out);
    }
}

/// Ends the answer if there are too many items.
pub(super) fn checked(at: Option<usize>, out: &mut Collector) -> Option<usize> {
    if at.is_none() {
        let what = format!("The model's answer has more than {MAX_ITEMS} items.");
        out.fail_truncated(&what);
    }
    at
}
