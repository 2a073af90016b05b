//! Ids of tool calls as Anthropic takes them: letters, digits, `_` and `-`, each only once in a
//! conversation. Ids of other providers, and our own in place of empty ones, are not always so.
use std::collections::{HashMap, HashSet};

use crate::wire::sendable;

/// Bytes of an id, before those of them that are not taken are written otherwise.
const MAX_ID: usize = 64;

/// The ids of a conversation, which is gone through from its beginning: the same conversation
/// always gets the same ids, and so does the beginning of a longer one.
#[derive(Debug, Default)]
pub(super) struct Ids<'a> {
    used: HashSet<String>,
    /// The number to try next for an id that is used already.
    next: HashMap<String, u32>,
    /// The calls of the latest answer.
    current: HashMap<&'a str, String>,
}

impl<'a> Ids<'a> {
    /// A new answer begins, and results are of its calls from now on.
    pub(super) fn begin_answer(&mut self) {
        self.current.clear();
    }

    /// The id to send for a call of the answer.
    pub(super) fn of_call(&mut self, id: &'a str) -> String {
        let sendable = sendable(id);
        let mut unique = sendable.clone();
        if self.used.contains(&unique) {
            let next = self.next.entry(sendable.clone()).or_insert(2);
            // Each number is tried once, so that there are no more tries than calls.
            while self.used.contains(&unique) {
                unique = format!("{sendable}_{next}");
                *next = next.saturating_add(1);
            }
        }
        self.used.insert(unique.clone());
        self.current.insert(id, unique.clone());
        unique
    }

    /// The id to send for a call's result.
    pub(super) fn of_result(&self, id: &str) -> String {
        let known = self.current.get(id);
        known.cloned().unwrap_or_else(|| sendable(id))
    }
}

/// The id with each byte that is not taken written in hexadecimal.
fn sendable(id: &str) -> String {
    if id.is_empty() {
        return "_".into();
    }
    let id = sendable::id(id, MAX_ID);
    let mut sendable = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => {
                sendable.push(char::from(byte));
            }
            _ => sendable.push_str(&format!("_{byte:02x}")),
        }
    }
    sendable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sendable_and_used_once() {
        let mut ids = Ids::default();
        let mut got = Vec::new();
        for answer in [
            ["toolu_01-A", "call|fc_1"],
            ["call_0", "é"],
            ["call_0", ""],
            ["call_0_2", ""],
            ["call_0", "call_0_3"],
        ] {
            ids.begin_answer();
            for id in answer {
                let sent = ids.of_call(id);
                assert_eq!(ids.of_result(id), sent);
                got.push(sent);
            }
        }
        assert_eq!(
            got,
            [
                "toolu_01-A",
                "call_7cfc_1",
                "call_0",
                "_c3_a9",
                "call_0_2",
                "_",
                "call_0_2_2",
                "__2",
                "call_0_3",
                "call_0_3_2"
            ]
        );
        // A result of no call that is known keeps its own id.
        assert_eq!(ids.of_result("toolu_01-A"), "toolu_01-A");
        assert_eq!(ids.of_result("a.b"), "a_2eb");
    }
}
