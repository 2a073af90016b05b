//! What the decoder keeps so that the provider sees it again.
use expect_test::expect;
use serde_json::{Value, json};

use super::tests::{call, check, decode, done, end, message, say};

#[test]
fn messages_one_after_the_other_stay_apart() {
    let phase = |text: &str, phase: &str| {
        let mut item = message("m", text);
        item["phase"] = json!(phase);
        item
    };
    check(
        &[
            say(0, "a"),
            done(0, phase("a", "commentary")),
            say(1, "b"),
            done(1, message("m1", "b")),
            say(2, "c"),
            done(2, phase("c", "final_answer")),
            end(),
        ],
        &expect![[r#"
            text "a"
            opaque Part openai/responses {"phase":"commentary"}
            text "b"
            opaque Part openai/responses {}
            text "c"
            opaque Part openai/responses {"phase":"final_answer"}
            stop EndTurn
        "#]],
    );
}

#[test]
fn what_goes_back_of_messages_and_calls() {
    let kept = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "E"});
    let cited = json!({"type": "message", "id": "m", "status": "completed", "role": "assistant",
        "content": [{"type": "output_text", "text": "a", "annotations": [{"url": "u"}]}]});
    let extra = json!({"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f",
        "arguments": "{}", "namespace": "n", "caller": null});
    // Without reasoning, ids are of no use.
    let items = [cited, extra, call("d", "f", "{}")];
    let events = |first: Vec<Value>| {
        let rest = items.iter().cloned();
        let events = first.into_iter().chain(rest).zip(0..);
        let mut events: Vec<Value> = events.map(|(item, index)| done(index, item)).collect();
        events.push(end());
        events
    };
    check(
        &events(vec![]),
        &expect![[r#"
        text "a"
        opaque Part openai/responses {"content":[{"annotations":[{"url":"u"}],"text":"a","type":"output_text"}]}
        call 0 c f {}
        opaque Call(0) openai/responses {"namespace":"n"}
        call 1 d f {}
        stop ToolCalls
    "#]],
    );
    check(
        &events(vec![kept]),
        &expect![[r#"
        opaque Alone openai/responses {"encrypted_content":"E","id":"rs_1","summary":[],"type":"reasoning"}
        text "a"
        opaque Part openai/responses {"content":[{"annotations":[{"url":"u"}],"text":"a","type":"output_text"}],"id":"m"}
        call 0 c f 
        opaque Call(0) openai/responses {"id":"fc_1"}
        call 0 - - {}
        opaque Call(0) openai/responses {"id":"fc_1","namespace":"n"}
        call 1 d f 
        opaque Call(1) openai/responses {"id":"fc_d"}
        call 1 - - {}
        stop ToolCalls
    "#]],
    );
    // Nor is reasoning without anything in it.
    let empty = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": null, "content": []});
    check(
        &events(vec![empty]),
        &expect![[r#"
        text "a"
        opaque Part openai/responses {"content":[{"annotations":[{"url":"u"}],"text":"a","type":"output_text"}]}
        call 0 c f {}
        opaque Call(0) openai/responses {"namespace":"n"}
        call 1 d f {}
        stop ToolCalls
    "#]],
    );
}

#[test]
fn an_item_is_kept_byte_for_byte() {
    let item =
        r#"{ "type":"reasoning","summary" : [], "encrypted_content":"a\/b\u0041", "n":1.0e2 }"#;
    let event = format!(r#"{{"type":"response.output_item.done","item":  {item} }}"#);
    let decoded = decode([event.as_str(), r#"{"type":"response.completed"}"#]);
    let expected = format!("opaque Alone openai/responses {item}\nstop EndTurn\n");
    assert_eq!(decoded, expected);
}
