//! The client story: a prompt on unsaved text ends in a versioned edit of the buffer.
use aside_script::Usage;
use aside_tests::rules::{kind, text};
use expect_test::{ExpectFile, expect_file};
use serde_json::{Value, json};

use crate::common::{Stage, TOKENS, check_types, edit, output, read, say, tool_calls};

const ON_DISK: &str = "fn main() {\n    println!(\"saved\");\n}\n";
const IN_BUFFER: &str = "fn main() {\n    println!(\"unsaved\");\n}\n";
const EDITED: &str = "fn main() {\n    println!(\"edited\");\n}\n";

fn story() -> Stage {
    let stage = Stage::new([
        read("call-1", "src/main.rs"),
        edit("call-2", "src/main.rs", "\"unsaved\"", "\"edited\""),
        say("It says edited now."),
    ]);
    stage.world.write("src/main.rs", ON_DISK);
    stage
}

#[tokio::test]
async fn a_prompt_on_unsaved_text_becomes_a_versioned_edit() {
    let stage = story();
    let editor = stage.open().await;
    let path = stage.world.path("src/main.rs");
    editor.open_file(&path);
    editor.change(&path, IN_BUFFER);
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Make it say edited.").await;

    assert_eq!(editor.buffer(&path), EDITED);
    assert_eq!(
        stage.world.read("src/main.rs"),
        ON_DISK,
        "saving is the user's"
    );
    let told = stage.tool_result("call-1");
    assert!(
        told.contains("println!(\"unsaved\")") && !told.contains("\"saved\""),
        "{told}"
    );

    let edits = editor.asked("workspace/applyEdit");
    let [applied] = edits.as_slice() else {
        panic!("one edit was expected: {edits:#?}");
    };
    let changes = &applied["edit"]["documentChanges"];
    assert_eq!(
        changes[0]["textDocument"],
        json!({"uri": stage.world.uri("src/main.rs"), "version": 2})
    );
    // Only the line that changes is replaced, so cursors elsewhere stay.
    let start = &changes[0]["edits"][0]["range"]["start"]["line"];
    assert_eq!(
        (changes[0]["edits"].as_array().unwrap().len(), start),
        (1, &json!(1))
    );

    assert_eq!(turn["stopReason"], "endTurn");
    assert_eq!(turn["usage"], usage(3));
    let events = editor.checked_events(&session);
    check_types(&events);
    assert_eq!(kind(events.last().unwrap()), "turnCompleted");

    let items = editor.items(&session).await;
    let kinds: Vec<&str> = items.iter().map(|item| text(item, "/type")).collect();
    assert_eq!(
        kinds,
        ["userMessage", "toolCall", "toolCall", "assistantMessage"]
    );
    assert_eq!(items[3]["text"], "It says edited now.");
    let calls = tool_calls(&items);
    assert_eq!(
        (text(&calls[0], "/kind"), text(&calls[1], "/kind")),
        ("read", "edit")
    );
    assert!(calls.iter().all(|call| call["status"] == "completed"));
    assert!(output(&calls[0]).contains("unsaved"));
    assert_eq!(calls[1]["editIds"].as_array().unwrap().len(), 1);

    let session = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(
        (&session["status"], &session["turnCount"], &session["usage"]),
        (&json!("idle"), &json!(1), &usage(3))
    );
    editor.close().await;
}

/// The tokens of so many scripted replies.
fn usage(replies: u64) -> Value {
    let Usage {
        input,
        cached,
        output,
        reasoning,
    } = TOKENS;
    json!({
        "inputTokens": input * replies, "cachedInputTokens": cached * replies,
        "outputTokens": output * replies, "reasoningTokens": reasoning * replies,
    })
}

#[tokio::test]
async fn the_requests_are_these() {
    let stage = story();
    let editor = stage.open().await;
    let path = stage.world.path("src/main.rs");
    editor.open_file(&path);
    editor.change(&path, IN_BUFFER);
    let session = editor.create_free().await;
    editor.turn(&session, "Make it say edited.").await;
    let requests = stage.requests();
    assert_eq!(requests.len(), 3);
    kept("first.json").assert_eq(&shown(&stage, &requests[0]));
    // The others differ from it in what was said meanwhile.
    let messages = requests[2]["messages"].as_array().unwrap();
    assert_eq!(messages[1], requests[0]["messages"][1]);
    let later = shown(&stage, &json!(messages[2..]));
    kept("later_messages.json").assert_eq(&later);
    let mut last = requests[2].clone();
    last["messages"] = requests[0]["messages"].clone();
    assert_eq!(last, requests[0]);
    editor.close().await;
}

/// What is expected, in a file beside this one.
fn kept(name: &str) -> ExpectFile {
    expect_file![format!(
        "{}/tests/e2e/requests/{name}",
        env!("CARGO_MANIFEST_DIR")
    )]
}

/// JSON to read, the same on every machine, with texts of several lines as lists of lines.
fn shown(stage: &Stage, value: &Value) -> String {
    let text = serde_json::to_string_pretty(&in_lines(value)).unwrap() + "\n";
    let workspace = stage.world.workspace();
    let system = format!("System: {}", std::env::consts::OS);
    text.replace(workspace.to_str().unwrap(), "WORKSPACE")
        .replace(&system, "System: OS")
}

fn in_lines(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => text.split('\n').collect(),
        Value::Array(entries) => entries.iter().map(in_lines).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), in_lines(value)))
            .collect(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[tokio::test]
async fn the_first_request_is_small() {
    const LIMIT: usize = 14 * 1024;
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Hello?").await;
    let size = stage.model.requests()[0].raw.len();
    assert!(size <= LIMIT, "{size} bytes");
    editor.close().await;
}

#[tokio::test]
async fn several_calls_of_one_answer_run_and_are_told_in_order() {
    let two = aside_script::Reply::new()
        .text("I look at both.")
        .tool_call("a", "read_file", &["{\"path\":", "\"a.txt\"}"])
        .tool_call("b", "read_file", &["{\"path\":\"b.txt\"}"])
        .tool_call(
            "c",
            "write_file",
            &["{\"path\":\"c.txt\",\"content\":\"c\"}"],
        )
        .tool_call("d", "read_file", &["{\"path\":\"c.txt\"}"])
        .finish("tool_calls");
    let stage = Stage::new([two, say("Done.")]);
    stage.world.write("a.txt", "alpha\n");
    stage.world.write("b.txt", "beta\n");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Look.").await;
    let messages = stage.requests()[1]["messages"].clone();
    let order: Vec<&str> = messages
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| message["tool_call_id"].as_str())
        .collect();
    assert_eq!(order, ["a", "b", "c", "d"]);
    assert!(stage.tool_result("a").contains("alpha"));
    assert!(stage.tool_result("b").contains("beta"));
    // A read after a write of the same answer sees what was written.
    assert!(stage.tool_result("d").contains('c'));
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn searches_see_unsaved_text() {
    let stage = Stage::new([
        crate::common::call("g", "grep", json!({"pattern": "needle"})),
        crate::common::call("f", "glob", json!({"pattern": "**/*.rs"})),
        crate::common::call("l", "list_directory", json!({})),
        say("Found."),
    ]);
    let path = stage.world.write("src/a.rs", "nothing\n");
    stage.world.write("src/b.rs", "a needle on disk\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    editor.change(&path, "an unsaved needle\n");
    let session = editor.create(json!({"permissionMode": "readOnly"})).await;
    editor.turn(&session, "Find it.").await;
    let found = stage.tool_result("g");
    assert!(
        found.contains("an unsaved needle") && found.contains("a needle on disk"),
        "{found}"
    );
    let files = stage.tool_result("f");
    assert!(
        files.contains("src/a.rs") && files.contains("src/b.rs"),
        "{files}"
    );
    let list = stage.tool_result("l");
    assert!(list.contains("src"), "{list}");
    editor.close().await;
}

#[tokio::test]
async fn what_is_attached_to_a_prompt_reaches_the_model() {
    let stage = Stage::new([say("I see.")]);
    let path = stage.world.write("a.txt", "on disk\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    editor.change(&path, "first\nsecond, unsaved\nthird\n");
    let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}});
    let content = json!([
        {"type": "text", "text": "Look at these."},
        {"type": "resource", "uri": stage.world.uri("a.txt"), "range": range},
        {"type": "resource", "uri": "untitled:notes", "text": "given with it"},
        {"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgo="},
    ]);
    let sent = editor
        .request("chat/send", json!({"content": content}))
        .await;
    editor.completed(text(&sent, "/turnId")).await;
    let prompt = stage.requests()[0]["messages"][1].to_string();
    for part in [
        "Look at these.",
        "a.txt, line 2",
        "given with it",
        "data:image/png;base64,iVBORw0KGgo=",
    ] {
        assert!(prompt.contains(part), "{part} is not in {prompt}");
    }
    editor.close().await;
}
