//! Rewinds: what they hide, what they leave, and taking them back.
use aside_store::{ItemsPage, ItemsQuery, RewindRow, Store, StoreError, TurnRow, Write, blob_hash};

use crate::notes::note;
use crate::support::{Folder, blob, check_invalid, check_missing, create, edit, ids, item, turn};

fn rewind(session: &str, id: &str, turn: &str, state: &str) -> Write {
    Write::Rewind(RewindRow {
        id: id.to_owned(),
        session_id: session.to_owned(),
        turn_id: turn.to_owned(),
        created_at: "2026-01-02T00:00:00Z".to_owned(),
        json: "{}".to_owned(),
        state: state.to_owned(),
        blobs: Vec::new(),
    })
}

fn set(session: &str, from_turn: &str, rewind_id: &str) -> Write {
    Write::SetRewound {
        session_id: session.to_owned(),
        from_turn: from_turn.to_owned(),
        rewind_id: rewind_id.to_owned(),
    }
}

fn clear(session: &str, rewind_id: &str) -> Write {
    Write::ClearRewound {
        session_id: session.to_owned(),
        rewind_id: rewind_id.to_owned(),
    }
}

/// A turn with two items and an edit.
fn whole_turn(session: &str, id: &str, status: &str) -> Vec<Write> {
    let row = TurnRow {
        client_message_id: Some(format!("m{id}")),
        ..turn(session, id, status)
    };
    let mut edit = edit(session, &format!("e{id}"), None);
    edit.turn_id = id.to_owned();
    vec![
        Write::UpsertTurn(row),
        Write::UpsertItem(item(session, id, &format!("{id}-1"), "completed")),
        Write::UpsertItem(item(session, id, &format!("{id}-2"), "completed")),
        Write::UpsertEdit(edit),
    ]
}

/// Session `a` with the turns t1 to t4, the last one queued, and session `b` with one.
async fn fill(store: &Store) {
    create(store, &["a", "b"]).await;
    let mut batch = Vec::new();
    for (session, id, status) in [
        ("a", "t1", "completed"),
        ("a", "t2", "completed"),
        ("b", "u1", "completed"),
        ("a", "t3", "completed"),
        ("a", "t4", "queued"),
        ("b", "u2", "queued"),
    ] {
        batch.extend(whole_turn(session, id, status));
    }
    store.write(batch).await.unwrap();
}

async fn page(store: &Store, session: &str, before: Option<&str>, limit: u32) -> ItemsPage {
    let query = ItemsQuery {
        session_id: session.to_owned(),
        before: before.map(str::to_owned),
        after: None,
        limit,
    };
    store.items_page(query).await.unwrap()
}

/// Checks which turns are in the conversation, by every way to see it.
async fn check(store: &Store, session: &str, expect: &str) {
    let expect: Vec<&str> = expect.split_whitespace().collect();
    let items: Vec<String> = expect
        .iter()
        .flat_map(|it| [format!("{it}-1"), format!("{it}-2")])
        .collect();
    let history = store.history(session).await.unwrap();
    assert_eq!(ids(&history), items);
    let whole = page(store, session, None, 100).await;
    assert_eq!(ids(&whole.items), items);
    let turns: Vec<&str> = whole.turns.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(turns, expect);
    let queued = store.queued_turns(session).await.unwrap();
    let queued: Vec<&str> = queued.iter().map(|it| it.id.as_str()).collect();
    let waits = |it: &&str| ["t4", "u2"].contains(it);
    assert_eq!(
        queued,
        expect.iter().copied().filter(waits).collect::<Vec<_>>()
    );
    // Page by page from the end.
    let mut seen = Vec::new();
    let mut at = page(store, session, None, 3).await;
    loop {
        let mut ids: Vec<String> = at.items.iter().map(|it| it.id.clone()).collect();
        ids.append(&mut seen);
        seen = ids;
        let Some(cursor) = at.prev_cursor else { break };
        at = page(store, session, Some(&cursor), 3).await;
    }
    assert_eq!(seen, items);
}

#[tokio::test]
async fn a_rewind_hides_turns_and_taking_it_back_shows_them() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    check(&store, "a", "t1 t2 t3 t4").await;
    let batch = vec![rewind("a", "r1", "t3", "done"), set("a", "t3", "r1")];
    store.write(batch).await.unwrap();
    check(&store, "a", "t1 t2").await;
    check(&store, "b", "u1 u2").await;
    let by = store.rewound_by("a", "t4").await.unwrap();
    assert_eq!(by.as_deref(), Some("r1"));
    assert_eq!(store.rewound_by("a", "t2").await, Ok(None));
    assert_eq!(store.has_turns_since("a", "r1").await, Ok(false));
    let edits = store.edits_since_turn("a", "t1").await.unwrap();
    let edits: Vec<_> = edits.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(edits, ["et1", "et2"]);

    // What the turns were is not forgotten, and a message sent twice is still one.
    assert_eq!(store.get_turn("t3").await.unwrap().status, "completed");
    let found = store.find_client_message("a", "mt3").await.unwrap();
    assert_eq!(found.unwrap().turn_id, "t3");
    assert_eq!(store.edits("a").await.unwrap().len(), 4);
    // A turn that is written again stays where it is.
    let again = whole_turn("a", "t3", "completed");
    store.write(again).await.unwrap();
    check(&store, "a", "t1 t2").await;

    let batch = vec![rewind("a", "r1", "", "undone"), clear("a", "r1")];
    store.write(batch).await.unwrap();
    check(&store, "a", "t1 t2 t3 t4").await;
    let row = store.get_rewind("r1").await.unwrap();
    assert_eq!((row.state.as_str(), row.turn_id.as_str()), ("undone", "t3"));
}

#[tokio::test]
async fn rewinds_follow_each_other() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let batch = vec![rewind("a", "r1", "t3", "done"), set("a", "t3", "r1")];
    store.write(batch).await.unwrap();
    store
        .write(whole_turn("a", "t5", "completed"))
        .await
        .unwrap();
    check(&store, "a", "t1 t2 t5").await;
    let last = async || Ok::<_, StoreError>(store.last_rewind("a").await?.map(|row| row.id));
    assert_eq!(last().await, Ok(Some("r1".to_owned())));
    assert_eq!(store.has_turns_since("a", "r1").await, Ok(true));
    // The second takes what is left, and each is taken back by itself.
    let batch = vec![rewind("a", "r2", "t2", "done"), set("a", "t2", "r2")];
    store.write(batch).await.unwrap();
    check(&store, "a", "t1").await;
    assert_eq!(last().await, Ok(Some("r2".to_owned())));
    assert_eq!(store.last_rewind("b").await, Ok(None));
    assert_eq!(store.has_turns_since("a", "r1").await, Ok(false));
    store.write(vec![clear("a", "r1")]).await.unwrap();
    check(&store, "a", "t1 t3 t4").await;
    store.write(vec![clear("a", "r2")]).await.unwrap();
    check(&store, "a", "t1 t2 t3 t4 t5").await;
    assert_eq!(store.has_turns_since("a", "r1").await, Ok(true));
    assert_eq!(store.has_turns_since("a", "r2").await, Ok(false));
    store.close().await.unwrap();
    let store = folder.server("next");
    check(&store, "a", "t1 t2 t3 t4 t5").await;
    store.write(vec![set("a", "t1", "r2")]).await.unwrap();
    check(&store, "a", "").await;
}

#[tokio::test]
async fn a_rewind_of_files_alone_knows_what_came_after_it() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let batch = vec![rewind("a", "r", "t2", "done")];
    store.write(batch).await.unwrap();
    assert_eq!(store.has_turns_since("a", "r").await, Ok(false));
    // Neither another session's turn nor an old one counts.
    store.write(whole_turn("b", "u3", "queued")).await.unwrap();
    let old = turn("a", "t2", "completed");
    store.write(vec![Write::UpsertTurn(old)]).await.unwrap();
    assert_eq!(store.has_turns_since("a", "r").await, Ok(false));
    let new = turn("a", "t5", "queued");
    store.write(vec![Write::UpsertTurn(new)]).await.unwrap();
    assert_eq!(store.has_turns_since("a", "r").await, Ok(true));
    // Writing the rewind again does not change when it was.
    let batch = vec![rewind("a", "r", "t2", "undone")];
    store.write(batch).await.unwrap();
    assert_eq!(store.has_turns_since("a", "r").await, Ok(true));
}

#[tokio::test]
async fn what_is_not_there_or_is_anothers_is_refused() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let batch = vec![
        rewind("a", "r", "t2", "done"),
        rewind("b", "s", "u1", "done"),
    ];
    store.write(batch).await.unwrap();
    let cases = [
        (set("none", "t1", "r"), "session"),
        (clear("none", "r"), "session"),
        (rewind("none", "x", "t1", "done"), "session"),
        (set("a", "none", "r"), "turn"),
        (set("a", "u1", "r"), "turn"),
        (set("a", "t1", "none"), "rewind"),
        (set("a", "t1", "s"), "rewind"),
        (clear("a", "s"), "rewind"),
        (clear("a", ""), "rewind"),
    ];
    for (write, what) in cases {
        check_missing(store.write(vec![write]).await, what);
    }
    let taken = store.write(vec![rewind("b", "r", "u1", "done")]).await;
    assert!(
        matches!(taken, Err(StoreError::Exists { what: "rewind", .. })),
        "{taken:?}"
    );
    for state in ["", "Done", "undoing"] {
        let odd = store.write(vec![rewind("a", "x", "t1", state)]).await;
        check_invalid(odd, "state");
    }
    check_missing(store.get_rewind("x").await, "rewind");
    check_missing(store.has_turns_since("a", "s").await, "rewind");
    check_missing(store.has_turns_since("none", "r").await, "session");
    check_missing(store.rewound_by("a", "u1").await, "turn");
    check(&store, "a", "t1 t2 t3 t4").await;
    check(&store, "b", "u1 u2").await;

    // Another server owns the session.
    let other = folder.server("other");
    other.acquire("b").await.unwrap();
    for write in [
        rewind("b", "s", "u1", "undone"),
        set("b", "u1", "s"),
        clear("b", "s"),
        note("b", "x"),
        Write::DeleteNotes {
            session_id: "b".to_owned(),
            up_to: 1,
        },
    ] {
        let refused = store.write(vec![write]).await;
        assert!(
            matches!(refused, Err(StoreError::Busy { .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn deleting_a_session_takes_its_rewinds_and_notes() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let batch = vec![
        rewind("a", "r", "t2", "done"),
        set("a", "t2", "r"),
        note("a", "x"),
        rewind("b", "s", "u1", "done"),
        note("b", "y"),
    ];
    store.write(batch).await.unwrap();
    store.delete_session("a").await.unwrap();
    check_missing(store.get_rewind("r").await, "rewind");
    check_missing(store.notes("a").await, "session");
    assert_eq!(store.get_rewind("s").await.unwrap().session_id, "b");
    assert_eq!(store.notes("b").await.unwrap().len(), 1);
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    for table in [
        "turns",
        "edits",
        "rewinds",
        "notes",
        "blob_uses",
        "attempts",
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE session_id = 'a'");
        let left: i64 = other.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test]
async fn the_texts_of_a_rewind_stay_as_long_as_its_session() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let hash = blob_hash(b"text");
    let naming = |session: &str, id: &str, turn: &str| match rewind(session, id, turn, "done") {
        Write::Rewind(row) => Write::Rewind(RewindRow {
            blobs: vec![hash.clone()],
            ..row
        }),
        other => other,
    };
    let batch = vec![
        blob(b"text"),
        naming("a", "r", "t2"),
        naming("b", "s", "u1"),
    ];
    store.write(batch).await.unwrap();
    store.delete_session("a").await.unwrap();
    assert_eq!(store.blob(hash.clone()).await.unwrap(), b"text");
    store.delete_session("b").await.unwrap();
    check_missing(store.blob(hash).await, "blob");
}
