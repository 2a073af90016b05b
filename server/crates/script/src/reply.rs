//! One scripted answer: a head and the steps of its body.
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Gate;

/// Tokens that a reply claims to have used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Usage {
    /// All input tokens, cached ones included.
    pub input: u64,
    /// Input tokens read from a cache.
    pub cached: u64,
    /// All output tokens, reasoning included.
    pub output: u64,
    /// Output tokens spent on reasoning.
    pub reasoning: u64,
}

/// One scripted answer. The builder methods append to the body in the order they are called;
/// each server-sent event is its own HTTP chunk and its own write, unless `merged` is set.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(crate) head: Head,
    pub(crate) before_head: Option<Gate>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) pace: Duration,
    pub(crate) merged: bool,
    pub(crate) done: bool,
    next_call: usize,
}

/// How a reply begins.
#[derive(Debug, Clone)]
pub(crate) enum Head {
    /// A status line and headers, then a chunked body.
    Chunked { status: u16, content_type: String },
    /// A status line and headers, then a body of known length.
    Sized { status: u16, content_type: String },
    /// Nothing: the steps' bytes are all that goes on the wire.
    Bare,
}

/// One step of a body.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A delta of choice 0, put into a `chat.completion.chunk` when it is sent.
    Delta(Value),
    /// The finish reason of choice 0.
    Finish(String),
    /// Token counts, sent if the request asks for them.
    Usage(Usage),
    /// Bytes as they are, in one write.
    Raw(Vec<u8>),
    /// A wait.
    Delay(Duration),
    /// A wait for somebody to open the gate.
    Gate(Gate),
    /// The connection is closed here, with no proper end of the body.
    Close,
}

impl Reply {
    fn with_head(head: Head) -> Self {
        Self {
            head,
            before_head: None,
            headers: Vec::new(),
            steps: Vec::new(),
            pace: Duration::ZERO,
            merged: false,
            done: false,
            next_call: 0,
        }
    }

    /// An event stream with status 200, to be filled; `[DONE]` ends it.
    #[must_use]
    pub fn new() -> Self {
        let mut reply = Self::raw_stream();
        reply.done = true;
        reply
    }

    /// A whole answer of one text chunk, with finish reason `stop`.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::new().text(text).finish("stop")
    }

    /// A whole answer of one tool call, with finish reason `tool_calls`.
    #[must_use]
    pub fn call(id: &str, name: &str, arguments: &Value) -> Self {
        let arguments = arguments.to_string();
        Self::new()
            .tool_call(id, name, &[&arguments])
            .finish("tool_calls")
    }

    /// An event stream with status 200 whose bytes all come from `raw`; no `[DONE]` is added.
    #[must_use]
    pub fn raw_stream() -> Self {
        Self::with_head(Head::Chunked {
            status: 200,
            content_type: "text/event-stream".into(),
        })
    }

    /// A body of known length and any status and type.
    #[must_use]
    pub fn body(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::with_head(Head::Sized {
            status,
            content_type: content_type.into(),
        })
        .raw(body)
    }

    /// A JSON body with any status.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }

    /// An error in the shape of OpenAI's: `{"error": {"message", "type", "code"}}`.
    #[must_use]
    pub fn error(status: u16, message: &str) -> Self {
        Self::json(
            status,
            &json!({"error": {"message": message, "type": "scripted_error", "code": null}}),
        )
    }

    /// No HTTP response at all: the bytes of `raw` go onto the connection, which is then closed.
    #[must_use]
    pub fn bare() -> Self {
        Self::with_head(Head::Bare)
    }

    /// Adds a response header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// One event with this text.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        let text: String = text.into();
        self.delta(json!({"content": text}))
    }

    /// One event for each piece of text.
    #[must_use]
    pub fn texts<T: Into<String>>(self, pieces: impl IntoIterator<Item = T>) -> Self {
        pieces.into_iter().fold(self, Self::text)
    }

    /// One event with this reasoning, as `reasoning_content`.
    #[must_use]
    pub fn reasoning(self, text: impl Into<String>) -> Self {
        let text: String = text.into();
        self.delta(json!({"reasoning_content": text}))
    }

    /// A tool call: one event that names it, then one for each piece of its arguments.
    /// Calls are numbered in the order they are added.
    #[must_use]
    pub fn tool_call(mut self, id: &str, name: &str, arguments: &[&str]) -> Self {
        let index = self.next_call;
        self.next_call += 1;
        let first = json!({"tool_calls": [{
            "index": index, "id": id, "type": "function",
            "function": {"name": name, "arguments": ""},
        }]});
        arguments.iter().fold(self.delta(first), |reply, piece| {
            reply.delta(json!({"tool_calls": [{
                "index": index, "function": {"arguments": piece},
            }]}))
        })
    }

    /// One event with any delta.
    #[must_use]
    pub fn delta(mut self, delta: Value) -> Self {
        self.steps.push(Step::Delta(delta));
        self
    }

    /// One event with the finish reason.
    #[must_use]
    pub fn finish(mut self, reason: &str) -> Self {
        self.steps.push(Step::Finish(reason.into()));
        self
    }

    /// One event with token counts, if the request has `stream_options.include_usage`.
    #[must_use]
    pub fn usage(mut self, usage: Usage) -> Self {
        self.steps.push(Step::Usage(usage));
        self
    }

    /// One event with any JSON as its data.
    #[must_use]
    pub fn event(self, data: &Value) -> Self {
        self.raw(format!("data: {data}\n\n"))
    }

    /// Bytes as they are, in one HTTP chunk and one write.
    #[must_use]
    pub fn raw(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Raw(bytes.into()));
        self
    }

    /// Waits before the next step.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.steps.push(Step::Delay(delay));
        self
    }

    /// Waits at this point of the body until the gate is opened.
    #[must_use]
    pub fn gate(mut self, gate: &Gate) -> Self {
        self.steps.push(Step::Gate(gate.clone()));
        self
    }

    /// Waits before the status line until the gate is opened.
    #[must_use]
    pub fn gate_before_head(mut self, gate: &Gate) -> Self {
        self.before_head = Some(gate.clone());
        self
    }

    /// Closes the connection at this point, with no proper end of the body.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.steps.push(Step::Close);
        self
    }

    /// Ends the stream properly but with no `[DONE]`.
    #[must_use]
    pub fn without_done(mut self) -> Self {
        self.done = false;
        self
    }

    /// Sends write number n at n times `pace` after the head, for benchmarks.
    #[must_use]
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Sends as few writes as possible: events up to the next wait go out together.
    #[must_use]
    pub fn merged(mut self) -> Self {
        self.merged = true;
        self
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self::new()
    }
}
