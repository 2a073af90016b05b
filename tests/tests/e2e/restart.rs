//! `kill -9` in the middle of a turn, and what the next server makes of it.
use aside_script::{Gate, Reply};
use aside_tests::editor::{Answer, ApplyEdit};
use aside_tests::rules::{Restarts, check_events, kind, seq, text};
use serde_json::{Value, json};

use crate::common::{Stage, edit, patiently, say, tool_calls};

/// Kills the server when `ready` holds, starts another and checks what always holds then.
/// Gives the items as the new server reads them.
async fn killed(stage: &Stage, session: &str, events: Vec<Value>) -> Vec<Value> {
    let editor = stage.open().await;
    let list = editor.request("session/list", json!({})).await;
    assert_eq!(list["sessions"][0]["id"], session, "{list:#}");
    assert_eq!(list["sessions"][0]["status"], "idle", "{list:#}");
    let page = editor
        .request("session/items", json!({"sessionId": session}))
        .await;
    let turns = page["turns"].as_array().unwrap();
    let last = turns.last().unwrap();
    assert_eq!(
        (&last["status"], &last["stopReason"]),
        (&json!("completed"), &json!("interrupted"))
    );
    let items = page["items"].as_array().unwrap().clone();

    let turn = editor.turn(session, "Go on.").await;
    assert_eq!(turn["stopReason"], "endTurn");
    let later = editor.checked_events(session);
    let highest = events.iter().map(seq).max().unwrap();
    assert!(seq(&later[0]) > highest, "a seq came twice");
    check_events(&[events, later].concat(), Restarts::Some);
    let replayed = editor.replay(session, 0).await;
    check_events(&replayed, Restarts::Some);
    assert_eq!(kind(replayed.last().unwrap()), "turnCompleted");
    editor.close().await;
    items
}

#[tokio::test]
async fn killed_while_an_edit_waits_for_the_editor() {
    let stage = Stage::new([
        say("First."),
        edit("call-1", "a.txt", "one", "two"),
        say("Again."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.apply_edit = ApplyEdit::Silent;
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    editor.turn(&session, "Say something.").await;
    editor.prompt(Some(&session), "Change it.").await;
    editor.wait_asked("workspace/applyEdit").await;
    let state = editor.kill9().await;

    let items = killed(&stage, &session, state.events).await;
    let calls = tool_calls(&items);
    assert_eq!(calls[0]["status"], "interrupted", "{calls:#?}");
    assert_eq!(items[1]["text"], "First.");
    // What the model is told of the lost call is there, or its provider refuses the request.
    let told = stage.tool_result("call-1");
    assert!(told.contains("interrupted"), "{told}");
}

#[tokio::test]
async fn killed_while_the_user_is_asked() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Again.")]);
    stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Silent;
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Change it.").await;
    editor.wait_asked("chat/requestPermission").await;
    let state = editor.kill9().await;
    let items = killed(&stage, &session, state.events).await;
    assert_eq!(tool_calls(&items)[0]["status"], "interrupted");
    assert_eq!(stage.world.read("a.txt"), "one\n");
}

#[tokio::test]
async fn killed_while_the_answer_streams() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new()
            .text("Half of the ")
            .gate(&gate)
            .text("answer."),
        say("Again."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("a delta", |event| kind(event) == "itemDelta")
        .await;
    patiently("the gate", gate.reached()).await;
    let state = editor.kill9().await;
    let items = killed(&stage, &session, state.events).await;
    assert_eq!(items[0]["type"], "userMessage");
    if let Some(partial) = items.get(1) {
        assert_eq!(partial["status"], "interrupted");
        assert!("Half of the answer.".starts_with(text(partial, "/text")));
    }
}

#[tokio::test]
async fn a_queued_turn_does_not_run_by_itself_after_a_restart() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Half").gate(&gate), say("Third.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "First.").await;
    patiently("the gate", gate.reached()).await;
    let queued = editor.prompt(Some(&session), "Second.").await;
    assert_eq!(queued.status, "queued");
    editor.kill9().await;

    let editor = stage.open().await;
    let page = editor
        .request("session/items", json!({"sessionId": session}))
        .await;
    let turns = page["turns"].as_array().unwrap();
    assert!(
        turns.iter().all(|turn| turn["status"] != "running"),
        "{turns:#?}"
    );
    assert_eq!(stage.requests().len(), 1);
    editor.turn(&session, "Third.").await;
    editor.close().await;
}

#[tokio::test]
async fn sessions_and_settings_outlive_a_server() {
    let stage = Stage::new([say("Hello."), say("Again.")]);
    let editor = stage.open().await;
    let session = editor
        .create(json!({"title": "Kept", "permissionMode": "readOnly", "model": "openai/other"}))
        .await;
    editor.turn(&session, "Hello?").await;
    let before = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    let items = editor.items(&session).await;
    let events = editor.replay(&session, 0).await;
    editor.close().await;

    let editor = stage.open().await;
    let after = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(after, before);
    assert_eq!(editor.items(&session).await, items);
    assert_eq!(editor.replay(&session, 0).await, events);
    editor.turn(&session, "Hello again?").await;
    // The model sees the whole conversation.
    let messages = stage.requests()[1]["messages"].clone();
    let roles: Vec<&str> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| text(message, "/role"))
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(stage.requests()[1]["model"], "other");
    editor.close().await;
}
