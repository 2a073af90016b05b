//! From the events of a stream to chunks: blocks told apart, and kept where the provider wants
//! them back.
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::open::{Open, Stopped};
use super::types::{Answer, Counts, Delta, End, Event, Start, object};
use crate::wire::Decode;
use crate::wire::collector::{Collector, MAX_CALLS};
use crate::wire::lenient::Text;
use crate::{Place, StopReason};

/// Bytes of the provider's words in a note.
const MAX_NOTE: usize = 600;
/// What some compatible servers send at the end, as in other formats.
const DONE: &str = "[DONE]";

/// Reads one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Blocks that have begun, by their index on the wire.
    open: BTreeMap<u64, Open>,
    /// The block that began last.
    latest: u64,
    /// The block whose text or reasoning streamed last, while nothing else came after it.
    streaming: Option<u64>,
    /// A call began and can never become whole.
    cut_call: bool,
    /// The reason to stop, while a call is open: with it the answer would count as whole.
    held_stop: Option<StopReason>,
    counts: Counts,
}

impl Decode for Decoder {
    fn event(&mut self, kind: &str, data: &str, out: &mut Collector) {
        let data = data.trim();
        // Some servers send empty events to keep the connection alive.
        if data.is_empty() {
            return;
        }
        if kind == "error" {
            out.fail_provider(data);
            return;
        }
        if data == DONE {
            self.end(out);
            out.done();
            return;
        }
        match object::<Event<'_>>(data) {
            Ok(event) => self.take(kind, &event, data, out),
            Err(error) => out.not_understood(data, &error),
        }
    }

    fn whole(&mut self, body: &str, out: &mut Collector) {
        let body = body.trim();
        let event = object::<Event<'_>>(body);
        let answer = object::<Answer<'_>>(body);
        let end = object::<End<'_>>(body);
        let (Ok(event), Ok(answer), Ok(end)) = (event, answer, end) else {
            out.fail_provider(body);
            return;
        };
        let is_error = event.kind.0 == "error" || is_something(event.error);
        let Some(content) = answer.content.filter(|_| !is_error) else {
            out.fail_provider(body);
            return;
        };
        match serde_json::from_str::<Vec<&RawValue>>(content.get()) {
            Ok(blocks) => {
                for (index, block) in (0..).zip(blocks) {
                    self.start(index, block, out);
                    self.stop(index, out);
                }
            }
            Err(_) => match serde_json::from_str::<Text<'_>>(content.get()) {
                Ok(text) => out.text(&text.0),
                Err(error) => out.not_understood(body, &error),
            },
        }
        self.usage(answer.usage, out);
        self.stop_reason(&end, out);
        if !out.has_stop() {
            // A body that is complete needs no reason to have ended.
            out.stop(StopReason::EndTurn);
        }
    }

    /// Blocks that never stopped are still the model's, but half a call is none.
    fn end(&mut self, out: &mut Collector) {
        if self.cut_call || self.open.values().any(Open::is_call) {
            out.fail_truncated("The model's stream ended inside a tool call.");
            return;
        }
        if !out.has_stop() {
            return;
        }
        let indices: Vec<u64> = self.open.keys().copied().collect();
        for index in indices {
            self.stop(index, out);
        }
    }
}

impl Decoder {
    fn take(&mut self, kind: &str, event: &Event<'_>, data: &str, out: &mut Collector) {
        let index = event.index.0;
        let kind = match event.kind.0.as_ref() {
            "" => kind,
            kind => kind,
        };
        match kind {
            "message_start" => {
                let answer = event.message.map(RawValue::get);
                let answer = answer.and_then(|raw| object::<Answer<'_>>(raw).ok());
                self.usage(answer.and_then(|answer| answer.usage), out);
            }
            "content_block_start" => {
                let index = index.unwrap_or(self.latest.saturating_add(1));
                if let Some(block) = event.content_block {
                    self.start(index, block, out);
                }
            }
            "content_block_delta" => {
                let delta = event.delta.map(RawValue::get).unwrap_or("{}");
                match object::<Delta<'_>>(delta) {
                    Ok(delta) => self.delta(index.unwrap_or(self.latest), &delta, out),
                    Err(error) => out.not_understood(data, &error),
                }
            }
            "content_block_stop" => self.stop(index.unwrap_or(self.latest), out),
            "message_delta" => {
                self.usage(event.usage, out);
                let end = event.delta.map(RawValue::get);
                let end = end.and_then(|raw| object::<End<'_>>(raw).ok());
                self.stop_reason(&end.unwrap_or_default(), out);
            }
            "message_stop" => {
                if !out.has_stop() && self.held_stop.is_none() {
                    self.settle(StopReason::EndTurn, out);
                }
                self.end(out);
                out.done();
            }
            "error" => out.fail_provider(data),
            // An error without a type, as gateways send it.
            _ if is_something(event.error) => out.fail_provider(data),
            // `ping`, and what is yet to come.
            _ => {}
        }
    }

    fn start(&mut self, index: u64, json: &RawValue, out: &mut Collector) {
        let start = match object::<Start<'_>>(json.get()) {
            Ok(start) => start,
            Err(error) => {
                out.not_understood(json.get(), &error);
                return;
            }
        };
        if let Some(before) = self.open.get(&index) {
            // Its end was left out, so that nobody knows whether it is whole.
            if before.is_call() {
                self.cut_call = true;
                self.open.remove(&index);
            } else {
                self.stop(index, out);
            }
        }
        if self.open.len() >= MAX_CALLS {
            out.fail_truncated("The model's stream begins more and more parts and ends none.");
            return;
        }
        self.latest = index;
        let Some(open) = Open::of(&start, json, out) else {
            return;
        };
        if !start.text.is_empty() && matches!(open, Open::Text { .. })
            || !start.thinking.is_empty() && matches!(open, Open::Thinking { .. })
        {
            self.streams(Some(index));
        } else if open.is_call() {
            self.streams(None);
        }
        self.open.insert(index, open);
    }

    /// What streams from now on.
    fn streams(&mut self, index: Option<u64>) {
        let before = std::mem::replace(&mut self.streaming, index);
        if before != index
            && let Some(open) = before.and_then(|before| self.open.get_mut(&before))
        {
            open.interrupt();
        }
    }

    fn delta(&mut self, index: u64, delta: &Delta<'_>, out: &mut Collector) {
        // Without a beginning it is still what the model said.
        let streams = match self.open.get_mut(&index) {
            Some(open) => open.extend(delta, out),
            None => {
                out.text(&delta.text.0);
                out.reasoning(&delta.thinking.0);
                false
            }
        };
        if streams {
            self.streams(Some(index));
        }
    }

    fn stop(&mut self, index: u64, out: &mut Collector) {
        let Some(open) = self.open.remove(&index) else {
            return;
        };
        let streams = self.streaming == Some(index);
        let (place, json) = match open.stop(out) {
            Stopped::Nothing => (Place::Part, None),
            Stopped::Thinking(json) if streams => (Place::Part, Some(json)),
            Stopped::Thinking(json) | Stopped::Hidden(json) => (Place::Alone, Some(json)),
            Stopped::Citations(json) => (Place::Part, streams.then_some(json)),
        };
        if let Some(json) = json {
            out.opaque(place, &json);
            self.streams(None);
        } else if streams {
            self.streaming = None;
        }
        if let Some(reason) = self.held_stop
            && !self.open.values().any(Open::is_call)
        {
            self.held_stop = None;
            self.settle(reason, out);
        }
    }

    fn stop_reason(&mut self, end: &End<'_>, out: &mut Collector) {
        let Some(reason) = end.reason() else {
            return;
        };
        let mut words = end.words();
        if !words.is_empty() {
            words.truncate(words.floor_char_boundary(MAX_NOTE));
            out.note(words);
        }
        self.settle(reason, out);
    }

    fn settle(&mut self, reason: StopReason, out: &mut Collector) {
        if self.cut_call || self.open.values().any(Open::is_call) {
            self.held_stop = Some(reason);
        } else {
            out.stop(reason);
        }
    }

    fn usage(&mut self, counts: Option<&RawValue>, out: &mut Collector) {
        let counts = counts.map(RawValue::get);
        // Counts that are not understood do not spoil the answer.
        if let Some(counts) = counts.and_then(|raw| object(raw).ok()) {
            self.counts.update(counts);
            out.usage(self.counts.into());
        }
    }
}

/// Whether there is an error, and not only a field for one.
fn is_something(error: Option<&RawValue>) -> bool {
    let nothing = ["null", "\"\"", "{}", "false"];
    error.is_some_and(|error| !nothing.contains(&error.get()))
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "decoder_bad_tests.rs"]
mod bad_tests;
