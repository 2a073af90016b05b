//! Sessions: making, listing, changing and deleting them.
use aside_tests::editor::Editor;
use aside_tests::rules::{kind, text};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};

async fn titles(editor: &Editor, params: Value) -> Vec<String> {
    let result = editor.request("session/list", params).await;
    let sessions = result["sessions"].as_array().unwrap();
    sessions
        .iter()
        .map(|session| text(session, "/title").to_owned())
        .collect()
}

#[tokio::test]
async fn a_new_session_says_all_about_itself() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let mut session = editor
        .request("session/create", json!({"title": "New"}))
        .await;
    for name in ["id", "createdAt", "updatedAt", "workspaceUri"] {
        assert!(session[name].is_string(), "{name}");
    }
    assert_eq!(
        text(&session, "/workspaceUri"),
        aside_tests::world::to_uri(&stage.world.workspace())
    );
    for name in ["id", "createdAt", "updatedAt", "workspaceUri"] {
        session[name] = json!(name.to_uppercase());
    }
    let expected: Expect = expect![[r#"
        {
          "agent": "default",
          "archived": false,
          "createdAt": "CREATEDAT",
          "id": "ID",
          "model": "openai/scripted",
          "permissionMode": "ask",
          "pinned": false,
          "status": "idle",
          "title": "New",
          "turnCount": 0,
          "updatedAt": "UPDATEDAT",
          "usage": {
            "cachedInputTokens": 0,
            "inputTokens": 0,
            "outputTokens": 0,
            "reasoningTokens": 0
          },
          "workspaceUri": "WORKSPACEURI"
        }
    "#]];
    expected.assert_eq(&(serde_json::to_string_pretty(&session).unwrap() + "\n"));
    editor.close().await;
}

#[tokio::test]
async fn the_list_has_pinned_ones_first_then_the_newest() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let mut ids = Vec::new();
    for title in ["a", "b", "c", "d"] {
        ids.push(editor.create(json!({"title": title})).await);
    }
    assert_eq!(titles(&editor, json!({})).await, ["d", "c", "b", "a"]);
    editor
        .request(
            "session/update",
            json!({"sessionId": ids[1], "pinned": true}),
        )
        .await;
    assert_eq!(titles(&editor, json!({})).await, ["b", "d", "c", "a"]);
    // What was used last is newest.
    editor.turn(&ids[0], "Hello?").await;
    assert_eq!(titles(&editor, json!({})).await, ["b", "a", "d", "c"]);
    assert_eq!(titles(&editor, json!({"pinned": true})).await, ["b"]);
    editor
        .request(
            "session/update",
            json!({"sessionId": ids[2], "archived": true}),
        )
        .await;
    assert_eq!(titles(&editor, json!({"archived": true})).await, ["c"]);
    assert_eq!(
        titles(&editor, json!({"archived": false})).await,
        ["b", "a", "d"]
    );
    assert_eq!(titles(&editor, json!({"query": "D"})).await, ["d"]);
    editor.close().await;
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    const COUNT: usize = 23;
    let stage = Stage::new([]);
    let editor = stage.open().await;
    for number in 0..COUNT {
        editor
            .create(json!({"title": format!("{number:02}")}))
            .await;
    }
    let mut seen = Vec::new();
    let mut params = json!({"limit": 5});
    loop {
        let page = editor.request("session/list", params).await;
        let sessions = page["sessions"].as_array().unwrap();
        assert!(sessions.len() <= 5);
        seen.extend(
            sessions
                .iter()
                .map(|session| text(session, "/title").to_owned()),
        );
        match page["nextCursor"].as_str() {
            Some(cursor) => params = json!({"limit": 5, "cursor": cursor}),
            None => break,
        }
        assert!(seen.len() <= COUNT, "pages without end");
    }
    let expected: Vec<String> = (0..COUNT)
        .rev()
        .map(|number| format!("{number:02}"))
        .collect();
    assert_eq!(seen, expected);
    editor.close().await;
}

#[tokio::test]
async fn the_title_comes_from_the_first_message() {
    let stage = Stage::new([say("Hello."), say("Hello."), say("Hello.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor
        .turn(&session, "Fix the parser, please.\nIt is broken.")
        .await;
    let get = || editor.request("session/get", json!({"sessionId": session}));
    assert_eq!(get().await["title"], "Fix the parser, please.");
    editor.turn(&session, "And another thing.").await;
    assert_eq!(get().await["title"], "Fix the parser, please.");
    let updated = editor.checked_events(&session);
    assert!(updated.iter().any(|event| kind(event) == "sessionUpdated"
        && event["event"]["session"]["title"] == "Fix the parser, please."));

    let named = editor.create(json!({"title": "Mine"})).await;
    editor.turn(&named, "Not this.").await;
    let named = editor
        .request("session/get", json!({"sessionId": named}))
        .await;
    assert_eq!(named["title"], "Mine");
    editor.close().await;
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let created = editor
        .request("session/create", json!({"title": "Old"}))
        .await;
    let id = text(&created, "/id");
    for (field, value) in [
        ("title", json!("New")),
        ("model", json!("openai/better")),
        ("permissionMode", json!("full")),
        ("pinned", json!(true)),
        ("archived", json!(true)),
    ] {
        let before = editor
            .request("session/get", json!({"sessionId": id}))
            .await;
        let mut params = json!({"sessionId": id});
        params[field] = value.clone();
        let mut updated = editor.request("session/update", params).await;
        assert_eq!(updated[field], value);
        updated[field] = before[field].clone();
        updated["updatedAt"] = before["updatedAt"].clone();
        assert_eq!(updated, before);
    }
    let shown = editor.read(|state| state.events_of(id));
    let last = shown.last().expect("an update is told");
    assert_eq!(
        (kind(last), &last["event"]["session"]["title"]),
        ("sessionUpdated", &json!("New"))
    );
    editor.close().await;
}

#[tokio::test]
async fn a_deleted_session_is_gone() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({"title": "Short"})).await;
    let kept = editor.create(json!({"title": "Kept"})).await;
    editor.turn(&session, "Hello?").await;
    let result = editor
        .request("session/delete", json!({"sessionId": session}))
        .await;
    assert_eq!(result, Value::Null);
    assert_eq!(titles(&editor, json!({})).await, ["Kept"]);
    for (method, mut params) in [
        ("session/get", json!({})),
        ("session/items", json!({})),
        ("session/update", json!({"title": "x"})),
        ("session/delete", json!({})),
        (
            "chat/send",
            json!({"content": [{"type": "text", "text": "x"}]}),
        ),
        ("chat/cancel", json!({})),
        ("chat/events", json!({"afterSeq": 0})),
    ] {
        params["sessionId"] = json!(session);
        let error = editor.fail(method, params).await;
        assert_eq!(error.kind(), "notFound", "{method}: {error:?}");
        check_sentence(&error.message);
    }
    editor
        .request("session/get", json!({"sessionId": kept}))
        .await;
    editor.close().await;
}

#[tokio::test]
async fn deleting_a_session_that_runs_ends_its_turn() {
    let gate = aside_script::Gate::new();
    let stage = Stage::new([aside_script::Reply::new().text("Half").gate(&gate)]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    crate::common::patiently("the gate", gate.reached()).await;
    match editor
        .try_request("session/delete", json!({"sessionId": session}))
        .await
    {
        // Either it is refused until the turn is over, or the turn is cancelled with it.
        Err(error) => assert_eq!(error.kind(), "busy", "{error:?}"),
        Ok(_) => {
            crate::common::patiently("the closed connection", stage.model.wait_for_abandoned(1))
                .await;
        }
    }
    editor.is_alive().await;
    gate.open();
    editor.close().await;
}

#[tokio::test]
async fn many_sessions_run_at_once() {
    const COUNT: usize = 40;
    let script = aside_script::Script::answering(|body, _| {
        let messages = body["messages"].as_array().unwrap();
        match messages.last().unwrap()["role"].as_str() {
            Some("user") => crate::common::read("call-1", "a.txt"),
            _ => say("Read."),
        }
    });
    let stage = Stage::with_script(script);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let mut sent = Vec::new();
    for _ in 0..COUNT {
        sent.push(editor.prompt(None, "Read it.").await);
    }
    for prompt in &sent {
        let turn = editor.completed(&prompt.turn).await;
        assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
        editor.checked_events(&prompt.session);
    }
    assert_eq!(stage.requests().len(), 2 * COUNT);
    editor.close().await;
}
