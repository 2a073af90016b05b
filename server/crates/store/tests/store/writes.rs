//! Batches: whole or not at all, in order, and what they refuse.
use aside_store::{ItemRow, SessionPatch, StoreError, TurnRow, Write, blob_hash};

use crate::support::{Folder, create, edit, event, ids, item, turn};

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let lease = store.acquire("a").await.unwrap();
    let before = (
        store.get_session("a").await.unwrap(),
        store.stats().await.unwrap(),
    );
    let refused = [
        Write::UpsertTurn(turn("missing", "t", "running")),
        Write::Event(event("a", 1)),
        Write::Event(event("a", 0)),
        Write::Event(event("a", -1)),
        Write::Event(event("a", lease.reserved_until + 1)),
        Write::UpdateSession {
            id: String::new(),
            patch: SessionPatch::default(),
        },
    ];
    for write in refused {
        let batch = vec![
            Write::UpsertTurn(turn("a", "t1", "running")),
            Write::UpsertItem(item("a", "t1", "i1", "inProgress")),
            Write::Event(event("a", 1)),
            write.clone(),
        ];
        let result = store.write(batch).await;
        assert!(result.is_err(), "{write:?}");
        let after = (
            store.get_session("a").await.unwrap(),
            store.stats().await.unwrap(),
        );
        assert_eq!((&after.0, after.1.turns, after.1.items), (&before.0, 0, 0));
        assert_eq!(after.1.events, 0);
    }
    store.write(Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_row_stays_with_its_session() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let rows = |session: &str| {
        [
            Write::UpsertTurn(turn(session, "t", "queued")),
            Write::UpsertItem(item(session, "t", "i", "pending")),
            Write::UpsertEdit(edit(session, "e", None)),
        ]
    };
    store.write(rows("a").to_vec()).await.unwrap();
    for write in rows("b") {
        let result = store.write(vec![write]).await;
        assert!(
            matches!(result, Err(StoreError::Exists { .. })),
            "{result:?}"
        );
    }
    store.write(rows("a").to_vec()).await.unwrap();
    assert_eq!(ids(&store.history("a").await.unwrap()), ["i"]);
    assert_eq!(store.history("b").await.unwrap(), []);
}

#[tokio::test]
async fn an_item_that_is_replaced_keeps_its_place_and_beginning() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    for id in ["1", "2", "3"] {
        let batch = vec![Write::UpsertItem(item("a", "t", id, "inProgress"))];
        store.write(batch).await.unwrap();
    }
    let new = ItemRow {
        json: "{\"new\":true}".to_owned(),
        replay: Some("[]".to_owned()),
        first_seq: 99,
        created_at: "later".to_owned(),
        ..item("a", "t", "1", "completed")
    };
    store
        .write(vec![Write::UpsertItem(new.clone())])
        .await
        .unwrap();
    let items = store.history("a").await.unwrap();
    assert_eq!(ids(&items), ["1", "2", "3"]);
    let expect = ItemRow {
        first_seq: 1,
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        ..new
    };
    assert_eq!(items[0], expect);
}

#[tokio::test]
async fn the_queue_is_in_the_order_of_sending() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let queued = |id: &str| TurnRow {
        prompt: Some(format!("[\"{id}\"]")),
        error: Some("{}".to_owned()),
        stop_reason: Some("cancelled".to_owned()),
        started_at: Some("s".to_owned()),
        completed_at: Some("c".to_owned()),
        client_message_id: Some(format!("m{id}")),
        ..turn("a", id, "queued")
    };
    for id in ["z", "y", "x"] {
        let batch = vec![Write::UpsertTurn(queued(id))];
        store.write(batch).await.unwrap();
    }
    let running = turn("a", "y", "running");
    store.write(vec![Write::UpsertTurn(running)]).await.unwrap();
    assert_eq!(
        store.queued_turns("a").await.unwrap(),
        [queued("z"), queued("x")]
    );
    assert_eq!(store.get_turn("z").await.unwrap(), queued("z"));
    for result in [
        store.queued_turns("b").await.map(|_| ()),
        store.get_turn("b").await.map(|_| ()),
        store.history("b").await.map(|_| ()),
        store.edits("b").await.map(|_| ()),
        store.get_edit("b").await.map(|_| ()),
        store.events_after("b", 0, 10).await.map(|_| ()),
    ] {
        assert!(
            matches!(result, Err(StoreError::NotFound { .. })),
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn a_client_message_is_found_by_its_id() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let first = TurnRow {
        client_message_id: Some("m1".to_owned()),
        ..turn("a", "t1", "running")
    };
    let steered = |turn_id: &str| Write::ClientMessage {
        session_id: "a".to_owned(),
        client_message_id: "m2".to_owned(),
        turn_id: turn_id.to_owned(),
    };
    let batch = vec![Write::UpsertTurn(first.clone()), steered("t1")];
    store.write(batch.clone()).await.unwrap();
    store.write(batch).await.unwrap();
    for message in ["m1", "m2"] {
        let found = store.find_client_message("a", message).await.unwrap();
        let found = found.unwrap();
        assert_eq!((&*found.turn_id, &*found.status), ("t1", "running"));
    }
    assert_eq!(store.find_client_message("b", "m1").await, Ok(None));
    assert_eq!(store.find_client_message("a", "m3").await, Ok(None));
    let other = TurnRow {
        id: "t2".to_owned(),
        ..first
    };
    for write in [Write::UpsertTurn(other), steered("t2")] {
        let result = store.write(vec![write]).await;
        assert!(
            matches!(result, Err(StoreError::Exists { .. })),
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn edits_blobs_and_values_come_back() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let data: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let hash = blob_hash(&data);
    assert_eq!(
        blob_hash(b""),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let blob = Write::Blob {
        hash: hash.clone(),
        data: data.clone(),
    };
    let rows = [edit("a", "e2", Some(&hash)), edit("a", "e1", None)];
    let mut batch = vec![blob.clone(), blob];
    batch.extend(rows.iter().cloned().map(Write::UpsertEdit));
    store.write(batch).await.unwrap();
    assert_eq!(store.edits("a").await.unwrap(), rows);
    assert_eq!(store.get_edit("e1").await.unwrap(), rows[1]);
    assert_eq!(store.blob(hash).await.unwrap(), data);
    for value in ["1", "2"] {
        let (key, value) = ("k".to_owned(), value.to_owned());
        store.write(vec![Write::Meta { key, value }]).await.unwrap();
    }
    assert_eq!(store.meta("k").await, Ok(Some("2".to_owned())));
    assert_eq!(store.meta("none").await, Ok(None));
}

#[tokio::test]
async fn operations_are_done_in_order_also_those_nobody_waits_for() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let lease = store.acquire("a").await.unwrap();
    let writes = (0..600).map(|number| {
        let store = store.clone();
        let row = event("a", lease.next_seq + number);
        async move { store.write(vec![Write::Event(row)]).await }
    });
    // More than the queue holds, so that handing over has to wait as well.
    let tasks: Vec<_> = writes.map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let events = store.events_after("a", 0, 1000).await.unwrap();
    assert_eq!(events.len(), 600);
    // The future is polled once, so the job is handed over, and then dropped.
    tokio::select! {
        biased;
        _ = store.write(vec![Write::Event(event("a", 601))]) => {}
        () = std::future::ready(()) => {}
    }
    assert_eq!(store.get_session("a").await.unwrap().last_seq, 601);
}
