//! The decoder on events as servers send them.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit;

/// Decodes the events and ends the stream; one line for each chunk, and the error.
fn decode<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> String {
    testkit::decode(Wire::Chat, events.into_iter().map(|event| ("", event)))
}

fn check<T: AsRef<str>>(events: impl IntoIterator<Item = T>, expected: &Expect) {
    expected.assert_eq(&decode(events));
}

fn delta(delta: &Value) -> String {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}).to_string()
}

fn finish(reason: &str) -> String {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}).to_string()
}

fn calls(calls: &Value) -> String {
    delta(&json!({ "tool_calls": calls }))
}

#[test]
fn text_and_reasoning_in_all_their_forms_are_merged() {
    check(
        [
            delta(&json!({"role": "assistant", "content": ""})),
            delta(&json!({"content": null, "reasoning_content": "h"})),
            delta(&json!({"reasoning": "m"})),
            delta(&json!({"reasoning": "!", "reasoning_content": "!"})),
            delta(&json!({"content": "a\u{1F980}\n"})),
            delta(&json!({"content": [{"type": "text", "text": "b"}, "c", {"type": "x"}, null]})),
            delta(&json!({"content": "d", "unknown": [1, {"x": 2}]})),
            finish("stop"),
            "[DONE]".into(),
            "not looked at".into(),
        ],
        &expect![[r#"
            reasoning "hm!"
            text "a🦀\nbcd"
            stop EndTurn
        "#]],
    );
}

#[test]
fn choices_that_are_odd() {
    check(
        [
            "",
            "  ",
            "{}",
            r#"{"choices": null, "error": null}"#,
            r#"{"choices": [], "usage": null}"#,
            r#"{"choices": [{"delta": null}]}"#,
            r#"{"choices": [{"delta": {"tool_calls": null, "content": "a"}}]}"#,
            r#"{"choices": [{"index": null, "delta": {"tool_calls": [], "content": "b"}}]}"#,
            r#"{"choices": [{"index": "0", "delta": {"content": 7}}]}"#,
            r#"{"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "stop"}]}"#,
            r#"{"choices": [{"index": 0, "delta": {"content": "c"}, "finish_reason": ""}]}"#,
            r#"{"choices": [{"index": 0, "finish_reason": "eos"}]}"#,
        ],
        &expect![[r#"
            text "ab7c"
            stop EndTurn
        "#]],
    );
}

#[test]
fn usage_is_given_once_and_before_the_stop() {
    let usage = |input: &Value, output: &Value| {
        json!({"choices": [], "usage": {
            "prompt_tokens": input, "completion_tokens": output,
            "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": null},
        }})
        .to_string()
    };
    check(
        [
            delta(&json!({"content": "a"})),
            usage(&json!(1), &json!(1)),
            delta(&json!({"content": "b"})),
            finish("stop"),
            usage(&json!(9.0), &json!("4")),
        ],
        &expect![[r#"
            text "ab"
            usage 9 (3 read, 0 written) 4 (0 reasoning)
            stop EndTurn
        "#]],
    );
    check(
        [usage(&json!(-1), &json!([]))],
        &expect![[r#"
            usage 0 (3 read, 0 written) 0 (0 reasoning)
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
}

#[test]
fn finish_reasons() {
    let text = || delta(&json!({"content": "a"}));
    let call = || calls(&json!([{"index": 0, "id": "c", "function": {"name": "f"}}]));
    for (reason, plain, with_call) in [
        ("stop", "EndTurn", "ToolCalls"),
        ("tool_calls", "EndTurn", "ToolCalls"),
        ("function_call", "EndTurn", "ToolCalls"),
        ("length", "MaxTokens", "MaxTokens"),
        ("max_tokens", "MaxTokens", "MaxTokens"),
        ("content_filter", "Filtered", "Filtered"),
        ("end_turn", "EndTurn", "ToolCalls"),
    ] {
        let stop = |stop: &str| format!("stop {stop}\n");
        assert!(
            decode([text(), finish(reason)]).ends_with(&stop(plain)),
            "{reason}"
        );
        assert!(
            decode([call(), finish(reason)]).ends_with(&stop(with_call)),
            "{reason}"
        );
    }
    check(
        [delta(&json!({"refusal": "I will not."})), finish("stop")],
        &expect![[r#"
            text "I will not."
            stop Refusal
        "#]],
    );
}

#[test]
fn calls_in_pieces_and_interleaved() {
    check(
        [
            calls(&json!([{"index": 0, "id": "a", "type": "function",
                           "function": {"name": "f", "arguments": ""}}])),
            calls(&json!([{"index": 0, "function": {"arguments": "{\"x\""}}])),
            calls(&json!([{"index": 0, "function": {"arguments": ":1}"}}])),
            calls(&json!([{"index": 1, "id": "b", "function": {"name": "g", "arguments": "{"}}])),
            calls(&json!([{"index": 0, "function": {"arguments": " "}},
                          {"index": 1, "id": "", "function": {"name": "", "arguments": "}"}}])),
            calls(&json!([{"index": 1, "function": {"arguments": null}}, {"index": 1}, null])),
            finish("tool_calls"),
        ],
        &expect![[r#"
            call 0 a f {"x":1}
            call 1 b g {
            call 0 - -  
            call 1 - - }
            stop ToolCalls
        "#]],
    );
}

#[test]
fn calls_without_an_index_or_with_the_same_one() {
    let whole = |id: &Value, name: &str| json!({"id": id, "function": {"name": name, "arguments": {"n": name}}});
    check(
        [
            calls(&json!([whole(&json!("a"), "f"), whole(&json!("b"), "f")])),
            calls(&json!([{"function": {"arguments": "+"}}])),
            calls(&json!([{"id": "a", "function": {"arguments": "-"}}])),
            finish("stop"),
        ],
        &expect![[r#"
            call 0 a f {"n":"f"}
            call 1 b f {"n":"f"}+
            call 0 - - -
            stop ToolCalls
        "#]],
    );
    let at_zero = |id: &str, name: &str, arguments: &str| {
        calls(&json!([{"index": 0, "id": id, "function": {"name": name, "arguments": arguments}}]))
    };
    check(
        [
            at_zero("a", "f", "{"),
            // The name and the id again, then an id that changes, are still the same call.
            at_zero("a", "f", "1"),
            at_zero("zz", "", "}"),
            at_zero("b", "f", "{}"),
            at_zero("", "g", "{}"),
            finish("tool_calls"),
        ],
        &expect![[r#"
            call 0 a f {1}
            call 1 b f {}
            call 2 call_2 g {}
            stop ToolCalls
        "#]],
    );
}

#[test]
fn ids_are_made_unique_and_indices_have_no_gaps() {
    let call = |index: u64, id: &Value| {
        calls(&json!([{"index": index, "id": id, "function": {"name": "f", "arguments": "{}"}}]))
    };
    check(
        [
            call(5, &json!("")),
            call(9, &json!("x")),
            call(11, &json!("x")),
            call(12, &json!(null)),
            call(13, &json!("call_0")),
            call(14, &json!(17)),
            finish("tool_calls"),
        ],
        &expect![[r#"
            call 0 call_0 f {}
            call 1 x f {}
            call 2 call_2 f {}
            call 3 call_3 f {}
            call 4 call_4 f {}
            call 5 17 f {}
            stop ToolCalls
        "#]],
    );
}

#[test]
fn a_name_that_comes_late_or_never() {
    check(
        [
            calls(&json!([{"index": 0, "id": "a", "function": {"arguments": "{"}}])),
            calls(&json!([{"index": 1, "id": "b"}, {"index": 2}])),
            calls(&json!([{"index": 0, "function": {"name": "f", "arguments": "}"}}])),
            finish("tool_calls"),
        ],
        &expect![[r#"
            call 0 a f {}
            call 1 b  
            stop ToolCalls
        "#]],
    );
    let old = |function: Value| delta(&json!({ "function_call": function }));
    check(
        [
            old(json!({"name": "f", "arguments": "{"})),
            old(json!({"arguments": "}"})),
            finish("function_call"),
        ],
        &expect![[r#"
            call 0 call_0 f {}
            stop ToolCalls
        "#]],
    );
}

#[test]
fn too_many_calls_are_an_error() {
    let many: Vec<Value> = (0..300)
        .map(|index| json!({"index": index, "function": {"name": "f"}}))
        .collect();
    let decoded = decode([calls(&json!(many))]);
    assert!(decoded.contains("Truncated: The model made more than 256 tool calls"));
}

#[test]
fn errors_in_the_stream() {
    let prefix = |error: &str| {
        let decoded = decode([delta(&json!({"content": "a"})).as_str(), error, "[DONE]"]);
        let rest = decoded.strip_prefix("text \"a\"\n").unwrap();
        rest.replace("The model server at  sent an error", "…")
    };
    for (error, expected) in [
        (
            r#"{"error": {"message": "Overloaded.", "code": 503}}"#,
            "Provider: …: Overloaded.\n",
        ),
        (
            r#"{"error": {"message": "slow", "code": "429"}}"#,
            "RateLimited: …: slow.\n",
        ),
        (r#"{"error": "plain"}"#, "Provider: …: plain.\n"),
        (
            r#"{"error": {"strange": 1}}"#,
            "Provider: …: {\"strange\":1}.\n",
        ),
        (
            r#"{"object": "error", "message": "flat", "code": 400}"#,
            "Rejected: …: flat.\n",
        ),
        (r#"{"detail": "why"}"#, "Provider: …: why.\n"),
        (
            r#"{"choices": [{"delta": {}, "finish_reason": "error"}], "error": {"message": "m"}}"#,
            "Provider: …: m.\n",
        ),
    ] {
        assert_eq!(prefix(error), expected, "{error}");
    }
    for broken in [
        "{",
        "nonsense",
        "[1]",
        "7",
        r#"{"choices": 1}"#,
        r#"{"choices": [{"delta": "#,
    ] {
        let error = prefix(broken);
        assert!(
            error.starts_with("Truncated: The model's stream holds something else"),
            "{error}"
        );
    }
    let deep = format!("{{\"x\": {}", "[".repeat(100_000));
    assert!(prefix(&deep).starts_with("Truncated: "));
}

#[test]
fn what_breaks_after_the_finish_reason_does_no_harm() {
    check(
        [
            delta(&json!({"content": "a"})),
            finish("stop"),
            "{\"usage\": {\"prom".into(),
        ],
        &expect![[r#"
            text "a"
            stop EndTurn
        "#]],
    );
}

#[test]
fn a_stream_without_a_finish_reason_is_truncated() {
    for events in [
        vec![],
        vec![delta(&json!({"content": "a"}))],
        vec!["[DONE]".to_owned()],
    ] {
        assert!(decode(events).contains("Truncated: The model's stream ended before"));
    }
}

#[test]
fn a_whole_completion() {
    let whole = |body: &Value| testkit::decode_whole(Wire::Chat, &body.to_string());
    expect![[r#"
        text "a"
        call 0 c f {}
        usage 2 (0 read, 0 written) 1 (0 reasoning)
        stop ToolCalls
    "#]]
    .assert_eq(&whole(&json!({
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "a", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 1},
    })));
    expect![[r#"
        Provider: The model server at  sent an error: no.
    "#]]
    .assert_eq(&whole(&json!({"error": {"message": "no"}})));
    assert!(whole(&json!({"hello": 1})).starts_with("Provider: "));
    let list = whole(&json!([{"error": {"message": "no"}}]));
    assert_eq!(list, "Provider: The model server at  sent an error: no.\n");
}
