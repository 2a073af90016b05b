//! Opening: new, again, at once, locked, newer; and closing.
use std::time::Duration;

use aside_store::{Store, StoreError};
use rusqlite::Connection;

use crate::support::{Folder, create, options};

#[tokio::test]
async fn opening_again_finds_what_was_written() {
    let folder = Folder::new();
    for id in ["a", "b", "c"] {
        let store = folder.server("me");
        create(&store, &[id]).await;
        store.close().await.unwrap();
        // The log is written back and this server's lock is gone.
        assert_eq!(folder.files(), Vec::<String>::new());
        let mut names: Vec<_> = std::fs::read_dir(folder.path().parent().unwrap())
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["aside.db", "aside.db-guard"]);
    }
    let store = folder.server("me");
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.sessions, stats.version), (3, 9));
    assert!(stats.bytes > 0);
    assert_eq!(stats.path, folder.path());
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = Folder::new();
    let store = folder.server("me");
    let other = store.clone();
    store.close().await.unwrap();
    store.close().await.unwrap();
    other.close().await.unwrap();
    assert_eq!(other.get_session("a").await, Err(StoreError::Closed));
    assert_eq!(other.write(Vec::new()).await, Err(StoreError::Closed));
}

#[tokio::test]
async fn dropping_all_handles_closes() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    store.acquire("a").await.unwrap();
    let watcher = folder.server("watcher");
    drop(store.clone());
    assert_eq!(watcher.is_alive("me"), Ok(true));
    drop(store);
    let gone = async {
        while watcher.is_alive("me").unwrap() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .unwrap();
}

#[tokio::test]
async fn many_servers_open_a_new_database_at_once() {
    for round in 0..5 {
        let folder = Folder::new();
        let opened: Vec<Store> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|it| {
                    let folder = &folder;
                    scope.spawn(move || folder.server(&format!("s{round}-{it}")))
                })
                .collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        for (number, store) in opened.iter().enumerate() {
            create(store, &[&number.to_string()]).await;
        }
        assert_eq!(opened[0].stats().await.unwrap().sessions, 8);
    }
}

#[test]
fn one_id_is_one_server() {
    let folder = Folder::new();
    let _first = folder.server("me");
    assert!(folder.open("me").is_err());
    for id in ["", "a/b", "..", "a b", "é", &"x".repeat(65)] {
        let error = folder.open(id).unwrap_err();
        assert!(
            matches!(error, StoreError::Invalid { .. }),
            "{id:?}: {error}"
        );
    }
}

#[tokio::test]
async fn a_lock_that_lasts_too_long_is_told_and_nothing_is_moved() {
    let folder = Folder::new();
    let store = folder.server("first");
    create(&store, &["a"]).await;
    store.close().await.unwrap();
    let short = Duration::from_millis(50);
    let store = folder.open_within("me", short).unwrap().store;
    let other = Connection::open(folder.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(store.acquire("a").await, Err(StoreError::Locked));
    assert_eq!(store.write(Vec::new()).await, Err(StoreError::Locked));
    assert_eq!(store.get_session("a").await.unwrap().id, "a");
    other.execute_batch("ROLLBACK").unwrap();
    store.acquire("a").await.unwrap();
}

#[test]
fn a_database_locked_while_it_is_opened_is_not_moved() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().parent().unwrap()).unwrap();
    // With a rollback journal the lock keeps readers out as well.
    let other = Connection::open(folder.path()).unwrap();
    other
        .execute_batch("CREATE TABLE t (a); BEGIN EXCLUSIVE; INSERT INTO t VALUES (1)")
        .unwrap();
    let result = folder.open_within("me", Duration::from_millis(50));
    assert_eq!(result.unwrap_err(), StoreError::Locked);
    other.execute_batch("COMMIT").unwrap();
    let opened = folder.open("me").unwrap();
    assert_eq!(opened.moved_aside, None);
    let kept: i64 = other
        .query_row("SELECT a FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    store.close().await.unwrap();
    let other = Connection::open(folder.path()).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    other.close().unwrap();
    let before = std::fs::read(folder.path()).unwrap();
    let error = folder.open("me").unwrap_err();
    let StoreError::Newer { found, known, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((*found, *known), (99, 9));
    assert!(error.to_string().contains("update Aside"));
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
}

#[test]
fn what_cannot_be_opened_is_told() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let error = folder.open("me").unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let below_a_file = options(file.path(), "me", Duration::from_millis(50));
    let error = Store::open(below_a_file).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}
