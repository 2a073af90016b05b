//! From the events of a stream to chunks: one per kind and read, calls told apart.
use super::wire::{CallDelta, Completion, Delta, FunctionDelta, Text};
use crate::failure::Failures;
use crate::{Chunk, ModelError, StopReason, Usage};

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";
/// Tool calls of one answer.
pub(crate) const MAX_CALLS: usize = 256;
/// Bytes of text of an event that is not understood, for its message.
const MAX_QUOTED: usize = 200;

/// Collects the chunks of one answer.
#[derive(Debug)]
pub(super) struct Decoder {
    failures: Failures,
    calls: Vec<Call>,
    /// Calls that have been given out; the next one's index.
    started: usize,
    refused: bool,
    stop: Option<StopReason>,
    done: bool,
    usage: Option<Usage>,
    chunks: Vec<Chunk>,
    error: Option<ModelError>,
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
    /// The id that we gave it.
    id: String,
    /// Arguments that came before the name.
    held: String,
}

impl Decoder {
    pub(super) fn new(failures: Failures) -> Self {
        Self {
            failures,
            calls: Vec::new(),
            started: 0,
            refused: false,
            stop: None,
            done: false,
            usage: None,
            chunks: Vec::new(),
            error: None,
        }
    }

    /// Whether nothing more is wanted of the stream: it said so, or it failed.
    pub(super) fn is_done(&self) -> bool {
        self.done || self.error.is_some()
    }

    /// Whether the server said why the model stopped.
    pub(super) fn has_stop(&self) -> bool {
        self.stop.is_some()
    }

    /// The chunks since the last time.
    pub(super) fn take_chunks(&mut self) -> Vec<Chunk> {
        std::mem::take(&mut self.chunks)
    }

    /// Whether there are chunks to take.
    pub(super) fn has_chunks(&self) -> bool {
        !self.chunks.is_empty()
    }

    /// Takes the data of one event. What comes after the end is ignored.
    pub(super) fn event(&mut self, data: &str) {
        if self.is_done() {
            return;
        }
        let data = data.trim();
        if data == DONE {
            self.done = true;
            return;
        }
        // Some servers send empty events to keep the connection alive.
        if data.is_empty() {
            return;
        }
        self.completion(data);
    }

    /// Takes a whole completion in place of a stream.
    pub(super) fn whole(&mut self, body: &str) {
        // Some servers put an error into a list.
        if body.trim_start().starts_with('[') {
            self.error = Some(self.failures.provider(body));
            return;
        }
        self.completion(body);
        if self.error.is_some() || self.stop.is_some() {
            return;
        }
        if self.chunks.is_empty() {
            self.error = Some(self.failures.provider(body));
            return;
        }
        // A body that is complete needs no reason to have ended.
        self.stop = Some(StopReason::EndTurn);
    }

    /// Ends the answer: the last chunks and the reason to stop, or why there is none.
    pub(super) fn finish(&mut self, otherwise: impl FnOnce(&Failures) -> ModelError) {
        let stop = self.stop.take().filter(|_| self.error.is_none());
        if stop.is_some() {
            self.start_nameless();
        }
        // Some servers count in every event: the last counts are given out, once.
        self.chunks.extend(self.usage.take().map(Chunk::Usage));
        let stop = match stop {
            Some(StopReason::MaxTokens) => StopReason::MaxTokens,
            Some(StopReason::Refusal) => StopReason::Refusal,
            // What the model did counts, not what a sloppy server calls it.
            Some(StopReason::EndTurn | StopReason::ToolCalls) if self.started > 0 => {
                StopReason::ToolCalls
            }
            Some(StopReason::EndTurn | StopReason::ToolCalls) if self.refused => {
                StopReason::Refusal
            }
            Some(StopReason::EndTurn | StopReason::ToolCalls) => StopReason::EndTurn,
            None => {
                self.error.get_or_insert_with(|| otherwise(&self.failures));
                return;
            }
        };
        self.chunks.push(Chunk::Stop(stop));
    }

    /// Gives out calls that never got a name: they are still the model's, if they say anything.
    fn start_nameless(&mut self) {
        for at in 0..self.calls.len() {
            let call = &self.calls[at];
            if call.index.is_none() && !(call.held.is_empty() && call.wire_id.is_empty()) {
                self.start(at);
            }
        }
    }

    /// Ends the answer with this error, unless there is one already.
    pub(super) fn fail(&mut self, error: ModelError) {
        self.error.get_or_insert(error);
    }

    /// Whether an error ended the answer.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// The error that ended the answer.
    pub(super) fn take_error(&mut self) -> Option<ModelError> {
        self.error.take()
    }

    fn completion(&mut self, data: &str) {
        let completion = match serde_json::from_str::<Completion<'_>>(data) {
            Ok(completion) => completion,
            // The answer is whole: what follows does not matter.
            Err(_) if self.stop.is_some() => return,
            Err(error) => {
                tracing::debug!(%error, "an event of the model's stream is not understood");
                let end = data.floor_char_boundary(MAX_QUOTED);
                let what = format!(
                    "The model's stream holds something else: {:?}.",
                    &data[..end]
                );
                self.error = Some(self.failures.truncated(&what));
                return;
            }
        };
        let no_error = ["null", "\"\"", "{}", "false"];
        if completion
            .error
            .is_some_and(|error| !no_error.contains(&error.get()))
        {
            self.error = Some(self.failures.provider(data));
            return;
        }
        if completion.choices.is_none() && completion.usage.is_none() && is_error(data) {
            self.error = Some(self.failures.provider(data));
            return;
        }
        for choice in completion.choices.into_iter().flatten() {
            if choice.index.0.is_some_and(|index| index != 0) {
                continue;
            }
            if let Some(delta) = choice.delta.or(choice.message) {
                self.delta(delta);
            }
            self.finish_reason(&choice.finish_reason, data);
        }
        if let Some(counts) = completion.usage {
            self.usage = Some(counts.into());
        }
    }

    fn finish_reason(&mut self, reason: &Text<'_>, data: &str) {
        let stop = match reason.0.as_ref() {
            "" => return,
            "tool_calls" | "function_call" => StopReason::ToolCalls,
            "length" | "max_tokens" => StopReason::MaxTokens,
            "content_filter" | "refusal" | "safety" => StopReason::Refusal,
            "error" => {
                self.error = Some(self.failures.provider(data));
                return;
            }
            // Servers have many words for a proper end: `stop`, `eos`, `end_turn`.
            _ => StopReason::EndTurn,
        };
        self.stop = Some(stop);
    }

    fn delta(&mut self, delta: Delta<'_>) {
        // Servers that send both send the same text twice.
        let reasoning = if delta.reasoning_content.is_empty() {
            delta.reasoning
        } else {
            delta.reasoning_content
        };
        self.reasoning(reasoning);
        self.text(delta.content);
        if !delta.refusal.is_empty() {
            self.refused = true;
            self.text(delta.refusal);
        }
        for call in delta.tool_calls.into_iter().flatten().flatten() {
            self.call(call);
        }
        if let Some(function) = delta.function_call {
            self.call(CallDelta {
                index: super::wire::Count(Some(0)),
                id: Text::default(),
                function: Some(function),
            });
        }
    }

    fn text(&mut self, more: Text<'_>) {
        match self.chunks.last_mut() {
            _ if more.is_empty() => {}
            Some(Chunk::Text(text)) => text.push_str(&more.0),
            _ => self.chunks.push(Chunk::Text(more.0.into_owned())),
        }
    }

    fn reasoning(&mut self, more: Text<'_>) {
        match self.chunks.last_mut() {
            _ if more.is_empty() => {}
            Some(Chunk::Reasoning(text)) => text.push_str(&more.0),
            _ => self.chunks.push(Chunk::Reasoning(more.0.into_owned())),
        }
    }

    fn call(&mut self, delta: CallDelta<'_>) {
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
                self.error = Some(self.failures.truncated(&what));
                return;
            }
        };
        self.extend(at, &delta.id.0, &function);
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

    fn extend(&mut self, at: usize, id: &str, function: &FunctionDelta<'_>) {
        let arguments = function.arguments();
        let call = &mut self.calls[at];
        if call.wire_id.is_empty() {
            id.clone_into(&mut call.wire_id);
        }
        if let Some(index) = call.index {
            self.arguments(index, &arguments);
            return;
        }
        call.held.push_str(&arguments);
        if !function.name.is_empty() {
            function.name.0.as_ref().clone_into(&mut call.name);
            self.start(at);
        }
    }

    /// Gives the call its index and its id and hands out what is known of it.
    fn start(&mut self, at: usize) {
        let index = self.started;
        self.started += 1;
        let is_taken = |id: &str| self.calls.iter().any(|call| call.id == id);
        let mut id = self.calls[at].wire_id.clone();
        if id.is_empty() || is_taken(&id) {
            // At most one try more than there are calls finds a free one.
            id = (index..=index + MAX_CALLS)
                .map(|number| format!("call_{number}"))
                .find(|id| !is_taken(id))
                .unwrap_or_default();
        }
        let call = &mut self.calls[at];
        call.index = Some(index);
        call.id.clone_from(&id);
        self.chunks.push(Chunk::ToolCall {
            index,
            id: Some(id),
            name: Some(call.name.clone()),
            arguments: std::mem::take(&mut call.held),
        });
    }

    fn arguments(&mut self, of: usize, more: &str) {
        if more.is_empty() {
            return;
        }
        if let Some(Chunk::ToolCall {
            index, arguments, ..
        }) = self.chunks.last_mut()
            && *index == of
        {
            arguments.push_str(more);
            return;
        }
        self.chunks.push(Chunk::ToolCall {
            index: of,
            id: None,
            name: None,
            arguments: more.to_owned(),
        });
    }
}

/// Whether an event without choices or counts is an error in one of the flat shapes that
/// servers use, for example `{"object": "error", "message": "…"}`.
fn is_error(data: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Flat<'a> {
        #[serde(borrow, default)]
        object: Text<'a>,
        #[serde(borrow, default)]
        message: Text<'a>,
        #[serde(borrow, default)]
        detail: Text<'a>,
    }
    serde_json::from_str::<Flat<'_>>(data).is_ok_and(|flat| {
        flat.object.0 == "error" || !flat.message.is_empty() || !flat.detail.is_empty()
    })
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
