//! Work-done progress: it begins and ends with a turn, and cancels it.
use aside_script::{Gate, Reply};
use serde_json::{Value, json};

use crate::common::Stage;

fn is_kind(params: &Value, token: &Value, kind: &str) -> bool {
    params["token"] == *token && params["value"]["kind"] == kind
}

#[tokio::test]
async fn a_turn_shows_progress_to_its_end() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Slow").gate(&gate).finish("stop")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    let created = editor.wait_asked("window/workDoneProgress/create").await;
    let token = &created["params"]["token"];
    let begin = editor
        .wait_notification("$/progress", |params| is_kind(params, token, "begin"))
        .await;
    assert_eq!(begin["value"]["cancellable"], true);
    assert!(begin["value"]["title"].is_string());
    gate.open();
    editor.completed(&sent.turn).await;
    editor
        .wait_notification("$/progress", |params| is_kind(params, token, "end"))
        .await;
    editor.close().await;
}

#[tokio::test]
async fn cancelling_the_progress_cancels_the_turn() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Slow").gate(&gate).finish("stop")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    let created = editor.wait_asked("window/workDoneProgress/create").await;
    let token = created["params"]["token"].clone();
    editor
        .wait_notification("$/progress", |params| is_kind(params, &token, "begin"))
        .await;
    // A token that nobody knows does nothing.
    editor.notify(
        "window/workDoneProgress/cancel",
        json!({"token": "unknown"}),
    );
    editor.notify("window/workDoneProgress/cancel", json!({"token": token}));
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    editor
        .wait_notification("$/progress", |params| is_kind(params, &token, "end"))
        .await;
    editor.close().await;
}

#[tokio::test]
async fn an_editor_without_progress_or_events_is_left_alone() {
    let stage = Stage::new([crate::common::say("Quiet.")]);
    let mut client = stage.client();
    client.progress = false;
    client.events = false;
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    // Without events a client reads: the page waits for nothing, so ask until the turn is over.
    loop {
        let page = editor
            .request("session/items", json!({"sessionId": session}))
            .await;
        if page["turns"][0]["status"] == "completed" {
            assert_eq!(page["items"][1]["text"], "Quiet.");
            break;
        }
    }
    assert_eq!(editor.asked("window/workDoneProgress/create").len(), 0);
    let state = editor.close().await;
    assert!(
        state
            .notifications
            .iter()
            .all(|message| message["method"] != "$/progress"),
        "{:#?}",
        state.notifications
    );
}

/// Who waits is told why, and that a cancel ends it.
#[tokio::test]
async fn a_wait_before_another_try_is_shown() {
    let limit = Reply::error(429, "Slow down.").header("retry-after", "3000");
    let stage = Stage::new([limit]);
    let mut client = stage.client_with(json!({"providers": {"retry_cap_s": 3600}}));
    client.events = false;
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    let created = editor.wait_asked("window/workDoneProgress/create").await;
    let token = created["params"]["token"].clone();
    let is_told = |params: &Value| {
        let message = params["value"]["message"].as_str().unwrap_or_default();
        is_kind(params, &token, "report") && message.contains("Slow down")
    };
    let report = editor.wait_notification("$/progress", is_told).await;
    let message = report["value"]["message"].as_str().unwrap();
    assert!(message.contains("2 of 6"), "{message}");
    editor.notify("window/workDoneProgress/cancel", json!({"token": token}));
    editor
        .wait_notification("$/progress", |params| is_kind(params, &token, "end"))
        .await;
    assert_eq!(stage.requests().len(), 1);
    editor.close().await;
}
