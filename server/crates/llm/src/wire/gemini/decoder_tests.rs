//! The decoder on events as Gemini sends them.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit;

/// Decodes the events and ends the stream; one line for each chunk, and the error.
fn decode<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> String {
    testkit::decode(Wire::Gemini, events.into_iter().map(|event| ("", event)))
}

fn check<T: AsRef<str>>(events: impl IntoIterator<Item = T>, expected: &Expect) {
    expected.assert_eq(&decode(events));
}

fn check_whole(body: &str, expected: &Expect) {
    expected.assert_eq(&testkit::decode_whole(Wire::Gemini, body));
}

fn parts(parts: &Value) -> String {
    json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": parts}}]}).to_string()
}

fn text(text: &str) -> String {
    parts(&json!([{ "text": text }]))
}

fn finish(reason: &str) -> String {
    json!({"candidates": [{"finishReason": reason}]}).to_string()
}

#[test]
fn text_thought_and_calls_in_order() {
    check(
        [
            parts(&json!([{"text": "h", "thought": true}])),
            parts(&json!([{"text": "m", "thought": true}, {"text": "I ", "thought": false}])),
            parts(
                &json!([{"text": "look\u{1F980}"}, {"functionCall": {"name": "f", "args": {"x": 1}}}]),
            ),
            parts(&json!([
                {"functionCall": {"name": "f"}},
                {"functionCall": {"name": "g", "args": null, "id": "g1"}},
                {"text": "."},
            ])),
            finish("STOP"),
        ],
        &expect![[r#"
            reasoning "hm"
            text "I look🦀"
            call 0 call_0 f {"x":1}
            call 1 call_1 f {}
            call 2 g1 g {}
            opaque Call(2) openai/gemini {"id":"g1"}
            text "."
            stop ToolCalls
        "#]],
    );
}

#[test]
fn signatures_stay_with_their_parts() {
    check(
        [
            parts(&json!([{"text": "hm", "thought": true, "thoughtSignature": "r"}])),
            text("h\u{e9} "),
            parts(&json!([{"text": "tail", "thoughtSignature": "t"}])),
            text("more"),
            parts(&json!([
                {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "c"},
                {"functionCall": {"name": "f", "args": {}, "id": "g1"}},
                {"functionCall": {"name": "f", "args": {}, "id": "g1"}, "thoughtSignature": "d"},
            ])),
            parts(&json!([{"text": "", "thoughtSignature": "e"}])),
            parts(&json!([{"text": "", "thought": true, "thoughtSignature": "f"}])),
            parts(&json!([{"thoughtSignature": "g"}])),
            finish("STOP"),
        ],
        &expect![[r#"
            reasoning "hm"
            opaque Part openai/gemini {"thoughtSignature":"r","bytes":2}
            text "hé tail"
            opaque Part openai/gemini {"thoughtSignature":"t","bytes":4}
            text "more"
            call 0 call_0 f {}
            opaque Call(0) openai/gemini {"thoughtSignature":"c"}
            call 1 g1 f {}
            opaque Call(1) openai/gemini {"id":"g1"}
            call 2 call_2 f {}
            opaque Call(2) openai/gemini {"id":"g1","thoughtSignature":"d"}
            opaque Alone openai/gemini {"text":"","thoughtSignature":"e"}
            opaque Alone openai/gemini {"text":"","thought":true,"thoughtSignature":"f"}
            opaque Alone openai/gemini {"text":"","thoughtSignature":"g"}
            stop ToolCalls
        "#]],
    );
}

#[test]
fn parts_of_other_kinds_are_kept_as_they_came() {
    check(
        [
            r#"{"candidates":[{"content":{"parts":[{"text":"a"},
               {"executableCode": {"code":"1+1", "language":"PYTHON"}, "thoughtSignature":"s"},
               {"codeExecutionResult":{"output":"2"}},{"text":"b"},
               {"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
               "groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{}}]},
               "citationMetadata":{"citations":[{"startIndex":1}]},"safetyRatings":[]}]}"#,
            r#"{"candidates": [{"finishReason": "STOP", "unknown": {}}], "modelVersion": "x"}"#,
        ],
        &expect![[r#"
            text "a"
            opaque Alone openai/gemini {"executableCode": {"code":"1+1", "language":"PYTHON"}, "thoughtSignature":"s"}
            opaque Alone openai/gemini {"codeExecutionResult":{"output":"2"}}
            text "b"
            opaque Alone openai/gemini {"inlineData":{"mimeType":"image/png","data":"AAAA"}}
            stop EndTurn
        "#]],
    );
}

#[test]
fn events_that_are_odd() {
    check(
        [
            "",
            "  ",
            "{}",
            r#"{"unknown": [1]}"#,
            r#"{"candidates": null, "error": null, "usageMetadata": null, "promptFeedback": null}"#,
            r#"{"candidates": []}"#,
            r#"{"candidates": [null, {}]}"#,
            r#"{"candidates": [{"content": null}]}"#,
            r#"{"candidates": [{"content": {}}]}"#,
            r#"{"candidates": [{"content": {"role": "model", "parts": null}}]}"#,
            r#"{"candidates": [{"content": {"parts": [null, 1, "x", [], {}]}}]}"#,
            r#"{"candidates": [{"content": {"parts": [{"text": null}, {"thought": true}]}}]}"#,
            r#"{"candidates": [{"content": {"parts": [{"functionCall": {}}]}}]}"#,
            r#"{"candidates": [{"content": {"parts": [{"functionCall": null, "text": 7}]}}]}"#,
            r#"{"candidates": [{"index": 1, "content": {"parts": [{"text": "other"}]}, "finishReason": "STOP"}]}"#,
            r#"{"candidates": [{"index": null, "finishReason": "", "finishMessage": null}]}"#,
            r#"{"candidates": [{"finishReason": "FINISH_REASON_UNSPECIFIED"}]}"#,
            r#"{"promptFeedback": {"blockReason": "BLOCK_REASON_UNSPECIFIED", "safetyRatings": []}}"#,
            r#"[{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, {}]"#,
            r#"{"candidates": [{"finishReason": "STOP"}]}"#,
            "{broken, but the answer is whole",
        ],
        &expect![[r#"
            text "7a"
            stop EndTurn
        "#]],
    );
}

#[test]
fn counts_add_up_and_are_given_once() {
    check(
        [
            r#"{"candidates": [{"content": {"parts": [{"text": "a"}]}}],
               "usageMetadata": {"promptTokenCount": 10, "cachedContentTokenCount": 4}}"#,
            r#"{"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"trafficType": "ON_DEMAND"}}"#,
            // The last event may come after the reason to stop.
            r#"{"usageMetadata": {"candidatesTokenCount": 5.0, "thoughtsTokenCount": "3",
               "toolUsePromptTokenCount": 2, "totalTokenCount": 20, "promptTokensDetails": [{}]}}"#,
        ],
        &expect![[r#"
            text "a"
            usage 12 (4 read, 0 written) 8 (3 reasoning)
            stop EndTurn
        "#]],
    );
    check(
        [
            r#"{"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}],
               "usageMetadata": {"promptTokenCount": 1e400}}"#,
            r#"{"usageMetadata": 7}"#,
        ],
        &expect![[r#"
            text "a"
            stop EndTurn
        "#]],
    );
    check(
        [
            r#"{"usageMetadata": {"promptTokenCount": -1, "candidatesTokenCount": [], "thoughtsTokenCount": {}}}"#,
        ],
        &expect![[r#"
            usage 0 (0 read, 0 written) 0 (0 reasoning)
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
}

#[test]
fn reasons_to_stop() {
    let call = || parts(&json!([{"functionCall": {"name": "f"}}]));
    let sent = "The model server at  sent an error: ";
    for (reason, plain, with_call) in [
        ("STOP", "stop EndTurn\n", "stop ToolCalls\n"),
        ("MAX_TOKENS", "stop MaxTokens\n", "stop MaxTokens\n"),
        ("OTHER", "stop EndTurn\n", "stop ToolCalls\n"),
        ("SOMETHING_NEW", "stop EndTurn\n", "stop ToolCalls\n"),
    ] {
        assert!(
            decode([text("a"), finish(reason)]).ends_with(plain),
            "{reason}"
        );
        assert!(
            decode([call(), finish(reason)]).ends_with(with_call),
            "{reason}"
        );
    }
    for reason in [
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
    ] {
        let expected = format!("text \"a\"\nnote {reason:?}\nstop Filtered\n");
        assert_eq!(decode([text("a"), finish(reason)]), expected);
    }
    for reason in [
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MALFORMED_RESPONSE",
    ] {
        let expected = format!("text \"a\"\nProvider: {sent}{reason}.\n");
        assert_eq!(decode([text("a"), finish(reason)]), expected);
    }
    for reason in ["OTHER", "SOMETHING_NEW"] {
        assert_eq!(
            decode([finish(reason)]),
            format!("Provider: {sent}{reason}.\n")
        );
    }
    let expected = format!("Rejected: {sent}MISSING_THOUGHT_SIGNATURE.\n");
    assert_eq!(decode([finish("MISSING_THOUGHT_SIGNATURE")]), expected);
}

#[test]
fn what_the_provider_says_of_it_is_shown() {
    let long = "x".repeat(10_000);
    let with = |reason: &str, message: &str| {
        json!({"candidates": [{"finishReason": reason, "finishMessage": message}]}).to_string()
    };
    check(
        [with("SAFETY", "It is not safe.")],
        &expect![[r#"
            note "SAFETY: It is not safe"
            stop Filtered
        "#]],
    );
    check(
        [with(
            "MALFORMED_FUNCTION_CALL",
            "Malformed function call: f(1",
        )],
        &expect![[r#"
            Provider: The model server at  sent an error: MALFORMED_FUNCTION_CALL: Malformed function call: f(1.
        "#]],
    );
    check(
        [
            json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                "usageMetadata": {"promptTokenCount": 7}})
            .to_string(),
        ],
        &expect![[r#"
            note "PROHIBITED_CONTENT"
            usage 7 (0 read, 0 written) 0 (0 reasoning)
            stop Filtered
        "#]],
    );
    check(
        [
            json!({"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "No."}})
                .to_string(),
        ],
        &expect![[r#"
            note "SAFETY: No"
            stop Filtered
        "#]],
    );
    assert!(decode([with("SAFETY", &long)]).len() < 1000);
}

#[test]
fn arguments_come_as_they_were_written() {
    let long = format!("{{\"content\":{:?}}}", "\u{e9}\n".repeat(30_000));
    for arguments in [
        r#"{"b": 1,  "a": 1e400, "big": 12345678901234567890123}"#,
        "{}",
        "[1]",
        long.as_str(),
    ] {
        let event = format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"functionCall":{{"name":"f","args":{arguments}}}}}]}},"finishReason":"STOP"}}]}}"#
        );
        let expected = format!("call 0 call_0 f {arguments}\nstop ToolCalls\n");
        assert_eq!(decode([event]), expected);
    }
    // A string of JSON in place of the JSON.
    let text = parts(&json!([{"functionCall": {"name": "f", "args": "{\"a\":\"\\n\"}"}}]));
    assert_eq!(
        decode([text, finish("STOP")]),
        "call 0 call_0 f {\"a\":\"\\n\"}\nstop ToolCalls\n"
    );
}

#[test]
fn half_a_call_is_not_run() {
    let piece = parts(&json!([{"functionCall": {"name": "f", "willContinue": true}}]));
    check(
        [text("a"), piece, finish("STOP")],
        &expect![[r#"
            text "a"
            Truncated: The model's tool call came in pieces, which nobody asked for. The model server is . Try again.
        "#]],
    );
    let many = json!({"functionCall": {"name": "f"}});
    let shown = decode([parts(&json!(vec![many; 300])), finish("STOP")]);
    assert!(shown.contains("call 255 "), "{shown}");
    assert!(
        shown.ends_with("at once. The model server is . Try again.\n"),
        "{shown}"
    );
}

#[test]
fn streams_that_are_cut() {
    let call = || parts(&json!([{"functionCall": {"name": "f", "args": {"x": 1}}}]));
    check(
        [text("a")],
        &expect![[r#"
            text "a"
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
    check(
        [text("a"), call()[..60].to_owned()],
        &expect![[r#"
            text "a"
            Truncated: The model's stream holds something else: "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"args\":". The model server is . Try again.
        "#]],
    );
    check(
        [text("a"), call()],
        &expect![[r#"
            text "a"
            call 0 call_0 f {"x":1}
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
    check::<&str>(
        [],
        &expect![[r#"
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
}

#[test]
fn errors_in_the_stream() {
    let quota =
        json!({"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED"}});
    for (error, expected) in [
        (
            quota.to_string(),
            "RateLimited: The model server at  sent an error: Quota.\n",
        ),
        (
            json!([{"error": {"code": 503, "message": "Overloaded"}}]).to_string(),
            "Provider: The model server at  sent an error: Overloaded.\n",
        ),
        (
            json!({"error": "no", "candidates": []}).to_string(),
            "Provider: The model server at  sent an error: no.\n",
        ),
        (
            json!({"code": 500, "message": "flat"}).to_string(),
            "Provider: The model server at  sent an error: flat.\n",
        ),
    ] {
        let shown = decode([text("a"), error.clone(), text("b")]);
        assert_eq!(shown, format!("text \"a\"\n{expected}"), "{error}");
        assert_eq!(testkit::decode_whole(Wire::Gemini, &error), expected);
    }
    for odd in [
        "null",
        "1",
        "\"x\"",
        "{",
        "<html>",
        "{\"candidates\": {}}",
        "{\"candidates\": [1]}",
        r#"{"candidates": [{"content": {"parts": [{"functionCall": 5}]}}]}"#,
        r#"{"candidates": [{"content": {"parts": [{"text": "a", "text": "b"}]}}]}"#,
    ] {
        let shown = decode([text("a"), odd.into(), text("b")]);
        let expected = "text \"a\"\nTruncated: The model's stream holds something else: ";
        assert!(shown.starts_with(expected), "{odd}: {shown}");
    }
}

#[test]
fn bodies_that_come_whole() {
    let first = text("a");
    let last = parts(&json!([{"functionCall": {"name": "f"}}]));
    let list = format!("[{first},\n{last},{}]", finish("STOP"));
    let whole = &expect![[r#"
        text "a"
        call 0 call_0 f {}
        stop ToolCalls
    "#]];
    check_whole(&list, whole);
    check_whole(&format!(" \n{list}\n"), whole);
    // A list that was cut off gives what it has.
    let cut = format!("[{first},\n{}", &last[..40]);
    check_whole(
        &cut,
        &expect![[r#"
            text "a"
            Truncated: The model's stream holds something else: "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}],\"role\":\"model\"},\"index\":0}]},\n{\"candidates\":[{\"content\":{\"parts\":[{\"fu". The model server is . Try again.
        "#]],
    );
    check_whole(
        &json!({"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]})
            .to_string(),
        &expect![[r#"
            text "a"
            stop EndTurn
        "#]],
    );
    check_whole(
        "[]",
        &expect![[r#"
            Truncated: The model's stream ended before its answer did. The model server is . Try again.
        "#]],
    );
    check_whole(
        r#"{"detail": "Not here"}"#,
        &expect![[r#"
            Provider: The model server at  sent an error: Not here.
        "#]],
    );
    check_whole(
        "{\"candidates\": [",
        &expect![[r#"
            Truncated: The model's stream holds something else: "{\"candidates\": [". The model server is . Try again.
        "#]],
    );
    let then_error = format!("[{first}, {{\"error\": {{\"code\": 503, \"message\": \"busy\"}}}}]");
    check_whole(
        &then_error,
        &expect![[r#"
            text "a"
            Provider: The model server at  sent an error: busy.
        "#]],
    );
}

#[test]
fn a_stream_says_the_same_wherever_it_is_cut() {
    let events = [
        parts(&json!([{"text": "h\u{e9}m", "thought": true}])),
        parts(&json!([{"text": "a\u{1F980}\r\n"}, {"text": "b", "thoughtSignature": "s=="}])),
        parts(&json!([{"executableCode": {"code": "1"}}])),
        parts(
            &json!([{"functionCall": {"name": "f", "args": {"x": "\u{1F980}"}, "id": "g"}, "thoughtSignature": "t"}]),
        ),
        json!({"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 3}})
            .to_string(),
    ];
    let stream: String = events
        .iter()
        .enumerate()
        .map(|(at, event)| {
            let end = ["\r\n\r\n", "\n\n", "\r\r"][at % 3];
            format!("data: {}{end}", event.replacen(',', ",\ndata: ", 1))
        })
        .collect();
    let shown = testkit::decode_every_split(Wire::Gemini, stream.as_bytes());
    expect![[r#"
        reasoning "hém"
        text "a🦀\r\nb"
        opaque Part openai/gemini {"thoughtSignature":"s==","bytes":1}
        opaque Alone openai/gemini {"executableCode":{"code":"1"}}
        call 0 g f {"x":"🦀"}
        opaque Call(0) openai/gemini {"id":"g","thoughtSignature":"t"}
        usage 3 (0 read, 0 written) 0 (0 reasoning)
        stop ToolCalls
    "#]]
    .assert_eq(&shown);
}
