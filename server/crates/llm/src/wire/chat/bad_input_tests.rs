//! Streams that are cut, broken, huge or of another kind.
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit::{decode, decode_every_split, decode_whole};

fn event(event: &Value) -> String {
    format!("data: {event}\n\n")
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn call(index: u64, id: &str, name: &str, arguments: &str) -> Value {
    delta(
        &json!({"tool_calls": [{"index": index, "id": id, "type": "function",
        "function": {"name": name, "arguments": arguments}}]}),
    )
}

fn more(index: u64, arguments: &str) -> Value {
    delta(&json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}))
}

fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

fn decoded(events: &[Value]) -> String {
    decode(
        Wire::Chat,
        events.iter().map(|event| ("", event.to_string())),
    )
}

/// An answer with every kind of part, in the order in which servers mix them.
fn everything() -> Vec<Value> {
    vec![
        delta(&json!({"role": "assistant", "content": ""})),
        delta(&json!({"reasoning_content": "h\u{e9}m"})),
        delta(
            &json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Thought"}]}]}),
        ),
        delta(&json!({"reasoning": "r", "reasoning_details":
            [{"type": "reasoning.text", "text": "r", "index": 0}]})),
        delta(&json!({"content": "a\u{1F980}\n", "annotations":
            [{"type": "url_citation", "url_citation": {"url": "http://x", "title": "t"}}]})),
        json!({"object": "server.heartbeat", "unknown": [1, {"deep": null}]}),
        call(0, "c1", "f", "{\"x\":"),
        call(1, "c2", "g", ""),
        more(0, " \"\u{1F980}\""),
        more(1, "{}"),
        more(0, "}"),
        delta(&json!({"content": "after"})),
        finish("tool_calls"),
        json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}),
    ]
}

#[test]
fn a_stream_says_the_same_wherever_it_is_cut_in_two() {
    let bytes: String = everything().iter().map(event).collect();
    let stream = format!(": hello\n\n{bytes}data: [DONE]\n\n");
    expect_test::expect![[r#"
        reasoning "hémThoughtr"
        text "a🦀\n"
        call 0 c1 f {"x":
        call 1 c2 g 
        call 0 - -  "🦀"
        call 1 - - {}
        call 0 - - }
        text "after"
        opaque Alone openai/chat {"reasoning_details":[{"index":0,"text":"r","type":"reasoning.text"}]}
        usage 9 (0 read, 0 written) 4 (0 reasoning)
        stop ToolCalls
    "#]].assert_eq(&decode_every_split(Wire::Chat, stream.as_bytes()));
}

#[test]
fn a_stream_that_ends_early_is_truncated_and_keeps_what_came() {
    let events = everything();
    let finished = events.len() - 1;
    for count in 0..events.len() {
        let decoded = decoded(&events[..count]);
        let is_truncated = decoded.contains("Truncated: ");
        // Only the finish reason makes an answer, and so its calls, whole.
        assert_eq!(is_truncated, count < finished, "{count}: {decoded}");
        assert_eq!(decoded.contains("stop "), count >= finished, "{decoded}");
        assert_eq!(decoded.contains("Thought"), count > 2, "{count}: {decoded}");
    }
}

#[test]
fn long_arguments_come_whole() {
    let long = "x".repeat(60 * 1024);
    let pieces = long.as_bytes().chunks(100);
    let mut events = vec![call(0, "c", "f", "{\"x\":\"")];
    events.extend(pieces.map(|piece| more(0, std::str::from_utf8(piece).unwrap())));
    events.extend([more(0, "\"}"), finish("tool_calls")]);
    let expected = format!("call 0 c f {{\"x\":\"{long}\"}}\nstop ToolCalls\n");
    assert_eq!(decoded(&events), expected);
    let at_once = [call(0, "c", "f", &long), finish("tool_calls")];
    assert_eq!(
        decoded(&at_once),
        format!("call 0 c f {long}\nstop ToolCalls\n")
    );
}

#[test]
fn broken_arguments_are_given_as_they_are() {
    for broken in [
        "{",
        "{\"x\": tru",
        "\\",
        "\u{0}",
        "[1,",
        "{\"a\":1}{\"b\":2}",
    ] {
        let events = [call(0, "c", "f", broken), finish("tool_calls")];
        assert_eq!(
            decoded(&events),
            format!("call 0 c f {broken}\nstop ToolCalls\n")
        );
    }
}

#[test]
fn fields_of_another_type_do_no_harm() {
    let odd = [
        json!(null),
        json!(true),
        json!(7),
        json!(-0.5),
        json!("text"),
        json!([]),
        json!({}),
        json!([[null, {"a": [1]}]]),
        json!({"text": {"text": ["x"]}}),
    ];
    for odd in &odd {
        for path in [
            "/choices/0/delta/content",
            "/choices/0/delta/reasoning",
            "/choices/0/delta/reasoning_content",
            "/choices/0/delta/reasoning_details",
            "/choices/0/delta/refusal",
            "/choices/0/content_filter_results",
            "/choices/0/usage",
            "/choices/0/index",
            "/usage",
            "/usage/prompt_tokens",
            "/usage/prompt_tokens_details",
            "/usage/completion_tokens_details",
            "/x_groq",
            "/created",
        ] {
            let mut event = delta(
                &json!({"content": "a", "reasoning": "", "reasoning_content": "",
                "reasoning_details": [], "refusal": ""}),
            );
            event["choices"][0]["content_filter_results"] = json!({});
            event["x_groq"] = json!({});
            event["choices"][0]["usage"] = json!({});
            event["usage"] = json!({"prompt_tokens": 1, "prompt_tokens_details": {},
                "completion_tokens_details": {}});
            event["created"] = json!(0);
            *event.pointer_mut(path).unwrap() = odd.clone();
            let decoded = decoded(&[delta(&json!({"content": "kept"})), event, finish("stop")]);
            assert!(decoded.contains("kept"), "{path} {odd}: {decoded}");
            assert!(decoded.contains("stop "), "{path} {odd}: {decoded}");
        }
    }
}

#[test]
fn errors_in_the_place_of_an_answer() {
    for (body, expected) in [
        (
            json!({"error": {"message": "Overloaded", "code": 503}}),
            "Provider: ",
        ),
        (json!({"error": "plain"}), "Provider: "),
        (
            json!([{"error": {"message": "in a list", "code": 429}}]),
            "RateLimited: ",
        ),
        (json!({"detail": "Not Found"}), "Provider: "),
        (
            json!({"error": {"message": "x", "code": "context_length_exceeded"}}),
            "ContextFull: ",
        ),
        (json!({}), "Provider: "),
        (json!([]), "Provider: "),
    ] {
        let decoded = decode_whole(Wire::Chat, &body.to_string());
        assert!(decoded.starts_with(expected), "{body}: {decoded}");
    }
    let cut = decode_whole(Wire::Chat, "{\"choices\": [{\"message\": {\"content\": \"a");
    assert!(cut.starts_with("Truncated: "), "{cut}");
}

#[test]
fn an_error_in_mid_stream_keeps_the_text_and_ends_the_answer() {
    let events = [
        delta(&json!({"content": "kept"})),
        call(0, "c", "f", "{\"x\""),
        json!({"error": {"message": "Overloaded", "type": "overloaded_error"}}),
        more(0, ": 1}"),
        finish("tool_calls"),
    ];
    let decoded = decoded(&events);
    assert_eq!(
        decoded,
        "text \"kept\"\ncall 0 c f {\"x\"\nProvider: The model server at  sent an error: \
         Overloaded.\n"
    );
}
