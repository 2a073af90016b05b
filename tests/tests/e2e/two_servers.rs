//! Two servers on one workspace: one writes, the other sees; a crash is repaired by the other.
use aside_script::{Gate, Reply};
use aside_tests::rules::{Restarts, check_events, kind, seq};
use serde_json::json;

use crate::common::{Stage, patiently, say};

fn two_replies(gate: &Gate) -> Stage {
    Stage::new([
        Reply::new()
            .text("Half")
            .gate(gate)
            .text(" and half.")
            .finish("stop"),
        say("Next."),
    ])
}

#[tokio::test]
async fn the_other_server_is_told_it_is_busy_and_sees_the_events() {
    let gate = Gate::new();
    let stage = two_replies(&gate);
    let owner = stage.open().await;
    let session = owner.create(json!({})).await;
    let other = stage.open().await;
    other.items(&session).await;
    let sent = owner.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;

    let content = json!([{"type": "text", "text": "Me too."}]);
    let params = json!({"sessionId": session, "content": content});
    let error = other.fail("chat/send", params).await;
    assert_eq!(error.kind(), "busy", "{error:?}");
    crate::common::check_sentence(&error.message);
    let error = other
        .fail("session/delete", json!({"sessionId": session}))
        .await;
    assert_eq!(error.kind(), "busy", "{error:?}");
    let seen = other
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(seen["status"], "running");
    other
        .wait_event("the other's turnStarted", |event| {
            kind(event) == "turnStarted"
        })
        .await;
    gate.open();
    owner.completed(&sent.turn).await;
    other.completed(&sent.turn).await;
    let by_owner = owner.checked_events(&session);
    let by_other = other.read(|state| state.events_of(&session));
    check_events(&by_other, Restarts::Some);
    assert!(by_other.iter().all(|event| by_owner.contains(event)));
    assert_eq!(other.replay(&session, 0).await, by_owner);

    // The turn is over, so now the other may write, and numbers go on.
    other.turn(&session, "Next?").await;
    let later = other.read(|state| state.events_of(&session));
    assert!(seq(later.last().unwrap()) > seq(by_owner.last().unwrap()));
    check_events(&other.replay(&session, 0).await, Restarts::Some);
    owner.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_crashed_owner_is_repaired_by_the_other() {
    let gate = Gate::new();
    let stage = two_replies(&gate);
    let owner = stage.open().await;
    let session = owner.create(json!({})).await;
    let other = stage.open().await;
    other.is_alive().await;
    owner.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    let state = owner.kill9().await;
    let turn = other.turn(&session, "Next?").await;
    assert_eq!(turn["stopReason"], "endTurn");
    let page = other
        .request("session/items", json!({"sessionId": session}))
        .await;
    assert_eq!(page["turns"][0]["stopReason"], "interrupted");
    let highest = state.events.iter().map(seq).max().unwrap();
    let later = other.read(|state| state.events_of(&session));
    assert!(later.iter().any(|event| seq(event) > highest));
    other.close().await;
}

#[tokio::test]
async fn a_living_owner_is_never_called_interrupted() {
    let gate = Gate::new();
    let stage = two_replies(&gate);
    let owner = stage.open().await;
    let session = owner.create(json!({})).await;
    let sent = owner.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    // A server that starts now looks for what a crash left.
    let other = stage.open().await;
    let page = other
        .request("session/items", json!({"sessionId": session}))
        .await;
    assert_eq!(page["turns"][0]["status"], "running", "{page:#}");
    gate.open();
    let turn = owner.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "endTurn");
    owner.close().await;
    other.close().await;
}

#[tokio::test]
async fn both_work_in_sessions_of_their_own_at_once() {
    let stage = Stage::with_script(aside_script::Script::answering(|_, _| say("Hello.")));
    let first = stage.open().await;
    let second = stage.open().await;
    let a = first.create(json!({"title": "a"})).await;
    let b = second.create(json!({"title": "b"})).await;
    for _ in 0..5 {
        tokio::join!(first.turn(&a, "Hello?"), second.turn(&b, "Hello?"));
    }
    for editor in [&first, &second] {
        let list = editor.request("session/list", json!({})).await;
        assert_eq!(list["sessions"].as_array().unwrap().len(), 2);
    }
    first.checked_events(&a);
    second.checked_events(&b);
    first.close().await;
    second.close().await;
}
