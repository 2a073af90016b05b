//! Sessions: reading, listing, changing, deleting.
use aside_store::{SessionFilter, SessionPatch, SessionRow, Store, StoreError, Write, blob_hash};

use crate::support::{Folder, create, edit, event, item, session, turn};

async fn list(store: &Store, filter: SessionFilter) -> String {
    let filter = SessionFilter {
        limit: 100,
        ..filter
    };
    let page = store.list_sessions(filter).await.unwrap();
    let ids: Vec<_> = page.sessions.into_iter().map(|it| it.id).collect();
    ids.join(" ")
}

/// Sessions whose id says in what they differ.
async fn some(store: &Store) {
    let row = |id: &str, title: &str, day: u32| SessionRow {
        title: title.to_owned(),
        updated_at: format!("2026-01-{day:02}T00:00:00Z"),
        ..session(id)
    };
    let rows = [
        row("a", "Fix the parser", 1),
        row("b", "100% _done_ ÄRGER", 3),
        row("c", "fix THE lexer", 2),
        SessionRow {
            pinned: true,
            ..row("pinned", "Older", 1)
        },
        SessionRow {
            archived: true,
            ..row("archived", "Fixed", 4)
        },
        SessionRow {
            project_id: Some("p".to_owned()),
            mcp_servers: None,
            ..row("project", "x", 3)
        },
    ];
    let batch = rows.into_iter().map(Write::CreateSession).collect();
    store.write(batch).await.unwrap();
}

#[tokio::test]
async fn a_list_is_ordered_and_filtered() {
    let folder = Folder::new();
    let store = folder.server("me");
    assert_eq!(list(&store, SessionFilter::default()).await, "");
    some(&store).await;
    let all = SessionFilter::default;
    let check = async |filter: SessionFilter, expect: &str| {
        assert_eq!(list(&store, filter.clone()).await, expect, "{filter:?}");
    };
    check(all(), "pinned project b c a").await;
    for (archived, expect) in [(true, "archived"), (false, "pinned project b c a")] {
        let archived = Some(archived);
        check(SessionFilter { archived, ..all() }, expect).await;
    }
    for (pinned, expect) in [(true, "pinned"), (false, "project b c a")] {
        let pinned = Some(pinned);
        check(SessionFilter { pinned, ..all() }, expect).await;
    }
    for (project, expect) in [("p", "project"), ("q", "")] {
        let project_id = Some(project.to_owned());
        check(
            SessionFilter {
                project_id,
                ..all()
            },
            expect,
        )
        .await;
    }
    for (query, expect) in [
        ("", "pinned project b c a"),
        ("FIX the", "c a"),
        ("ärger", "b"),
        ("0%", "b"),
        ("%", "b"),
        ("_", "b"),
        ("\\", ""),
        ("'", ""),
        ("lexer parser", ""),
    ] {
        let query = Some(query.to_owned());
        check(SessionFilter { query, ..all() }, expect).await;
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let folder = Folder::new();
    let store = folder.server("me");
    let mut batch = Vec::new();
    for number in 0..50 {
        batch.push(Write::CreateSession(SessionRow {
            // Many share a time, so the id decides.
            updated_at: format!("2026-01-0{}T00:00:00Z", 1 + number % 3),
            pinned: number % 7 == 0,
            ..session(&format!("s{number:02}"))
        }));
    }
    store.write(batch).await.unwrap();
    let whole = list(&store, SessionFilter::default()).await;
    for limit in [0, 1, 7, 49, 50, 51, u32::MAX] {
        let mut filter = SessionFilter {
            limit,
            ..SessionFilter::default()
        };
        let mut seen = Vec::new();
        for _ in 0..=50 {
            let page = store.list_sessions(filter.clone()).await.unwrap();
            assert!(page.sessions.len() <= limit.max(1) as usize);
            seen.extend(page.sessions.into_iter().map(|it| it.id));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.join(" "), whole, "{limit}");
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn garbage_cursors_are_refused() {
    let folder = Folder::new();
    let store = folder.server("me");
    for cursor in ["", "0", "zz", "i5", "7331", "' OR 1=1 --", "\u{0}", "💥"] {
        let filter = SessionFilter {
            cursor: Some(cursor.to_owned()),
            limit: 10,
            ..SessionFilter::default()
        };
        let error = store.list_sessions(filter).await.unwrap_err();
        let StoreError::Invalid { field, .. } = error else {
            panic!("{cursor:?}: {error}");
        };
        assert_eq!(field, "cursor");
    }
}

#[tokio::test]
async fn a_session_comes_back_as_it_was_written() {
    let folder = Folder::new();
    let store = folder.server("me");
    let row = SessionRow {
        title: "Ünï \u{0} '\"; DROP TABLE sessions; --".to_owned(),
        pinned: true,
        archived: true,
        parent_id: Some("parent".to_owned()),
        project_id: Some("p".to_owned()),
        mcp_servers: Some("[]".to_owned()),
        effort: Some("low".to_owned()),
        turn_count: 3,
        usage: "{\"inputTokens\":1}".to_owned(),
        ..session("a")
    };
    let batch = vec![Write::CreateSession(row.clone())];
    store.write(batch.clone()).await.unwrap();
    assert_eq!(store.get_session("a").await.unwrap(), row);
    assert!(matches!(
        store.write(batch).await,
        Err(StoreError::Exists {
            what: "session",
            ..
        })
    ));
    let missing = store.get_session("b").await.unwrap_err();
    assert_eq!(
        missing.to_string(),
        "there is no session with the id \"b\"; list the sessions to see which there are"
    );
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let update = async |patch: SessionPatch| {
        let id = "a".to_owned();
        let batch = vec![Write::UpdateSession { id, patch }];
        store.write(batch).await.unwrap();
        store.get_session("a").await.unwrap()
    };
    assert_eq!(update(SessionPatch::default()).await, session("a"));
    let text = |it: &str| Some(it.to_owned());
    let patch = SessionPatch {
        title: text("New Title"),
        model: text("m2"),
        agent: text("a2"),
        permission_mode: text("full"),
        status: text("running"),
        pinned: Some(true),
        archived: Some(true),
        project_id: text("p"),
        mcp_servers: text("[\"one\"]"),
        effort: text("high"),
        usage: text("{\"a\":1}"),
        updated_at: text("2027"),
        turn_count: Some(9),
    };
    let expect = SessionRow {
        title: "New Title".to_owned(),
        model: "m2".to_owned(),
        agent: "a2".to_owned(),
        permission_mode: "full".to_owned(),
        status: "running".to_owned(),
        pinned: true,
        archived: true,
        project_id: text("p"),
        mcp_servers: text("[\"one\"]"),
        effort: text("high"),
        usage: "{\"a\":1}".to_owned(),
        updated_at: "2027".to_owned(),
        turn_count: 9,
        ..session("a")
    };
    assert_eq!(update(patch).await, expect);
    let found = SessionFilter {
        query: text("new title"),
        archived: Some(true),
        ..SessionFilter::default()
    };
    assert_eq!(list(&store, found).await, "a");
    let missing = Write::UpdateSession {
        id: "b".to_owned(),
        patch: SessionPatch::default(),
    };
    assert!(matches!(
        store.write(vec![missing]).await,
        Err(StoreError::NotFound { .. })
    ));
}

#[tokio::test]
async fn deleting_takes_all_that_belongs_to_the_session() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let (only_a, both) = (blob_hash(b"only a"), blob_hash(b"both"));
    let lease = store.acquire("a").await.unwrap();
    let batch = vec![
        Write::UpsertTurn(turn("a", "t", "running")),
        Write::UpsertItem(item("a", "t", "i", "completed")),
        Write::Event(event("a", lease.next_seq)),
        Write::Blob {
            hash: only_a.clone(),
            data: b"only a".to_vec(),
        },
        Write::Blob {
            hash: both.clone(),
            data: b"both".to_vec(),
        },
        Write::UpsertEdit(edit("a", "e1", Some(&only_a))),
        Write::UpsertEdit(edit("a", "e2", Some(&both))),
        Write::UpsertEdit(edit("b", "e3", Some(&both))),
    ];
    store.write(batch).await.unwrap();
    store.release("a", lease.next_seq).await.unwrap();
    let top = store.max_event_rowid().await.unwrap();
    store.delete_session("a").await.unwrap();
    let stats = store.stats().await.unwrap();
    let counts = (stats.sessions, stats.turns, stats.items, stats.events);
    assert_eq!(counts, (1, 0, 0, 0));
    assert_eq!((stats.edits, stats.blobs), (1, 1));
    assert_eq!(store.blob(both).await.unwrap(), b"both");
    assert!(matches!(
        store.blob(only_a).await,
        Err(StoreError::NotFound { .. })
    ));
    assert!(matches!(
        store.delete_session("a").await,
        Err(StoreError::NotFound { .. })
    ));
    // Row numbers of events are not used again, or watchers would miss the new ones.
    let seq = store
        .append_unleased("b", |seq| vec![Write::Event(event("b", seq))])
        .await;
    assert_eq!(seq, Ok(1));
    assert!(store.max_event_rowid().await.unwrap() > top);
}
