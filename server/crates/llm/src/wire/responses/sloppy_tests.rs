//! Streams from which events are missing, or in which they come twice: they say the same.
use serde_json::{Value, json};

use super::tests::{added, arguments, call, completed, decode, delta, done, event, message, say};

/// A stream in which everything is said more than once.
fn stream() -> Vec<Value> {
    let reasoning = json!({"type": "reasoning", "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Hm."}]});
    let said = message("msg_1", "I look.");
    let calls = [call("c1", "f", "{\"x\":1}"), call("c2", "g", "{}")];
    let begun = |of: &Value| {
        let mut item = of.clone();
        item["arguments"] = json!("");
        item
    };
    vec![
        json!({"type": "response.created", "response": {"status": "in_progress"}}),
        added(0, json!({"type": "reasoning", "id": "rs_1", "summary": []})),
        event("reasoning_summary_part.added", 0, json!({})),
        delta("reasoning_summary_text", 0, "Hm."),
        event("reasoning_summary_text.done", 0, json!({"text": "Hm."})),
        done(0, reasoning.clone()),
        added(1, json!({"type": "message", "id": "msg_1", "content": []})),
        say(1, "I look."),
        event("output_text.done", 1, json!({"text": "I look."})),
        event("content_part.done", 1, json!({"part": {"text": "I look."}})),
        done(1, said.clone()),
        added(2, begun(&calls[0])),
        arguments(2, "{\"x\":1}"),
        event(
            "function_call_arguments.done",
            2,
            json!({"arguments": "{\"x\":1}"}),
        ),
        done(2, calls[0].clone()),
        added(3, begun(&calls[1])),
        event(
            "function_call_arguments.done",
            3,
            json!({"arguments": "{}"}),
        ),
        done(3, calls[1].clone()),
        completed(json!([reasoning, said, calls[0], calls[1]])),
    ]
}

const SAID: &str = "reasoning \"Hm.\"\ntext \"I look.\"\ncall 0 c1 f {\"x\":1}\ncall 1 c2 g {}\n\
    stop ToolCalls\n";

fn check(events: &[Value], case: &str) {
    let decoded = decode(events.iter().map(Value::to_string));
    assert_eq!(decoded, SAID, "{case}");
}

/// Takes away what tells items apart.
fn without(events: &[Value], fields: &[&str]) -> Vec<Value> {
    let mut events = events.to_vec();
    for event in &mut events {
        let Value::Object(event) = event else {
            continue;
        };
        event.retain(|name, _| !fields.contains(&name.as_str()));
        if let Some(Value::Object(item)) = event.get_mut("item") {
            item.retain(|name, _| !fields.contains(&name.as_str()));
        }
    }
    events
}

#[test]
fn an_event_may_be_missing() {
    let all = stream();
    check(&all, "whole");
    for missing in 0..all.len() - 1 {
        let mut events = all.clone();
        let gone = events.remove(missing);
        check(&events, &format!("without {gone}"));
    }
}

#[test]
fn an_event_may_come_twice() {
    let all = stream();
    let last = all.len() - 1;
    for (at, twice) in all[..last].iter().enumerate() {
        // More of an item is more of it, whatever it says.
        if twice["type"].as_str().unwrap().ends_with(".delta") {
            continue;
        }
        for later in at..all.len() {
            let mut events = all.clone();
            events.insert(later, twice.clone());
            check(&events, &format!("{twice} again at {later}"));
        }
    }
}

#[test]
fn items_may_be_told_apart_by_less() {
    let all = stream();
    for fields in [&["output_index"][..], &["id"], &["output_index", "id"]] {
        check(&without(&all, fields), &format!("without {fields:?}"));
    }
}
