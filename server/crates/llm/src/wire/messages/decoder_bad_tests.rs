//! The decoder on events that are odd, broken off or wrong.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::tests::{arguments, call, check, decode, delta, end, over, rich, start, stop, text};
use crate::Wire;
use crate::wire::testkit;

/// Decodes data as it is.
fn decode_raw(events: &[(&str, &str)]) -> String {
    testkit::decode(Wire::Messages, events.iter().copied())
}

fn check_whole(body: &Value, expected: &Expect) {
    expected.assert_eq(&testkit::decode_whole(Wire::Messages, &body.to_string()));
}

#[test]
fn what_is_yet_to_come_does_no_harm() {
    check(
        &[
            json!({"type": "yet_to_come", "index": {}, "delta": 7, "message": [], "usage": "x"}),
            json!({"type": null}),
            json!({}),
            start(
                0,
                &json!({"type": "yet_to_come", "id": [1], "name": {}, "text": 7, "input": 1.50}),
            ),
            delta(0, &json!({"type": "yet_to_come_delta", "content": [1]})),
            delta(0, &json!({"type": "text_delta", "text": "not shown"})),
            stop(0),
            start(1, &json!({"type": "text", "text": "a"})),
            delta(1, &json!({"type": "yet_to_come_delta", "content": [1]})),
            stop(1),
            stop(1),
            stop(9),
            start(2, &json!({"type": "mcp_tool_use", "id": "m", "input": {}})),
            arguments(2, "{\"half"),
            stop(2),
            end("end_turn"),
            over(),
        ],
        &expect![[r#"
            opaque Alone openai/messages {"id":[1],"input":1.5,"name":{},"text":7,"type":"yet_to_come"}
            text "a"
            opaque Alone openai/messages {"id":"m","input":{},"type":"mcp_tool_use"}
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop EndTurn
        "#]],
    );
}

#[test]
fn fields_that_are_missing_or_null() {
    check(
        &[
            json!({"type": "message_start"}),
            json!({"type": "message_start", "message": null}),
            json!({"type": "content_block_start", "content_block": {"type": "text", "text": null}}),
            json!({"type": "content_block_delta", "delta": {"text": "a"}}),
            json!({"type": "content_block_delta", "index": null, "delta": {"text": "b"}}),
            json!({"type": "content_block_delta", "index": "1", "delta": null}),
            json!({"type": "content_block_delta"}),
            json!({"type": "content_block_stop"}),
            json!({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f"}}),
            json!({"type": "content_block_delta", "delta": {"partial_json": "{}"}}),
            json!({"type": "content_block_stop", "index": null}),
            json!({"type": "content_block_start", "index": 5}),
            json!({"type": "content_block_start", "index": 6, "content_block": {"text": "c"}}),
            json!({"type": "message_delta"}),
            json!({"type": "message_delta", "delta": {"stop_reason": null}, "usage": null}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
        ],
        &expect![[r#"
            text "ab"
            call 0 call_0 f {}
            text "c"
            stop ToolCalls
        "#]],
    );
    // Without beginnings and types, as told by the type of the event.
    let said = decode_raw(&[
        ("content_block_delta", r#"{"delta": {"text": "a"}}"#),
        ("content_block_delta", r#"{"delta": {"thinking": "b"}}"#),
        ("", "  "),
        (
            "message_delta",
            r#"{"delta": {"stop_reason": "max_tokens"}}"#,
        ),
        ("", "[DONE]"),
        ("message_delta", r#"{"delta": {"stop_reason": "refusal"}}"#),
    ]);
    assert_eq!(said, "text \"a\"\nreasoning \"b\"\nstop MaxTokens\n");
}

#[test]
fn a_stream_that_is_cut() {
    let events = || {
        vec![
            start(0, &json!({"type": "text", "text": "a"})),
            stop(0),
            call(1, "t"),
            arguments(1, "{}"),
            stop(1),
            end("tool_use"),
        ]
    };
    let cut = |at: usize| decode(&events()[..at]);
    let (begun, whole) = ("call 0 t f \n", "call 0 t f {}\n");
    for (at, call, error) in [
        (0, "", "ended before its answer did"),
        (1, "", "ended before its answer did"),
        (2, "", "ended before its answer did"),
        (3, begun, "ended inside a tool call"),
        (4, whole, "ended inside a tool call"),
        (5, whole, "ended before its answer did"),
    ] {
        let said = cut(at);
        let shown = if at == 0 { "" } else { "text \"a\"\n" };
        let rest = said.strip_prefix(&format!("{shown}{call}")).unwrap();
        assert!(rest.starts_with("Truncated: "), "{said}");
        assert!(rest.contains(error), "{said}");
    }
    assert!(cut(6).ends_with("stop ToolCalls\n"));
}

#[test]
fn half_a_call_is_never_run() {
    let half = || vec![call(0, "t"), arguments(0, "{\"x\": 1")];
    let then = |more: &[Value]| decode(&[half(), more.to_vec()].concat());
    for more in [
        vec![end("tool_use"), over()],
        vec![end("tool_use")],
        vec![over()],
        vec![call(0, "u"), stop(0), end("tool_use"), over()],
        vec![
            start(0, &json!({"type": "text", "text": ""})),
            stop(0),
            end("end_turn"),
            over(),
        ],
    ] {
        let said = then(&more);
        assert!(
            said.contains("Truncated: The model's stream ended inside"),
            "{said}"
        );
        assert!(!said.contains("stop "), "{said}");
    }
    // The end of the block may come after the reason.
    let said = then(&[end("tool_use"), arguments(0, "}"), stop(0), over()]);
    assert!(said.ends_with("stop ToolCalls\n"), "{said}");
    let done = decode_raw(&[
        ("", &call(0, "t").to_string()),
        ("", &end("tool_use").to_string()),
        ("", "[DONE]"),
    ]);
    assert!(done.contains("Truncated: "), "{done}");
}

#[test]
fn events_that_are_lost_doubled_or_swapped() {
    let events = rich();
    let check = |changed: &[Value], what: &str| {
        let said = decode(changed);
        let ends = said.matches("\nstop ").count() + said.matches("\nTruncated: ").count();
        assert_eq!(ends, 1, "{what}: {said}");
        assert!(said.contains("So it is."), "{what}: {said}");
        said
    };
    for at in 0..events.len() {
        let event = &events[at];
        let mut doubled = events.clone();
        doubled.insert(at, event.clone());
        check(&doubled, "doubled");
        let mut swapped = events.clone();
        swapped.swap(at, (at + 1) % events.len());
        if *event != over() && swapped[at] != events[0] {
            check(&swapped, "swapped");
        }
        let mut lost = events.clone();
        lost.remove(at);
        if event["delta"]["text"] == "So it is." {
            continue;
        }
        let said = check(&lost, "lost");
        let is_end_of_call = [7, 8].map(stop).contains(event);
        assert_eq!(
            said.contains("Truncated: "),
            is_end_of_call,
            "{event}: {said}"
        );
    }
}

#[test]
fn blocks_whose_end_is_left_out_are_kept() {
    check(
        &[
            start(
                0,
                &json!({"type": "thinking", "thinking": "a", "signature": "s"}),
            ),
            start(0, &json!({"type": "redacted_thinking", "data": "d"})),
            start(1, &json!({"type": "text", "text": "b", "citations": [{}]})),
            end("end_turn"),
        ],
        &expect![[r#"
            reasoning "a"
            opaque Part openai/messages {"type":"thinking","thinking":"a","signature":"s"}
            text "b"
            opaque Alone openai/messages {"data":"d","type":"redacted_thinking"}
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop EndTurn
        "#]],
    );
}

#[test]
fn too_many_blocks_are_an_error() {
    let call = |index: u64| call(index, "");
    let calls: Vec<Value> = (0..300).flat_map(|at| [call(at), stop(at)]).collect();
    assert!(decode(&calls).contains("Truncated: The model made more than 256 tool calls"));
    let text = json!({"type": "text", "text": ""});
    let open: Vec<Value> = (0..300).map(|at| start(at, &text)).collect();
    assert!(decode(&open).contains("Truncated: The model's stream begins more and more parts"));
    let one = decode(&[
        start(u64::MAX, &text),
        json!({"type": "content_block_start", "content_block": {"type": "text", "text": "a"}}),
        end("end_turn"),
    ]);
    assert_eq!(
        one,
        "text \"a\"\nusage 0 (0 read, 0 written) 5 (0 reasoning)\nstop EndTurn\n"
    );
}

#[test]
fn errors_in_the_stream() {
    let said = |kind: &str, message: &str| {
        let error = json!({"type": "error", "error": {"type": kind, "message": message}});
        let said = decode(&[text(0, "a"), error, over()]);
        let rest = said.strip_prefix("text \"a\"\n").unwrap();
        rest.split(':').next().unwrap().to_owned()
    };
    for (kind, expected) in [
        ("overloaded_error", "Provider"),
        ("api_error", "Provider"),
        ("timeout_error", "Provider"),
        ("rate_limit_error", "RateLimited"),
        ("authentication_error", "Auth"),
        ("permission_error", "Auth"),
        ("invalid_request_error", "Rejected"),
        ("not_found_error", "Rejected"),
        ("request_too_large", "ContextFull"),
    ] {
        assert_eq!(said(kind, "Words."), expected, "{kind}");
    }
    let long = "prompt is too long: 9 tokens > 8 maximum";
    assert_eq!(said("invalid_request_error", long), "ContextFull");
    for (kind, data) in [
        ("error", "Internal Server Error"),
        ("error", r#"{"type": "error", "error": {"message": "m"}}"#),
        ("", r#"{"error": {"message": "m"}}"#),
        ("", r#"{"error": "m"}"#),
    ] {
        let said = decode_raw(&[("", &text(0, "a").to_string()), (kind, data)]);
        assert!(said.starts_with("text \"a\"\nProvider: "), "{said}");
    }
    for broken in ["{", "nonsense", "[1]", "7", r#"{"type": "#, "<html>"] {
        let said = decode_raw(&[("", &text(0, "a").to_string()), ("", broken)]);
        let error = "text \"a\"\nTruncated: The model's stream holds something else";
        assert!(said.starts_with(error), "{said}");
    }
    let deep = format!("{{\"type\": {}", "[".repeat(100_000));
    assert!(decode_raw(&[("", &deep)]).starts_with("Truncated: "));
}

#[test]
fn what_breaks_after_the_end_does_no_harm() {
    let end = end("end_turn").to_string();
    for after in [
        "{",
        "nonsense",
        r#"{"type": "error", "error": {"message": "m"}}"#,
    ] {
        let said = decode_raw(&[("", &end), ("", after)]);
        assert!(said.ends_with("stop EndTurn\n"), "{said}");
    }
}

#[test]
fn a_whole_answer() {
    check_whole(
        &json!({"type": "message", "role": "assistant", "content": [
            {"type": "thinking", "thinking": "a", "signature": "s"},
            {"type": "text", "text": "b"},
            {"type": "text", "text": "c", "citations": [{"u": 1}]},
            {"type": "yet_to_come"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}}],
            "stop_reason": "tool_use", "usage": {"input_tokens": 2, "output_tokens": 3}}),
        &expect![[r#"
            reasoning "a"
            opaque Part openai/messages {"type":"thinking","thinking":"a","signature":"s"}
            text "bc"
            opaque Part openai/messages {"aside_attached":"citations","bytes":1,"citations":[{"u":1}]}
            opaque Alone openai/messages {"type":"yet_to_come"}
            call 0 t f {"x":1}
            usage 2 (0 read, 0 written) 3 (0 reasoning)
            stop ToolCalls
        "#]],
    );
    check_whole(
        &json!({"content": "plain", "stop_reason": null}),
        &expect![[r#"
            text "plain"
            stop EndTurn
        "#]],
    );
    check_whole(
        &json!({"content": [], "stop_reason": "refusal", "stop_details": {"explanation": "No."}}),
        &expect![[r#"
            note "No"
            stop Refusal
        "#]],
    );
}

#[test]
fn a_body_that_is_no_answer() {
    for body in [
        r#"{"type": "error", "error": {"type": "api_error", "message": "m"}, "request_id": "r"}"#,
        r#"{"error": {"message": "m"}}"#,
        r#"[{"error": {"message": "m"}}]"#,
        r#"{"hello": 1}"#,
        r#"{"content": null}"#,
        r#"{"type": "mess"#,
        "",
    ] {
        let said = testkit::decode_whole(Wire::Messages, body);
        assert!(said.starts_with("Provider: "), "{body}: {said}");
    }
    let odd = testkit::decode_whole(Wire::Messages, r#"{"content": [[1]]}"#);
    assert!(odd.starts_with("Truncated: "), "{odd}");
}
