//! A loop around Chat Completions with two tools.
use std::future::Future;
use std::sync::OnceLock;

use futures_util::StreamExt;
use serde_json::{Value, json};

/// Whatever goes wrong ends the turn.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Requests in one turn.
const MAX_REQUESTS: usize = 20;

/// The agent; its connection is kept from turn to turn.
#[derive(Default)]
pub(crate) struct Agent {
    http: OnceLock<reqwest::Client>,
}

#[derive(Default)]
struct Call {
    id: String,
    name: String,
    arguments: String,
}

#[derive(Default)]
struct Answer {
    text: String,
    calls: Vec<Call>,
}

impl Agent {
    /// One turn: asks, runs what is called, asks again. `show` gets each piece of text.
    pub(crate) async fn turn<F: Future<Output = ()>>(
        &self,
        prompt: &str,
        show: impl Fn(String) -> F,
    ) -> Outcome<()> {
        let mut messages = vec![
            json!({"role": "system", "content": "You are a coding agent."}),
            json!({"role": "user", "content": prompt}),
        ];
        for _ in 0..MAX_REQUESTS {
            let answer = self.ask(&messages, &show).await?;
            if answer.calls.is_empty() {
                return Ok(());
            }
            let calls: Vec<Value> = answer.calls.iter().map(Call::to_wire).collect();
            messages
                .push(json!({"role": "assistant", "content": answer.text, "tool_calls": calls}));
            for call in &answer.calls {
                messages.push(json!({
                    "role": "tool", "tool_call_id": call.id, "content": call.run()?,
                }));
            }
        }
        Err("too many requests".into())
    }

    async fn ask<F: Future<Output = ()>>(
        &self,
        messages: &[Value],
        show: &impl Fn(String) -> F,
    ) -> Outcome<Answer> {
        let base = std::env::var("OPENAI_BASE_URL")?;
        let http = match self.http.get() {
            Some(http) => http,
            None => {
                let built = reqwest::Client::builder().tcp_nodelay(true).build()?;
                self.http.get_or_init(|| built)
            }
        };
        let body = json!({
            "model": "scripted", "stream": true, "messages": messages, "tools": tools(),
        });
        let response = http
            .post(format!("{base}/chat/completions"))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&body)?)
            .send()
            .await?
            .error_for_status()?;
        let mut stream = response.bytes_stream();
        let mut buffer = Vec::new();
        let mut answer = Answer::default();
        while let Some(bytes) = stream.next().await {
            buffer.extend_from_slice(&bytes?);
            let mut start = 0;
            while let Some(length) = buffer[start..].iter().position(|byte| *byte == b'\n') {
                let line = &buffer[start..start + length];
                start += length + 1;
                let Some(data) = line.strip_prefix(b"data: ") else {
                    continue;
                };
                if data != b"[DONE]" {
                    take(&mut answer, &serde_json::from_slice(data)?, show).await;
                }
            }
            buffer.drain(..start);
        }
        Ok(answer)
    }
}

async fn take<F: Future<Output = ()>>(
    answer: &mut Answer,
    event: &Value,
    show: &impl Fn(String) -> F,
) {
    let delta = &event["choices"][0]["delta"];
    if let Some(text) = delta["content"].as_str() {
        answer.text.push_str(text);
        show(text.to_owned()).await;
    }
    for piece in delta["tool_calls"].as_array().into_iter().flatten() {
        if let Some(id) = piece["id"].as_str() {
            let name = piece["function"]["name"].as_str().unwrap_or_default();
            answer.calls.push(Call {
                id: id.to_owned(),
                name: name.to_owned(),
                arguments: String::new(),
            });
        }
        if let (Some(call), Some(more)) = (
            answer.calls.last_mut(),
            piece["function"]["arguments"].as_str(),
        ) {
            call.arguments.push_str(more);
        }
    }
}

impl Call {
    fn to_wire(&self) -> Value {
        json!({
            "id": self.id, "type": "function",
            "function": {"name": self.name, "arguments": self.arguments},
        })
    }

    fn run(&self) -> Outcome<String> {
        let arguments: Value = serde_json::from_str(&self.arguments)?;
        let path = arguments["path"].as_str().unwrap_or_default();
        let mut text = std::fs::read_to_string(path)?;
        for edit in arguments["edits"].as_array().into_iter().flatten() {
            let old = edit["old_text"].as_str().unwrap_or_default();
            let new = edit["new_text"].as_str().unwrap_or_default();
            if !text.contains(old) {
                return Err("the text to replace is not there".into());
            }
            text = text.replacen(old, new, 1);
        }
        if self.name == "edit_file" {
            std::fs::write(path, &text)?;
        }
        Ok(text)
    }
}

fn tools() -> Value {
    let tool = |name: &str, description: &str, properties: Value| {
        json!({"type": "function", "function": {
            "name": name, "description": description,
            "parameters": {"type": "object", "properties": properties},
        }})
    };
    let path = json!({"type": "string"});
    json!([
        tool("read_file", "Reads a file.", json!({"path": path})),
        tool(
            "edit_file",
            "Replaces texts in a file.",
            json!({"path": path, "edits": {"type": "array", "items": {"type": "object", "properties": {
                "old_text": {"type": "string"}, "new_text": {"type": "string"},
            }}}}),
        ),
    ])
}
