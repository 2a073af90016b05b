//! With an editor: its buffers, its questions, and its end.
use aside_tests::editor::Answer;
use serde_json::{Value, json};

use super::{Agent, editor, replace, sockets};
use crate::common::Stage;

#[tokio::test]
async fn with_an_editor_the_buffers_count() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "disk\n");
    let editor = editor(&stage, Answer::Kind("allowOnce")).await;
    editor.open_file(&path);
    editor.change(&path, "unsaved\n");
    editor.is_alive().await;
    let mut agent = Agent::open(&stage.world, &[]).await;
    let read = agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("unsaved") && !read.contains("disk"), "{read}");
    let found = agent.done("grep", json!({"pattern": "unsaved"})).await;
    assert!(found.contains("a.txt"), "{found}");
    // What the user types meanwhile stays.
    editor.change(&path, "mine\nunsaved\n");
    editor.is_alive().await;
    agent
        .done("edit_file", replace("a.txt", "unsaved", "edited"))
        .await;
    assert_eq!(editor.buffer(&path), "mine\nedited\n");
    assert_eq!(stage.world.read("a.txt"), "disk\n");
    assert_eq!(editor.asked("workspace/applyEdit").len(), 1);
    let asked = editor.asked("chat/requestPermission");
    let reason = asked[0]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("parrot (another agent) wants to write"),
        "{reason}"
    );
    let diff = asked[0]["preview"][0]["diff"].as_str().unwrap();
    assert!(diff.contains("+edited"), "{diff}");
    editor.set_habits(|client| client.answer = Answer::Kind("rejectOnce"));
    agent
        .refused("edit_file", replace("a.txt", "edited", "x"), "user")
        .await;
    editor.set_habits(|client| client.answer = Answer::Kind("allowSession"));
    for (old, new) in [("edited", "x"), ("x", "y")] {
        agent.done("edit_file", replace("a.txt", old, new)).await;
    }
    assert_eq!(editor.asked("chat/requestPermission").len(), 3);
    // By itself where it is told so.
    let mut alone = Agent::open(&stage.world, &["--standalone"]).await;
    let read = alone.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("disk"), "{read}");
    alone.close().await;
    let said = agent.close().await;
    assert!(said.contains("the editor"), "{said}");
    assert_eq!(sockets(&stage.world), 1);
    editor.close().await;
    assert_eq!(sockets(&stage.world), 0);
}

#[tokio::test]
async fn a_call_is_cancelled_and_its_question_withdrawn() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    let params = json!({"name": "edit_file", "arguments": replace("a.txt", "one", "two")});
    let id = agent.start_request("tools/call", params.clone()).await;
    let question = editor.wait_asked("chat/requestPermission").await;
    // The same id twice, while the first is under way.
    agent
        .send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
        .await;
    let answer = agent.next().await;
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    for id in [json!(id), json!(99), Value::Null] {
        let params = json!({"requestId": id});
        agent
            .send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
            .await;
    }
    editor
        .wait_notification("$/cancelRequest", |params| params["id"] == question["id"])
        .await;
    // No answer to it comes before this one, nor at the end.
    let read = agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("one"), "{read}");
    agent.close().await;
    assert_eq!(editor.buffer(&path), "one\n");
    editor.close().await;
}

#[tokio::test]
async fn an_agent_that_leaves_withdraws_its_questions() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    let params = json!({"name": "delete_file", "arguments": {"path": "a.txt"}});
    agent.start_request("tools/call", params).await;
    let question = editor.wait_asked("chat/requestPermission").await;
    agent.child.kill().await.unwrap();
    editor
        .wait_notification("$/cancelRequest", |params| params["id"] == question["id"])
        .await;
    assert!(path.exists());
    editor.close().await;
}

#[tokio::test]
async fn the_editors_server_may_die() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    let mut agent = Agent::open(&stage.world, &[]).await;
    agent.done("read_file", json!({"path": "a.txt"})).await;
    editor.kill9().await;
    let (status, said) = agent.end().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("editor's server ended"), "{said}");
    // What is left of it misleads nobody.
    assert_eq!(sockets(&stage.world), 1);
    let mut agent = Agent::open(&stage.world, &[]).await;
    agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(agent.close().await.contains("from the disk"));
}

#[tokio::test]
async fn many_calls_at_once_are_bounded() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    for _ in 0..32 {
        let params = json!({"name": "edit_file", "arguments": replace("a.txt", "one", "two")});
        agent.start_request("tools/call", params).await;
    }
    let params = json!({"name": "read_file", "arguments": {"path": "a.txt"}});
    let answer = agent.request("tools/call", params).await;
    assert_eq!(answer["error"]["code"], -32000, "{answer}");
    // What needs no waiting is answered nevertheless.
    agent.request("ping", json!({})).await;
    agent.child.kill().await.unwrap();
    editor.close().await;
}

#[tokio::test]
async fn edits_that_are_to_be_proposed_are_asked_about() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client_with(json!({
        "edits": {"mode": "propose"},
        "permission_mode": "acceptEdits",
    }));
    client.answer = Answer::Kind("rejectOnce");
    let editor = stage.open_with(client).await;
    editor.is_alive().await;
    let mut agent = Agent::open(&stage.world, &[]).await;
    agent
        .refused(
            "write_file",
            json!({"path": "a.txt", "content": "x"}),
            "user",
        )
        .await;
    let asked = editor.asked("chat/requestPermission");
    let reason = asked[0]["reason"].as_str().unwrap();
    assert!(reason.contains("edits.mode"), "{reason}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "one\n");
    agent.close().await;
    editor.close().await;
}
