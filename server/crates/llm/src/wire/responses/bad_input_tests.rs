//! The decoder on what should not come, and on streams that end in every way.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::responses::MAX_ITEMS;
use crate::wire::testkit;

const TEXT: &str = r#"{"type": "response.output_text.delta", "output_index": 0, "delta": "a"}"#;
const CALL: &str = r#"{"type": "response.output_item.added", "output_index": 1,
    "item": {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}}"#;
const ARGUMENTS: &str =
    r#"{"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{"}"#;
const END: &str = r#"{"type": "response.completed", "response": {"status": "completed"}}"#;

fn decode<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> String {
    testkit::decode(Wire::Responses, events.into_iter().map(|event| ("", event)))
}

/// What follows the text `a`.
fn after_text(event: &str) -> String {
    let decoded = decode([TEXT, event, END]);
    decoded.strip_prefix("text \"a\"\n").unwrap().to_owned()
}

fn check_whole(body: &Value, expected: &Expect) {
    expected.assert_eq(&testkit::decode_whole(Wire::Responses, &body.to_string()));
}

/// The last event, with this response.
fn last(kind: &str, response: &Value) -> String {
    json!({"type": format!("response.{kind}"), "response": response}).to_string()
}

#[test]
fn how_an_answer_ends() {
    let incomplete = |reason: &str| json!({"incomplete_details": {"reason": reason}});
    let failed = json!({"status": "failed", "error": {"code": "server_error", "message": "Oh."}});
    for (kind, response, expected) in [
        ("completed", json!({}), "stop EndTurn\n"),
        ("completed", Value::Null, "stop EndTurn\n"),
        (
            "completed",
            json!({"status": null, "output": null}),
            "stop EndTurn\n",
        ),
        (
            "completed",
            json!({"status": "in_progress"}),
            "stop EndTurn\n",
        ),
        (
            "completed",
            json!({"status": "incomplete"}),
            "stop MaxTokens\n",
        ),
        (
            "done",
            json!({"status": "completed", "usage": 7}),
            "stop EndTurn\n",
        ),
        ("incomplete", json!({}), "stop MaxTokens\n"),
        (
            "incomplete",
            incomplete("max_output_tokens"),
            "stop MaxTokens\n",
        ),
        (
            "incomplete",
            incomplete("content_filter"),
            "stop Filtered\n",
        ),
        (
            "incomplete",
            incomplete("context_length"),
            "stop ContextFull\n",
        ),
        (
            "incomplete",
            json!({"incomplete_details": "odd"}),
            "stop MaxTokens\n",
        ),
        (
            "incomplete",
            incomplete("tired"),
            "note \"the provider ended the answer early: tired\"\nstop MaxTokens\n",
        ),
        ("failed", incomplete("content_filter"), "stop Filtered\n"),
        (
            "failed",
            failed.clone(),
            "Provider: The model server at  sent an error: Oh.\n",
        ),
        (
            "completed",
            failed,
            "Provider: The model server at  sent an error: Oh.\n",
        ),
        (
            "failed",
            json!({"error": null}),
            "Truncated: The provider's answer failed, and it does not say why. The model server \
             is . Try again.\n",
        ),
        (
            "cancelled",
            json!({}),
            "Truncated: The provider cancelled the answer. The model server is . Try again.\n",
        ),
    ] {
        assert_eq!(
            after_text(&last(kind, &response)),
            expected,
            "{kind} {response}"
        );
    }
    let with_call = |reason| decode([CALL, ARGUMENTS, &last("incomplete", &incomplete(reason))]);
    assert!(with_call("max_output_tokens").ends_with("stop MaxTokens\n"));
    assert!(with_call("content_filter").ends_with("stop Filtered\n"));
}

#[test]
fn refusals() {
    let refusal = |kind: &str, field: &str, text: &str| {
        json!({"type": format!("response.refusal.{kind}"), "output_index": 0, field: text})
            .to_string()
    };
    let item = r#"{"type": "response.output_item.done", "output_index": 0, "item": {
        "type": "message", "id": "m", "content": [{"type": "refusal", "refusal": "I will not."}]}}"#;
    let expected = expect![[r#"
        text "I will not."
        opaque Part openai/responses {"content":[{"type": "refusal", "refusal": "I will not."}]}
        stop Refusal
    "#]];
    for events in [
        vec![
            refusal("delta", "delta", "I will "),
            refusal("delta", "delta", "not."),
            refusal("done", "refusal", "I will not."),
            item.into(),
            END.into(),
        ],
        vec![
            refusal("done", "refusal", "I will not."),
            item.into(),
            END.into(),
        ],
        vec![item.into(), END.into()],
    ] {
        expected.assert_eq(&decode(events));
    }
}

#[test]
fn errors_in_the_stream() {
    for (error, expected) in [
        (
            r#"{"type": "error", "code": "server_error", "message": "Oh.", "param": null}"#,
            "Provider: …: Oh.\n",
        ),
        (
            r#"{"type": "error", "error": {"type": "rate_limit_error", "code": 429, "message": "slow"}}"#,
            "RateLimited: …: slow.\n",
        ),
        (r#"{"error": "plain"}"#, "Provider: …: plain.\n"),
        (
            r#"{"type": "strange", "error": {"message": "m"}}"#,
            "Provider: …: m.\n",
        ),
        (
            r#"{"type": "response.failed", "error": {"message": "m"}}"#,
            "Provider: …: m.\n",
        ),
        (
            r#"{"object": "error", "message": "flat", "code": 400}"#,
            "Rejected: …: flat.\n",
        ),
        (r#"{"detail": "why"}"#, "Provider: …: why.\n"),
        (
            r#"[{"error": {"message": "in a list"}}]"#,
            "Provider: …: in a list.\n",
        ),
    ] {
        let decoded = after_text(error).replace("The model server at  sent an error", "…");
        assert_eq!(decoded, expected, "{error}");
    }
    let deep = format!("{{\"x\": {}", "[".repeat(100_000));
    for broken in [
        "{",
        "nonsense",
        "7",
        "\"a\"",
        "<html>",
        r#"{"delta": "#,
        deep.as_str(),
    ] {
        let decoded = after_text(broken);
        let start = "Truncated: The model's stream holds something else: ";
        assert!(decoded.starts_with(start), "{decoded}");
    }
}

#[test]
fn what_is_odd_is_passed_over() {
    for odd in [
        "",
        "  ",
        "{}",
        r#"{"type": null, "error": null}"#,
        r#"{"type": 7}"#,
        r#"{"type": "keepalive"}"#,
        r#"{"type": "response.output_item.added"}"#,
        r#"{"type": "response.output_item.added", "item": 7}"#,
        r#"{"type": "response.output_item.done", "item": ["message", "m"]}"#,
        r#"{"type": "response.output_item.done", "item": {"type": "message", "content": 7.5e400}}"#,
        r#"{"type": "response.output_item.done", "item": {"type": "message", "content": [{}]}}"#,
        r#"{"type": "response.content_part.done", "part": "text"}"#,
        r#"{"type": "response.output_text.delta", "output_index": [1], "delta": ""}"#,
        r#"{"type": "response.output_text.delta", "output_index": {"a": 1}, "delta": {"b": 2}}"#,
        r#"{"type": "response.output_text.annotation.added", "annotation": null}"#,
        r#"{"type": "response.image_generation_call.partial_image", "partial_image_b64": "AAAA"}"#,
        r#"{"type": "response.code_interpreter_call_code.delta", "delta": "1 + 1"}"#,
        r#"{"type": "response.mcp_call_arguments.delta", "delta": "{}"}"#,
    ] {
        let more = TEXT.replace("\"a\"", "\"b\"");
        let decoded = decode([TEXT, odd, more.as_str(), END]);
        assert_eq!(decoded, "text \"ab\"\nstop EndTurn\n", "{odd}");
    }
}

#[test]
fn a_stream_that_is_cut() {
    for (events, expected) in [
        (vec![], ""),
        (vec!["[DONE]"], ""),
        (vec![TEXT], "text \"a\"\n"),
        (vec![TEXT, "[DONE]", END], "text \"a\"\n"),
        (vec![CALL], "call 0 c f \n"),
        (vec![TEXT, CALL, ARGUMENTS], "text \"a\"\ncall 0 c f {\n"),
        (
            vec![
                CALL,
                ARGUMENTS,
                r#"{"type": "response.output_item.done", "output_index": 1,
                "item": {"type": "function_call", "call_id": "c"}}"#,
            ],
            "call 0 c f {\n",
        ),
        // A call without a name is not given out.
        (vec![ARGUMENTS], ""),
    ] {
        let decoded = decode(&events);
        let error = "Truncated: The model's stream ended before its answer did.";
        assert!(
            decoded.starts_with(&format!("{expected}{error}")),
            "{decoded}"
        );
    }
}

#[test]
fn ids_are_made_unique_and_calls_need_no_name() {
    let done = |index: u64, call: Value| {
        let mut item = json!({"type": "function_call", "arguments": "{broken"});
        if let (Value::Object(item), Value::Object(call)) = (&mut item, call) {
            item.extend(call);
        }
        json!({"type": "response.output_item.done", "output_index": index, "item": item})
            .to_string()
    };
    let events = [
        done(0, json!({"name": "f", "call_id": ""})),
        done(1, json!({"name": "f", "call_id": "x"})),
        done(2, json!({"name": "f", "call_id": "x", "id": "fc_1"})),
        done(3, json!({"name": "f", "call_id": null, "id": "fc_1"})),
        done(4, json!({"name": "f", "call_id": 17, "id": "fc_1"})),
        done(5, json!({"name": "", "call_id": "nameless"})),
        done(6, json!({"name": null, "arguments": null})),
        END.to_owned(),
    ];
    expect![[r#"
        call 0 call_0 f {broken
        call 1 x f {broken
        call 2 call_2 f {broken
        call 3 fc_1 f {broken
        call 4 17 f {broken
        call 5 nameless  {broken
        stop ToolCalls
    "#]]
    .assert_eq(&decode(events));
}

#[test]
fn what_is_without_end_is_an_error() {
    let many = |event: &dyn Fn(usize) -> Value| {
        decode((0..=MAX_ITEMS).map(|number| event(number).to_string()))
    };
    let calls = many(&|number| {
        json!({"type": "response.output_item.done", "output_index": number,
            "item": {"type": "function_call", "name": "f"}})
    });
    assert!(
        calls.contains("Truncated: The model made more than 256 tool calls"),
        "{calls}"
    );
    let items = many(&|number| {
        json!({"type": "response.output_item.added", "output_index": number,
            "item": {"type": "message"}})
    });
    assert!(items.starts_with("Truncated: The model's answer has more than 1024 items."));
    // Parts are only told apart up to a number, and what streams is never lost.
    let parts = many(
        &|number| json!({"type": "response.output_text.delta", "content_index": 2 * number, "delta": "a"}),
    );
    assert!(parts.starts_with(&format!("text {:?}\n", "a".repeat(MAX_ITEMS + 1))));
}

#[test]
fn long_arguments_in_small_pieces() {
    // In quadratic time this would take minutes.
    const PIECES: usize = 60_000;
    let piece = r#"{"type": "response.function_call_arguments.delta", "output_index": 1, "item_id": "fc", "delta": "x"}"#;
    let whole = json!({"type": "response.function_call_arguments.done", "output_index": 1,
        "arguments": "x".repeat(PIECES)});
    let whole = whole.to_string();
    let pieces = std::iter::repeat_n(piece, PIECES);
    let events = std::iter::once(CALL)
        .chain(pieces)
        .chain([whole.as_str(), END]);
    let expected = format!("call 0 c f {}\nstop ToolCalls\n", "x".repeat(PIECES));
    assert!(decode(events) == expected);
}

#[test]
fn a_whole_response() {
    check_whole(
        &json!({"object": "response", "status": "completed", "error": null, "output": [
            {"type": "reasoning", "id": "rs_1", "encrypted_content": "E",
             "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "message", "id": "m", "content": [{"type": "output_text", "text": "a"}]},
            {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "web_search_call", "id": "ws"}],
            "usage": {"input_tokens": 2, "output_tokens": 1}}),
        &expect![[r#"
            reasoning "Hm."
            opaque Part openai/responses {"encrypted_content":"E","id":"rs_1","summary":[{"text":"Hm.","type":"summary_text"}],"type":"reasoning"}
            text "a"
            opaque Part openai/responses {"id":"m"}
            call 0 c f 
            opaque Call(0) openai/responses {"id":"fc"}
            call 0 - - {}
            opaque Alone openai/responses {"id":"ws","type":"web_search_call"}
            usage 2 (0 read, 0 written) 1 (0 reasoning)
            stop ToolCalls
        "#]],
    );
    check_whole(
        &json!({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}),
        &expect![[r#"
            stop MaxTokens
        "#]],
    );
    check_whole(
        &json!({"status": "queued", "output": []}),
        &expect![[r#"
        Truncated: The provider answered before the model did. The model server is . Try again.
    "#]],
    );
}

#[test]
fn a_whole_error() {
    let error = |body: &str| {
        let decoded = testkit::decode_whole(Wire::Responses, body);
        decoded.replace("The model server at  sent an error", "…")
    };
    for (body, expected) in [
        (
            r#"{"error": {"message": "no", "code": 429}}"#,
            "RateLimited: …: no.\n",
        ),
        (
            r#"{"status": "failed", "error": {"message": "no"}}"#,
            "Provider: …: no.\n",
        ),
        (r#"{"status": 400, "message": "no"}"#, "Rejected: …: no.\n"),
        (r#"{"detail": "no"}"#, "Provider: …: no.\n"),
        (r#"[{"error": {"message": "no"}}]"#, "Provider: …: no.\n"),
        (r#"{"choices": []}"#, "Provider: …: {\"choices\":[]}.\n"),
    ] {
        assert_eq!(error(body), expected);
    }
    assert!(error("{\"output\": [").starts_with("Truncated: The model's stream holds something"));
}

/// A stream with every kind of line end, a comment, data in two lines and text of four bytes.
#[test]
fn a_stream_split_at_every_byte_says_the_same() {
    let event = |event: &Value| {
        format!(
            "event: {}\ndata: {event}\n\n",
            event["type"].as_str().unwrap()
        )
    };
    let item = |kind: &str, index: u64, item: Value| {
        event(
            &json!({"type": format!("response.output_item.{kind}"), "output_index": index, "item": item}),
        )
    };
    let delta = |kind: &str, index: u64, delta: &str| {
        event(
            &json!({"type": format!("response.{kind}.delta"), "output_index": index, "delta": delta}),
        )
    };
    let stream = [
        "\u{FEFF}: hello\r\n\r\n".to_owned(),
        delta("reasoning_summary_text", 0, "H\u{e9}").replace('\n', "\r\n"),
        item(
            "done",
            0,
            json!({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "E"}),
        ),
        delta("output_text", 1, "\u{1F980}").replacen(',', ",\ndata:", 1),
        item(
            "added",
            2,
            json!({"type": "function_call", "id": "fc", "call_id": "c", "name": "f"}),
        ),
        delta("function_call_arguments", 2, "{\"x\":").replace('\n', "\r"),
        delta("output_text", 1, "\\n"),
        delta("function_call_arguments", 2, "1}"),
        event(&json!({"type": "response.completed", "response": {"usage": {"input_tokens": 1}}})),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat();
    let decoded = testkit::decode_every_split(Wire::Responses, stream.as_bytes());
    expect![[r#"
        reasoning "Hé"
        opaque Part openai/responses {"encrypted_content":"E","id":"rs","summary":[],"type":"reasoning"}
        text "🦀"
        call 0 c f 
        opaque Call(0) openai/responses {"id":"fc"}
        call 0 - - {"x":
        text "\\n"
        call 0 - - 1}
        usage 1 (0 read, 0 written) 0 (0 reasoning)
        stop ToolCalls
    "#]].assert_eq(&decoded);
}
