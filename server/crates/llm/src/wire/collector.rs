//! What an answer has brought so far, whatever its wire format: chunks in order, neighbours of
//! one kind merged, calls numbered and their ids made unique.
use std::collections::HashSet;
use std::sync::Arc;

use super::text_calls::{Piece, TextCalls};
use crate::failure::Failures;
use crate::{Chunk, ModelError, Opaque, Place, StopReason, Usage};

/// Tool calls of one answer.
pub(crate) const MAX_CALLS: usize = 256;
/// Bytes of text of an event that is not understood, for its message.
const MAX_QUOTED: usize = 200;

/// Collects the chunks of one answer.
#[derive(Debug)]
pub(crate) struct Collector {
    failures: Failures,
    origin: Arc<str>,
    /// Tells calls from text, where the model may write them so.
    text_calls: Option<TextCalls>,
    chunks: Vec<Chunk>,
    /// Calls that have been given out; the next one's index.
    calls: usize,
    call_ids: HashSet<String>,
    has_content: bool,
    refused: bool,
    stop: Option<StopReason>,
    done: bool,
    usage: Option<Usage>,
    error: Option<ModelError>,
}

impl Collector {
    pub(crate) fn new(failures: Failures, origin: Arc<str>) -> Self {
        Self {
            failures,
            origin,
            text_calls: None,
            chunks: Vec::new(),
            calls: 0,
            call_ids: HashSet::new(),
            has_content: false,
            refused: false,
            stop: None,
            done: false,
            usage: None,
            error: None,
        }
    }

    /// An answer of a model that may write its calls as text.
    pub(crate) fn with_text_calls(self, text_calls: Option<TextCalls>) -> Self {
        Self { text_calls, ..self }
    }

    /// More of the visible answer.
    pub(crate) fn text(&mut self, more: &str) {
        match &mut self.text_calls {
            None => self.push_text(more),
            Some(calls) => {
                let pieces = calls.text(more);
                self.pieces(pieces);
            }
        }
    }

    /// Gives out text that was held back, since something else follows or the answer is over.
    fn release(&mut self) {
        if let Some(calls) = &mut self.text_calls {
            let pieces = calls.end(self.stop.is_some() && self.error.is_none());
            self.pieces(pieces);
        }
    }

    fn pieces(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.push_text(&text),
                Piece::Call { name, arguments } => {
                    self.push_call("", &name, arguments);
                }
            }
        }
    }

    fn push_text(&mut self, more: &str) {
        if more.is_empty() {
            return;
        }
        self.has_content = true;
        match self.chunks.last_mut() {
            Some(Chunk::Text(text)) => text.push_str(more),
            _ => self.chunks.push(Chunk::Text(more.to_owned())),
        }
    }

    /// More of the visible answer, in which the model refuses.
    pub(crate) fn refusal(&mut self, more: &str) {
        if !more.is_empty() {
            self.refused = true;
            self.text(more);
        }
    }

    /// More of the visible reasoning.
    pub(crate) fn reasoning(&mut self, more: &str) {
        if more.is_empty() {
            return;
        }
        self.release();
        self.has_content = true;
        match self.chunks.last_mut() {
            Some(Chunk::Reasoning(text)) => text.push_str(more),
            _ => self.chunks.push(Chunk::Reasoning(more.to_owned())),
        }
    }

    /// Begins a tool call and gives its index; `None` if there are too many, which ends the
    /// answer. An id that is empty or taken is replaced by one of our own.
    pub(crate) fn begin_call(&mut self, id: &str, name: &str, arguments: String) -> Option<usize> {
        self.release();
        self.push_call(id, name, arguments)
    }

    fn push_call(&mut self, id: &str, name: &str, arguments: String) -> Option<usize> {
        if self.calls >= MAX_CALLS {
            let what = format!("The model made more than {MAX_CALLS} tool calls at once.");
            self.fail_truncated(&what);
            return None;
        }
        self.has_content = true;
        let index = self.calls;
        self.calls += 1;
        let id = if id.is_empty() || self.call_ids.contains(id) {
            // At most one try more than there are calls finds a free one.
            (index..=index + MAX_CALLS)
                .map(|number| format!("call_{number}"))
                .find(|id| !self.call_ids.contains(id))
                .unwrap_or_default()
        } else {
            id.to_owned()
        };
        self.call_ids.insert(id.clone());
        self.chunks.push(Chunk::ToolCall {
            index,
            id: Some(id),
            name: Some(name.to_owned()),
            arguments,
        });
        Some(index)
    }

    /// More of a call's raw arguments.
    pub(crate) fn arguments(&mut self, of: usize, more: &str) {
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

    /// What the provider wants to see again, as JSON.
    pub(crate) fn opaque(&mut self, place: Place, json: &str) {
        self.release();
        let opaque = Opaque {
            origin: Arc::clone(&self.origin),
            json: Arc::from(json),
        };
        self.chunks.push(Chunk::Opaque(place, opaque));
    }

    /// What the provider says beside the answer, for the user.
    pub(crate) fn note(&mut self, text: String) {
        self.chunks.push(Chunk::Note(self.failures.redacted(text)));
    }

    /// The tokens so far; the last counts are given out, once.
    pub(crate) fn usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    /// Why the model stopped. The answer is whole; token counts may still follow.
    pub(crate) fn stop(&mut self, reason: StopReason) {
        self.stop = Some(reason);
    }

    /// Nothing more is wanted of the stream.
    pub(crate) fn done(&mut self) {
        self.done = true;
    }

    /// Ends the answer with this error, unless there is one already. An answer that is whole
    /// stays so: what goes wrong after it does not matter.
    pub(crate) fn fail(&mut self, error: ModelError) {
        if self.stop.is_some() {
            self.done = true;
            return;
        }
        self.error.get_or_insert(error);
    }

    /// Ends the answer: the stream ended early or made no sense; `what` says which.
    pub(crate) fn fail_truncated(&mut self, what: &str) {
        self.fail(self.failures.truncated(what));
    }

    /// Ends the answer with an error that the provider sent as JSON.
    pub(crate) fn fail_provider(&mut self, json: &str) {
        self.fail(self.failures.provider(json));
    }

    /// An event whose data is not what the wire format says. Once the answer is whole it does
    /// not matter any more.
    pub(crate) fn not_understood(&mut self, data: &str, error: &serde_json::Error) {
        if self.stop.is_some() {
            return;
        }
        tracing::debug!(%error, "an event of the model's stream is not understood");
        // Secrets are taken out before anything is cut, lest half of one stay.
        let data = self
            .failures
            .redacted(data[..data.floor_char_boundary(8 * MAX_QUOTED)].to_owned());
        let end = data.floor_char_boundary(MAX_QUOTED);
        let what = format!(
            "The model's stream holds something else: {:?}.",
            &data[..end]
        );
        self.fail_truncated(&what);
    }

    /// Whether nothing more is wanted of the stream: it said so, or it failed.
    pub(crate) fn is_done(&self) -> bool {
        self.done || self.error.is_some()
    }

    /// Whether the server said why the model stopped.
    pub(crate) fn has_stop(&self) -> bool {
        self.stop.is_some()
    }

    /// Whether text, reasoning or a call came.
    pub(crate) fn has_content(&self) -> bool {
        self.has_content
    }

    /// Whether an error ended the answer.
    pub(crate) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// Whether there are chunks to take.
    pub(crate) fn has_chunks(&self) -> bool {
        !self.chunks.is_empty()
    }

    /// The chunks since the last time.
    pub(crate) fn take_chunks(&mut self) -> Vec<Chunk> {
        std::mem::take(&mut self.chunks)
    }

    /// The error that ended the answer.
    pub(crate) fn take_error(&mut self) -> Option<ModelError> {
        self.error.take()
    }

    /// Ends the answer: the last counts and the reason to stop, or why there is none.
    pub(crate) fn finish(&mut self) {
        self.release();
        self.chunks.extend(self.usage.take().map(Chunk::Usage));
        if self.error.is_some() {
            return;
        }
        let Some(stop) = self.stop.take() else {
            self.fail_truncated("The model's stream ended before its answer did.");
            return;
        };
        let stop = match stop {
            // What the model did counts, not what a sloppy server calls it.
            StopReason::EndTurn | StopReason::ToolCalls if self.calls > 0 => StopReason::ToolCalls,
            StopReason::EndTurn | StopReason::ToolCalls if self.refused => StopReason::Refusal,
            StopReason::EndTurn | StopReason::ToolCalls => StopReason::EndTurn,
            StopReason::MaxTokens
            | StopReason::ContextFull
            | StopReason::Refusal
            | StopReason::Filtered
            | StopReason::Paused => stop,
        };
        self.chunks.push(Chunk::Stop(stop));
    }
}
