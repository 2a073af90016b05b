//! What a server said once goes back to it in the next request, and to no other.
use std::sync::Arc;

use serde_json::{Value, json};

use crate::wire::testkit::{self, collector};
use crate::wire::{Decode, decoder};
use crate::{
    AssistantPart, Chunk, Message, ModelRequest, Opaque, Place, ProviderConfig, Quirks,
    ReasoningReplay, Wire,
};

fn answer(events: &[Value]) -> Vec<Chunk> {
    let mut out = collector(Wire::Chat);
    let mut decoder: Box<dyn Decode> = decoder(Wire::Chat);
    for event in events {
        decoder.event("", &event.to_string(), &mut out);
    }
    decoder.end(&mut out);
    out.finish();
    out.take_chunks()
}

/// The parts of an answer, as a turn stores and replays them.
fn parts(chunks: Vec<Chunk>) -> Vec<AssistantPart> {
    let mut parts: Vec<AssistantPart> = Vec::new();
    let mut of_calls: Vec<(usize, Opaque)> = Vec::new();
    let mut calls = 0;
    for chunk in chunks {
        match chunk {
            Chunk::Text(text) => parts.push(AssistantPart::Text(text)),
            Chunk::Reasoning(text) => parts.push(AssistantPart::Reasoning(text)),
            Chunk::ToolCall {
                id: Some(id),
                name: Some(name),
                arguments,
                ..
            } => {
                calls += 1;
                parts.push(AssistantPart::ToolCall {
                    id,
                    name,
                    arguments,
                });
            }
            Chunk::Opaque(Place::Call(index), opaque) => of_calls.push((index, opaque)),
            Chunk::Opaque(Place::Alone, opaque) => parts.push(AssistantPart::Opaque(opaque)),
            Chunk::Stop(_) | Chunk::Usage(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(calls, 2);
    for (index, opaque) in of_calls.into_iter().rev() {
        let mut seen = 0;
        let at = parts.iter().position(|part| {
            let is_call = matches!(part, AssistantPart::ToolCall { .. });
            seen += usize::from(is_call);
            is_call && seen == index + 1
        });
        parts.insert(at.unwrap() + 1, AssistantPart::Attached(opaque));
    }
    parts
}

fn sent(parts: Vec<AssistantPart>, id: &str, reasoning: ReasoningReplay) -> Value {
    let config = ProviderConfig {
        id: id.into(),
        quirks: Quirks {
            reasoning,
            ..Quirks::default()
        },
        ..ProviderConfig::new(Wire::Chat, "http://test", None)
    };
    let request = ModelRequest {
        messages: vec![Message::Assistant(parts)],
        cache_key: Some(Arc::from("key")),
        ..ModelRequest::new("m")
    };
    let body: Value = serde_json::from_str(&testkit::body(&request, &config)).unwrap();
    body["messages"][0].clone()
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

#[test]
fn what_is_opaque_goes_back_to_whom_it_came_from() {
    let signed = json!({"google": {"thought_signature": "sig=="}});
    let call = |index: u64, id: &str| {
        json!({"index": index, "id": id, "type": "function",
               "function": {"name": "f", "arguments": "{\"x\":1}"}})
    };
    let mut first = call(0, "a");
    first["extra_content"] = signed.clone();
    let item = |more: Value| {
        let mut item = json!({"type": "reasoning.text", "index": 0});
        let fields = more.as_object().unwrap().clone();
        item.as_object_mut().unwrap().extend(fields);
        json!({ "reasoning_details": [item] })
    };
    let encrypted = json!({"type": "reasoning.encrypted", "data": "e==", "id": "r", "index": 1});
    let answer = answer(&[
        delta(&item(json!({"text": "I "}))),
        delta(&item(json!({"text": "think."}))),
        delta(&item(json!({"signature": "s=="}))),
        delta(&json!({"content": "So"})),
        delta(&json!({"tool_calls": [first]})),
        delta(&json!({"tool_calls": [call(1, "b")], "reasoning_details": [encrypted]})),
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
    ]);
    let parts = parts(answer);
    let bare = |id: &str| {
        json!({"id": id, "type": "function",
               "function": {"name": "f", "arguments": "{\"x\":1}"}})
    };
    let mut with_extra = bare("a");
    with_extra["extra_content"] = signed;
    let to_itself = json!({
        "role": "assistant", "content": "So",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "I think.", "signature": "s==", "index": 0},
            encrypted,
        ],
        "tool_calls": [with_extra, bare("b")],
    });
    let to_others = json!({
        "role": "assistant", "content": "So", "tool_calls": [bare("a"), bare("b")],
    });
    let as_text = json!({
        "role": "assistant", "content": "So", "reasoning_content": "I think.",
        "tool_calls": [bare("a"), bare("b")],
    });
    for (id, reasoning, expected) in [
        ("openai", ReasoningReplay::Details, &to_itself),
        ("other", ReasoningReplay::Details, &to_others),
        ("other", ReasoningReplay::None, &to_others),
        ("other", ReasoningReplay::Content, &as_text),
    ] {
        assert_eq!(&sent(parts.clone(), id, reasoning), expected, "{id}");
    }
}
