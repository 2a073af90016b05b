//! A database of the first format, with what it held, in the present one.
use aside_store::{EditFilter, EditRow, Store, Write, blob_hash};
use rusqlite::{Connection, params};

use crate::support::{Folder, blob, check_missing, edit, ids};

const FIRST: &str = include_str!("../../migrations/0001_init.sql");

/// Makes a database as the first version left it: two sessions, a turn, an item, three edits.
fn first_format(folder: &Folder) {
    std::fs::create_dir_all(folder.path().parent().unwrap()).unwrap();
    let conn = Connection::open(folder.path()).unwrap();
    conn.execute_batch(FIRST).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    for id in ["a", "b"] {
        conn.execute(
            "INSERT INTO sessions VALUES (?1, NULL, 0, 0, 0, 0, 'u', 'c', NULL, NULL, 't', 't', \
             'w', 'm', 'd', 'ask', 'idle', 1, '{}')",
            [id],
        )
        .unwrap();
    }
    conn.execute_batch(
        "INSERT INTO turns (id, session_id, status, created_at, usage) \
         VALUES ('t', 'a', 'completed', '2026-01-05T00:00:00Z', '{}'); \
         INSERT INTO items (id, session_id, turn_id, kind, status, first_seq, created_at, json) \
         VALUES ('i', 'a', 't', 'toolCall', 'completed', 1, 'c', '{}');",
    )
    .unwrap();
    for (id, session, turn, pre_image) in [
        ("e1", "a", "t", Some(blob_hash(b"only a"))),
        ("e2", "a", "lost", Some(blob_hash(b"both"))),
        ("e3", "b", "lost", Some(blob_hash(b"both"))),
        ("e4", "b", "lost", None),
    ] {
        conn.execute(
            "INSERT INTO edits (id, session_id, turn_id, item_id, path, kind, status, base_hash, \
             pre_image, json) VALUES (?1, ?2, ?3, 'i', 'src/lib.rs', 'modify', 'applied', '00', \
             ?4, '{}')",
            params![id, session, turn, pre_image],
        )
        .unwrap();
    }
    for data in [&b"only a"[..], b"both", b""] {
        conn.execute(
            "INSERT INTO blobs VALUES (?1, ?2)",
            params![blob_hash(data), data],
        )
        .unwrap();
    }
    conn.close().unwrap();
}

async fn check_held(store: &Store) {
    let made =
        |id: &str, session: &str, turn: &str, created_at: &str, pre: Option<&[u8]>| EditRow {
            turn_id: turn.to_owned(),
            created_at: created_at.to_owned(),
            ..edit(session, id, pre.map(blob_hash).as_deref())
        };
    assert_eq!(
        store.edits("a").await.unwrap(),
        [
            made("e1", "a", "t", "2026-01-05T00:00:00Z", Some(b"only a")),
            made("e2", "a", "lost", "", Some(b"both")),
        ]
    );
    assert_eq!(
        store.edits("b").await.unwrap(),
        [
            made("e3", "b", "lost", "", Some(b"both")),
            made("e4", "b", "lost", "", None),
        ]
    );
    for data in [&b"only a"[..], b"both", b""] {
        assert_eq!(store.blob(blob_hash(data)).await.unwrap(), data);
    }
    assert_eq!(ids(&store.history("a").await.unwrap()), ["i"]);
    assert_eq!(store.rewound_by("a", "t").await, Ok(None));
}

#[tokio::test]
async fn what_the_first_format_held_is_kept() {
    let folder = Folder::new();
    first_format(&folder);
    let store = folder.server("me");
    assert_eq!(store.stats().await.unwrap().version, 9);
    check_held(&store).await;
    let by_path = EditFilter {
        paths: vec!["src/lib.rs".to_owned()],
        limit: 10,
        ..EditFilter::default()
    };
    assert_eq!(store.edits_where(by_path).await.unwrap().len(), 4);
    // A blob that is written again is one with the old one.
    store.write(vec![blob(b"both")]).await.unwrap();
    store.close().await.unwrap();

    let store = folder.server("next");
    check_held(&store).await;
    let mut row = edit("a", "e1", None);
    row.post_image = Some(blob_hash(b"both"));
    store.write(vec![Write::UpsertEdit(row)]).await.unwrap();
    store.delete_session("a").await.unwrap();
    check_missing(store.blob(blob_hash(b"only a")).await, "blob");
    assert_eq!(store.blob(blob_hash(b"both")).await.unwrap(), b"both");
    store.delete_session("b").await.unwrap();
    check_missing(store.blob(blob_hash(b"both")).await, "blob");
}

#[tokio::test]
async fn many_servers_upgrade_one_database_at_once() {
    let folder = Folder::new();
    first_format(&folder);
    let opened: Vec<Store> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|it| {
                let folder = &folder;
                scope.spawn(move || folder.server(&format!("s{it}")))
            })
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    for store in &opened {
        check_held(store).await;
    }
}

#[tokio::test]
async fn a_first_format_with_other_tables_than_its_own_is_damage() {
    for damage in ["CREATE TABLE rewinds (a)", "DROP TABLE blobs"] {
        let folder = Folder::new();
        first_format(&folder);
        let conn = Connection::open(folder.path()).unwrap();
        conn.execute_batch(damage).unwrap();
        conn.close().unwrap();
        let opened = folder.open("me").unwrap();
        let aside = Connection::open(opened.moved_aside.expect("it is moved aside")).unwrap();
        // The step was not done by half.
        let version: i64 = aside
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        let kept: i64 = aside
            .query_row(
                "SELECT count(*) FROM edits WHERE pre_image <> ''",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!((version, kept), (1, 3), "{damage}");
        let columns = aside.prepare("SELECT * FROM edits").unwrap().column_count();
        assert_eq!(columns, 11, "{damage}");
        assert_eq!(opened.store.stats().await.unwrap().version, 9);
    }
}

#[tokio::test]
async fn an_edit_of_no_session_does_not_stop_an_upgrade() {
    let folder = Folder::new();
    first_format(&folder);
    let conn = Connection::open(folder.path()).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    conn.execute("DELETE FROM sessions WHERE id = 'b'", [])
        .unwrap();
    conn.close().unwrap();
    let store = folder.server("me");
    assert_eq!(store.edits("a").await.unwrap().len(), 2);
    assert_eq!(store.blob(blob_hash(b"both")).await.unwrap(), b"both");
}
