//! Caches of prompts: each request begins with all of the one before, byte for byte, in each wire
//! format; where it does not, the log says why.
use aside_script::Reply;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::Stage;
use crate::mocks::Format;
use crate::wires::{gemini_end, stage, stream, whole};

/// Anthropic's marks. They are no part of what is cached.
const MARK: &str = r#","cache_control":{"type":"ephemeral"}"#;

/// What the log says where a cache cannot help.
const BROKEN: &str = "does not begin with the one before";

/// The model thinks, says something, and calls two tools.
fn calls(format: Format, nth: usize) -> Reply {
    let (read, list) = (format!("call-{nth}-a"), format!("call-{nth}-b"));
    let path = json!({"path": "a.txt"});
    match format {
        Format::Chat | Format::Azure => Reply::new()
            .reasoning("What is there?")
            .text("I look.")
            .tool_call(&read, "read_file", &[&path.to_string()])
            .tool_call(&list, "list_directory", &["{}"])
            .finish("tool_calls"),
        Format::Responses => responses(&read, &list, &path),
        Format::Messages => messages(&read, &list, &path),
        Format::Gemini => stream([gemini_end(json!([
            {"text": "What is there?", "thought": true},
            {"text": "I look.", "thoughtSignature": "c2lnbmVkIDE="},
            {"functionCall": {"name": "read_file", "args": path}, "thoughtSignature": "c2lnbmVkIDI="},
            {"functionCall": {"name": "list_directory", "args": {}}},
        ]))]),
    }
}

fn responses(read: &str, list: &str, path: &Value) -> Reply {
    let thought = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "Z0FBQQ==",
        "summary": [{"type": "summary_text", "text": "What is there?"}]});
    let said = json!({"type": "message", "id": "msg_1", "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "I look.", "annotations": []}]});
    let call = |id: &str, name: &str, arguments: &Value| {
        json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": name,
            "arguments": arguments.to_string(), "status": "completed"})
    };
    let items = [
        thought,
        said,
        call(read, "read_file", path),
        call(list, "list_directory", &json!({})),
    ];
    let mut events = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut begun = item.clone();
        for (field, empty) in [
            ("summary", json!([])),
            ("content", json!([])),
            ("arguments", json!("")),
        ] {
            if begun.get(field).is_some() {
                begun[field] = empty;
            }
        }
        events.extend([
            json!({"type": "response.output_item.added", "output_index": at, "item": begun}),
            json!({"type": "response.output_item.done", "output_index": at, "item": item}),
        ]);
    }
    events.push(json!({"type": "response.completed", "response": {
        "id": "resp_1", "status": "completed", "output": items,
        "usage": {"input_tokens": 9, "output_tokens": 9, "total_tokens": 18},
    }}));
    stream(events)
}

fn messages(read: &str, list: &str, path: &Value) -> Reply {
    let blocks = [
        (
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            vec![
                json!({"type": "thinking_delta", "thinking": "What is there?"}),
                json!({"type": "signature_delta", "signature": "c2lnbmVk"}),
            ],
        ),
        (
            json!({"type": "text", "text": ""}),
            vec![json!({"type": "text_delta", "text": "I look."})],
        ),
        (
            json!({"type": "tool_use", "id": read, "name": "read_file", "input": {}}),
            vec![json!({"type": "input_json_delta", "partial_json": path.to_string()})],
        ),
        (
            json!({"type": "tool_use", "id": list, "name": "list_directory", "input": {}}),
            Vec::new(),
        ),
    ];
    let mut events = vec![json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [],
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }})];
    for (at, (block, deltas)) in blocks.into_iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": at, "content_block": block}));
        for delta in deltas {
            events.push(json!({"type": "content_block_delta", "index": at, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": at}));
    }
    events.push(
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"},
        "usage": {"output_tokens": 9}}),
    );
    events.push(json!({"type": "message_stop"}));
    stream(events)
}

/// The bodies of the requests in the order in which they came, without marks.
fn bodies(stage: &Stage) -> Vec<String> {
    let requests = stage.model.requests().into_iter();
    let texts = requests.map(|request| String::from_utf8(request.raw).expect("UTF-8"));
    texts.map(|body| body.replace(MARK, "")).collect()
}

/// Each body without the ends of its list and object begins the next one.
#[track_caller]
fn check_growth(bodies: &[String], format: Format) {
    for (nth, pair) in bodies.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let open = before.strip_suffix("]}");
        let open =
            open.unwrap_or_else(|| panic!("{format:?}: the messages are not last: {before}"));
        let same = open
            .bytes()
            .zip(after.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        let around = |text: &str| {
            let bytes = text.as_bytes();
            let start = same.saturating_sub(80);
            let end = bytes.len().min(same + 80);
            String::from_utf8_lossy(&bytes[start..end]).into_owned()
        };
        assert!(
            same == open.len(),
            "{format:?}: request {} parts from the one before at byte {same}:\n{}\n{}",
            nth + 1,
            around(before),
            around(after)
        );
        // What follows are further messages, or nothing where the same was asked again.
        let rest = &after[same..];
        assert!(
            rest.starts_with(',') || rest == "]}",
            "{format:?}: {rest:.80}"
        );
    }
}

async fn check(format: Format) {
    let mut stage = stage(
        format,
        [
            calls(format, 0),
            whole(format),
            calls(format, 1),
            calls(format, 2),
            Reply::error(500, "Overloaded."),
            whole(format),
            whole(format),
            calls(format, 3),
            whole(format),
        ],
    );
    stage.world.set("ASIDE_LOG", "info");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    for prompt in ["Look.", "Look again, \"Größe\"\n\u{1F600}."] {
        let turn = editor.turn(&session, prompt).await;
        assert_eq!(turn["stopReason"], "endTurn", "{format:?}: {turn:#}");
    }
    editor.turn(&session, "Talk.").await;
    editor.close().await;
    // The next server reads the conversation from the database.
    let editor = stage.open().await;
    let turn = editor.turn(&session, "And once more.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{format:?}: {turn:#}");
    editor.close().await;
    let bodies = bodies(&stage);
    assert_eq!(bodies.len(), 9, "{format:?}");
    check_growth(&bodies, format);
    assert_eq!(bodies[4], bodies[5], "{format:?}");
    let logs = stage.world.logs();
    assert!(!logs.contains(BROKEN), "{format:?}: {logs}");
}

#[tokio::test]
async fn chat() {
    check(Format::Chat).await;
}

#[tokio::test]
async fn responses_of_openai() {
    check(Format::Responses).await;
}

#[tokio::test]
async fn messages_of_anthropic() {
    check(Format::Messages).await;
}

#[tokio::test]
async fn gemini() {
    check(Format::Gemini).await;
}

#[tokio::test]
async fn azure() {
    check(Format::Azure).await;
}

/// Anthropic keeps what ends at a mark: there are some, on the newest messages, and not too many.
#[tokio::test]
async fn anthropic_is_told_what_to_keep() {
    let format = Format::Messages;
    let stage = stage(format, [calls(format, 0), whole(format), whole(format)]);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Look.").await;
    editor.turn(&session, "And now?").await;
    editor.close().await;
    for request in stage.requests() {
        let marks = request.to_string().matches("cache_control").count();
        assert!((3..=4).contains(&marks), "{marks} marks in {request:#}");
        let last = request["messages"].as_array().unwrap().last().unwrap();
        let block = last["content"].as_array().unwrap().last().unwrap();
        assert!(block["cache_control"].is_object(), "{last:#}");
    }
}

/// OpenAI's models are given the session's id, so that its requests meet the same cache. Other
/// servers that speak so may not know the field.
#[tokio::test]
async fn openai_is_told_which_session_it_is() {
    let format = Format::Azure;
    let stage = stage(format, [whole(format), whole(format), whole(format)]);
    let editor = stage.open().await;
    let mut keys = Vec::new();
    let first = editor.create_free().await;
    let second = editor.create_free().await;
    for session in [&first, &second, &first] {
        editor.turn(session, "Talk.").await;
        let requests = stage.requests();
        keys.push(text(requests.last().unwrap(), "/prompt_cache_key").to_owned());
    }
    assert_eq!(keys, [first.clone(), second, first]);
    editor.close().await;
}

/// The lines of the log that say that a cache cannot help.
fn broken(stage: &Stage) -> Vec<String> {
    let logs = stage.world.logs();
    let lines = logs.lines().filter(|line| line.contains(BROKEN));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_log_says_what_broke_it() {
    let format = Format::Chat;
    let mut stage = stage(format, vec![whole(format); 5]);
    stage.world.set("ASIDE_LOG", "info");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "One.").await;
    let second = editor.turn(&session, "Two.").await;
    assert_eq!(broken(&stage), Vec::<String>::new());
    let update = json!({"sessionId": session, "model": "openai-chat/gpt-5"});
    editor.request("session/update", update).await;
    editor.turn(&session, "Three.").await;
    let rewind = json!({"sessionId": session, "turnId": second["id"]});
    editor.request("session/rewind", rewind).await;
    editor.turn(&session, "Four.").await;
    editor.turn(&session, "Five.").await;
    editor.close().await;
    let lines = broken(&stage);
    let [model, cut] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    assert!(model.contains("another model is asked"), "{model}");
    assert!(
        cut.contains("message 3 (of the user) changed") && cut.contains("2 of its 5"),
        "{cut}"
    );
    for line in &lines {
        assert!(line.contains(&session), "{line}");
    }
}
