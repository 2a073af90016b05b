//! Rewinds that would lose work, or cannot be done, are refused and leave all as it is.
use aside_script::Gate;
use aside_tests::editor::ApplyEdit;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{call, edit, patiently, say};
use crate::desk::Desk;
use crate::edits_undo::{EDITED, TEXT, says, twice, uris};

#[tokio::test]
async fn a_rewind_is_not_taken_back_once_the_conversation_went_on() {
    let (desk, first, _) = twice().await;
    let rewound = desk.rewind(&first, json!({})).await;
    desk.turn().await;
    let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
    desk.fail("session/unrewind", rewind, "conflict").await;
    desk.check("a.txt", TEXT).await;
    desk.check("b.txt", "beta\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_in_which_work_would_be_lost_is_left_and_named() {
    let (desk, first, _) = twice().await;
    desk.type_over("a.txt", "THREE", "THREE, typed");
    for params in [json!({"dryRun": true}), json!({})] {
        let rewound = desk.rewind(&first, params).await;
        assert_eq!(
            uris(&rewound["conflicts"]),
            [desk.uri("a.txt")],
            "{rewound:#}"
        );
        assert_eq!(
            uris(&rewound["reverted"]),
            [desk.uri("b.txt")],
            "{rewound:#}"
        );
    }
    desk.check("a.txt", "one\ntwo\nTHREE, typed\nfour\nfive\n")
        .await;
    desk.check("b.txt", "beta\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_session_at_work_is_not_rewound() {
    let gate = Gate::new();
    let desk = Desk::new(
        [
            edit("first", "a.txt", "three", "THREE"),
            say("First."),
            say("Second.").gate_before_head(&gate),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    let first = desk.turn().await;
    let second = desk.prompt().await;
    patiently("the third request", desk.stage.model.wait_for_requests(3)).await;
    let params = json!({"sessionId": desk.session, "turnId": first});
    desk.fail("session/rewind", params.clone(), "busy").await;
    desk.check("a.txt", EDITED).await;
    gate.open();
    desk.completed(&second).await;
    desk.editor.request("session/rewind", params).await;
    desk.check("a.txt", TEXT).await;
    desk.close().await;
}

#[tokio::test]
async fn names_of_what_is_not_there() {
    let (desk, first, _) = twice().await;
    let session = desk.session.clone();
    for (method, params, code) in [
        ("session/rewind", Value::Null, "invalid"),
        ("session/rewind", json!({"sessionId": session}), "invalid"),
        (
            "session/rewind",
            json!({"sessionId": session, "turnId": "nope"}),
            "notFound",
        ),
        (
            "session/rewind",
            json!({"sessionId": "nope", "turnId": first}),
            "notFound",
        ),
        (
            "session/rewind",
            json!({"sessionId": session, "turnId": first, "files": "all"}),
            "invalid",
        ),
        ("session/unrewind", json!({}), "invalid"),
        ("session/unrewind", json!({"rewindId": "nope"}), "notFound"),
    ] {
        desk.fail(method, params, code).await;
    }
    // Neither files nor conversation: there is nothing to do.
    let params =
        json!({"sessionId": session, "turnId": first, "files": false, "conversation": false});
    if let Ok(result) = desk.editor.try_request("session/rewind", params).await {
        assert_eq!(result["reverted"], json!([]), "{result:#}");
    }
    desk.check("a.txt", EDITED).await;
    assert_eq!(says(&desk).await, ["First.", "Second."]);
    desk.close().await;
}

#[tokio::test]
async fn an_editor_that_refuses_the_rewind() {
    let (desk, first, _) = twice().await;
    desk.editor
        .set_habits(|client| client.apply_edit = ApplyEdit::Refuse);
    let params = json!({"sessionId": desk.session, "turnId": first});
    let answered = desk
        .editor
        .try_request("session/rewind", params.clone())
        .await;
    if let Ok(result) = answered {
        assert_eq!(result["reverted"], json!([]), "{result:#}");
        assert_eq!(
            result["conflicts"].as_array().unwrap().len(),
            2,
            "{result:#}"
        );
    }
    desk.check("a.txt", EDITED).await;
    desk.check("b.txt", "BETA\n").await;
    desk.editor
        .set_habits(|client| client.apply_edit = ApplyEdit::Apply);
    desk.editor.is_alive().await;
    desk.close().await;
}

#[tokio::test]
async fn a_created_file_that_the_user_went_on_with_stays() {
    let desk = Desk::new(
        [
            call(
                "edit",
                "write_file",
                json!({"path": "new.txt", "content": "made\n"}),
            ),
            say("Done."),
        ],
        &[],
    )
    .await;
    let turn = desk.turn().await;
    desk.type_over("new.txt", "made\n", "made\nand written on\n");
    let rewound = desk.rewind(&turn, json!({})).await;
    assert_eq!(
        uris(&rewound["conflicts"]),
        [desk.uri("new.txt")],
        "{rewound:#}"
    );
    desk.check("new.txt", "made\nand written on\n").await;
    assert!(desk.path("new.txt").exists());
    desk.close().await;
}
