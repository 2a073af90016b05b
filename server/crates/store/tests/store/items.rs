//! Pages of items, and events.
use aside_store::{EventRow, ItemsPage, ItemsQuery, MAX_EVENT_BYTES, Store, StoreError, Write};

use crate::support::{Folder, create, delta, event, ids, item, turn};

async fn page(
    store: &Store,
    before: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<ItemsPage, StoreError> {
    let query = ItemsQuery {
        session_id: "a".to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        limit,
    };
    store.items_page(query).await
}

/// Ten turns of three items each, the items of two sessions interleaved.
async fn fill(store: &Store) {
    create(store, &["a", "b"]).await;
    let mut batch = Vec::new();
    for number in 0..30 {
        for session in ["a", "b"] {
            let turn_id = format!("{session}t{}", number / 3);
            batch.push(Write::UpsertTurn(turn(session, &turn_id, "completed")));
            let id = format!("{session}{number:02}");
            batch.push(Write::UpsertItem(item(session, &turn_id, &id, "completed")));
        }
    }
    store.write(batch).await.unwrap();
}

#[tokio::test]
async fn pages_go_back_and_forth() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let all: Vec<_> = (0..30).map(|it| format!("a{it:02}")).collect();
    for limit in [1, 4, 7, 29, 30, 31] {
        let mut seen = Vec::new();
        let mut at = page(&store, None, None, limit).await.unwrap();
        assert_eq!(at.next_cursor, None);
        loop {
            let mut ids: Vec<_> = at.items.iter().map(|it| it.id.clone()).collect();
            ids.append(&mut seen);
            seen = ids;
            let Some(cursor) = &at.prev_cursor else { break };
            let older = page(&store, Some(cursor), None, limit).await.unwrap();
            // And forth again: the page after the older one is the one we came from.
            let forth = older.next_cursor.as_deref().unwrap();
            let forth = page(&store, None, Some(forth), limit).await.unwrap();
            assert_eq!(forth.items, at.items);
            assert_eq!(forth.next_cursor, at.next_cursor);
            at = older;
        }
        assert_eq!(seen, all, "{limit}");
    }
}

#[tokio::test]
async fn a_page_has_the_turns_of_its_items() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let turns =
        |page: &ItemsPage| -> Vec<String> { page.turns.iter().map(|it| it.id.clone()).collect() };
    let newest = page(&store, None, None, 4).await.unwrap();
    assert_eq!(turns(&newest), ["at8", "at9"]);
    let batch = vec![
        Write::UpsertTurn(turn("a", "run", "running")),
        Write::UpsertTurn(turn("a", "wait", "queued")),
    ];
    store.write(batch).await.unwrap();
    let newest = page(&store, None, None, 4).await.unwrap();
    assert_eq!(turns(&newest), ["at8", "at9", "run", "wait"]);
    let older = page(&store, newest.prev_cursor.as_deref(), None, 4).await;
    assert_eq!(turns(&older.unwrap()), ["at7", "at8"]);
}

#[tokio::test]
async fn unfinished_items_come_with_their_events() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    store.acquire("a").await.unwrap();
    let batch = vec![
        Write::UpsertTurn(turn("a", "t", "running")),
        Write::Event(delta("a", 1, "done")),
        Write::UpsertItem(item("a", "t", "done", "completed")),
        Write::UpsertItem(item("a", "t", "open", "inProgress")),
        Write::Event(delta("a", 2, "open")),
        Write::Event(event("a", 3)),
        Write::Event(delta("a", 4, "open")),
        Write::UpsertItem(item("a", "t", "tool", "running")),
        Write::Event(delta("a", 5, "tool")),
    ];
    store.write(batch).await.unwrap();
    let newest = page(&store, None, None, 10).await.unwrap();
    assert_eq!(ids(&newest.items), ["done", "open", "tool"]);
    assert_eq!(newest.last_seq, 5);
    let seqs: Vec<_> = newest.deltas.iter().map(|it| it.seq).collect();
    assert_eq!(seqs, [2, 4, 5]);
}

#[tokio::test]
async fn garbage_cursors_are_refused() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let check = async |before: Option<&str>, after: Option<&str>, expect: &str| {
        let error = page(&store, before, after, 5).await.unwrap_err();
        let StoreError::Invalid { field, .. } = &error else {
            panic!("{before:?} {after:?}: {error}");
        };
        assert_eq!(*field, expect);
    };
    for garbage in ["", "i", "5", "i-5", "ifffffffffffffffff", "'; --", "i\u{0}"] {
        check(Some(garbage), None, "before").await;
        check(None, Some(garbage), "after").await;
    }
    check(Some("i5"), Some("i5"), "before").await;
    // Well formed, but beyond either end.
    let empty = page(&store, Some("i0"), None, 5).await.unwrap();
    assert_eq!((empty.items, empty.prev_cursor), (Vec::new(), None));
    let empty = page(&store, None, Some("i7fffffffffffffff"), 5).await;
    assert_eq!(empty.unwrap().items, []);
}

#[tokio::test]
async fn large_events_come_a_few_at_a_time() {
    let folder = Folder::new();
    let (mine, other) = (folder.server("me"), folder.server("other"));
    create(&mine, &["a"]).await;
    let start = mine.max_event_rowid().await.unwrap();
    other.acquire("a").await.unwrap();
    let large = |seq, bytes: usize| EventRow {
        json: format!("\"{}\"", "x".repeat(bytes)),
        ..event("a", seq)
    };
    let sizes = [
        2 * MAX_EVENT_BYTES,
        MAX_EVENT_BYTES / 2,
        10,
        MAX_EVENT_BYTES,
    ];
    for (seq, bytes) in (1..).zip(sizes) {
        let write = Write::Event(large(seq, bytes));
        other.write(vec![write]).await.unwrap();
    }
    for (after, expect) in [(0, &[1][..]), (1, &[2, 3]), (3, &[4]), (4, &[])] {
        let events = mine.events_after("a", after, 10).await.unwrap();
        let seqs: Vec<_> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, expect);
        let foreign = mine.foreign_events(start + after, 10).await.unwrap();
        let seqs: Vec<_> = foreign.events.iter().map(|(_, event)| event.seq).collect();
        assert_eq!(seqs, expect);
        let last = foreign.events.last().map(|(rowid, _)| *rowid);
        assert_eq!(foreign.up_to, last.unwrap_or(start + after));
    }
}

#[tokio::test]
async fn events_are_replayed_in_pages() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    store.acquire("a").await.unwrap();
    store.acquire("b").await.unwrap();
    let mut batch = Vec::new();
    for seq in 1..=100 {
        batch.push(Write::Event(event("a", seq)));
        batch.push(Write::Event(event("b", seq)));
    }
    store.write(batch).await.unwrap();
    for (after, limit, expect) in [
        (0, 1000, 1..=100),
        (0, 0, 1..=1),
        (0, 10, 1..=10),
        (95, 10, 96..=100),
        (-5, 1, 1..=1),
    ] {
        let events = store.events_after("a", after, limit).await.unwrap();
        let expect: Vec<_> = expect.map(|seq| event("a", seq)).collect();
        assert_eq!(events, expect);
    }
    assert_eq!(store.events_after("a", 100, 10).await, Ok(Vec::new()));
    assert_eq!(store.events_after("a", i64::MAX, 10).await, Ok(Vec::new()));
}

#[tokio::test]
async fn other_servers_events_are_noticed() {
    let folder = Folder::new();
    let (mine, other) = (folder.server("mine"), folder.server("other"));
    create(&mine, &["a", "b"]).await;
    mine.acquire("a").await.unwrap();
    other.acquire("b").await.unwrap();
    let start = mine.max_event_rowid().await.unwrap();
    let version = mine.data_version().await.unwrap();
    for seq in 1..=3 {
        let batch = vec![Write::Event(event("a", seq))];
        mine.write(batch).await.unwrap();
    }
    assert_eq!(mine.data_version().await.unwrap(), version);
    let nothing = mine.foreign_events(start, 10).await.unwrap();
    assert_eq!(nothing.events, []);
    assert_eq!(nothing.up_to, start + 3);
    let batch = (1..=3).map(|seq| Write::Event(event("b", seq))).collect();
    other.write(batch).await.unwrap();
    assert_ne!(mine.data_version().await.unwrap(), version);
    let some = mine.foreign_events(start, 2).await.unwrap();
    let events: Vec<_> = some.events.into_iter().map(|(_, event)| event).collect();
    assert_eq!(events, [event("b", 1), event("b", 2)]);
    let rest = mine.foreign_events(some.up_to, 2).await.unwrap();
    assert_eq!(rest.events.len(), 1);
    let end = mine.foreign_events(rest.up_to, 2).await.unwrap();
    assert_eq!((end.events.len(), end.up_to), (0, rest.up_to));
}
