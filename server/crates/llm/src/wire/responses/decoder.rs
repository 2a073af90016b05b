//! From the events of a stream to chunks: items told apart, nothing given out twice.
use serde_json::value::RawValue;

use super::answer::{Answer, checked};
use super::items::{Channel, Kind, Names};
use super::types::{self, Event, Item, Part, Response, arguments, is_error, parsed};
use crate::StopReason;
use crate::wire::Decode;
use crate::wire::collector::Collector;
use crate::wire::lenient::is_flat_error;

/// The data with which some servers end a stream, as in Chat Completions.
const DONE: &str = "[DONE]";

/// Reads one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    answer: Answer,
}

impl Decode for Decoder {
    fn event(&mut self, kind: &str, data: &str, out: &mut Collector) {
        let data = data.trim();
        if data == DONE {
            out.done();
            return;
        }
        // Some servers send empty events to keep the connection alive.
        if data.is_empty() {
            return;
        }
        // Some servers put an error into a list.
        if data.starts_with('[') {
            out.fail_provider(data);
            return;
        }
        match serde_json::from_str::<Event<'_>>(data) {
            Ok(event) if event.kind.is_empty() => self.typed(kind, &event, data, out),
            Ok(event) => self.typed(&event.kind.0, &event, data, out),
            Err(error) => out.not_understood(data, &error),
        }
    }

    fn whole(&mut self, body: &str, out: &mut Collector) {
        if body.trim_start().starts_with('[') {
            out.fail_provider(body);
            return;
        }
        match serde_json::from_str::<Response<'_>>(body) {
            Ok(response) if response.output().is_none() && !response.has_status() => {
                out.fail_provider(body);
            }
            Ok(response) => self.ended("", &response, body, out),
            Err(error) => out.not_understood(body, &error),
        }
    }

    fn end(&mut self, _out: &mut Collector) {
        // All that is held back is given out with the event that ends the answer.
    }
}

impl Decoder {
    fn typed(&mut self, kind: &str, event: &Event<'_>, data: &str, out: &mut Collector) {
        let content = event.content_index.0.unwrap_or_default();
        let summary = event.summary_index.0.unwrap_or_default();
        match kind {
            "response.output_text.delta" => self.text_delta(event, content, false, out),
            "response.refusal.delta" => self.text_delta(event, content, true, out),
            "response.output_text.done" | "response.refusal.done" => {
                let part = Part {
                    text: event.text.clone(),
                    refusal: event.refusal.clone(),
                    ..Part::default()
                };
                self.part_done(event, Kind::Message, content, &part, out);
            }
            "response.content_part.done" => {
                if let Some(part) = parsed::<Part<'_>>(event.part) {
                    let kind = match part.kind.0.as_ref() {
                        "reasoning_text" => Kind::Reasoning,
                        _ => Kind::Message,
                    };
                    self.part_done(event, kind, content, &part, out);
                }
            }
            "response.reasoning_summary_part.added" => {
                if let Some(at) = self.continued(Kind::Reasoning, event, out) {
                    self.answer.end_part(at);
                }
            }
            "response.reasoning_summary_text.delta" => {
                self.reasoning_delta(event, Channel::Summary, summary, out);
            }
            "response.reasoning_text.delta" => {
                self.reasoning_delta(event, Channel::Content, content, out);
            }
            "response.reasoning_summary_text.done" => {
                self.reasoning_done(event, Channel::Summary, summary, out);
            }
            "response.reasoning_text.done" => {
                self.reasoning_done(event, Channel::Content, content, out);
            }
            "response.function_call_arguments.delta" => {
                if let Some(at) = self.continued(Kind::Call, event, out) {
                    self.answer.arguments(at, &event.delta.0, out);
                }
            }
            "response.function_call_arguments.done" => {
                if let Some(at) = self.continued(Kind::Call, event, out) {
                    self.answer.begin_call(at, out);
                    self.answer
                        .all_arguments(at, &arguments(event.arguments), out);
                }
            }
            "response.output_item.added" => self.added(event, out),
            "response.output_item.done" => {
                if let Some((raw, item)) = both(event.item) {
                    let names = Names::of(event.output_index.0, &item);
                    let at = self.answer.items.finished(Kind::of(&item), &names);
                    self.answer.item_done(at, raw, &item, out);
                }
            }
            "response.completed"
            | "response.done"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => self.last_event(kind, event, data, out),
            "error" => out.fail_provider(data),
            _ if is_error(event.error) => out.fail_provider(data),
            "" if is_flat_error(data) => out.fail_provider(data),
            // What begins, what goes on, what servers do by themselves, and what is new.
            _ => {}
        }
    }

    fn text_delta(&mut self, event: &Event<'_>, part: u64, refuses: bool, out: &mut Collector) {
        if let Some(at) = self.continued(Kind::Message, event, out) {
            self.answer.text(at, part, &event.delta.0, refuses, out);
        }
    }

    fn part_done(
        &mut self,
        event: &Event<'_>,
        kind: Kind,
        index: u64,
        part: &Part<'_>,
        out: &mut Collector,
    ) {
        let Some(at) = self.continued(kind, event, out) else {
            return;
        };
        if self.answer.has_part(at, index) {
            return;
        }
        match kind {
            Kind::Message => self.answer.message_part(at, index, part, out),
            Kind::Reasoning => {
                self.answer
                    .reasoning(at, Channel::Content, index, &part.text.0, out)
            }
            Kind::Call | Kind::Other => {}
        }
    }

    fn reasoning_delta(
        &mut self,
        event: &Event<'_>,
        channel: Channel,
        part: u64,
        out: &mut Collector,
    ) {
        if let Some(at) = self.continued(Kind::Reasoning, event, out) {
            self.answer
                .reasoning(at, channel, part, &event.delta.0, out);
        }
    }

    fn reasoning_done(
        &mut self,
        event: &Event<'_>,
        channel: Channel,
        part: u64,
        out: &mut Collector,
    ) {
        let Some(at) = self.continued(Kind::Reasoning, event, out) else {
            return;
        };
        if !self.answer.has_part(at, part) {
            self.answer.reasoning(at, channel, part, &event.text.0, out);
        }
    }

    fn continued(&mut self, kind: Kind, event: &Event<'_>, out: &mut Collector) -> Option<usize> {
        let names = Names {
            index: event.output_index.0,
            id: &event.item_id.0,
            call_id: "",
            name: &event.name.0,
        };
        let at = self.answer.items.continued(kind, &names);
        checked(at, out)
    }

    fn added(&mut self, event: &Event<'_>, out: &mut Collector) {
        let Some((_, item)) = both(event.item) else {
            return;
        };
        let kind = Kind::of(&item);
        let names = Names::of(event.output_index.0, &item);
        let at = self.answer.items.announced(kind, &names);
        let Some(at) = checked(at, out) else {
            return;
        };
        match kind {
            Kind::Call => {
                if let Some(known) = self.answer.items.get(at) {
                    known.announced_arguments = arguments(item.arguments).into_owned();
                }
                self.answer.begin_call(at, out);
            }
            Kind::Message | Kind::Reasoning | Kind::Other => {}
        }
    }

    fn last_event(&mut self, kind: &str, event: &Event<'_>, data: &str, out: &mut Collector) {
        let Some(raw) = event.response else {
            let response = Response {
                error: event.error,
                ..Response::default()
            };
            self.ended(kind, &response, data, out);
            return;
        };
        match serde_json::from_str::<Response<'_>>(raw.get()) {
            Ok(response) => self.ended(kind, &response, raw.get(), out),
            Err(error) => out.not_understood(data, &error),
        }
    }

    /// The answer is over: what is missing is taken from the whole of it.
    fn ended(&mut self, event: &str, response: &Response<'_>, data: &str, out: &mut Collector) {
        if let Some(usage) = response.usage() {
            out.usage(usage);
        }
        self.listed(&response.output().unwrap_or_default(), out);
        for at in 0..self.answer.items.len() {
            self.answer.end_call(at, out);
        }
        if is_error(response.error) {
            out.fail_provider(data);
            return;
        }
        let status = match (response.status.0.as_ref(), event) {
            ("incomplete", _) | (_, "response.incomplete") => "incomplete",
            ("failed", _) | (_, "response.failed") => "failed",
            ("cancelled", _) | (_, "response.cancelled") => "cancelled",
            ("queued" | "in_progress", "") => "begun",
            (_, _) => "completed",
        };
        let reason = response.reason();
        let stop = match (status, reason.0.as_ref()) {
            ("completed", _) => StopReason::EndTurn,
            (_, reason) if reason.contains("filter") => StopReason::Filtered,
            ("incomplete", "" | "max_output_tokens" | "max_tokens" | "length") => {
                StopReason::MaxTokens
            }
            ("incomplete", reason) if reason.contains("context") => StopReason::ContextFull,
            ("incomplete", reason) => {
                out.note(format!("the provider ended the answer early: {reason}"));
                StopReason::MaxTokens
            }
            ("cancelled", _) => {
                out.fail_truncated("The provider cancelled the answer.");
                return;
            }
            ("begun", _) => {
                out.fail_truncated("The provider answered before the model did.");
                return;
            }
            (_, _) => {
                out.fail_truncated("The provider's answer failed, and it does not say why.");
                return;
            }
        };
        out.stop(stop);
        out.done();
    }

    fn listed(&mut self, output: &[&RawValue], out: &mut Collector) {
        let came = Kind::ALL.map(|kind| self.answer.items.count(kind));
        let mut seen = [0; Kind::ALL.len()];
        for &raw in output {
            let Some((raw, item)) = both(Some(raw)) else {
                continue;
            };
            let kind = Kind::of(&item);
            let nth = seen[kind as usize];
            seen[kind as usize] += 1;
            let names = Names::of(None, &item);
            let at = self
                .answer
                .items
                .listed(kind, &names, nth, came[kind as usize]);
            self.answer.item_done(at, raw, &item, out);
        }
    }
}

/// The item as it came and as it is read.
fn both(raw: Option<&RawValue>) -> Option<(&RawValue, Item<'_>)> {
    let raw = raw?;
    Some((raw, types::item(raw)?))
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "bad_input_tests.rs"]
mod bad_input_tests;

#[cfg(test)]
#[path = "kept_tests.rs"]
mod kept_tests;

#[cfg(test)]
#[path = "sloppy_tests.rs"]
mod sloppy_tests;
