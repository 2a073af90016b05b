//! Two editors on one workspace review the same edits.
use aside_script::Gate;
use serde_json::json;

use crate::common::{edit, patiently, say};
use crate::desk::{Desk, id, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

#[tokio::test]
async fn another_server_waits_for_the_turn() {
    let gate = Gate::new();
    let desk = Desk::new(
        [
            edit("first", "a.txt", "three", "THREE"),
            say("Done.").gate_before_head(&gate),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    let other = desk.stage.open().await;
    let session = &desk.session;
    for (method, params) in [
        ("edit/accept", json!({"sessionId": session})),
        ("edit/reject", json!({"sessionId": session})),
        (
            "session/rewind",
            json!({"sessionId": session, "turnId": turn}),
        ),
    ] {
        let error = other.fail(method, params).await;
        assert_eq!(error.kind(), "busy", "{method}: {error:?}");
    }
    // Looking is not changing.
    let list = other
        .request("edit/list", json!({"sessionId": session}))
        .await;
    assert_eq!(list["edits"].as_array().map(Vec::len), Some(1), "{list:#}");
    gate.open();
    desk.completed(&turn).await;
    desk.editor.save(&desk.path("a.txt"));
    let all = json!({"sessionId": session});
    other.request("edit/reject", all).await;
    assert_eq!(other.buffer(&desk.path("a.txt")), TEXT);
    assert_eq!(state(&desk.edit().await), "rejected r");
    // The first editor's buffer is its own affair.
    assert!(desk.buffer("a.txt").contains("THREE"));
    other.close().await;
    desk.close().await;
}

#[tokio::test]
async fn both_are_told_of_reviews() {
    let desk = Desk::new(
        [edit("first", "a.txt", "three", "THREE"), say("Done.")],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.turn().await;
    desk.editor.save(&desk.path("a.txt"));
    let other = desk.stage.open().await;
    let edit = id(&desk.edit().await);
    other
        .request("edit/accept", json!({"editIds": [edit]}))
        .await;
    desk.editor
        .wait_event("the other's review", |event| {
            event["event"]["type"] == "editUpdated"
                && event["event"]["edit"]["status"] == "accepted"
        })
        .await;
    other.close().await;
    desk.close().await;
}
