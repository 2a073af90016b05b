//! Leases between servers that are all alive.
use aside_store::{Lease, SEQ_BLOCK, SessionPatch, StoreError, Write};

use crate::support::{Folder, create, event, item, turn};

fn lease(session_id: &str, next_seq: i64) -> Lease {
    Lease {
        session_id: session_id.to_owned(),
        next_seq,
        reserved_until: next_seq + SEQ_BLOCK - 1,
    }
}

#[tokio::test]
async fn numbers_go_on_without_a_gap_after_a_release() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    assert_eq!(store.acquire("a").await, Ok(lease("a", 1)));
    let batch = (1..=5).map(|seq| Write::Event(event("a", seq))).collect();
    store.write(batch).await.unwrap();
    store.release("a", 5).await.unwrap();
    assert_eq!(store.get_session("a").await.unwrap().owner, None);
    assert_eq!(store.acquire("a").await, Ok(lease("a", 6)));
    // Nothing was used.
    store.release("a", 5).await.unwrap();
    assert_eq!(store.acquire("a").await, Ok(lease("a", 6)));
    // A number that was given but not written counts as used.
    store.release("a", 8).await.unwrap();
    assert_eq!(store.acquire("a").await, Ok(lease("a", 9)));
    // One that is too low does not make used ones free.
    store.release("a", 0).await.unwrap();
    assert_eq!(store.acquire("a").await, Ok(lease("a", 9)));
    // A second acquire gives numbers that the first cannot have used.
    assert_eq!(store.acquire("a").await, Ok(lease("a", 9 + SEQ_BLOCK)));
}

#[tokio::test]
async fn more_numbers_are_reserved_before_they_are_used() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let first = store.acquire("a").await.unwrap();
    let next = first.reserved_until + 1;
    let beyond = vec![Write::Event(event("a", next))];
    assert!(matches!(
        store.write(beyond.clone()).await,
        Err(StoreError::NotLeased { .. })
    ));
    let until = store.reserve_more("a").await.unwrap();
    assert_eq!(until, first.reserved_until + SEQ_BLOCK);
    store.write(beyond).await.unwrap();
    let batch = vec![
        Write::ReserveSeq {
            session_id: "a".to_owned(),
            up_to: until + 1,
        },
        Write::Event(event("a", until + 1)),
    ];
    store.write(batch).await.unwrap();
    let again = store.write(vec![Write::Event(event("a", until + 1))]).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })));
}

#[tokio::test]
async fn another_live_server_is_kept_out() {
    let folder = Folder::new();
    let (mine, other) = (folder.server("mine"), folder.server("other"));
    create(&mine, &["a"]).await;
    mine.acquire("a").await.unwrap();
    let patch = Write::UpdateSession {
        id: "a".to_owned(),
        patch: SessionPatch::default(),
    };
    for result in [
        other.acquire("a").await.map(|_| ()),
        other.append_unleased("a", |_| Vec::new()).await.map(|_| ()),
        other.delete_session("a").await,
        other.write(vec![patch]).await,
        other
            .write(vec![Write::UpsertTurn(turn("a", "t", "queued"))])
            .await,
        other
            .write(vec![Write::UpsertItem(item("a", "t", "i", "pending"))])
            .await,
        other.write(vec![Write::Event(event("a", 1))]).await,
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(&error, StoreError::Busy { owner, .. } if owner == "mine"),
            "{error}"
        );
    }
    for result in [
        other.release("a", 1).await,
        other.reserve_more("a").await.map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::NotLeased { .. })));
    }
    assert_eq!(other.take_over_dead().await, Ok(Vec::new()));
    assert_eq!(other.is_alive("mine"), Ok(true));
    // Readers are not kept out.
    assert_eq!(other.get_session("a").await.unwrap().owner.unwrap(), "mine");
    mine.release("a", 0).await.unwrap();
    assert_eq!(other.acquire("a").await, Ok(lease("a", 1)));
}

#[tokio::test]
async fn only_one_of_many_gets_the_lease() {
    let folder = Folder::new();
    let servers: Vec<_> = (0..8).map(|it| folder.server(&format!("s{it}"))).collect();
    create(&servers[0], &["a"]).await;
    let tasks: Vec<_> = servers
        .iter()
        .cloned()
        .map(|store| tokio::spawn(async move { store.acquire("a").await }))
        .collect();
    let mut got = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(given) => {
                got += 1;
                assert_eq!(given, lease("a", 1));
            }
            Err(error) => assert!(matches!(error, StoreError::Busy { .. }), "{error}"),
        }
    }
    assert_eq!(got, 1);
}

#[tokio::test]
async fn short_changes_of_an_idle_session_are_numbered_by_the_store() {
    let folder = Folder::new();
    let servers = [folder.server("one"), folder.server("two")];
    create(&servers[0], &["a"]).await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let store = servers[number % 2].clone();
            tokio::spawn(async move {
                store
                    .append_unleased("a", |seq| vec![Write::Event(event("a", seq))])
                    .await
            })
        })
        .collect();
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.unwrap().unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=50).collect::<Vec<_>>());
    // Several events at once are numbered from the given one on.
    let two = servers[0]
        .append_unleased("a", |seq| {
            vec![
                Write::Event(event("a", seq)),
                Write::Event(event("a", seq + 1)),
            ]
        })
        .await;
    assert_eq!(two, Ok(51));
    assert_eq!(servers[1].acquire("a").await, Ok(lease("a", 53)));
    let mine = servers[1].append_unleased("a", |_| Vec::new()).await;
    assert!(matches!(mine, Err(StoreError::Leased { .. })));
}

#[tokio::test]
async fn unknown_sessions_and_missing_leases_are_told() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    for result in [
        store.acquire("x").await.map(|_| ()),
        store.reserve_more("x").await.map(|_| ()),
        store.release("x", 1).await,
        store.append_unleased("x", |_| Vec::new()).await.map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::NotFound { .. })));
    }
    let reserve = Write::ReserveSeq {
        session_id: "a".to_owned(),
        up_to: 5,
    };
    for result in [
        store.release("a", 1).await,
        store.reserve_more("a").await.map(|_| ()),
        store.write(vec![Write::Event(event("a", 1))]).await,
        store.write(vec![reserve]).await,
    ] {
        assert!(matches!(result, Err(StoreError::NotLeased { .. })));
    }
}

#[tokio::test]
async fn a_server_that_closed_in_order_counts_as_gone() {
    let folder = Folder::new();
    let (mine, other) = (folder.server("mine"), folder.server("other"));
    create(&mine, &["a"]).await;
    mine.acquire("a").await.unwrap();
    mine.close().await.unwrap();
    assert_eq!(other.is_alive("mine"), Ok(false));
    assert_eq!(other.is_alive("other"), Ok(true));
    for never in ["never", "", "../../etc/passwd", "a/b", "a\0b"] {
        assert_eq!(other.is_alive(never), Ok(false), "{never:?}");
    }
    let error = other.acquire("a").await.unwrap_err();
    assert!(matches!(error, StoreError::NeedsRepair { .. }), "{error}");
    let taken = other.take_over_dead().await.unwrap();
    assert_eq!(taken[0].lease, lease("a", SEQ_BLOCK + 1));
    // What was left behind may also be deleted without repair.
    create(&other, &["b"]).await;
    let third = folder.server("third");
    third.acquire("b").await.unwrap();
    third.close().await.unwrap();
    other.delete_session("b").await.unwrap();
}
