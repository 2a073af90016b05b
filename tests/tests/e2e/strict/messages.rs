//! Messages: <https://platform.claude.com/docs/en/api/messages>,
//! <https://platform.claude.com/docs/en/build-with-claude/extended-thinking>.
use std::collections::HashSet;

use serde_json::Value;

use super::{Judge, is_blank, list, owned};

const MAX_MARKS: usize = 4;

impl Judge<'_> {
    pub(super) fn messages(&mut self, body: &Value) {
        let marks = body.to_string().matches("\"cache_control\"").count();
        self.demand(marks <= MAX_MARKS, "too many marks", &marks.into());
        let turns = list(&body["messages"]);
        let mut used = HashSet::new();
        let mut called: Vec<String> = Vec::new();
        for (at, turn) in turns.iter().enumerate() {
            let role = turn["role"].as_str().unwrap_or_default();
            let expected = if at % 2 == 0 { "user" } else { "assistant" };
            self.demand(role == expected, "roles that do not take turns", turn);
            let blocks = list(&turn["content"]);
            self.demand(!blocks.is_empty(), "a turn without content", turn);
            if role == "user" {
                let calls = std::mem::take(&mut called);
                self.user_blocks(blocks, &calls, turn);
            } else {
                called = self.assistant_blocks(blocks, turn);
                for id in &called {
                    let is_new = used.insert(id.clone());
                    self.demand(is_new, "an id of a call for the second time", turn);
                }
            }
        }
        self.demand(
            turns.len() % 2 == 1,
            "the last turn is no user's",
            &body["model"],
        );
        self.thinks(body, turns);
    }

    /// A model that is told to think must have begun this turn of its own with thinking.
    fn thinks(&mut self, body: &Value, turns: &[Value]) {
        let thinking = &body["thinking"];
        if thinking["type"] != "enabled" {
            return;
        }
        let budget = thinking["budget_tokens"].as_u64().unwrap_or_default();
        let most = body["max_tokens"].as_u64().unwrap_or_default();
        self.demand((1024..most).contains(&budget), "the budget", thinking);
        let is_result = |turn: &Value| turn["content"][0]["type"] == "tool_result";
        let first = turns
            .iter()
            .rposition(|turn| turn["role"] == "user" && !is_result(turn))
            .and_then(|at| turns.get(at + 1));
        let Some(first) = first else {
            return;
        };
        let kind = first["content"][0]["type"].as_str().unwrap_or_default();
        let thinks = ["thinking", "redacted_thinking"].contains(&kind);
        self.demand(thinks, "thinking was not begun with", first);
    }

    fn user_blocks(&mut self, blocks: &[Value], calls: &[String], turn: &Value) {
        let is_result = |block: &&Value| block["type"] == "tool_result";
        let results: Vec<&Value> = blocks.iter().take_while(is_result).collect();
        let all = blocks.iter().filter(is_result).count();
        self.demand(results.len() == all, "results come first", turn);
        let answers: Vec<String> = results.iter().map(|r| owned(&r["tool_use_id"])).collect();
        self.answered(calls, &answers, turn);
        for block in blocks {
            match block["type"].as_str().unwrap_or_default() {
                "text" => self.demand(!is_blank(&block["text"]), "an empty block", turn),
                "tool_result" => {
                    let fails = block["is_error"] == true;
                    let says = !is_blank(&block["content"]);
                    self.demand(says || !fails, "an error without words", block);
                }
                "image" | "document" => {}
                _ => self.demand(false, "a block of the user's", block),
            }
        }
    }

    fn assistant_blocks(&mut self, blocks: &[Value], turn: &Value) -> Vec<String> {
        let mut called = Vec::new();
        for block in blocks {
            match block["type"].as_str().unwrap_or_default() {
                "text" => self.demand(!is_blank(&block["text"]), "an empty block", turn),
                "thinking" => {
                    let thought = owned(&block["thinking"]);
                    self.signature(&block["signature"], &thought, block);
                }
                "redacted_thinking" => self.signature(&block["data"], "hidden", block),
                "tool_use" => {
                    let id = owned(&block["id"]);
                    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                    let fine = !id.is_empty() && id.len() <= 256 && id.chars().all(fits);
                    self.demand(fine, "the id of a call", block);
                    self.name(&block["name"]);
                    self.demand(block["input"].is_object(), "arguments", block);
                    called.push(id);
                }
                "server_tool_use" => {
                    let id = &block["id"];
                    let result = blocks.iter().any(|other| other["tool_use_id"] == *id);
                    // It may wait for what was called of ours.
                    let waits = blocks.iter().any(|other| other["type"] == "tool_use");
                    let fine = result || waits;
                    self.demand(fine, "a call of the server's without its result", turn);
                }
                "web_search_tool_result" => {
                    let id = &block["tool_use_id"];
                    let call = blocks.iter().any(|other| other["id"] == *id);
                    self.demand(call, "a result of the server's without its call", turn);
                }
                _ => self.demand(false, "a block of the assistant's", block),
            }
        }
        let last = blocks
            .last()
            .map_or("", |b| b["type"].as_str().unwrap_or_default());
        self.demand(
            !last.ends_with("thinking"),
            "an answer ends with thinking",
            turn,
        );
        called
    }
}
