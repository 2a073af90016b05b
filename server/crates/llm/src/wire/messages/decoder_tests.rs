//! The decoder on events as servers send them.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit;

/// Decodes the events and ends the stream; one line for each chunk, and the error.
pub(super) fn decode(events: &[Value]) -> String {
    let events = events.iter().map(|event| ("", event.to_string()));
    testkit::decode(Wire::Messages, events)
}

pub(super) fn check(events: &[Value], expected: &Expect) {
    expected.assert_eq(&decode(events));
}

pub(super) fn start(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

pub(super) fn delta(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

pub(super) fn text(index: u64, text: &str) -> Value {
    delta(index, &json!({"type": "text_delta", "text": text}))
}

pub(super) fn arguments(index: u64, json: &str) -> Value {
    delta(
        index,
        &json!({"type": "input_json_delta", "partial_json": json}),
    )
}

pub(super) fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

pub(super) fn call(index: u64, id: &str) -> Value {
    start(
        index,
        &json!({"type": "tool_use", "id": id, "name": "f", "input": {}}),
    )
}

pub(super) fn end(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
           "usage": {"output_tokens": 5}})
}

pub(super) fn over() -> Value {
    json!({"type": "message_stop"})
}

fn begin() -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
           "role": "assistant", "content": [], "model": "m", "stop_reason": null,
           "usage": {"input_tokens": 7, "cache_creation_input_tokens": 20,
                     "cache_read_input_tokens": 300, "output_tokens": 1}}})
}

/// One stream with a block of every kind.
pub(super) fn rich() -> Vec<Value> {
    vec![
        begin(),
        start(
            0,
            &json!({"type": "thinking", "thinking": "", "signature": ""}),
        ),
        json!({"type": "ping"}),
        delta(
            0,
            &json!({"type": "thinking_delta", "thinking": "Let \"me\"\n"}),
        ),
        delta(
            0,
            &json!({"type": "thinking_delta", "thinking": "s\u{e9}e."}),
        ),
        delta(
            0,
            &json!({"type": "signature_delta", "signature": "EqQB+/="}),
        ),
        stop(0),
        start(1, &json!({"type": "redacted_thinking", "data": "EmwKAh=="})),
        stop(1),
        start(2, &json!({"type": "text", "text": ""})),
        text(2, "I look"),
        text(2, " it up. "),
        stop(2),
        start(
            3,
            &json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
                         "input": {}}),
        ),
        arguments(3, ""),
        arguments(3, "{\"query\": \"a"),
        arguments(3, " \u{1F980}\"}"),
        stop(3),
        start(
            4,
            &json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
                         "content": [{"type": "web_search_result", "url": "http://a"}]}),
        ),
        stop(4),
        start(5, &json!({"type": "text", "text": "", "citations": []})),
        delta(
            5,
            &json!({"type": "citations_delta", "citation": {"url": "http://a", "n": 1}}),
        ),
        text(5, "So it is."),
        delta(
            5,
            &json!({"type": "citations_delta", "citation": {"url": "http://b"}}),
        ),
        stop(5),
        start(6, &json!({"type": "text", "text": "", "citations": null})),
        text(6, " And so."),
        stop(6),
        call(7, "toolu_1"),
        arguments(7, ""),
        arguments(7, "{\"x\""),
        arguments(7, ": 1}"),
        stop(7),
        call(8, "toolu_2"),
        stop(8),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"},
               "usage": {"input_tokens": 9, "cache_creation_input_tokens": 20,
                         "cache_read_input_tokens": 300, "output_tokens": 77,
                         "output_tokens_details": {"thinking_tokens": 30}}}),
        over(),
    ]
}

#[test]
fn a_stream_with_a_block_of_every_kind() {
    check(
        &rich(),
        &expect![[r#"
        reasoning "Let \"me\"\nsée."
        opaque Part openai/messages {"type":"thinking","thinking":"Let \"me\"\nsée.","signature":"EqQB+/="}
        opaque Alone openai/messages {"data":"EmwKAh==","type":"redacted_thinking"}
        text "I look it up. "
        opaque Alone openai/messages {"id":"srvtoolu_1","input":{"query": "a 🦀"},"name":"web_search","type":"server_tool_use"}
        opaque Alone openai/messages {"content":[{"type":"web_search_result","url":"http://a"}],"tool_use_id":"srvtoolu_1","type":"web_search_tool_result"}
        text "So it is."
        opaque Part openai/messages {"aside_attached":"citations","bytes":9,"citations":[{"n":1,"url":"http://a"},{"url":"http://b"}]}
        text " And so."
        call 0 toolu_1 f {"x": 1}
        call 1 toolu_2 f 
        usage 329 (300 read, 20 written) 77 (30 reasoning)
        stop ToolCalls
    "#]],
    );
}

#[test]
fn a_stream_cut_at_every_byte_says_the_same() {
    let mut stream = String::new();
    for (at, event) in rich().into_iter().enumerate() {
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        let end = ["\n\n", "\r\n\r\n", "\r\r"][at % 3];
        let line = &end[..end.len() / 2];
        stream.push_str(&format!("event: {kind}{line}data: {event}{end}"));
    }
    let said = testkit::decode_every_split(Wire::Messages, stream.as_bytes());
    assert_eq!(said, decode(&rich()));
}

#[test]
fn reasons_to_stop() {
    let plain = |reason: &str| decode(&[text(0, "a"), end(reason), over()]);
    let with_call = |reason: &str| decode(&[call(0, "t"), stop(0), end(reason), over()]);
    for (reason, expected, of_call) in [
        ("end_turn", "EndTurn", "ToolCalls"),
        ("stop_sequence", "EndTurn", "ToolCalls"),
        ("tool_use", "EndTurn", "ToolCalls"),
        ("max_tokens", "MaxTokens", "MaxTokens"),
        ("refusal", "Refusal", "Refusal"),
        ("pause_turn", "Paused", "Paused"),
        (
            "model_context_window_exceeded",
            "ContextFull",
            "ContextFull",
        ),
        ("yet_to_come", "EndTurn", "ToolCalls"),
    ] {
        let line = |stop: &str| format!("stop {stop}\n");
        assert!(plain(reason).ends_with(&line(expected)), "{reason}");
        assert!(with_call(reason).ends_with(&line(of_call)), "{reason}");
    }
}

#[test]
fn a_refusal_says_why() {
    let refused = |details: &Value| {
        let delta = json!({"stop_reason": "refusal", "stop_details": details});
        let said = decode(&[json!({"type": "message_delta", "delta": delta}), over()]);
        said.strip_suffix("stop Refusal\n").unwrap().to_owned()
    };
    for (details, note) in [
        (
            json!({"type": "refusal", "category": "cyber", "explanation": " Not that. "}),
            "note \"Not that\"\n",
        ),
        (
            json!({"category": "bio", "explanation": null}),
            "note \"bio\"\n",
        ),
        (json!({"category": null}), ""),
        (json!(null), ""),
        (json!([1]), ""),
        (json!("no"), ""),
    ] {
        assert_eq!(refused(&details), note, "{details}");
    }
    let long = refused(&json!({"explanation": "é".repeat(9000)}));
    assert_eq!(long.chars().filter(|c| *c == 'é').count(), 300);
}

#[test]
fn usage_is_of_the_whole_answer_and_given_once() {
    let later = |usage: &Value| {
        decode(&[
            begin(),
            json!({"type": "message_delta", "delta": {}, "usage": usage}),
            end("end_turn"),
            over(),
        ])
    };
    for (usage, expected) in [
        (
            json!({"output_tokens": 4}),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!({"input_tokens": 0, "cache_read_input_tokens": null}),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!({"input_tokens": "90", "cache_read_input_tokens": 400.0}),
            "usage 510 (400 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!({"output_tokens_details": {"thinking_tokens": 2}}),
            "usage 327 (300 read, 20 written) 5 (2 reasoning)",
        ),
        (
            json!({"input_tokens": -1, "server_tool_use": {"web_search_requests": 1}}),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!(null),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!([]),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
        (
            json!("odd"),
            "usage 327 (300 read, 20 written) 5 (0 reasoning)",
        ),
    ] {
        assert_eq!(
            later(&usage),
            format!("{expected}\nstop EndTurn\n"),
            "{usage}"
        );
    }
    let none = decode(&[text(0, "a"), json!({"type": "message_stop"})]);
    assert_eq!(none, "text \"a\"\nstop EndTurn\n");
    let huge = json!({"input_tokens": u64::MAX, "cache_read_input_tokens": u64::MAX});
    assert!(later(&huge).starts_with("usage 18446744073709551615 "));
}

#[test]
fn calls_in_all_their_forms() {
    check(
        &[
            // Whole at once, and both: what streams counts.
            start(
                0,
                &json!({"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}),
            ),
            stop(0),
            start(
                1,
                &json!({"type": "tool_use", "id": "b", "name": "g", "input": {"x": 1}}),
            ),
            arguments(1, ""),
            arguments(1, "{}"),
            stop(1),
            // Ids that are empty or doubled.
            call(2, ""),
            stop(2),
            call(3, "a"),
            stop(3),
            // The JSON itself in place of its text, and fields that are null or odd.
            start(
                4,
                &json!({"type": "tool_use", "id": 7, "name": null, "input": null}),
            ),
            delta(4, &json!({"partial_json": {"y": [2]}})),
            delta(4, &json!({"partial_json": null})),
            delta(4, &json!(null)),
            stop(4),
            start(
                5,
                &json!({"type": "tool_use", "id": "c", "name": "f",
                             "caller": {"type": "direct"}}),
            ),
            stop(5),
            start(
                6,
                &json!({"type": "tool_use", "id": "d", "name": "f", "input": "",
                             "caller": {"type": "code_execution_20250825", "tool_id": "s"}}),
            ),
            arguments(6, "{\"broken"),
            stop(6),
            end("tool_use"),
            over(),
        ],
        &expect![[r#"
            call 0 a f {"x":1}
            call 1 b g {}
            call 2 call_2 f 
            call 3 call_3 f 
            call 4 7  {"y":[2]}
            call 5 c f 
            call 6 d f 
            opaque Call(6) openai/messages {"aside_attached":"call","fields":{"caller":{"tool_id":"s","type":"code_execution_20250825"}}}
            call 6 - - {"broken
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop ToolCalls
        "#]],
    );
}

#[test]
fn blocks_that_are_interleaved() {
    check(
        &[
            start(0, &json!({"type": "text", "text": "a"})),
            call(1, "t"),
            start(2, &json!({"type": "thinking", "thinking": "h"})),
            arguments(1, "{\"x\""),
            text(0, "b"),
            delta(2, &json!({"thinking": "m"})),
            call(5, "u"),
            arguments(1, ":1}"),
            arguments(5, "{}"),
            delta(0, &json!({"citation": {"u": 1}})),
            text(0, "c"),
            stop(1),
            delta(2, &json!({"signature": "s"})),
            stop(2),
            stop(0),
            stop(5),
            end("tool_use"),
            over(),
        ],
        &expect![[r#"
            text "a"
            call 0 t f 
            reasoning "h"
            call 0 - - {"x"
            text "b"
            reasoning "m"
            call 1 u f 
            call 0 - - :1}
            call 1 - - {}
            text "c"
            opaque Alone openai/messages {"type":"thinking","thinking":"hm","signature":"s"}
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop ToolCalls
        "#]],
    );
    // Citations of text that other text came into.
    let cited = |index: u64| {
        start(
            index,
            &json!({"type": "text", "text": "a", "citations": [7]}),
        )
    };
    check(
        &[
            cited(0),
            cited(1),
            text(0, "c"),
            stop(1),
            stop(0),
            cited(2),
            start(3, &json!({"type": "text", "text": ""})),
            stop(2),
            stop(3),
            end("end_turn"),
        ],
        &expect![[r#"
            text "aaca"
            opaque Part openai/messages {"aside_attached":"citations","bytes":1,"citations":[7]}
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop EndTurn
        "#]],
    );
    // Thinking after thinking, with one signature each.
    let thinking = |index: u64, text: &str| {
        start(
            index,
            &json!({"type": "thinking", "thinking": text, "signature": text}),
        )
    };
    check(
        &[
            thinking(0, "a"),
            thinking(1, "b"),
            stop(0),
            stop(1),
            thinking(2, ""),
            delta(2, &json!({"signature": "hidden"})),
            stop(2),
            start(3, &json!({"type": "thinking", "thinking": "unsigned"})),
            stop(3),
            end("end_turn"),
            over(),
        ],
        &expect![[r#"
            reasoning "ab"
            opaque Alone openai/messages {"type":"thinking","thinking":"a","signature":"a"}
            opaque Alone openai/messages {"type":"thinking","thinking":"b","signature":"b"}
            opaque Alone openai/messages {"type":"thinking","thinking":"","signature":"hidden"}
            reasoning "unsigned"
            usage 0 (0 read, 0 written) 5 (0 reasoning)
            stop EndTurn
        "#]],
    );
}

#[test]
fn sixty_kilobytes_of_arguments_in_small_pieces() {
    let body = "x".repeat(60 * 1024);
    let whole = json!({ "content": body }).to_string();
    let mut events = vec![call(0, "t")];
    events.extend(
        whole
            .as_bytes()
            .chunks(3)
            .map(|piece| arguments(0, std::str::from_utf8(piece).unwrap())),
    );
    events.extend([stop(0), end("tool_use"), over()]);
    let expected = format!("call 0 t f {whole}\n");
    assert!(decode(&events).starts_with(&expected));
}
