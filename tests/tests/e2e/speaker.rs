//! A model that says anything, in the words of any wire format: thinking, text, calls that are
//! broken in every way, what only its provider understands, and ends that are none.
use aside_script::Reply;
use serde_json::{Value, json};

use crate::edits_random::Dice;
use crate::strict::{Signed, Wire};

/// Calls in a row before the model must come to an end.
const MAX_CALLS_IN_A_ROW: usize = 3;

/// A part of an answer.
#[derive(Debug, Clone)]
enum Part {
    Thought {
        text: String,
        signed: bool,
    },
    Hidden,
    Text(String),
    Call {
        id: String,
        name: String,
        arguments: String,
    },
    /// A tool of the provider's own, and perhaps its result.
    Own {
        whole: bool,
    },
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// The connection breaks at the last part.
    Cut,
    /// An error comes in place of the end.
    Error,
    Length,
    Refusal,
}

/// What has been said so far.
pub(crate) struct Speaker {
    dice: Dice,
    number: usize,
    in_a_row: usize,
    failed: bool,
}

const NAMES: &[&str] = &[
    "read_file",
    "read_file",
    "read_file",
    "list_directory",
    "functions.read_file",
    "read file",
    "",
    "no_such_tool",
    "übel",
    "1st",
    "a\"b\\c\n",
    "$",
    "x/y:z",
];
const IDS: &[&str] = &[
    "",
    "",
    "call_0",
    "call_1",
    "dup",
    "dup",
    "a b\"c\\d\n",
    "é",
    "functions.read_file:0",
];
const ARGUMENTS: &[&str] = &[
    "{\"path\":\"a.txt\"}",
    "{\"path\":\"a.txt\"}",
    "{\"path\":\"b.txt\"}",
    "{\"path\": \"a",
    "",
    "null",
    "[1]",
    "\"text\"",
    "{\"path\":\"\\ud800\"}",
    "{\"path\":\"a.txt\",\"path\":\"b.txt\"}",
    "{\"limit\":1e400}",
    "{} {}",
    "<path>a.txt</path>",
    "{\"path\":\"a\u{0}b\"}",
];
const TEXTS: &[&str] = &[
    "Hello.",
    " ",
    "\n\n",
    "Text at its end \n",
    "data: [DONE]\n\nevent: error\n\n",
    "é\u{202e}😀",
    "<think>not closed",
    "{\"error\": 1}",
];

impl Speaker {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            number: 0,
            in_a_row: 0,
            failed: false,
        }
    }

    /// The next answer, in the format of the request.
    pub(crate) fn answer(&mut self, body: &Value, signed: &mut Signed) -> Reply {
        self.number += 1;
        if !self.failed && self.dice.below(12) == 0 {
            self.failed = true;
            return Reply::error([429, 500, 503][self.dice.below(3)], "Not now.");
        }
        let end = match self.dice.below(12) {
            0 if !self.failed => End::Cut,
            1 if !self.failed => End::Error,
            2 => End::Length,
            3 => End::Refusal,
            _ => End::Whole,
        };
        self.failed = matches!(end, End::Cut | End::Error);
        let parts = self.parts();
        let has_call = parts.iter().any(|part| matches!(part, Part::Call { .. }));
        self.in_a_row = if has_call { self.in_a_row + 1 } else { 0 };
        let mut writer = Writer {
            signed,
            number: self.number,
            events: Vec::new(),
        };
        match Wire::of(body) {
            Wire::Chat => writer.chat(&parts, end),
            Wire::Responses => writer.responses(&parts, end),
            Wire::Messages => writer.messages(&parts, end),
            Wire::Gemini => writer.gemini(&parts, end),
        }
        let mut events = writer.events;
        if end == End::Cut {
            events.truncate(self.dice.below(events.len()) + 1);
        }
        let reply =
            events
                .into_iter()
                .fold(Reply::raw_stream(), |reply, event| {
                    match event["type"].as_str() {
                        Some(kind) => reply.raw(format!("event: {kind}\ndata: {event}\n\n")),
                        None => reply.event(&event),
                    }
                });
        if end == End::Cut {
            reply.close()
        } else {
            reply
        }
    }

    fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.dice.below(3) > 0 {
            parts.push(self.thought());
        }
        for _ in 0..self.dice.below(4) {
            parts.push(match self.dice.below(8) {
                0 => self.thought(),
                1 => Part::Hidden,
                2 => Part::Own {
                    whole: self.dice.below(4) > 0,
                },
                _ => Part::Text(self.text()),
            });
        }
        if self.in_a_row < MAX_CALLS_IN_A_ROW && self.dice.below(5) < 3 {
            for _ in 0..=self.dice.below(3) {
                parts.push(self.call());
            }
        }
        if self.dice.below(8) == 0 {
            parts.push(Part::Text(self.text()));
        }
        parts
    }

    fn thought(&mut self) -> Part {
        let text = format!("I think {}.", self.number);
        Part::Thought {
            text,
            signed: self.dice.below(4) > 0,
        }
    }

    fn text(&mut self) -> String {
        match self.dice.below(2) {
            0 => TEXTS[self.dice.below(TEXTS.len())].to_owned(),
            _ => format!("Said {}.", self.number),
        }
    }

    fn call(&mut self) -> Part {
        let id = match self.dice.below(4) {
            0 => IDS[self.dice.below(IDS.len())].to_owned(),
            1 => format!("long_{}_{}", "x".repeat(300), self.number),
            _ => format!("toolu_{}_{}", self.number, self.dice.below(1000)),
        };
        let name = match self.dice.below(24) {
            0 => "n".repeat(300),
            _ => NAMES[self.dice.below(NAMES.len())].to_owned(),
        };
        let arguments = ARGUMENTS[self.dice.below(ARGUMENTS.len())].to_owned();
        Part::Call {
            id,
            name,
            arguments,
        }
    }
}

/// Writes an answer's events.
struct Writer<'a> {
    signed: &'a mut Signed,
    number: usize,
    events: Vec<Value>,
}

impl Writer<'_> {
    fn push(&mut self, event: Value) {
        self.events.push(event);
    }

    fn chat(&mut self, parts: &[Part], end: End) {
        let chunk = |delta: Value| json!({"choices": [{"index": 0, "delta": delta}]});
        let mut calls = 0;
        for part in parts {
            match part {
                Part::Thought { text, signed } => {
                    let mut delta = json!({"reasoning_content": text});
                    if *signed {
                        delta["reasoning_details"] = json!([{"type": "reasoning.encrypted",
                            "data": self.signed.sign(text), "index": 0}]);
                    }
                    self.push(chunk(delta));
                }
                Part::Hidden | Part::Own { .. } => self.push(chunk(json!({}))),
                Part::Text(text) => self.push(chunk(json!({"content": text}))),
                Part::Call {
                    id,
                    name,
                    arguments,
                } => {
                    let mut cut = arguments.len() / 2;
                    while !arguments.is_char_boundary(cut) {
                        cut += 1;
                    }
                    self.push(chunk(json!({"tool_calls": [{"index": calls, "id": id,
                        "type": "function", "function": {"name": name,
                        "arguments": arguments[..cut]}}]})));
                    self.push(chunk(json!({"tool_calls": [{"index": calls,
                        "function": {"arguments": arguments[cut..]}}]})));
                    calls += 1;
                }
            }
        }
        let reason = match end {
            End::Error => return self.push(json!({"error": {"message": "Overloaded."}})),
            End::Length => "length",
            End::Refusal => "content_filter",
            End::Whole | End::Cut if calls > 0 => "tool_calls",
            End::Whole | End::Cut => "stop",
        };
        let mut last = chunk(json!({}));
        last["choices"][0]["finish_reason"] = json!(reason);
        last["usage"] = json!({"prompt_tokens": 9, "completion_tokens": 3});
        self.push(last);
    }

    fn responses(&mut self, parts: &[Part], end: End) {
        for (at, part) in parts.iter().enumerate() {
            let n = format!("{}_{at}", self.number);
            let done = |item: Value| {
                let kind = "response.output_item.done";
                json!({"type": kind, "output_index": at, "item": item})
            };
            match part {
                Part::Thought { text, signed } => {
                    let id = format!("rs_{n}");
                    let mut item = json!({"type": "reasoning", "id": id,
                        "summary": [{"type": "summary_text", "text": text}]});
                    if *signed {
                        item["encrypted_content"] = json!(self.signed.sign(&id));
                    }
                    let event = done(item);
                    self.push(json!({"type": "response.reasoning_summary_text.delta",
                        "item_id": id, "output_index": at, "summary_index": 0, "delta": text}));
                    self.push(event);
                }
                Part::Hidden => {
                    let id = format!("rs_{n}");
                    let sealed = self.signed.sign(&id);
                    let item = json!({"type": "reasoning", "id": id, "summary": [],
                        "encrypted_content": sealed});
                    let event = done(item);
                    self.push(event);
                }
                Part::Own { .. } => {
                    let event = done(json!({"type": "web_search_call", "id": format!("ws_{n}"),
                        "status": "completed"}));
                    self.push(event);
                }
                Part::Text(text) => {
                    let id = format!("msg_{n}");
                    let content = json!([{"type": "output_text", "text": text, "annotations": []}]);
                    let event = done(json!({"type": "message", "id": id, "role": "assistant",
                        "status": "completed", "content": content}));
                    self.push(json!({"type": "response.output_text.delta", "item_id": id,
                        "output_index": at, "content_index": 0, "delta": text}));
                    self.push(event);
                }
                Part::Call {
                    id,
                    name,
                    arguments,
                } => {
                    let item = |arguments: &str, status: &str| {
                        json!({"type": "function_call",
                        "id": format!("fc_{n}"), "call_id": id, "name": name,
                        "arguments": arguments, "status": status})
                    };
                    let event = done(item(arguments, "completed"));
                    self.push(
                        json!({"type": "response.output_item.added", "output_index": at,
                        "item": item("", "in_progress")}),
                    );
                    self.push(json!({"type": "response.function_call_arguments.delta",
                        "item_id": format!("fc_{n}"), "output_index": at, "delta": arguments}));
                    self.push(event);
                }
            }
        }
        let usage = json!({"input_tokens": 9, "output_tokens": 3});
        let (kind, status, details) = match end {
            End::Error => ("response.failed", "failed", Value::Null),
            End::Length => (
                "response.incomplete",
                "incomplete",
                json!({"reason": "max_output_tokens"}),
            ),
            End::Refusal => (
                "response.incomplete",
                "incomplete",
                json!({"reason": "content_filter"}),
            ),
            End::Whole | End::Cut => ("response.completed", "completed", Value::Null),
        };
        let error = match end {
            End::Error => json!({"code": "server_error", "message": "Overloaded."}),
            End::Whole | End::Cut | End::Length | End::Refusal => Value::Null,
        };
        self.push(
            json!({"type": kind, "response": {"status": status, "usage": usage,
            "incomplete_details": details, "error": error}}),
        );
    }

    fn messages(&mut self, parts: &[Part], end: End) {
        self.push(
            json!({"type": "message_start", "message": {"role": "assistant",
            "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}}),
        );
        let mut index = 0;
        for part in parts {
            match part {
                Part::Thought { text, signed } => {
                    let mut deltas = vec![json!({"type": "thinking_delta", "thinking": text})];
                    if *signed {
                        deltas.push(json!({"type": "signature_delta",
                            "signature": self.signed.sign(text)}));
                    }
                    self.block(
                        &mut index,
                        &json!({"type": "thinking", "thinking": ""}),
                        deltas,
                    );
                }
                Part::Hidden => {
                    let data = self.signed.sign("hidden");
                    let block = json!({"type": "redacted_thinking", "data": data});
                    self.block(&mut index, &block, Vec::new());
                }
                Part::Own { whole } => {
                    let id = format!("srvtoolu_{}_{index}", self.number);
                    self.block(
                        &mut index,
                        &json!({"type": "server_tool_use", "id": id, "name": "web_search",
                            "input": {}}),
                        vec![json!({"type": "input_json_delta", "partial_json": "{\"query\":\"x\"}"})],
                    );
                    if *whole {
                        let result = json!({"type": "web_search_tool_result", "tool_use_id": id,
                            "content": []});
                        self.block(&mut index, &result, Vec::new());
                    }
                }
                Part::Text(text) => {
                    let delta = json!({"type": "text_delta", "text": text});
                    self.block(
                        &mut index,
                        &json!({"type": "text", "text": ""}),
                        vec![delta],
                    );
                }
                Part::Call {
                    id,
                    name,
                    arguments,
                } => {
                    let delta = json!({"type": "input_json_delta", "partial_json": arguments});
                    let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                    self.block(&mut index, &block, vec![delta]);
                }
            }
        }
        let called = parts.iter().any(|part| matches!(part, Part::Call { .. }));
        let reason = match end {
            End::Error => {
                return self.push(json!({"type": "error",
                    "error": {"type": "overloaded_error", "message": "Overloaded."}}));
            }
            End::Length => "max_tokens",
            End::Refusal => "refusal",
            End::Whole | End::Cut if called => "tool_use",
            End::Whole | End::Cut => "end_turn",
        };
        self.push(
            json!({"type": "message_delta", "delta": {"stop_reason": reason},
            "usage": {"output_tokens": 3}}),
        );
        self.push(json!({"type": "message_stop"}));
    }

    fn block(&mut self, index: &mut usize, block: &Value, deltas: Vec<Value>) {
        let at = *index;
        *index += 1;
        self.push(json!({"type": "content_block_start", "index": at, "content_block": block}));
        for delta in deltas {
            self.push(json!({"type": "content_block_delta", "index": at, "delta": delta}));
        }
        self.push(json!({"type": "content_block_stop", "index": at}));
    }

    fn gemini(&mut self, parts: &[Part], end: End) {
        let event = |part: Value| json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]});
        for part in parts {
            let written = match part {
                Part::Thought {
                    text,
                    signed: false,
                } => json!({"text": text, "thought": true}),
                Part::Thought { text, signed: true } => json!({"text": text, "thought": true,
                    "thoughtSignature": self.signed.sign(text)}),
                Part::Hidden => json!({"text": "", "thoughtSignature": self.signed.sign("")}),
                Part::Text(text) => json!({"text": text}),
                Part::Own { .. } => json!({"executableCode": {"language": "PYTHON", "code": "1"}}),
                Part::Call {
                    name, arguments, ..
                } => {
                    let args: Value = serde_json::from_str(arguments).unwrap_or(json!({}));
                    json!({"functionCall": {"name": name, "args": args},
                        "thoughtSignature": self.signed.sign(name)})
                }
            };
            self.push(event(written));
        }
        let reason = match end {
            End::Error => {
                return self.push(json!({"error": {"code": 503, "message": "Overloaded.",
                    "status": "UNAVAILABLE"}}));
            }
            End::Length => "MAX_TOKENS",
            End::Refusal => "SAFETY",
            End::Whole | End::Cut => "STOP",
        };
        self.push(json!({"candidates": [{"index": 0, "finishReason": reason}],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3}}));
    }
}
