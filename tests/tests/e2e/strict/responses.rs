//! Responses: <https://platform.openai.com/docs/api-reference/responses/create>.
use std::collections::HashSet;

use serde_json::Value;

use super::{Judge, is_blank, list, owned};

/// Characters of a call's id.
const MAX_ID: usize = 64;

impl Judge<'_> {
    pub(super) fn responses(&mut self, body: &Value) {
        let items = list(&body["input"]);
        let reasons = body["model"]
            .as_str()
            .is_some_and(|name| name.starts_with("gpt-5"));
        let mut calls = Vec::new();
        let mut answers = Vec::new();
        let mut ids = HashSet::new();
        for (at, item) in items.iter().enumerate() {
            let kind = item["type"].as_str().unwrap_or_default();
            // What was called is answered before the model or the user goes on.
            let goes_on = kind != "function_call_output" && !answers.is_empty();
            if goes_on || item["role"] == "user" {
                self.answered(&std::mem::take(&mut calls), &answers, item);
                answers.clear();
            }
            if let Some(id) = item["id"].as_str() {
                self.demand(ids.insert(id), "an id for the second time", item);
            }
            match kind {
                "message" => self.response_message(item),
                "function_call" => {
                    let id = owned(&item["call_id"]);
                    let fits = (1..=MAX_ID).contains(&id.len());
                    self.demand(fits, "the id of a call", item);
                    self.name(&item["name"]);
                    self.json_object(&item["arguments"]);
                    calls.push(id);
                }
                "function_call_output" => {
                    let id = owned(&item["call_id"]);
                    self.demand(item["output"].is_string(), "a result", item);
                    self.demand(calls.contains(&id), "a result before its call", item);
                    answers.push(id);
                }
                "reasoning" => {
                    self.demand(reasons, "reasoning for a model that does not reason", item);
                    let next = items.get(at + 1);
                    let goes_on = next.is_some_and(|next| {
                        next["type"] != "function_call_output" && next["role"] != "user"
                    });
                    self.demand(goes_on, "reasoning without what follows from it", item);
                    let of = owned(&item["id"]);
                    self.signature(&item["encrypted_content"], &of, item);
                }
                "web_search_call" => {}
                _ => self.demand(false, "an unknown item", item),
            }
        }
        self.answered(&calls, &answers, &body["model"]);
        let last = items.last().unwrap_or(&Value::Null);
        let is_ours = last["role"] == "user" || last["type"] == "function_call_output";
        self.demand(is_ours, "the last item", last);
    }

    fn response_message(&mut self, item: &Value) {
        let parts = list(&item["content"]);
        self.demand(!parts.is_empty(), "a message without content", item);
        let kinds: &[&str] = match item["role"].as_str() {
            Some("user") => &["input_text", "input_image", "input_file"],
            Some("assistant") => &["output_text", "refusal"],
            _ => &[],
        };
        for part in parts {
            let kind = part["type"].as_str().unwrap_or_default();
            self.demand(kinds.contains(&kind), "the kind of a part", item);
            if kind == "output_text" {
                self.demand(!is_blank(&part["text"]), "an empty part", item);
            }
        }
    }
}
