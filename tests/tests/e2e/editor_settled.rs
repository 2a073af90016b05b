//! What edits break or mend, as the editor reports it, and checkers where there is no editor to ask.
use std::path::Path;

use aside_tests::editor::{Answer, Says};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, edit, only_call, output, say};

fn diagnostic(line: u32, message: &str) -> Value {
    let range =
        json!({"start": {"line": line, "character": 0}, "end": {"line": line, "character": 1}});
    json!({"range": range, "severity": 1, "message": message, "source": "lint"})
}

/// The result of an edit in an editor that answers `editor/diagnostics` so.
async fn edited(says: Vec<Says>, wait_ms: u64) -> String {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "zero\none!"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\ntwo\n");
    let mut client = stage.client_with(json!({"editor": {"diagnostics_wait_ms": wait_ms}}));
    client.aside = json!({"editor": ["diagnostics"]});
    client.says.insert("editor/diagnostics", says);
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Change it.").await;
    assert_eq!(turn["stopReason"], "endTurn");
    assert_eq!(editor.buffer(&path), "zero\none!\ntwo\n");
    let result = output(&only_call(&editor.checked_events(&session)));
    assert_eq!(result, stage.tool_result("call-1"));
    editor.close().await;
    result
}

fn list(diagnostics: &[Value]) -> Says {
    Says::Result(json!(diagnostics))
}

#[tokio::test]
async fn a_result_says_what_the_edit_made_new_or_cured() {
    let before = [diagnostic(0, "bad one"), diagnostic(1, "bad two")];
    let after = [diagnostic(2, "bad two"), diagnostic(1, "worse")];
    let says = vec![list(&before), list(&before), list(&after)];
    let result = edited(says, 20_000).await;
    let (_, told) = result
        .split_once("\n\n")
        .expect("more than the plain result");
    assert_eq!(
        told,
        "New: a.txt:2: error: worse [lint]\nCured: a.txt:1: error: bad one [lint]"
    );
}

#[tokio::test]
async fn editors_that_know_nothing_new_change_no_result() {
    let before = [diagnostic(1, "bad two")];
    let plain = edited(vec![list(&[])], 0).await;
    for says in [
        vec![list(&before)],
        vec![list(&before), list(&[diagnostic(2, "bad two")])],
        vec![Says::Error],
        vec![Says::Nothing],
        vec![Says::Result(json!({"garbage": [1, "two"]}))],
        vec![list(&before), Says::Error],
        vec![list(&[]), Says::Nothing],
    ] {
        let shown = format!("{says:?}");
        assert_eq!(edited(says, 150).await, plain, "{shown}");
    }
}

/// A checker that reports an error of a line, and where it ran.
#[cfg(unix)]
fn checker(world: &aside_tests::world::World, command: &str) {
    let toml = format!("[providers]\nretry_base_ms = 1\n[checkers]\n\"*.txt\" = '{command}'\n");
    world.configure(&toml);
}

#[cfg(unix)]
#[tokio::test]
async fn a_checker_runs_where_the_editor_cannot_be_asked_and_the_user_agrees() {
    for (answer, status, part) in [
        ("allowOnce", "completed", "a.txt:2: error: no good"),
        ("rejectOnce", "rejected", ""),
    ] {
        let stage = Stage::new([
            call("call-1", "diagnostics", json!({"path": "a.txt"})),
            say("Done."),
        ]);
        stage.world.write("a.txt", "one\ntwo\n");
        checker(
            &stage.world,
            "python3 -c \"print(\\\"a.txt:2:1: error: no good\\\")\"; exit 1",
        );
        let mut client = stage.client();
        client.answer = Answer::Kind(answer);
        let editor = stage.open_with(client).await;
        let session = editor.create(json!({})).await;
        editor.turn(&session, "Check it.").await;
        let made = only_call(&editor.checked_events(&session));
        assert_eq!(text(&made, "/status"), status, "{made:#}");
        assert!(output(&made).contains(part), "{made:#}");
        let asked = editor.asked("chat/requestPermission");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0]["effects"][0]["type"], "runProgram", "{asked:#?}");
        editor.close().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_checker_that_fails_says_how() {
    let stage = Stage::new([
        call("call-1", "diagnostics", json!({"path": "a.txt"})),
        say("Done."),
    ]);
    stage.world.write("a.txt", "one\n");
    checker(&stage.world, "echo broken; exit 3");
    let editor = stage.open().await;
    let session = editor.create(json!({"permissionMode": "full"})).await;
    editor.turn(&session, "Check it.").await;
    let told = stage.tool_result("call-1");
    assert!(
        told.contains("broken") && told.contains("exit code 3"),
        "{told}"
    );
    editor.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_workspaces_checker_does_nothing_untrusted() {
    let stage = Stage::new([
        call("call-1", "diagnostics", json!({"path": "a.txt"})),
        say("Done."),
    ]);
    stage.world.write("a.txt", "one\n");
    stage.world.write(
        ".aside/config.toml",
        "[checkers]\n\"*.txt\" = 'touch ran; echo a.txt:1:1: error: x'\n",
    );
    let editor = stage.open().await;
    let session = editor.create(json!({"permissionMode": "full"})).await;
    editor.turn(&session, "Check it.").await;
    assert!(!Path::new(&stage.world.path("ran")).exists());
    let told = stage.tool_result("call-1");
    assert!(told.contains("No checker is known"), "{told}");
    editor.close().await;
}
