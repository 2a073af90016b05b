//! What holds for the events of every session, whatever happens in it.
use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// The string at a JSON pointer, or a failure that shows the value.
#[track_caller]
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no string at {pointer} in {value:#}"))
}

/// The kind of an event.
#[track_caller]
pub fn kind(event: &Value) -> &str {
    text(event, "/event/type")
}

/// The number of an event.
#[track_caller]
pub fn seq(event: &Value) -> u64 {
    event["seq"]
        .as_u64()
        .unwrap_or_else(|| panic!("no seq in {event:#}"))
}

/// Checks the events of one session, in the order in which they came, against the protocol:
/// numbers rise by one (a gap is allowed where `restarts` says so), every turn that starts ends
/// once and last, every item that starts ends once, deltas belong to open items and add up.
///
/// # Panics
///
/// With a sentence, at the first broken rule.
pub fn check_events(events: &[Value], restarts: Restarts) {
    let mut last_seq = None;
    let mut turns = Turns::default();
    for event in events {
        let number = seq(event);
        if let Some(last) = last_seq {
            match restarts {
                Restarts::None => assert_eq!(number, last + 1, "a gap before {event:#}"),
                Restarts::Some => assert!(number > last, "not in order: {event:#}"),
            }
        }
        last_seq = Some(number);
        turns.take(event);
    }
    if restarts == Restarts::None {
        turns.check_end();
    }
}

/// Whether the server was started anew while the events came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restarts {
    /// One process made all of them.
    None,
    /// A process ended in between; gaps and unfinished turns and items are allowed.
    Some,
}

#[derive(Default)]
struct Turns {
    started: HashSet<String>,
    completed: HashSet<String>,
    open_items: HashMap<String, String>,
    completed_items: HashSet<String>,
}

impl Turns {
    fn take(&mut self, event: &Value) {
        if let Some(turn) = event["turnId"].as_str() {
            assert!(
                !self.completed.contains(turn),
                "an event of a turn after its turnCompleted: {event:#}"
            );
        }
        match kind(event) {
            "turnStarted" => {
                let id = text(event, "/event/turn/id").to_owned();
                assert_eq!(text(event, "/event/turn/status"), "running", "{event:#}");
                assert!(self.started.insert(id), "a turn started twice: {event:#}");
            }
            "turnCompleted" => {
                let id = text(event, "/event/turn/id").to_owned();
                assert_eq!(text(event, "/event/turn/status"), "completed", "{event:#}");
                text(event, "/event/turn/stopReason");
                assert_eq!(event["turnId"].as_str(), Some(id.as_str()), "{event:#}");
                assert!(self.completed.insert(id), "a turn ended twice: {event:#}");
            }
            "itemStarted" => {
                let id = text(event, "/event/item/id").to_owned();
                let turn = text(event, "/event/item/turnId");
                assert_eq!(event["turnId"].as_str(), Some(turn), "{event:#}");
                assert!(!self.completed_items.contains(&id), "twice: {event:#}");
                let streamed = event["event"]["item"]["text"].as_str().unwrap_or_default();
                let before = self.open_items.insert(id, streamed.to_owned());
                assert!(before.is_none(), "an item started twice: {event:#}");
            }
            "itemDelta" => {
                let id = text(event, "/event/itemId");
                let streamed = self
                    .open_items
                    .get_mut(id)
                    .unwrap_or_else(|| panic!("a delta of no open item: {event:#}"));
                streamed.push_str(event["event"]["text"].as_str().unwrap_or_default());
            }
            "itemUpdated" => {
                let id = text(event, "/event/item/id");
                assert!(
                    self.open_items.contains_key(id),
                    "an update of no open item: {event:#}"
                );
            }
            "itemCompleted" => {
                let id = text(event, "/event/item/id").to_owned();
                let streamed = self
                    .open_items
                    .remove(&id)
                    .unwrap_or_else(|| panic!("an item that ended but was not open: {event:#}"));
                if let Some(whole) = event["event"]["item"]["text"].as_str() {
                    assert_eq!(streamed, whole, "the deltas do not add up: {event:#}");
                }
                check_final(&event["event"]["item"]);
                self.completed_items.insert(id);
            }
            "editUpdated"
            | "planUpdated"
            | "usageUpdated"
            | "sessionUpdated"
            | "permissionRequested"
            | "permissionResolved"
            | "retrying"
            | "notice" => {}
            other => panic!("no event of the protocol is called {other:?}"),
        }
    }

    fn check_end(&self) {
        let open: Vec<&String> = self.started.difference(&self.completed).collect();
        assert!(open.is_empty(), "turns without turnCompleted: {open:?}");
        assert!(
            self.open_items.is_empty(),
            "items without itemCompleted: {:?}",
            self.open_items
        );
    }
}

/// A completed item is in a final status.
fn check_final(item: &Value) {
    let Some(status) = item["status"].as_str() else {
        return;
    };
    assert!(
        !["inProgress", "pending", "waiting", "running"].contains(&status),
        "a completed item that is not final: {item:#}"
    );
}
