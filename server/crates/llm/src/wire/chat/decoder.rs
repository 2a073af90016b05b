//! From the events of a stream to chunks: calls told apart.
use serde_json::value::RawValue;

use super::details::Details;
use super::kept::Kept;
use super::stop::finish;
use super::think_tags::ThinkTags;
use super::types::{CallDelta, Completion, Content, Delta, FunctionDelta};
use crate::wire::Decode;
use crate::wire::collector::{Collector, MAX_CALLS};
use crate::wire::lenient::{Count, Text, is_flat_error};
use crate::{Place, StopReason};

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";

/// Reads one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    calls: Vec<Call>,
    details: Details,
    tags: ThinkTags,
}

/// A tool call of the answer.
#[derive(Debug, Default)]
struct Call {
    /// The index on the wire, where the server sends one.
    wire_index: Option<u64>,
    /// The id on the wire.
    wire_id: String,
    name: String,
    /// The index that we gave it; none until its name is known.
    index: Option<usize>,
    /// Arguments that came before the name.
    held: String,
    /// What came with it and is to go back with it, as it is stored.
    extra: Extra,
}

/// What is to go back with a call.
#[derive(Debug, Default)]
enum Extra {
    #[default]
    None,
    /// It came before the call's name.
    Held(String),
    /// It is given out, and what comes later is not looked at.
    Given,
}

impl Decode for Decoder {
    fn event(&mut self, _kind: &str, data: &str, out: &mut Collector) {
        let data = data.trim();
        if data == DONE {
            out.done();
            return;
        }
        // Some servers send empty events to keep the connection alive.
        if data.is_empty() {
            return;
        }
        self.completion(data, out);
    }

    fn whole(&mut self, body: &str, out: &mut Collector) {
        // Some servers put an error into a list.
        if body.trim_start().starts_with('[') {
            out.fail_provider(body);
            return;
        }
        self.completion(body, out);
        self.tags.flush(out);
        if out.has_error() || out.has_stop() {
            return;
        }
        if !out.has_chunks() {
            out.fail_provider(body);
            return;
        }
        // A body that is complete needs no reason to have ended.
        out.stop(StopReason::EndTurn);
    }

    /// Calls that never got a name are still the model's, if they say anything. What is to be
    /// sent back comes last, since it may come in pieces until then.
    fn end(&mut self, out: &mut Collector) {
        self.tags.flush(out);
        if !out.has_stop() {
            return;
        }
        for call in &mut self.calls {
            if call.index.is_none() && !(call.held.is_empty() && call.wire_id.is_empty()) {
                call.start(out);
            }
        }
        if let Some(kept) = self.details.kept() {
            out.opaque(Place::Alone, &kept);
        }
    }
}

impl Decoder {
    fn completion(&mut self, data: &str, out: &mut Collector) {
        let completion = match serde_json::from_str::<Completion<'_>>(data) {
            Ok(completion) => completion,
            Err(error) => {
                out.not_understood(data, &error);
                return;
            }
        };
        let no_error = ["null", "\"\"", "{}", "false"];
        if completion
            .error
            .is_some_and(|error| !no_error.contains(&error.get()))
        {
            self.tags.flush(out);
            out.fail_provider(data);
            return;
        }
        if completion.is_bare() && is_flat_error(data) {
            out.fail_provider(data);
            return;
        }
        let counts = completion.counts();
        for choice in completion.choices.into_iter().flatten() {
            if choice.index.0.is_some_and(|index| index != 0) {
                continue;
            }
            let reason = choice.finish_reason;
            if let Some(delta) = choice.delta.or(choice.message) {
                self.delta(delta, out);
            }
            if !reason.is_empty() {
                self.tags.flush(out);
            }
            finish(&reason, choice.content_filter_results, choice.error, out);
        }
        if let Some(counts) = counts {
            out.usage(counts.into());
        }
    }

    fn delta(&mut self, delta: Delta<'_>, out: &mut Collector) {
        // Servers that send it in several fields send the same text each time.
        let details = delta.reasoning_details.map(|json| self.details.take(json));
        let reasoning = [&delta.reasoning_content, &delta.reasoning]
            .into_iter()
            .find(|reasoning| !reasoning.is_empty());
        match reasoning {
            Some(reasoning) => self.reasoning(&reasoning.0, out),
            None => self.reasoning(&details.unwrap_or_default(), out),
        }
        for part in delta.content() {
            match part {
                Content::Text(text) => self.tags.text(&text.0, out),
                Content::Thinking(thinking) => self.reasoning(&thinking.0, out),
            }
        }
        if !delta.refusal.is_empty() {
            self.tags.flush(out);
            out.refusal(&delta.refusal.0);
        }
        for call in delta.tool_calls.into_iter().flatten().flatten() {
            self.call(call, out);
        }
        if let Some(function) = delta.function_call {
            let call = CallDelta {
                index: Count(Some(0)),
                id: Text::default(),
                function: Some(function),
                extra_content: None,
            };
            self.call(call, out);
        }
    }

    /// A server that tells reasoning from text leaves none in the text.
    fn reasoning(&mut self, text: &str, out: &mut Collector) {
        if !text.is_empty() {
            self.tags.flush(out);
            out.reasoning(text);
        }
    }

    fn call(&mut self, delta: CallDelta<'_>, out: &mut Collector) {
        self.tags.flush(out);
        let function = delta.function.unwrap_or_default();
        let at = match self.find(delta.index.0, &delta.id.0, &function.name.0) {
            Some(at) => at,
            None if self.calls.len() < MAX_CALLS => {
                self.calls.push(Call {
                    wire_index: delta.index.0,
                    ..Call::default()
                });
                self.calls.len() - 1
            }
            None => {
                let what = format!("The model made more than {MAX_CALLS} tool calls at once.");
                out.fail_truncated(&what);
                return;
            }
        };
        self.calls[at].extend(&delta.id.0, &function, out);
        if let Some(extra) = delta.extra_content {
            self.calls[at].keep(extra, out);
        }
    }

    /// The call that a delta continues; `None` if it begins one.
    fn find(&self, index: Option<u64>, id: &str, name: &str) -> Option<usize> {
        let is_other = |call: &Call| {
            // Some servers give every call the index 0 and send each in one piece. A delta
            // that only repeats the name, or has a fresh id but no name, is a continuation.
            let other_id = !id.is_empty() && !call.wire_id.is_empty() && id != call.wire_id;
            let other_name = !call.name.is_empty() && name != call.name;
            !name.is_empty() && (other_id || other_name)
        };
        if index.is_some() {
            let at = self
                .calls
                .iter()
                .rposition(|call| call.wire_index == index)?;
            return (!is_other(&self.calls[at])).then_some(at);
        }
        // Without an index a name begins a call: such servers send calls whole.
        if !name.is_empty() {
            return None;
        }
        let same = |call: &Call| !id.is_empty() && call.wire_id == id;
        let last = self.calls.len().checked_sub(1);
        self.calls.iter().rposition(same).or(last)
    }
}

impl Call {
    fn extend(&mut self, id: &str, function: &FunctionDelta<'_>, out: &mut Collector) {
        let arguments = function.arguments();
        if self.wire_id.is_empty() {
            id.clone_into(&mut self.wire_id);
        }
        if let Some(index) = self.index {
            out.arguments(index, &arguments);
            return;
        }
        self.held.push_str(&arguments);
        if !function.name.is_empty() {
            function.name.0.as_ref().clone_into(&mut self.name);
            self.start(out);
        }
    }

    /// Keeps what is to go back with it.
    fn keep(&mut self, extra: &RawValue, out: &mut Collector) {
        let Extra::None = self.extra else {
            return;
        };
        let kept = Kept {
            reasoning_details: Vec::new(),
            extra_content: Some(extra),
        };
        let Ok(json) = serde_json::to_string(&kept) else {
            return;
        };
        self.extra = Extra::Held(json);
        self.give_extra(out);
    }

    /// Hands out what is known of it.
    fn start(&mut self, out: &mut Collector) {
        let held = std::mem::take(&mut self.held);
        self.index = out.begin_call(&self.wire_id, &self.name, held);
        self.give_extra(out);
    }

    fn give_extra(&mut self, out: &mut Collector) {
        if let (Some(index), Extra::Held(json)) = (self.index, &self.extra) {
            out.opaque(Place::Call(index), json);
            self.extra = Extra::Given;
        }
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
