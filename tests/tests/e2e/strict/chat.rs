//! Chat Completions: <https://platform.openai.com/docs/api-reference/chat/create>, and the chat
//! templates of local servers, many of which want user and assistant to take turns.
use serde_json::Value;

use super::{Judge, is_blank, list, owned};

/// Characters of a call's id where nobody says how many there may be.
const MAX_ID: usize = 4096;

impl Judge<'_> {
    pub(super) fn chat(&mut self, body: &Value) {
        let messages = list(&body["messages"]);
        let is_mistral = body["model"]
            .as_str()
            .is_some_and(|m| m.contains("mistral"));
        let mut open: Option<(Vec<String>, Vec<String>)> = None;
        let mut last = "system";
        for (at, message) in messages.iter().enumerate() {
            let role = message["role"].as_str().unwrap_or_default();
            if role == "tool" {
                let id = owned(&message["tool_call_id"]);
                self.demand(message["content"].is_string(), "a result", message);
                match &mut open {
                    Some((_, answers)) => answers.push(id),
                    None => self.demand(false, "a result of no call", message),
                }
                last = "tool";
                continue;
            }
            if let Some((calls, answers)) = open.take() {
                self.answered(&calls, &answers, message);
            }
            match role {
                "system" => self.demand(at == 0, "a system prompt in the middle", message),
                "user" => {
                    let follows = ["system", "assistant"].contains(&last);
                    self.demand(follows, &format!("a user after {last}"), message);
                    let is_empty = match &message["content"] {
                        Value::Array(parts) => parts.is_empty(),
                        text => is_blank(text),
                    };
                    self.demand(!is_empty, "an empty message", message);
                }
                "assistant" => {
                    let follows = ["user", "tool"].contains(&last);
                    self.demand(follows, &format!("an assistant after {last}"), message);
                    let calls = self.chat_calls(&message["tool_calls"], is_mistral);
                    let says = !is_blank(&message["content"]);
                    self.demand(says || !calls.is_empty(), "an empty answer", message);
                    open = (!calls.is_empty()).then_some((calls, Vec::new()));
                }
                _ => self.demand(false, "a role", message),
            }
            last = role;
        }
        if let Some((calls, answers)) = open {
            self.answered(&calls, &answers, &body["model"]);
        }
        self.demand(
            ["user", "tool"].contains(&last),
            "the last message",
            &last.into(),
        );
    }

    fn chat_calls(&mut self, calls: &Value, is_mistral: bool) -> Vec<String> {
        let mut ids = Vec::new();
        for call in list(calls) {
            let id = owned(&call["id"]);
            let fits = if is_mistral {
                id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            } else {
                (1..=MAX_ID).contains(&id.len())
            };
            self.demand(fits, "the id of a call", call);
            self.name(&call["function"]["name"]);
            self.json_object(&call["function"]["arguments"]);
            ids.push(id);
        }
        ids
    }
}
