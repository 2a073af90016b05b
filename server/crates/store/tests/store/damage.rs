//! Damaged files: moved aside, never deleted, and never pulled away from a live server.
use std::os::unix::fs::FileExt;

use aside_store::{Store, StoreError, Write};
use rusqlite::Connection;

use crate::support::{Folder, create, item, session};

const PAGE: usize = 4096;

fn write_at(folder: &Folder, offset: u64, bytes: &[u8]) {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.path())
        .unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

/// Opens a damaged database and checks that its bytes are kept and a new one works.
async fn check_moved(folder: &Folder) -> Store {
    let bytes = std::fs::read(folder.path()).unwrap();
    let opened = folder.open("after").unwrap();
    let aside = opened.moved_aside.expect("it is moved aside");
    let name = aside.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("aside.db.corrupt-"), "{name}");
    assert_eq!(std::fs::read(&aside).unwrap(), bytes);
    let store = opened.store;
    assert_eq!(store.stats().await.unwrap().sessions, 0);
    create(&store, &["new"]).await;
    store
}

async fn filled(folder: &Folder, bytes: usize) {
    let store = folder.server("before");
    create(&store, &["a"]).await;
    let rows = (0..bytes / 1000).map(|number| {
        let mut row = item("a", "t", &format!("i{number}"), "completed");
        row.json = format!("\"{}\"", "x".repeat(900));
        Write::UpsertItem(row)
    });
    store.write(rows.collect()).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn garbage_is_moved_aside() {
    for garbage in [
        b"hello".to_vec(),
        vec![0xff; 100_000],
        b"SQLite format 3\0 and then not".to_vec(),
        [b"SQLite format 3\0".to_vec(), vec![0xaa; 50_000]].concat(),
    ] {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path().parent().unwrap()).unwrap();
        #[allow(
            clippy::disallowed_methods,
            reason = "the test damages its own database"
        )]
        std::fs::write(folder.path(), garbage).unwrap();
        let store = check_moved(&folder).await;
        store.close().await.unwrap();
        // The next start finds the new one in order.
        let store = folder.server("next");
        assert_eq!(store.get_session("new").await.unwrap().id, "new");
    }
}

#[tokio::test]
async fn a_truncated_database_is_moved_aside() {
    for keep in [100, PAGE, 10 * PAGE, 10 * PAGE + 7] {
        let folder = Folder::new();
        filled(&folder, 100_000).await;
        let file = std::fs::OpenOptions::new().write(true).open(folder.path());
        file.unwrap().set_len(keep as u64).unwrap();
        check_moved(&folder).await;
    }
}

#[tokio::test]
async fn a_flipped_page_of_a_small_database_is_found_at_the_start() {
    let folder = Folder::new();
    filled(&folder, 100_000).await;
    let pages = std::fs::metadata(folder.path()).unwrap().len() / PAGE as u64;
    write_at(&folder, (pages - 2) * PAGE as u64, &[0xa5; PAGE]);
    check_moved(&folder).await;
}

#[tokio::test]
async fn missing_tables_are_damage() {
    let folder = Folder::new();
    filled(&folder, 1000).await;
    let other = Connection::open(folder.path()).unwrap();
    other.execute_batch("DROP TABLE events").unwrap();
    other.close().unwrap();
    check_moved(&folder).await;
}

#[tokio::test]
async fn damage_met_at_run_time_is_told_and_repaired_by_the_next_start() {
    let folder = Folder::new();
    filled(&folder, 3_000_000).await;
    let pages = std::fs::metadata(folder.path()).unwrap().len() / PAGE as u64;
    write_at(&folder, pages / 2 * PAGE as u64, &[0xa5; PAGE]);
    let store = folder.server("during");
    create(&store, &["b"]).await;
    let error = store.history("a").await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("restart"), "{error}");
    // Nothing is written into a damaged file, but what can be read is read.
    let write = vec![Write::CreateSession(session("c"))];
    let refused = store.write(write).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    assert_eq!(store.get_session("b").await.unwrap().id, "b");

    // Another server must not pull the file away from under the first.
    let error = folder
        .open_within("other", std::time::Duration::from_millis(50))
        .unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    store.close().await.unwrap();
    check_moved(&folder).await;
}

#[tokio::test]
async fn a_suspicion_that_is_wrong_moves_nothing() {
    let folder = Folder::new();
    filled(&folder, 3_000_000).await;
    let mark = folder.path().with_file_name("aside.db-suspect");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.open(&mark).unwrap();
    let store = folder.server("me");
    assert_eq!(store.get_session("a").await.unwrap().id, "a");
    assert!(!mark.exists());
}

#[tokio::test]
async fn many_servers_meet_one_damaged_file() {
    let folder = Folder::new();
    filled(&folder, 100_000).await;
    write_at(&folder, 0, &[0xa5; PAGE]);
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|it| {
                let folder = &folder;
                scope.spawn(move || folder.open(&format!("s{it}")).unwrap())
            })
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let moved: Vec<_> = opened
        .iter()
        .filter(|it| it.moved_aside.is_some())
        .collect();
    assert_eq!(moved.len(), 1);
    for (number, opened) in opened.iter().enumerate() {
        create(&opened.store, &[&number.to_string()]).await;
    }
    assert_eq!(opened[0].store.stats().await.unwrap().sessions, 6);
}
