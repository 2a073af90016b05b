//! What is told of reviews: to clients in events, to the model in notes, and to the next server.
use aside_script::Gate;
use aside_tests::rules::{kind, text};
use serde_json::json;

use crate::common::{edit, patiently, say};
use crate::desk::{Desk, hash, hunks, id, state};
use crate::edits_review::{EDITED, TEXT, hunk_ids, reviewed, three};

#[tokio::test]
async fn review_goes_on_while_a_turn_runs() {
    let gate = Gate::new();
    let desk = Desk::new(
        [
            three("edit"),
            edit("next", "a.txt", "j\n", "J\n").gate_before_head(&gate),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    let edit = desk.edit().await;
    let ids = hunk_ids(&edit);
    desk.accept(json!({"hunkIds": [ids[0]]})).await;
    desk.reject(json!({"hunkIds": [ids[1]]})).await;
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\ni\nj\n").await;
    gate.open();
    desk.completed(&turn).await;
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\ni\nJ\n").await;
    // The running turn is told with its next request, or the next turn is.
    let told = desk.last_request();
    assert!(told.contains("reject"), "{told}");
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["partial arp", "applied p"]);
    desk.close().await;
}

#[tokio::test]
async fn the_events_say_it_in_order() {
    let desk = reviewed().await;
    let edit = desk.edit().await;
    let ids = hunk_ids(&edit);
    desk.accept(json!({"hunkIds": [ids[0]]})).await;
    desk.reject(json!({"editIds": [id(&edit)]})).await;
    let events = desk.editor.checked_events(&desk.session);
    let updates: Vec<String> = events
        .iter()
        .filter(|event| kind(event) == "editUpdated")
        .map(|event| state(&event["event"]["edit"]))
        .collect();
    assert_eq!(updates, ["applied ppp", "partial app", "partial arr"]);
    // The edit is told before the end of the call that made it.
    let kinds = desk.editor.event_kinds(&desk.session);
    let at = |wanted: &str| kinds.iter().position(|kind| kind == wanted).unwrap();
    assert!(at("editUpdated") < at("turnCompleted"), "{kinds:?}");
    assert_eq!(desk.editor.replay(&desk.session, 0).await, events);
    desk.close().await;
}

#[tokio::test]
async fn an_amended_hunk_reads_as_the_user_wants_and_the_model_is_told() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    let amended = desk
        .editor
        .request(
            "edit/amend",
            json!({"hunkId": ids[1], "newText": "amended\n"}),
        )
        .await;
    assert_eq!(state(&amended), "applied ppp");
    assert_eq!(text(&hunks(&amended)[1], "/newText"), "amended\n");
    assert_eq!(text(&hunks(&amended)[1], "/oldText"), "e\n");
    desk.check("a.txt", "a\nB\nc\nd\namended\nf\ng\ni\nj\n")
        .await;
    desk.turn().await;
    let told = desk.last_request();
    assert!(told.contains("amended") && told.contains("a.txt"), "{told}");
    desk.reject(json!({"hunkIds": [ids[1]]})).await;
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\ni\nj\n").await;
    desk.fail(
        "edit/amend",
        json!({"hunkId": ids[1], "newText": "x\n"}),
        "invalid",
    )
    .await;
    desk.close().await;
}

#[tokio::test]
async fn the_model_is_told_once_of_what_was_rejected() {
    let desk = reviewed().await;
    let before = desk.last_request();
    let ids = hunk_ids(&desk.edit().await);
    desk.accept(json!({"hunkIds": [ids[0]]})).await;
    desk.reject(json!({"hunkIds": [ids[1]]})).await;
    desk.turn().await;
    let first = desk.last_request();
    assert!(!before.contains("reject"), "{before}");
    assert!(
        first.contains("reject") && first.contains("a.txt"),
        "{first}"
    );
    let count = |text: &str| text.matches("reject").count();
    desk.turn().await;
    let second = desk.last_request();
    assert_eq!(count(&second), count(&first), "{second}");
    // What was said stays where it was said, so that the provider's cache holds.
    let requests = desk.stage.requests();
    let messages = |n: usize| requests[n]["messages"].as_array().unwrap().clone();
    let (earlier, later) = (messages(requests.len() - 2), messages(requests.len() - 1));
    assert_eq!(later[..earlier.len()], earlier[..]);
    desk.close().await;
}

/// The server is killed between any two steps of a review.
#[tokio::test]
async fn review_goes_on_after_a_crash() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    let desk = desk.killed().await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "applied ppp");
    assert_eq!(hunk_ids(&edit), ids);
    desk.type_over("a.txt", "a\n", "zero\na\n");
    let desk = desk.killed().await;
    let edit = desk.edit().await;
    assert_eq!(edit["baseHash"], hash(&format!("zero\n{TEXT}")));
    desk.accept(json!({"hunkIds": [ids[0]]})).await;
    let desk = desk.killed().await;
    assert_eq!(state(&desk.edit().await), "partial app");
    desk.reject(json!({"hunkIds": [ids[1]]})).await;
    let desk = desk.killed().await;
    desk.check("a.txt", "zero\na\nB\nc\nd\ne\nf\ng\ni\nj\n")
        .await;
    assert_eq!(state(&desk.edit().await), "partial arp");
    // The note on what was rejected outlives the server, too.
    desk.turn().await;
    let told = desk.last_request();
    assert!(told.contains("reject") && told.contains("a.txt"), "{told}");
    let desk = desk.killed().await;
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", "zero\na\nB\nc\nd\ne\nf\ng\nh\ni\nj\n")
        .await;
    desk.turn().await;
    desk.close().await;
}

/// An edit that a crash cut off is neither lost nor counted twice.
#[tokio::test]
async fn a_crash_while_the_editor_makes_the_edit() {
    for made in [true, false] {
        let desk = Desk::with(
            [three("edit"), say("Done.")],
            &[("a.txt", TEXT)],
            |client| client.apply_edit = aside_tests::editor::ApplyEdit::Silent,
        )
        .await;
        desk.prompt().await;
        desk.editor.wait_asked("workspace/applyEdit").await;
        if made {
            desk.editor.change(&desk.path("a.txt"), EDITED);
        }
        let desk = desk.killed().await;
        desk.editor
            .set_habits(|client| client.apply_edit = aside_tests::editor::ApplyEdit::Apply);
        desk.editor.items(&desk.session).await;
        // Where the edit is there it can be reviewed, or it is the user's own; nothing else may be.
        let text = if made { EDITED } else { TEXT };
        desk.check("a.txt", text).await;
        for edit in desk.edits().await {
            if state(&edit) == "applied ppp" {
                assert!(made, "{edit:#}");
                desk.reject(json!({"editIds": [id(&edit)]})).await;
                desk.check("a.txt", TEXT).await;
            }
        }
        desk.close().await;
    }
}
