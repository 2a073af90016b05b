//! The decoder on events as servers send them.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::Wire;
use crate::wire::testkit;

/// Decodes the events and ends the stream; one line for each chunk, and the error.
pub(super) fn decode<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> String {
    testkit::decode(Wire::Responses, events.into_iter().map(|event| ("", event)))
}

pub(super) fn check(events: &[Value], expected: &Expect) {
    expected.assert_eq(&decode(events.iter().map(Value::to_string)));
}

/// An event of the item at this place.
pub(super) fn event(kind: &str, index: u64, more: Value) -> Value {
    let mut event = json!({"type": format!("response.{kind}"), "output_index": index,
        "sequence_number": 7});
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    event
}

pub(super) fn added(index: u64, item: Value) -> Value {
    event("output_item.added", index, json!({ "item": item }))
}

pub(super) fn done(index: u64, item: Value) -> Value {
    event("output_item.done", index, json!({ "item": item }))
}

pub(super) fn delta(kind: &str, index: u64, delta: &str) -> Value {
    event(&format!("{kind}.delta"), index, json!({ "delta": delta }))
}

pub(super) fn say(index: u64, more: &str) -> Value {
    delta("output_text", index, more)
}

pub(super) fn arguments(index: u64, more: &str) -> Value {
    delta("function_call_arguments", index, more)
}

pub(super) fn message(id: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

pub(super) fn call(call_id: &str, name: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{call_id}"), "call_id": call_id,
        "name": name, "arguments": arguments, "status": "completed"})
}

pub(super) fn completed(output: Value) -> Value {
    json!({"type": "response.completed", "response": {"status": "completed", "output": output}})
}

pub(super) fn end() -> Value {
    completed(json!([]))
}

#[test]
fn an_answer_of_all_kinds() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA",
        "summary": [{"type": "summary_text", "text": "Hm."}, {"type": "summary_text", "text": "Ah."}]});
    let summary = |part: u64, more: &str| {
        let more = json!({"summary_index": part, "delta": more});
        event("reasoning_summary_text.delta", 0, more)
    };
    let said = message("msg_1", "I look.");
    let called = call("c1", "f", "{\"x\":1}");
    check(
        &[
            json!({"type": "response.created", "response": {"status": "in_progress", "error": null}}),
            json!({"type": "response.in_progress", "response": {"output": []}}),
            json!({"type": "response.queued"}),
            added(0, json!({"type": "reasoning", "id": "rs_1", "summary": []})),
            event(
                "reasoning_summary_part.added",
                0,
                json!({"summary_index": 0}),
            ),
            summary(0, "H"),
            summary(0, "m."),
            event(
                "reasoning_summary_text.done",
                0,
                json!({"summary_index": 0, "text": "Hm."}),
            ),
            event(
                "reasoning_summary_part.done",
                0,
                json!({"summary_index": 0}),
            ),
            event(
                "reasoning_summary_part.added",
                0,
                json!({"summary_index": 1}),
            ),
            summary(1, "Ah."),
            done(0, reasoning.clone()),
            added(1, json!({"type": "message", "id": "msg_1", "content": []})),
            event(
                "content_part.added",
                1,
                json!({"part": {"type": "output_text", "text": ""}}),
            ),
            say(1, "I "),
            say(1, "look."),
            event(
                "output_text.annotation.added",
                1,
                json!({"annotation": {"type": "x"}}),
            ),
            event("output_text.done", 1, json!({"text": "I look."})),
            event(
                "content_part.done",
                1,
                json!({"part": {"type": "output_text", "text": "I look."}}),
            ),
            done(1, said.clone()),
            added(
                2,
                json!({"type": "web_search_call", "id": "ws_1", "status": "in_progress"}),
            ),
            event("web_search_call.searching", 2, json!({"item_id": "ws_1"})),
            done(
                2,
                json!({"type": "web_search_call", "id": "ws_1", "status": "completed"}),
            ),
            added(3, call("c1", "f", "")),
            arguments(3, "{\"x\""),
            arguments(3, ":1}"),
            event(
                "function_call_arguments.done",
                3,
                json!({"arguments": "{\"x\":1}"}),
            ),
            done(3, called.clone()),
            json!({"type": "response.new_thing.delta", "delta": {"strange": [1]}, "item": 7}),
            json!({"type": "response.completed", "response": {
                "status": "completed", "error": null, "incomplete_details": null,
                "output": [reasoning, said, {"type": "web_search_call", "id": "ws_1"}, called],
                "usage": {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4,
                        "cache_write_tokens": 2},
                    "output_tokens": 3.0, "output_tokens_details": {"reasoning_tokens": "1"},
                    "total_tokens": 12}}}),
            json!({"type": "response.output_text.delta", "delta": "not looked at"}),
        ],
        &expect![[r#"
            reasoning "Hm.\n\nAh."
            opaque Part openai/responses {"encrypted_content":"gAAA","id":"rs_1","summary":[{"text":"Hm.","type":"summary_text"},{"text":"Ah.","type":"summary_text"}],"type":"reasoning"}
            text "I look."
            opaque Part openai/responses {"id":"msg_1"}
            opaque Alone openai/responses {"id":"ws_1","status":"completed","type":"web_search_call"}
            call 0 c1 f 
            opaque Call(0) openai/responses {"id":"fc_c1"}
            call 0 - - {"x":1}
            usage 9 (4 read, 2 written) 3 (1 reasoning)
            stop ToolCalls
        "#]],
    );
}

#[test]
fn deltas_without_places_or_names_or_announcements() {
    check(
        &[
            json!({"type": "response.reasoning_text.delta", "delta": "H", "content_index": null}),
            json!({"type": "response.reasoning_text.delta", "delta": "m", "item_id": "rs_1"}),
            json!({"type": "response.output_text.delta", "delta": "a", "item_id": null}),
            json!({"type": "response.output_text.delta", "delta": 7, "output_index": "1"}),
            json!({"type": "response.output_text.delta", "delta": null}),
            json!({"type": "response.output_text.delta"}),
            json!({"type": "response.function_call_arguments.delta", "delta": "{"}),
            json!({"type": "response.function_call_arguments.delta", "delta": "}"}),
            json!({"type": "response.output_item.done", "item": call("c1", "f", "{}")}),
            json!({"type": "response.completed"}),
        ],
        &expect![[r#"
            reasoning "Hm"
            text "a"
            opaque Part openai/responses {}
            text "7"
            call 0 c1 f {}
            stop ToolCalls
        "#]],
    );
    // As llama.cpp sends it: ids alone, and all that is whole at the end.
    let named = |kind: &str, id: &str, more: &str| json!({"type": format!("response.{kind}.delta"), "item_id": id, "delta": more});
    let plain = |kind: &str, item: Value| json!({"type": format!("response.output_item.{kind}"), "item": item});
    let called = |id: &str, arguments: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": arguments});
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "",
        "content": [{"type": "reasoning_text", "text": "Hm"}]});
    check(
        &[
            plain(
                "added",
                json!({"type": "reasoning", "id": "rs_1", "summary": []}),
            ),
            named("reasoning_text", "rs_1", "Hm"),
            plain("added", json!({"type": "message", "id": "msg_1"})),
            named("output_text", "msg_1", "a"),
            plain("added", called("fc_", "")),
            named("function_call_arguments", "fc_", "{1}"),
            plain("added", called("fc_", "")),
            named("function_call_arguments", "fc_", "{2}"),
            plain("done", reasoning.clone()),
            json!({"type": "response.output_text.done", "item_id": "msg_1", "text": "a"}),
            plain("done", message("msg_1", "a")),
            plain("done", called("fc_", "{1}")),
            plain("done", called("fc_", "{2}")),
            completed(json!([
                reasoning,
                message("msg_1", "a"),
                called("fc_", "{1}"),
                called("fc_", "{2}")
            ])),
        ],
        &expect![[r#"
            reasoning "Hm"
            text "a"
            call 0 fc_ f {1}
            call 1 call_1 f {2}
            opaque Alone openai/responses {"content":[{"text":"Hm","type":"reasoning_text"}],"encrypted_content":"","id":"rs_1","summary":[],"type":"reasoning"}
            stop ToolCalls
        "#]],
    );
}

#[test]
fn the_type_may_be_the_name_of_the_event() {
    let events = [
        ("response.output_text.delta", r#"{"delta": "a"}"#),
        ("response.completed", r#"{"response": {}}"#),
    ];
    expect![[r#"
        text "a"
        stop EndTurn
    "#]]
    .assert_eq(&testkit::decode(Wire::Responses, events));
}

#[test]
fn text_that_comes_only_when_it_is_whole() {
    let text_done = |text: &str| event("output_text.done", 0, json!({ "text": text }));
    let part_done = |part: Value| event("content_part.done", 0, json!({ "part": part }));
    let text = json!({"type": "output_text", "text": "a"});
    for events in [
        vec![text_done("a")],
        vec![part_done(text.clone())],
        vec![done(0, message("m", "a"))],
        vec![
            added(0, message("m", "")),
            completed(json!([message("m", "a")])),
        ],
        vec![completed(json!([message("m", "a")]))],
        vec![completed(json!([{"type": "message", "content": "a"}]))],
        vec![completed(
            json!([{"type": "message", "content": [null, {"text": "a"}]}]),
        )],
        // Ids that change from event to event.
        vec![
            json!({"type": "response.output_text.delta", "item_id": "x", "delta": "a"}),
            json!({"type": "response.output_text.done", "item_id": "y", "text": "a"}),
            json!({"type": "response.output_item.done", "item": message("z", "a")}),
            completed(json!([message("m", "a")])),
        ],
        // All of them, and some twice.
        vec![
            say(0, "a"),
            text_done("a"),
            text_done("a"),
            part_done(text),
            done(0, message("m", "a")),
            done(0, message("m", "a")),
            completed(json!([message("other", "a")])),
        ],
    ] {
        let events = events.into_iter().chain([end()]);
        let decoded = decode(events.map(|event| event.to_string()));
        assert_eq!(decoded, "text \"a\"\nstop EndTurn\n");
    }
    let summary =
        json!([{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}]);
    let content = json!([{"type": "reasoning_text", "text": "c"}]);
    check(
        &[
            event("reasoning_summary_text.done", 0, json!({"text": "0"})),
            event("reasoning_text.done", 1, json!({"text": "1"})),
            event(
                "content_part.done",
                2,
                json!({"part": {"type": "reasoning_text", "text": "2"}}),
            ),
            done(
                3,
                json!({"type": "reasoning", "summary": summary, "content": content}),
            ),
            end(),
        ],
        &expect![[r#"
            reasoning "0\n\n1\n\n2\n\na\n\nb"
            opaque Part openai/responses {"content":[{"text":"c","type":"reasoning_text"}],"summary":[{"text":"a","type":"summary_text"},{"text":"b","type":"summary_text"}],"type":"reasoning"}
            stop EndTurn
        "#]],
    );
}

#[test]
fn arguments_come_once_wherever_they_stand() {
    let whole = || call("c", "f", "{}");
    let begun = || added(0, call("c", "f", ""));
    let args_done = |arguments: Value| {
        event(
            "function_call_arguments.done",
            0,
            json!({"arguments": arguments, "name": "f"}),
        )
    };
    for (case, events) in [
        vec![begun(), arguments(0, "{"), arguments(0, "}")],
        vec![begun(), args_done(json!("{}"))],
        vec![begun(), args_done(json!({}))],
        vec![begun(), done(0, whole())],
        vec![begun(), completed(json!([whole()]))],
        vec![added(0, whole())],
        vec![added(0, whole()), arguments(0, "{}")],
        vec![done(0, whole())],
        vec![
            done(0, whole()),
            done(0, whole()),
            completed(json!([whole()])),
        ],
        vec![completed(json!([whole()]))],
        vec![completed(
            json!([{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]),
        )],
        vec![
            added(0, json!({"type": "function_call", "call_id": "c"})),
            arguments(0, "{}"),
            args_done(json!("{}")),
        ],
        vec![
            begun(),
            begun(),
            arguments(0, "{}"),
            done(0, whole()),
            begun(),
            arguments(0, "{}"),
        ],
        // A place and an id that are new each time.
        vec![
            begun(),
            arguments(0, "{}"),
            done(
                0,
                json!({"type": "function_call", "id": "x", "call_id": "c"}),
            ),
            completed(json!([{"type": "function_call", "id": "y", "call_id": "c", "name": "f"}])),
        ],
    ]
    .into_iter()
    .enumerate()
    {
        let events = events.into_iter().chain([end()]);
        let decoded = decode(events.map(|event| event.to_string()));
        assert_eq!(decoded, "call 0 c f {}\nstop ToolCalls\n", "case {case}");
    }
}

#[test]
fn items_that_are_interleaved() {
    check(
        &[
            added(0, json!({"type": "message", "id": "m0"})),
            added(1, call("a", "f", "")),
            added(2, call("b", "g", "")),
            say(0, "x"),
            arguments(1, "{\"1\""),
            arguments(2, "{\"2\""),
            say(0, "y"),
            arguments(1, ":1}"),
            arguments(2, ":2}"),
            done(2, call("b", "g", "{\"2\":2}")),
            done(0, message("m0", "xy")),
            done(1, call("a", "f", "{\"1\":1}")),
            completed(json!([
                message("m0", "xy"),
                call("a", "f", ""),
                call("b", "g", "")
            ])),
        ],
        &expect![[r#"
            call 0 a f 
            call 1 b g 
            text "x"
            call 0 - - {"1"
            call 1 - - {"2"
            text "y"
            call 0 - - :1}
            call 1 - - :2}
            stop ToolCalls
        "#]],
    );
    let think = |index: u64, more: &str| delta("reasoning_summary_text", index, more);
    let kept =
        |id: &str| json!({"type": "reasoning", "id": id, "encrypted_content": "E", "summary": []});
    check(
        &[
            think(0, "a"),
            think(1, "b"),
            think(0, "c"),
            // None of them ends the part that streams, of which others hold more.
            done(1, kept("rs_1")),
            done(0, kept("rs_0")),
            say(2, "d"),
            say(3, "e"),
            say(2, "f"),
            done(2, message("m2", "df")),
            done(3, message("m3", "e")),
            end(),
        ],
        &expect![[r#"
            reasoning "a\n\nb\n\nc"
            opaque Alone openai/responses {"encrypted_content":"E","id":"rs_1","summary":[],"type":"reasoning"}
            opaque Alone openai/responses {"encrypted_content":"E","id":"rs_0","summary":[],"type":"reasoning"}
            text "d"
            opaque Part openai/responses {}
            text "e"
            opaque Part openai/responses {}
            text "f"
            stop EndTurn
        "#]],
    );
}
