//! Prompts while a turn runs, cancelling, and the same message twice.
use aside_script::{Gate, Reply};
use aside_tests::editor::{ApplyEdit, Sent};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, content, edit, only_call, patiently, say};

#[tokio::test]
async fn a_prompt_while_a_turn_runs_is_queued_and_runs_next() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new()
            .text("One")
            .gate(&gate)
            .text(".")
            .finish("stop"),
        say("Two."),
        say("Three."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let first = editor.prompt(Some(&session), "First.").await;
    assert_eq!(first.status, "running");
    patiently("the gate", gate.reached()).await;
    let second = editor.prompt(Some(&session), "Second.").await;
    let third = editor.prompt(Some(&session), "Third.").await;
    assert_eq!(
        (second.status.as_str(), third.status.as_str()),
        ("queued", "queued")
    );
    gate.open();
    editor.completed(&third.turn).await;

    let events = editor.checked_events(&session);
    let order: Vec<(&str, &str)> = events
        .iter()
        .filter(|event| ["turnStarted", "turnCompleted"].contains(&kind(event)))
        .map(|event| (kind(event), text(event, "/event/turn/id")))
        .collect();
    assert_eq!(
        order,
        [
            ("turnStarted", first.turn.as_str()),
            ("turnCompleted", &first.turn),
            ("turnStarted", &second.turn),
            ("turnCompleted", &second.turn),
            ("turnStarted", &third.turn),
            ("turnCompleted", &third.turn),
        ]
    );
    // A queued prompt is no part of the conversation before its turn.
    let said: Vec<usize> = stage
        .requests()
        .iter()
        .map(|body| body["messages"].as_array().unwrap().len())
        .collect();
    assert_eq!(said, [2, 4, 6]);
    editor.close().await;
}

#[tokio::test]
async fn no_more_prompts_wait_than_the_setting_says() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::say("One.").gate_before_head(&gate),
        say("Two."),
        say("Four."),
    ]);
    let client = stage.client_with(json!({"turn": {"max_queued": 1}}));
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "First.").await;
    let second = editor.prompt(Some(&session), "Second.").await;
    let content = json!([{"type": "text", "text": "Third."}]);
    let params = json!({"sessionId": session, "content": content});
    let error = editor.fail("chat/send", params).await;
    assert_eq!(error.kind(), "busy", "{error:?}");
    check_sentence(&error.message);
    gate.open();
    editor.completed(&second.turn).await;
    editor.turn(&session, "Fourth.").await;
    assert_eq!(editor.items(&session).await.len(), 6);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn cancelling_keeps_the_partial_answer() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new().text("Half of it").gate(&gate).text(", lost"),
        say("Next."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("a delta", |event| kind(event) == "itemDelta")
        .await;
    let answer = editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    assert_eq!(answer, json!({"cancelled": true}));
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    assert!(turn.get("error").is_none(), "{turn:#}");
    let items = editor.items(&session).await;
    assert_eq!(
        (&items[1]["text"], &items[1]["status"]),
        (&json!("Half of it"), &json!("interrupted"))
    );
    // The connection to the model is closed, so it stops costing.
    patiently("the closed connection", stage.model.wait_for_abandoned(1)).await;
    editor.checked_events(&session);

    let again = editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    assert_eq!(again, json!({"cancelled": false}));
    editor.turn(&session, "Next?").await;
    let told = content(&stage.requests()[1]["messages"][2]);
    assert!(
        told.contains("Half of it"),
        "the model knows what it said: {told}"
    );
    editor.close().await;
}

#[tokio::test]
async fn a_queued_turn_whose_model_cannot_be_asked_any_more_ends_with_the_reason() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::say("One.").gate_before_head(&gate), say("Three.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let first = editor.prompt(Some(&session), "First.").await;
    let second = editor.prompt(Some(&session), "Second.").await;
    let before = editor.request("session/get", json!({"sessionId": session}));
    let model = before.await["model"].clone();
    // There is no key for this one.
    let update = json!({"sessionId": session, "model": "mistral/mistral-small-latest"});
    editor.request("session/update", update).await;
    gate.open();
    let turn = editor.completed(&first.turn).await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let turn = editor.completed(&second.turn).await;
    assert_eq!(turn["stopReason"], "error", "{turn:#}");
    assert_eq!(turn["error"]["code"], "noModel", "{turn:#}");
    assert!(text(&turn, "/error/message").contains("MISTRAL_API_KEY"));
    let now = editor.request("session/get", json!({"sessionId": session}));
    assert_eq!(now.await["status"], "idle");
    // What was asked is part of the conversation, and another model goes on with it.
    let update = json!({"sessionId": session, "model": model});
    editor.request("session/update", update).await;
    let turn = editor.turn(&session, "Third.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let sent = stage.requests()[1].to_string();
    assert!(
        sent.contains("Second.") && sent.contains("Third."),
        "{sent}"
    );
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_queued_turn_that_is_cancelled_ends_without_having_started() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::say("One.").gate_before_head(&gate), say("Three.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let first = editor.prompt(Some(&session), "First.").await;
    let second = editor.prompt(Some(&session), "Second.").await;
    let third = editor.prompt(Some(&session), "Third.").await;
    let params = json!({"sessionId": session, "turnId": second.turn});
    let answer = editor.request("chat/cancel", params.clone()).await;
    assert_eq!(answer, json!({"cancelled": true}));
    let turn = editor.completed(&second.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    let again = editor.request("chat/cancel", params).await;
    assert_eq!(again, json!({"cancelled": false}));
    gate.open();
    editor.completed(&first.turn).await;
    editor.completed(&third.turn).await;
    let events = editor.checked_events(&session);
    let started = events
        .iter()
        .any(|event| kind(event) == "turnStarted" && event["event"]["turn"]["id"] == second.turn);
    assert!(!started);
    assert_eq!(stage.requests().len(), 2);
    editor.close().await;
}

#[tokio::test]
async fn cancelling_while_the_editor_does_not_answer_an_edit() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Next.")]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client_with(json!({"editor": {"request_timeout_s": 1}}));
    client.apply_edit = ApplyEdit::Silent;
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    let sent = editor.prompt(Some(&session), "Change it.").await;
    let asked = editor.wait_asked("workspace/applyEdit").await;
    editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    // What is under way at the editor is waited for, so that the call's end is true.
    assert_eq!(
        only_call(&editor.checked_events(&session))["status"],
        "failed"
    );
    // The answer that comes too late harms nothing.
    editor.answer(&asked, json!({"applied": true}));
    let turn = editor.turn(&session, "Next?").await;
    assert_eq!(turn["stopReason"], "endTurn");
    editor.close().await;
}

#[tokio::test]
async fn cancelling_before_the_model_answers() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::say("Never.").gate_before_head(&gate)]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    patiently("the request", stage.model.wait_for_requests(1)).await;
    editor
        .request(
            "chat/cancel",
            json!({"sessionId": session, "turnId": sent.turn}),
        )
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    assert_eq!(editor.items(&session).await.len(), 1);
    editor.checked_events(&session);
    editor.close().await;
}

async fn send_twice(
    editor: &aside_tests::editor::Editor,
    session: &str,
    id: &str,
) -> (Value, Value) {
    let params = json!({
        "sessionId": session, "clientMessageId": id,
        "content": [{"type": "text", "text": "Once."}],
    });
    let first = editor.request("chat/send", params.clone()).await;
    let second = editor.request("chat/send", params).await;
    (first, second)
}

#[tokio::test]
async fn the_same_client_message_twice_is_one_message() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new().gate(&gate).text("Once.").finish("stop"),
        say("Twice."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let (first, second) = send_twice(&editor, &session, "m-1").await;
    assert_eq!(first["turnId"], second["turnId"]);
    gate.open();
    editor.completed(text(&first, "/turnId")).await;
    // Nor does it come again when the turn is over.
    let (third, _) = send_twice(&editor, &session, "m-1").await;
    assert_eq!(third["turnId"], first["turnId"]);
    assert_eq!(stage.requests().len(), 1);
    let items = editor.items(&session).await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["clientMessageId"], "m-1");
    let (other, _) = send_twice(&editor, &session, "m-2").await;
    assert_ne!(other["turnId"], first["turnId"]);
    editor.completed(text(&other, "/turnId")).await;
    editor.close().await;
}

#[tokio::test]
async fn a_prompt_without_a_session_starts_one() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let Sent { session, turn, .. } = editor.prompt(None, "Hello there.").await;
    editor.completed(&turn).await;
    let made = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(made["permissionMode"], "ask");
    editor.checked_events(&session);
    editor.close().await;
}
