//! From the events of a stream to chunks: parts told apart, reasons to stop mapped.
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::json;
use serde_json::value::RawValue;

use super::types::{BareSignature, Candidate, Counts, Extra, FunctionCall, Part, Response};
use crate::wire::Decode;
use crate::wire::collector::Collector;
use crate::{Place, StopReason};

/// Bytes of the provider's words in a note.
const MAX_NOTE: usize = 600;
/// Gemini's streams end with their body, but some servers say so as others do.
const DONE: &str = "[DONE]";

/// Reads one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    counts: Counts,
}

impl Decode for Decoder {
    fn event(&mut self, _kind: &str, data: &str, out: &mut Collector) {
        match data.trim() {
            DONE => out.done(),
            // Some servers send empty events to keep the connection alive.
            "" => {}
            data => self.responses(data, out),
        }
    }

    /// One response, or the list of them that Google sends where events are not asked for.
    fn whole(&mut self, body: &str, out: &mut Collector) {
        let body = body.trim();
        self.responses(body, out);
        let nothing = !(out.has_error() || out.has_stop() || out.has_content());
        if nothing && body.starts_with('{') {
            out.fail_provider(body);
        }
    }

    fn end(&mut self, _out: &mut Collector) {}
}

impl Decoder {
    fn responses(&mut self, data: &str, out: &mut Collector) {
        if !data.starts_with('[') {
            self.response(data, out);
            return;
        }
        // One by one, so that a list that was cut off still gives what it has.
        let mut list = serde_json::Deserializer::from_str(data);
        if let Err(error) = list.deserialize_seq(Responses(self, out)) {
            out.not_understood(data, &error);
        }
    }

    fn response(&mut self, data: &str, out: &mut Collector) {
        let response = match serde_json::from_str::<Response<'_>>(data) {
            Ok(response) => response,
            Err(error) => {
                out.not_understood(data, &error);
                return;
            }
        };
        let no_error = ["null", "\"\"", "{}", "false"];
        let has_error = response
            .error
            .is_some_and(|error| !no_error.contains(&error.get()));
        let only_message = response.candidates.is_none() && !response.message.is_empty();
        if has_error || only_message {
            out.fail_provider(data);
            return;
        }
        if let Some(counts) = response.counts() {
            self.counts.update(counts);
            out.usage(self.counts.into());
        }
        for candidate in response.candidates.into_iter().flatten().flatten() {
            if candidate.index.0.unwrap_or_default() == 0 {
                take(&candidate, out);
            }
        }
        if let Some(feedback) = response.prompt_feedback {
            let reason = feedback.block_reason.0.as_ref();
            if !matches!(reason, "" | "BLOCK_REASON_UNSPECIFIED") {
                filtered(reason, &feedback.block_reason_message.0, out);
            }
        }
    }
}

/// Takes the elements of a list as they are read.
struct Responses<'d, 'o>(&'d mut Decoder, &'o mut Collector);

impl<'de> Visitor<'de> for Responses<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of responses")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(response) = list.next_element::<&RawValue>()? {
            if !self.1.is_done() {
                self.0.response(response.get(), self.1);
            }
        }
        Ok(())
    }
}

fn take(candidate: &Candidate<'_>, out: &mut Collector) {
    let content = candidate.content.as_ref();
    let parts = content.and_then(|content| content.parts.as_ref());
    for raw in parts.into_iter().flatten() {
        if !out.is_done() {
            part(raw.get(), out);
        }
    }
    if !out.is_done() {
        finish(&candidate.finish_reason.0, &candidate.finish_message.0, out);
    }
}

fn part(raw: &str, out: &mut Collector) {
    if !raw.starts_with('{') {
        return;
    }
    let part = match serde_json::from_str::<Part<'_>>(raw) {
        Ok(part) => part,
        Err(error) => {
            out.not_understood(raw, &error);
            return;
        }
    };
    let signature = part.thought_signature.0.as_ref();
    if let Some(call) = &part.function_call {
        take_call(call, signature, out);
        return;
    }
    let thought = part.is_thought();
    let text = match &part.text {
        Some(text) => text.0.as_ref(),
        None if is_unknown(raw) => {
            out.opaque(Place::Alone, raw);
            return;
        }
        None => "",
    };
    if thought {
        out.reasoning(text);
    } else {
        out.text(text);
    }
    if signature.is_empty() {
        return;
    }
    if text.is_empty() {
        let bare = BareSignature {
            text: "",
            thought,
            thought_signature: signature,
        };
        attach(Place::Alone, &bare, out);
        return;
    }
    let extra = Extra {
        thought_signature: signature.into(),
        bytes: Some(text.len()),
        ..Extra::default()
    };
    attach(Place::Part, &extra, out);
}

/// Whether a part without text or a call holds something else.
fn is_unknown(raw: &str) -> bool {
    let known = ["text", "thought", "thoughtSignature", "functionCall"];
    serde_json::from_str::<HashMap<Cow<'_, str>, IgnoredAny>>(raw)
        .is_ok_and(|fields| fields.keys().any(|name| !known.contains(&name.as_ref())))
}

fn take_call(call: &FunctionCall<'_>, signature: &str, out: &mut Collector) {
    if call.is_piece() {
        out.fail_truncated("The model's tool call came in pieces, which nobody asked for.");
        return;
    }
    if call.is_empty() {
        return;
    }
    let arguments = call.arguments().into_owned();
    let Some(index) = out.begin_call(&call.id.0, &call.name.0, arguments) else {
        return;
    };
    if signature.is_empty() && call.id.is_empty() {
        return;
    }
    let extra = Extra {
        id: call.id.0.as_ref().into(),
        thought_signature: signature.into(),
        bytes: None,
    };
    attach(Place::Call(index), &extra, out);
}

fn attach(place: Place, extra: &impl Serialize, out: &mut Collector) {
    match serde_json::to_string(extra) {
        Ok(json) => out.opaque(place, &json),
        Err(error) => out.not_understood("", &error),
    }
}

/// The reasons of `FinishReason`, Vertex's own among them.
fn finish(reason: &str, message: &str, out: &mut Collector) {
    match reason {
        "" | "FINISH_REASON_UNSPECIFIED" => {}
        "STOP" => out.stop(StopReason::EndTurn),
        "MAX_TOKENS" => out.stop(StopReason::MaxTokens),
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => {
            filtered(reason, message, out);
        }
        // The model's mistakes: another try may do better.
        "MALFORMED_FUNCTION_CALL"
        | "MALFORMED_RESPONSE"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS" => {
            failed(&json!({"error": {"message": words(reason, message)}}), out);
        }
        // The same request would fail again.
        "MISSING_THOUGHT_SIGNATURE" => {
            let error = json!({"error": {"code": 400, "message": words(reason, message)}});
            failed(&error, out);
        }
        _ if out.has_content() => out.stop(StopReason::EndTurn),
        _ => failed(&json!({"error": {"message": words(reason, message)}}), out),
    }
}

fn failed(error: &serde_json::Value, out: &mut Collector) {
    out.fail_provider(&error.to_string());
}

fn filtered(reason: &str, message: &str, out: &mut Collector) {
    out.note(words(reason, message));
    out.stop(StopReason::Filtered);
}

/// The reason and what is said of it, without a period.
fn words(reason: &str, message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut words = match message {
        "" => reason.to_owned(),
        message => format!("{reason}: {message}"),
    };
    words.truncate(words.floor_char_boundary(MAX_NOTE));
    words
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
