//! `chat/events` and the pages of `session/items`: the same as what came live.
use aside_tests::rules::{kind, seq, text};
use serde_json::{Value, json};

use crate::common::{Stage, call, edit, read, say};

/// Events without the deltas, which may be merged otherwise when they are stored.
fn without_deltas(events: &[Value]) -> Vec<Value> {
    let keep = |event: &&Value| kind(event) != "itemDelta";
    events.iter().filter(keep).cloned().collect()
}

#[tokio::test]
async fn the_replay_is_what_came_live() {
    let stage = Stage::new([
        read("a", "a.txt"),
        edit("b", "a.txt", "one", "two"),
        say("Done."),
        say("Twice."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    editor.turn(&session, "Again.").await;
    let live = editor.checked_events(&session);
    let replayed = editor.replay(&session, 0).await;
    assert_eq!(replayed, live);
    // From anywhere in between, too.
    let middle = seq(&live[live.len() / 2]);
    let rest = editor.replay(&session, middle).await;
    let expected: Vec<Value> = live
        .iter()
        .filter(|event| seq(event) > middle)
        .cloned()
        .collect();
    assert_eq!(rest, expected);
    let beyond = json!({"sessionId": session, "afterSeq": seq(live.last().unwrap()) + 1000});
    let nothing = editor.request("chat/events", beyond).await;
    assert_eq!(nothing["events"], json!([]));
    editor.close().await;
}

#[tokio::test]
async fn the_seq_of_a_page_of_items_leads_on() {
    let stage = Stage::new([say("One."), say("Two.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "First.").await;
    let page = editor
        .request("session/items", json!({"sessionId": session}))
        .await;
    let reflected = page["seq"].as_u64().unwrap();
    assert_eq!(
        reflected,
        seq(editor.checked_events(&session).last().unwrap())
    );
    editor.turn(&session, "Second.").await;
    let rest = editor.replay(&session, reflected).await;
    let live = editor.checked_events(&session);
    let later: Vec<Value> = live
        .into_iter()
        .filter(|event| seq(event) > reflected)
        .collect();
    assert_eq!(without_deltas(&rest), without_deltas(&later));
    editor.close().await;
}

#[tokio::test]
async fn many_items_and_events_come_in_pages() {
    const CALLS: usize = 60;
    let script = aside_script::Script::answering(|_, number| match number {
        number if number < CALLS => call(
            &format!("call-{number}"),
            "read_file",
            json!({"path": format!("file-{number}.txt")}),
        ),
        _ => say("All read."),
    });
    let stage = Stage::with_script(script);
    let editor = stage
        .open_with(stage.client_with(json!({"turn": {"max_iterations": 2 * CALLS}})))
        .await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read all.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");

    let mut backwards = Vec::new();
    let mut params = json!({"sessionId": session, "limit": 7});
    loop {
        let page = editor.request("session/items", params.clone()).await;
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 7, "{}", items.len());
        backwards.splice(0..0, items);
        let Some(cursor) = page["prevCursor"].as_str() else {
            break;
        };
        params = json!({"sessionId": session, "limit": 7, "before": cursor});
        assert!(backwards.len() <= CALLS + 2, "pages without end");
    }
    assert_eq!(backwards.len(), CALLS + 2);
    let ids: std::collections::BTreeSet<&str> =
        backwards.iter().map(|item| text(item, "/id")).collect();
    assert_eq!(ids.len(), backwards.len(), "an item came twice");

    // And forwards again from the oldest page.
    let oldest = editor.request("session/items", params).await;
    let mut forwards = oldest["items"].as_array().unwrap().clone();
    let mut next = oldest["nextCursor"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let page = editor
            .request(
                "session/items",
                json!({"sessionId": session, "limit": 7, "after": cursor}),
            )
            .await;
        forwards.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["nextCursor"].as_str().map(str::to_owned);
        assert!(forwards.len() <= CALLS + 2, "pages without end");
    }
    assert_eq!(forwards, backwards);
    assert_eq!(
        editor.replay(&session, 0).await,
        editor.checked_events(&session)
    );
    editor.close().await;
}
