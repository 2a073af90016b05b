//! Gemini: <https://ai.google.dev/api/generate-content>,
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>.
use serde_json::Value;

use super::{Judge, list, owned};

/// What Google lets stand for a signature that there is not.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

impl Judge<'_> {
    pub(super) fn gemini(&mut self, body: &Value) {
        let contents = list(&body["contents"]);
        let mut called: Vec<String> = Vec::new();
        let mut last = "model";
        for content in contents {
            let role = content["role"].as_str().unwrap_or_default();
            let parts = list(&content["parts"]);
            self.demand(!parts.is_empty(), "a content without parts", content);
            let calls = names(parts, "functionCall");
            let results = names(parts, "functionResponse");
            match role {
                "user" => {
                    let alone = results.is_empty() || results.len() == parts.len();
                    self.demand(alone, "results beside something else", content);
                    let expected = std::mem::take(&mut called);
                    self.demand(expected == results, "calls and their results", content);
                }
                "model" => {
                    self.demand(last == "user", "a model after a model", content);
                    self.demand(results.is_empty(), "a result of the model's", content);
                    called = calls;
                }
                _ => self.demand(false, "a role", content),
            }
            for part in parts {
                self.gemini_part(part);
            }
            last = role;
        }
        self.demand(last == "user", "the last content", &last.into());
        self.demand(
            contents[0]["role"] == "user",
            "the first content",
            &contents[0],
        );
    }

    fn gemini_part(&mut self, part: &Value) {
        let signature = &part["thoughtSignature"];
        if let Some(call) = part.get("functionCall") {
            self.name(&call["name"]);
            let first = owned(&call["name"]);
            let begins = first.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            self.demand(begins, "how a name begins", part);
            self.demand(call["args"].is_object(), "arguments", part);
            if !signature.is_null() && signature != NO_SIGNATURE {
                let known = self.signed.0.contains_key(&owned(signature));
                self.demand(known, "the signature of a call", part);
            }
        } else if let Some(text) = part["text"].as_str() {
            let is_empty = text.is_empty() && signature.is_null();
            self.demand(!is_empty, "an empty part", part);
            if !signature.is_null() {
                self.signature(signature, text, part);
            }
        } else {
            let known = ["inlineData", "functionResponse", "executableCode"];
            let is_known = known.iter().any(|name| part.get(*name).is_some());
            self.demand(is_known, "an unknown part", part);
        }
    }
}

fn names(parts: &[Value], kind: &str) -> Vec<String> {
    let of_kind = parts.iter().filter_map(|part| part.get(kind));
    of_kind.map(|part| owned(&part["name"])).collect()
}
