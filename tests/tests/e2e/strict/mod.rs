//! Judges of requests, as strict as the strictest server of each wire format: what its provider
//! documents, and what is known to be refused.
mod chat;
mod gemini;
mod messages;
mod responses;

use std::collections::HashMap;

use serde_json::Value;

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Chat,
    Responses,
    Messages,
    Gemini,
}

impl Wire {
    /// The format of a request's body.
    pub(crate) fn of(body: &Value) -> Self {
        if body.get("contents").is_some() {
            return Self::Gemini;
        }
        if body.get("input").is_some() {
            return Self::Responses;
        }
        let tool = &body["tools"][0];
        if tool.get("input_schema").is_some() {
            return Self::Messages;
        }
        Self::Chat
    }
}

/// What the models signed: signatures, and what each of them belongs to.
#[derive(Debug, Default)]
pub(crate) struct Signed(HashMap<String, String>);

impl Signed {
    /// Makes a signature of this.
    pub(crate) fn sign(&mut self, what: &str) -> String {
        let signature = format!("c2ln{:04}", self.0.len());
        self.0.insert(signature.clone(), what.to_owned());
        signature
    }
}

/// Finds what a strict server would refuse.
pub(crate) struct Judge<'a> {
    signed: &'a Signed,
    pub(crate) faults: Vec<String>,
}

impl<'a> Judge<'a> {
    /// The faults of a request.
    pub(crate) fn faults(body: &Value, signed: &'a Signed) -> Vec<String> {
        let mut judge = Self {
            signed,
            faults: Vec::new(),
        };
        match Wire::of(body) {
            Wire::Chat => judge.chat(body),
            Wire::Responses => judge.responses(body),
            Wire::Messages => judge.messages(body),
            Wire::Gemini => judge.gemini(body),
        }
        judge.faults
    }

    fn demand(&mut self, is_so: bool, what: &str, seen: &Value) {
        if !is_so {
            self.faults.push(format!("{what}: {seen:.400}"));
        }
    }

    /// The name of a tool: letters, digits, `_` and `-`, at most 64 of them.
    fn name(&mut self, name: &Value) {
        let is_fine = name.as_str().is_some_and(|name| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            (1..=64).contains(&name.len()) && name.bytes().all(fits)
        });
        self.demand(is_fine, "a tool's name", name);
    }

    /// Text with JSON of an object in it, which the strictest parser takes.
    fn json_object(&mut self, text: &Value) {
        let parsed: Option<Value> = text
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        let is_object = parsed.is_some_and(|value| value.is_object());
        self.demand(is_object, "arguments", text);
    }

    /// A signature that was made of just this.
    fn signature(&mut self, signature: &Value, of: &str, seen: &Value) {
        let known = signature.as_str().and_then(|text| self.signed.0.get(text));
        let is_known = known.is_some_and(|known| known == of);
        self.demand(is_known, "a signature", seen);
    }

    /// Each call is answered once, and nothing else is.
    fn answered(&mut self, calls: &[String], answers: &[String], seen: &Value) {
        let sorted = |ids: &[String]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        let mut once = sorted(calls);
        once.dedup();
        self.demand(once.len() == calls.len(), "calls with one id", seen);
        self.demand(
            sorted(calls) == sorted(answers),
            &format!("calls {calls:?} have the answers {answers:?}"),
            seen,
        );
    }
}

/// The entries of a list; none if it is no list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_blank(text: &Value) -> bool {
    text.as_str().is_none_or(|text| text.trim().is_empty())
}

fn owned(id: &Value) -> String {
    id.as_str().unwrap_or_default().to_owned()
}
