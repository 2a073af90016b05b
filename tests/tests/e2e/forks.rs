//! Copies of conversations.
use aside_script::{Gate, Reply};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, content, edit, patiently, roles, say, tool_calls};

/// What the items say, without their ids.
fn bare(items: &[Value]) -> Vec<Value> {
    let items = items.iter().cloned();
    let bare = items.map(|mut item| {
        let fields = item.as_object_mut().unwrap();
        for field in ["id", "turnId", "clientMessageId", "editIds"] {
            fields.remove(field);
        }
        item
    });
    bare.collect()
}

#[tokio::test]
async fn a_copy_goes_on_by_itself() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("Done."),
        say("Second."),
        say("In the copy."),
        say("In the first."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    let made = json!({"permissionMode": "acceptEdits", "title": "Numbers"});
    let session = editor.create(made).await;
    editor.turn(&session, "Change it.").await;
    editor.turn(&session, "And?").await;
    let params = json!({"sessionId": session});
    let fork = editor.request("session/fork", params.clone()).await;
    let copy = text(&fork, "/id").to_owned();
    assert_ne!(copy, session);
    assert_eq!(fork["parentId"], session);
    assert_eq!(fork["title"], "Numbers (fork)");
    assert_eq!(fork["turnCount"], 2);
    assert_eq!(fork["permissionMode"], "acceptEdits");
    let before = editor.request("session/get", params).await;
    assert_eq!(fork["usage"], before["usage"]);
    assert_eq!(fork["model"], before["model"]);

    let (first, second) = (editor.items(&session).await, editor.items(&copy).await);
    assert_eq!(bare(&first), bare(&second));
    let ids = |items: &[Value]| -> Vec<String> {
        let ids = items.iter().map(|item| text(item, "/id").to_owned());
        ids.collect()
    };
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
    assert_eq!(tool_calls(&second)[0]["editIds"], json!([]));
    let edits = |session: &str| editor.request("edit/list", json!({"sessionId": session}));
    assert_eq!(edits(&copy).await["edits"], json!([]));
    assert_eq!(edits(&session).await["edits"].as_array().unwrap().len(), 1);

    // The model of the copy is told all that was said before.
    editor.turn(&copy, "Where are we?").await;
    editor.turn(&session, "Where are we?").await;
    let requests = stage.requests();
    assert_eq!(requests[3]["messages"].as_array().unwrap().len(), 8);
    let words = |body: &Value| -> Vec<String> {
        body["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(content)
            .collect()
    };
    assert_eq!(words(&requests[3])[..8], words(&requests[4])[..8]);
    assert_eq!(editor.items(&copy).await.len(), 7);
    editor.checked_events(&session);
    editor.checked_events(&copy);
    // Neither needs the other.
    editor
        .request("session/delete", json!({"sessionId": session}))
        .await;
    assert_eq!(editor.items(&copy).await.len(), 7);
    editor.close().await;
}

#[tokio::test]
async fn a_copy_ends_with_the_turn_that_is_named() {
    let gate = Gate::new();
    let stage = Stage::new([
        say("One."),
        say("Two."),
        Reply::say("Three.").gate_before_head(&gate),
        say("Instead."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let first = editor.turn(&session, "First.").await;
    let second = editor.turn(&session, "Second.").await;
    let third = editor.prompt(Some(&session), "Third.").await;
    patiently("the gate", gate.reached()).await;
    let queued = editor.prompt(Some(&session), "Fourth.").await;
    let fork = async |turn: Option<&Value>| {
        let mut params = json!({"sessionId": session});
        if let Some(turn) = turn {
            params["turnId"] = turn.clone();
        }
        let made = editor.request("session/fork", params).await;
        (text(&made, "/id").to_owned(), made["turnCount"].clone())
    };
    // The running turn and those that wait are no part of a copy.
    let (all, count) = fork(None).await;
    assert_eq!(count, 2);
    assert_eq!(editor.items(&all).await.len(), 4);
    let (last, _) = fork(Some(&second["id"])).await;
    assert_eq!(editor.items(&last).await.len(), 4);
    let (one, count) = fork(Some(&first["id"])).await;
    assert_eq!(count, 1);
    assert_eq!(editor.items(&one).await.len(), 2);
    for turn in [&third.turn, &queued.turn] {
        let params = json!({"sessionId": session, "turnId": turn});
        let error = editor.fail("session/fork", params).await;
        assert_eq!(error.kind(), "busy", "{error:?}");
        check_sentence(&error.message);
    }
    editor
        .request(
            "chat/cancel",
            json!({"sessionId": session, "turnId": queued.turn}),
        )
        .await;
    gate.open();
    editor.completed(&third.turn).await;
    // One that was cancelled before it began is none of them either.
    let (end, count) = fork(Some(&json!(queued.turn))).await;
    assert_eq!(count, 3);
    assert_eq!(editor.items(&end).await.len(), 6);
    editor.turn(&one, "Something else.").await;
    let sent = stage.requests().pop().unwrap();
    assert_eq!(roles(&sent), ["system", "user", "assistant", "user"]);
    editor.close().await;

    // It is all stored.
    let editor = stage.open().await;
    assert_eq!(editor.items(&one).await.len(), 4);
    editor.close().await;
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused() {
    let stage = Stage::new([say("One."), say("Two.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let other = editor.create(json!({})).await;
    let turn = editor.turn(&session, "First.").await["id"].clone();
    let rewound = editor.turn(&session, "Second.").await["id"].clone();
    let rewind = json!({"sessionId": session, "turnId": rewound});
    editor.request("session/rewind", rewind.clone()).await;
    for (params, code) in [
        (json!({}), "invalid"),
        (json!({"sessionId": 1}), "invalid"),
        (json!({"sessionId": "none"}), "notFound"),
        (json!({"sessionId": session, "turnId": "none"}), "notFound"),
        (json!({"sessionId": other, "turnId": turn}), "notFound"),
        (rewind, "invalid"),
    ] {
        let error = editor.fail("session/fork", params).await;
        assert_eq!(error.kind(), code, "{error:?}");
        check_sentence(&error.message);
    }
    let params = json!({"sessionId": session});
    let fork = editor.request("session/fork", params).await;
    assert_eq!(fork["turnCount"], 1);
    // Of a session where nothing was said there is a copy in which nothing was said.
    let empty = editor
        .request("session/fork", json!({"sessionId": other}))
        .await;
    assert_eq!(editor.items(text(&empty, "/id")).await.len(), 0);
    editor.close().await;
}

#[tokio::test]
async fn a_copy_knows_nothing_of_edits_that_are_not_in_it() {
    let gate = Gate::new();
    let stage = Stage::new([
        say("One."),
        edit("call-1", "a.txt", "one", "two"),
        Reply::new()
            .text("Done")
            .gate(&gate)
            .text(".")
            .finish("stop"),
        say("In the copy."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    let session = editor
        .create(json!({"permissionMode": "acceptEdits"}))
        .await;
    editor.turn(&session, "First.").await;
    let sent = editor.prompt(Some(&session), "Change it.").await;
    patiently("the gate", gate.reached()).await;
    let rejected = editor
        .request("edit/reject", json!({"sessionId": session}))
        .await;
    assert_eq!(rejected["edits"].as_array().unwrap().len(), 1);
    let fork = editor
        .request("session/fork", json!({"sessionId": session}))
        .await;
    gate.open();
    editor.completed(&sent.turn).await;
    let copy = text(&fork, "/id");
    assert_eq!(fork["turnCount"], 1);
    editor.turn(copy, "And here?").await;
    let requests = stage.requests();
    let last = requests.last().unwrap()["messages"].as_array().unwrap();
    assert_eq!(content(last.last().unwrap()), "And here?");
    editor.close().await;
}

#[tokio::test]
async fn a_copy_of_what_has_no_title_yet_is_named_as_any() {
    let stage = Stage::new([say("One.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let params = json!({"sessionId": session});
    let fork = editor.request("session/fork", params).await;
    let copy = text(&fork, "/id");
    editor.turn(copy, "Count the files.").await;
    let params = json!({"sessionId": copy});
    let named = editor.request("session/get", params).await;
    assert_eq!(named["title"], "Count the files.");
    editor.close().await;
}
