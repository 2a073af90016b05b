//! Long answers in each wire format, as the providers stream them.
use serde_json::{Value, json};

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Chat,
    Responses,
    Messages,
    Gemini,
}

/// What an answer consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Text,
    Reasoning,
    Arguments,
}

/// What each event brings.
pub(crate) const PIECE: &str = "abc ";
/// How the arguments of a call begin and end, with pieces between.
const ARGUMENTS: [&str; 2] = [r#"{"path":"main.txt","note":""#, r#""}"#];
/// What an answer says after its reasoning, and after its call.
const DONE: &str = "Done.";

/// The events of an answer, each a write of its own.
pub(crate) struct Events {
    /// Those before the pieces.
    pub(crate) begin: String,
    /// Bytes of arguments in them.
    pub(crate) begun: usize,
    /// One piece.
    pub(crate) piece: String,
    /// Those after the pieces.
    pub(crate) end: String,
}

impl Format {
    pub(crate) const ALL: [Self; 4] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "Chat Completions",
            Self::Responses => "Responses",
            Self::Messages => "Messages",
            Self::Gemini => "Gemini",
        }
    }

    /// The settings with which the server asks a model at this address in this format.
    pub(crate) fn settings(self, address: &str) -> Vec<(&'static str, String)> {
        let (model, base, key) = match self {
            Self::Chat => ("openai/m", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
            Self::Responses => ("openai-responses/m", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
            Self::Messages => ("anthropic/m", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
            Self::Gemini => ("gemini/m", "GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"),
        };
        vec![
            ("ASIDE_MODEL", model.to_owned()),
            (base, address.to_owned()),
            (key, "none".to_owned()),
        ]
    }

    /// A short answer.
    pub(crate) fn short(self) -> String {
        let events = self.events(What::Text, 1);
        events.begin + &events.piece + &events.end
    }

    /// An answer of so many pieces.
    pub(crate) fn events(self, what: What, pieces: usize) -> Events {
        match self {
            Self::Chat => chat(what),
            Self::Responses => responses(what, pieces),
            Self::Messages => messages(what),
            Self::Gemini => gemini(what),
        }
    }
}

impl What {
    pub(crate) const ALL: [Self; 3] = [Self::Text, Self::Reasoning, Self::Arguments];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Reasoning => "reasoning",
            Self::Arguments => "arguments of a call",
        }
    }

    fn begun(self) -> usize {
        match self {
            Self::Text | Self::Reasoning => 0,
            Self::Arguments => ARGUMENTS[0].len(),
        }
    }
}

fn chat(what: What) -> Events {
    let event = |delta: Value, finish: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        data(&json!({
            "id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m",
            "choices": choices,
        }))
    };
    let delta = |delta: Value| event(delta, Value::Null);
    let arguments =
        |text: &str| delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}));
    let (begin, piece, end, reason) = match what {
        What::Text => (
            String::new(),
            delta(json!({"content": PIECE})),
            String::new(),
            "stop",
        ),
        What::Reasoning => (
            String::new(),
            delta(json!({"reasoning_content": PIECE})),
            delta(json!({"content": DONE})),
            "stop",
        ),
        What::Arguments => (
            delta(json!({"tool_calls": [{
                "index": 0, "id": "call_1", "type": "function",
                "function": {"name": "read_file", "arguments": ARGUMENTS[0]},
            }]})),
            arguments(PIECE),
            arguments(ARGUMENTS[1]),
            "tool_calls",
        ),
    };
    Events {
        begin,
        begun: what.begun(),
        piece,
        end: end + &event(json!({}), json!(reason)) + "data: [DONE]\n\n",
    }
}

/// The server says all of it again at the end, three times.
fn responses(what: What, pieces: usize) -> Events {
    let all = PIECE.repeat(pieces);
    let event = |kind: &str, mut fields: Value| {
        fields["type"] = json!(kind);
        fields["output_index"] = json!(0);
        fields["item_id"] = json!("item_1");
        named(kind, &fields)
    };
    let added = |item: &Value| event("response.output_item.added", json!({"item": item}));
    let (begin, kind, item, last) = match what {
        What::Text => {
            let message = |content: Value| {
                json!({
                    "type": "message", "id": "item_1", "role": "assistant", "content": content,
                })
            };
            let part = json!({"type": "output_text", "text": all, "annotations": []});
            (
                added(&message(json!([]))),
                "response.output_text",
                message(json!([part])),
                json!({"content_index": 0, "text": all}),
            )
        }
        What::Reasoning => {
            let reasoning = |summary: Value| {
                json!({
                    "type": "reasoning", "id": "item_1", "summary": summary,
                    "encrypted_content": "c2VjcmV0",
                })
            };
            let part = json!({"type": "summary_text", "text": all});
            (
                added(&reasoning(json!([]))),
                "response.reasoning_summary_text",
                reasoning(json!([part])),
                json!({"summary_index": 0, "text": all}),
            )
        }
        What::Arguments => {
            let call = |arguments: &str| {
                json!({
                    "type": "function_call", "id": "item_1", "call_id": "call_1",
                    "name": "read_file", "arguments": arguments,
                })
            };
            let [first, last] = ARGUMENTS;
            let all = format!("{first}{all}{last}");
            (
                added(&call(""))
                    + &event(
                        "response.function_call_arguments.delta",
                        json!({"delta": first}),
                    ),
                "response.function_call_arguments",
                call(&all),
                json!({"arguments": all}),
            )
        }
    };
    let mut end = match what {
        What::Text | What::Reasoning => String::new(),
        What::Arguments => event(&format!("{kind}.delta"), json!({"delta": ARGUMENTS[1]})),
    };
    end += &event(&format!("{kind}.done"), last);
    end += &event("response.output_item.done", json!({"item": item}));
    let mut output = vec![item];
    if what == What::Reasoning {
        let part = json!({"type": "output_text", "text": DONE});
        output.push(
            json!({"type": "message", "id": "item_2", "role": "assistant", "content": [part]}),
        );
    }
    end += &event(
        "response.completed",
        json!({"response": {"status": "completed", "output": output}}),
    );
    let mut delta = json!({"delta": PIECE});
    let place = match what {
        What::Text => "content_index",
        What::Reasoning => "summary_index",
        What::Arguments => "sequence_number",
    };
    delta[place] = json!(0);
    Events {
        begin,
        begun: what.begun(),
        piece: event(&format!("{kind}.delta"), delta),
        end,
    }
}

fn messages(what: What) -> Events {
    let event = |kind: &str, mut fields: Value| {
        fields["type"] = json!(kind);
        named(kind, &fields)
    };
    let start = |index: usize, block: Value| {
        event(
            "content_block_start",
            json!({"index": index, "content_block": block}),
        )
    };
    let delta = |index: usize, delta: Value| {
        event(
            "content_block_delta",
            json!({"index": index, "delta": delta}),
        )
    };
    let stop = |index: usize| event("content_block_stop", json!({"index": index}));
    let arguments =
        |text: &str| delta(0, json!({"type": "input_json_delta", "partial_json": text}));
    let words =
        |index: usize, text: &str| delta(index, json!({"type": "text_delta", "text": text}));
    let empty = json!({"type": "text", "text": ""});
    let (begin, piece, end, reason) = match what {
        What::Text => (start(0, empty), words(0, PIECE), stop(0), "end_turn"),
        What::Reasoning => (
            start(
                0,
                json!({"type": "thinking", "thinking": "", "signature": ""}),
            ),
            delta(0, json!({"type": "thinking_delta", "thinking": PIECE})),
            delta(
                0,
                json!({"type": "signature_delta", "signature": "c2lnbmVk"}),
            ) + &stop(0)
                + &start(1, empty)
                + &words(1, DONE)
                + &stop(1),
            "end_turn",
        ),
        What::Arguments => (
            start(
                0,
                json!({"type": "tool_use", "id": "toolu_1", "name": "read_file", "input": {}}),
            ) + &arguments(ARGUMENTS[0]),
            arguments(PIECE),
            arguments(ARGUMENTS[1]) + &stop(0),
            "tool_use",
        ),
    };
    let message = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "usage": {"input_tokens": 10, "output_tokens": 1},
    });
    let ended = json!({
        "delta": {"stop_reason": reason}, "usage": {"output_tokens": 10},
    });
    Events {
        begin: event("message_start", json!({"message": message})) + &begin,
        begun: what.begun(),
        piece,
        end: end + &event("message_delta", ended) + &event("message_stop", json!({})),
    }
}

/// Calls come whole, so that there is no long one in pieces.
fn gemini(what: What) -> Events {
    let event = |part: Value, reason: Value| {
        data(&json!({"candidates": [{
            "index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": reason,
        }]}))
    };
    let piece = match what {
        What::Reasoning => json!({"text": PIECE, "thought": true}),
        What::Text | What::Arguments => json!({"text": PIECE}),
    };
    Events {
        begin: String::new(),
        begun: 0,
        piece: event(piece, Value::Null),
        end: event(json!({"text": DONE}), json!("STOP")),
    }
}

fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}

fn named(kind: &str, data: &Value) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}
