//! Tests of what is not visible from outside: query plans, panics, a full database.
mod plans;

use std::time::Duration;

use tempfile::TempDir;

use crate::rows::{EventRow, SessionRow, Write};
use crate::{Store, StoreError, StoreOptions};

fn open(dir: &TempDir) -> Store {
    let options = StoreOptions {
        path: dir.path().join("aside.db"),
        server_id: "me".to_owned(),
        servers_dir: dir.path().join("servers"),
        busy_timeout: Duration::from_secs(10),
    };
    Store::open(options).unwrap().store
}

fn session(id: &str) -> Write {
    Write::CreateSession(SessionRow {
        id: id.to_owned(),
        ..SessionRow::default()
    })
}

#[tokio::test]
async fn a_panic_in_an_operation_is_an_error_and_leaves_nothing() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    store.write(vec![session("a")]).await.unwrap();
    let result = store.append_unleased("a", |_| panic!("on purpose")).await;
    assert!(
        matches!(result, Err(StoreError::Internal { .. })),
        "{result:?}"
    );
    let result: Result<(), _> = store
        .call(|db| {
            db.writing(|tx, _| {
                tx.execute("DELETE FROM sessions", [])?;
                panic!("on purpose")
            })
        })
        .await;
    assert!(
        matches!(result, Err(StoreError::Internal { .. })),
        "{result:?}"
    );
    assert_eq!(store.get_session("a").await.unwrap().id, "a");
    store.write(vec![session("b")]).await.unwrap();
}

#[tokio::test]
async fn a_full_database_refuses_and_stays_as_it_was() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    store.write(vec![session("a")]).await.unwrap();
    let lease = store.acquire("a").await.unwrap();
    store
        .call(|db| {
            let pages: i64 = db
                .conn
                .pragma_query_value(None, "page_count", |row| row.get(0))?;
            db.conn
                .pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(()))?;
            Ok(())
        })
        .await
        .unwrap();
    let event = |seq: i64, size: usize| {
        Write::Event(EventRow {
            session_id: "a".to_owned(),
            seq,
            json: "x".repeat(size),
            ..EventRow::default()
        })
    };
    let first = lease.next_seq;
    let before = store.stats().await.unwrap();
    let result = store
        .write(vec![event(first, 10), event(first + 1, 100_000)])
        .await;
    assert_eq!(result, Err(StoreError::Full));
    let after = store.stats().await.unwrap();
    assert_eq!((before.events, after.events), (0, 0));
    assert_eq!(store.get_session("a").await.unwrap().last_seq, 0);
    // What fits is still written, with the same number.
    store.write(vec![event(first, 10)]).await.unwrap();
    assert_eq!(store.events_after("a", 0, 10).await.unwrap().len(), 1);
}
