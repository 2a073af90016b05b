//! Tools that are seldom needed: deleting, moving, documents with backups, and finding tools.
use aside_tests::editor::Editor;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, only_call, output, say};

/// The names of the tools that a request offers.
fn offered(request: &Value) -> Vec<String> {
    let tools = request["tools"].as_array().expect("tools");
    let names = tools.iter().map(|tool| text(tool, "/function/name"));
    names.map(str::to_owned).collect()
}

/// A file as the editor has it, which may not have saved it.
fn now(editor: &Editor, stage: &Stage, file: &str) -> Option<String> {
    let path = stage.world.path(file);
    let open = editor.read(|state| state.buffers.get(&path).map(|buffer| buffer.text.clone()));
    path.exists()
        .then(|| open.unwrap_or_else(|| stage.world.read(file)))
}

/// One call that is asked about, made, and taken back: the files before and after it.
async fn check(
    name: &str,
    arguments: Value,
    before: &[(&str, &str)],
    after: &[(&str, Option<&str>)],
) {
    let stage = Stage::new([call("call-1", name, arguments), say("Done.")]);
    for (file, content) in before {
        stage.world.write(file, content);
    }
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Do it.").await;
    let made = only_call(&editor.checked_events(&session));
    assert_eq!(text(&made, "/status"), "completed", "{made:#}");
    let asked = editor.asked("chat/requestPermission");
    assert_eq!(asked.len(), 1, "{asked:#?}");
    assert!(
        !asked[0]["preview"]
            .as_array()
            .expect("a preview")
            .is_empty()
    );
    for (file, content) in after {
        assert_eq!(now(&editor, &stage, file).as_deref(), *content, "{file}");
    }
    let params = json!({"sessionId": session, "turnId": turn["id"]});
    editor.request("session/rewind", params).await;
    for (file, content) in before {
        let there = now(&editor, &stage, file);
        assert_eq!(there.as_deref(), Some(*content), "{file} after the rewind");
    }
    for (file, _) in after {
        let was_there = before.iter().any(|(name, _)| name == file);
        assert_eq!(
            stage.world.path(file).exists(),
            was_there,
            "{file} after the rewind"
        );
    }
    editor.close().await;
}

#[tokio::test]
async fn a_file_is_deleted_and_comes_back() {
    let arguments = json!({"path": "a.txt"});
    check(
        "delete_file",
        arguments,
        &[("a.txt", "one\n")],
        &[("a.txt", None)],
    )
    .await;
}

#[tokio::test]
async fn a_file_is_moved_and_comes_back() {
    let arguments = json!({"from": "a.txt", "to": "deep/b.txt"});
    let after = [("a.txt", None), ("deep/b.txt", Some("one\n"))];
    check("move_file", arguments, &[("a.txt", "one\n")], &after).await;
}

#[tokio::test]
async fn a_document_keeps_what_was_there() {
    let arguments = json!({"path": "notes.md", "content": "new\n", "backup": true});
    let before = [("notes.md", "old\n"), ("notes.1.md", "older\n")];
    let after = [
        ("notes.md", Some("new\n")),
        ("notes.1.md", Some("older\n")),
        ("notes.2.md", Some("old\n")),
    ];
    check("generate_document", arguments, &before, &after).await;
}

#[tokio::test]
async fn nothing_outside_is_deleted_or_moved() {
    for (name, arguments) in [
        ("delete_file", json!({"path": "../outside/x.txt"})),
        (
            "move_file",
            json!({"from": "a.txt", "to": "../outside/a.txt"}),
        ),
        (
            "move_file",
            json!({"from": "../outside/x.txt", "to": "b.txt"}),
        ),
        (
            "generate_document",
            json!({"path": "../outside/n.md", "content": "x"}),
        ),
    ] {
        let stage = Stage::new([call("call-1", name, arguments.clone()), say("Done.")]);
        stage.world.write("a.txt", "one\n");
        let outside = stage.world.outside().join("x.txt");
        std::fs::write(&outside, "x\n").unwrap();
        let editor = stage.open().await;
        let session = editor.create(json!({"permissionMode": "full"})).await;
        editor.turn(&session, "Do it.").await;
        let made = only_call(&editor.checked_events(&session));
        assert_eq!(text(&made, "/status"), "failed", "{arguments} {made:#}");
        assert!(output(&made).contains("outside"), "{made:#}");
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "x\n");
        assert_eq!(stage.world.read("a.txt"), "one\n");
        assert!(editor.asked("chat/requestPermission").is_empty());
        editor.close().await;
    }
}

#[tokio::test]
async fn a_tool_is_found_and_offered_from_then_on() {
    let stage = Stage::new([
        call(
            "call-1",
            "find_tools",
            json!({"query": "where is a symbol defined"}),
        ),
        call(
            "call-2",
            "definition",
            json!({"path": "a.rs", "line": 1, "symbol": "main"}),
        ),
        say("Done."),
        say("Again."),
        say("Once more."),
    ]);
    stage.world.write("a.rs", "fn main() {}\n");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Find it.").await;
    editor.turn(&session, "Go on.").await;
    editor.close().await;
    // The next server knows it too.
    let editor = stage.open().await;
    editor.turn(&session, "Go on.").await;
    editor.close().await;
    let requests = stage.requests();
    let is_offered = |request: &Value| offered(request).contains(&"definition".to_owned());
    let shown: Vec<bool> = requests.iter().map(is_offered).collect();
    assert_eq!(shown, [false, true, true, true, true]);
    let found = stage.tool_result("call-1");
    assert!(found.contains("## definition"), "{found}");
    let told = stage.tool_result("call-2");
    assert!(told.contains("cannot be asked for definitions"), "{told}");
}

#[tokio::test]
async fn a_tool_that_is_named_runs_though_it_was_not_offered() {
    let stage = Stage::new([
        call(
            "call-1",
            "generate_document",
            json!({"path": "n.md", "content": "x\n"}),
        ),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Write.").await;
    assert_eq!(now(&editor, &stage, "n.md").as_deref(), Some("x\n"));
    assert!(!offered(&stage.requests()[0]).contains(&"generate_document".to_owned()));
    editor.close().await;
}
