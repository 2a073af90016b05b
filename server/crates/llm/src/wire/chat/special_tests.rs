//! What single servers do in their own way.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit;

fn decode(events: &[Value]) -> String {
    let events = events.iter().map(|event| ("", event.to_string()));
    testkit::decode(Wire::Chat, events)
}

fn check(events: &[Value], expected: &Expect) {
    expected.assert_eq(&decode(events));
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

#[test]
fn mistral_thinks_in_parts_of_the_content() {
    let thinking =
        |text: &str| json!({"type": "thinking", "thinking": [{"type": "text", "text": text}]});
    check(
        &[
            delta(&json!({"role": "assistant", "content": ""})),
            delta(&json!({"content": [thinking("I ")]})),
            delta(&json!({"content": [thinking("think.")]})),
            delta(&json!({"content": [{"type": "text", "text": "So"}, "!", null]})),
            delta(&json!({"content": [thinking("More"), {"type": "text", "text": "Done"}]})),
            delta(&json!({"content": [{"type": "reference", "reference_ids": [1]}]})),
            delta(&json!({"content": {"type": "thinking", "thinking": "bare"}})),
            delta(
                &json!({"content": [{"type": "thinking", "thinking": [7, {"x": 1}], "text": "no"}]}),
            ),
            delta(&json!({"content": {"type": "text", "text": "."}})),
            finish("stop"),
        ],
        &expect![[r#"
            reasoning "I think."
            text "So!"
            reasoning "More"
            text "Done"
            reasoning "bare7"
            text "."
            stop EndTurn
        "#]],
    );
}

#[test]
fn reasoning_in_the_text_is_told_from_it() {
    let call = json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f"}}]});
    check(
        &[
            delta(&json!({"content": "<thi"})),
            delta(&json!({"content": "nk>I think.</think>"})),
            delta(&json!({"content": "\n\nSo <think>"})),
            finish("stop"),
        ],
        &expect![[r#"
            reasoning "I think."
            text "So <think>"
            stop EndTurn
        "#]],
    );
    // What is held back is given out before anything else.
    for other in [call, json!({"reasoning": "hm"}), json!({"refusal": "No."})] {
        let decoded = decode(&[
            delta(&json!({"content": "<thi"})),
            delta(&other),
            finish("stop"),
        ]);
        assert!(decoded.starts_with("text \"<thi"), "{decoded}");
    }
    assert!(decode(&[delta(&json!({"content": "<"}))]).starts_with("text \"<\"\nTruncated"));
    let error = json!({"error": {"message": "Overloaded"}});
    let decoded = decode(&[delta(&json!({"content": "<"})), error]);
    assert!(decoded.starts_with("text \"<\"\nProvider"), "{decoded}");
}

#[test]
fn openrouter_wants_its_items_of_reasoning_back() {
    let item = |text: &str| json!([{"type": "reasoning.text", "text": text, "index": 0}]);
    check(
        &[
            delta(&json!({"reasoning": "I ", "reasoning_details": item("I ")})),
            delta(&json!({"reasoning": "think", "reasoning_details": item("think")})),
            delta(
                &json!({"reasoning_details": [{"type": "reasoning.text", "signature": "s", "index": 0}]}),
            ),
            delta(&json!({"content": "So", "reasoning_details": []})),
            delta(
                &json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
                "reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "id": "a"}]}),
            ),
            delta(&json!({"reasoning_details": null})),
            finish("tool_calls"),
        ],
        &expect![[r#"
            reasoning "I think"
            text "So"
            call 0 a f {}
            opaque Alone openai/chat {"reasoning_details":[{"index":0,"signature":"s","text":"I think","type":"reasoning.text"},{"data":"x","id":"a","type":"reasoning.encrypted"}]}
            stop ToolCalls
        "#]],
    );
    // Some models come with items alone.
    check(
        &[
            delta(&json!({"reasoning_details": item("I ")})),
            delta(&json!({"reasoning": "", "reasoning_details": item("think")})),
            delta(&json!({"content": "So"})),
            finish("stop"),
        ],
        &expect![[r#"
            reasoning "I think"
            text "So"
            opaque Alone openai/chat {"reasoning_details":[{"index":0,"text":"I think","type":"reasoning.text"}]}
            stop EndTurn
        "#]],
    );
    // Of an answer that broke off nothing is sent back.
    let broken = decode(&[delta(&json!({"reasoning_details": item("I ")}))]);
    assert!(!broken.contains("opaque"), "{broken}");
}

#[test]
fn google_wants_back_what_came_with_a_call() {
    let signed = |sign: &str| json!({"google": {"thought_signature": sign}});
    check(
        &[
            delta(&json!({"tool_calls": [
                {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"},
                 "extra_content": signed("one")},
                {"index": 1, "id": "b", "extra_content": signed("early")},
                {"index": 2, "id": "c", "function": {"name": "h"}, "extra_content": null},
            ]})),
            delta(&json!({"tool_calls": [
                {"index": 0, "function": {"arguments": "}"}, "extra_content": signed("ignored")},
                {"index": 1, "function": {"name": "g", "arguments": "{}"}},
            ]})),
            delta(&json!({"content": "x", "extra_content": signed("of text")})),
            finish("tool_calls"),
        ],
        &expect![[r#"
            call 0 a f {
            opaque Call(0) openai/chat {"extra_content":{"google":{"thought_signature":"one"}}}
            call 1 c h 
            call 0 - - }
            call 2 b g {}
            opaque Call(2) openai/chat {"extra_content":{"google":{"thought_signature":"early"}}}
            text "x"
            stop ToolCalls
        "#]],
    );
}

#[test]
fn azure_says_what_its_filter_found() {
    check(
        &[
            json!({"choices": [], "model": "", "prompt_filter_results": [
                {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": true}}}]}),
            json!({"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": null,
                "content_filter_results": {"hate": {"filtered": false, "severity": "safe"}}}]}),
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "content_filter",
                "content_filter_results": {
                    "self_harm": {"filtered": true, "severity": "high"},
                    "violence": {"filtered": true}, "hate": {"filtered": false}}}]}),
        ],
        &expect![[r#"
            text "a"
            note "the filter found: self harm, violence"
            stop Filtered
        "#]],
    );
    for odd in [
        json!(null),
        json!([]),
        json!("x"),
        json!({"error": {"code": 1}}),
    ] {
        let event = json!({"choices": [{"index": 0, "finish_reason": "content_filter",
                                        "content_filter_results": odd}]});
        assert_eq!(decode(&[event]), "stop Filtered\n");
    }
}

#[test]
fn counts_are_found_wherever_they_stand() {
    let counts = json!({"prompt_tokens": 9, "completion_tokens": 4});
    let expected = "usage 9 (0 read, 0 written) 4 (0 reasoning)\nstop EndTurn\n";
    let mut in_choice = finish("stop");
    in_choice["choices"][0]["usage"] = counts.clone();
    let mut in_groq = finish("stop");
    in_groq["x_groq"] = json!({"id": "req", "usage": counts});
    for last in [in_choice, in_groq] {
        assert_eq!(decode(&[last]), expected);
    }
    for odd in [
        json!(null),
        json!("x"),
        json!({"usage": null}),
        json!({"usage": 7}),
    ] {
        let mut last = finish("stop");
        last["x_groq"] = odd;
        assert_eq!(decode(&[last]), "stop EndTurn\n");
    }
}

#[test]
fn reasons_that_single_servers_give() {
    for (reason, expected) in [
        ("model_length", "stop ContextFull\n"),
        ("model_context_window_exceeded", "stop ContextFull\n"),
        ("sensitive", "stop Filtered\n"),
        ("content_filter: SAFETY", "stop Filtered\n"),
        ("refusal", "stop Refusal\n"),
    ] {
        assert_eq!(decode(&[finish(reason)]), expected, "{reason}");
    }
    for reason in [
        "error",
        "abort",
        "network_error",
        "insufficient_system_resource",
        "function_call_filter: MALFORMED_FUNCTION_CALL",
    ] {
        let text = delta(&json!({"content": "a"}));
        let decoded = decode(&[text, finish(reason)]);
        assert!(decoded.starts_with("text \"a\"\nTruncated: "), "{decoded}");
        assert!(decoded.contains(reason), "{decoded}");
    }
    let mut broken = finish("error");
    broken["choices"][0]["error"] = json!({"code": 502, "message": "Upstream is gone."});
    check(
        &[broken],
        &expect![[r#"
        Provider: The model server at  sent an error: Upstream is gone.
    "#]],
    );
}
