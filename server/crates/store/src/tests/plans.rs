//! How SQLite goes about the queries: by an index, in the index's order.
use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::open;
use crate::edit_rows::EditFilter;
use crate::rows::SessionFilter;
use crate::{Store, blobs, edits, events, items, lease, ledger, rewinds, sessions};

async fn plan(store: &Store, sql: &str) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    store
        .call(move |db| {
            let mut statement = db.conn.prepare(&sql)?;
            let rows = statement.raw_query();
            let lines: Vec<String> = rows.mapped(|row| row.get(3)).collect::<Result<_, _>>()?;
            Ok(lines.join("\n"))
        })
        .await
        .unwrap()
}

async fn check(store: &Store, sql: &str, expect: Expect) {
    expect.assert_eq(&plan(store, sql).await);
}

#[tokio::test]
async fn hot_queries_use_indexes() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let one = "SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)";
    assert_eq!(plan(&store, sessions::SESSION).await, one);
    assert_eq!(plan(&store, items::LAST_SEQ).await, one);
    check(
        &store,
        items::NEWEST,
        expect![[r#"
            SEARCH items USING INDEX items_of_session (session_id=?)
            LIST SUBQUERY 1
            SEARCH turns USING INDEX turns_rewound (session_id=?)
            CREATE BLOOM FILTER"#]],
    )
    .await;
    check(
        &store,
        items::BEFORE,
        expect![[r#"
            SEARCH items USING INDEX items_of_session (session_id=? AND rowid<?)
            LIST SUBQUERY 1
            SEARCH turns USING INDEX turns_rewound (session_id=?)
            CREATE BLOOM FILTER"#]],
    )
    .await;
    check(
        &store,
        items::AFTER,
        expect![[r#"
            SEARCH items USING INDEX items_of_session (session_id=? AND rowid>?)
            LIST SUBQUERY 1
            SEARCH turns USING INDEX turns_rewound (session_id=?)
            CREATE BLOOM FILTER"#]],
    )
    .await;
    check(
        &store,
        items::HISTORY,
        expect![[r#"
            SEARCH items USING INDEX items_of_session (session_id=?)
            LIST SUBQUERY 1
            SEARCH turns USING INDEX turns_rewound (session_id=?)
            CREATE BLOOM FILTER"#]],
    )
    .await;
    check(
        &store,
        items::TURN,
        expect!["SEARCH turns USING INDEX sqlite_autoindex_turns_1 (id=?)"],
    )
    .await;
    check(
        &store,
        items::TURNS_OF_STATUS,
        expect!["SEARCH turns USING INDEX turns_by_status (session_id=? AND status=?)"],
    )
    .await;
    check(
        &store,
        items::FIND_CLIENT_MESSAGE,
        expect![[r#"
            COMPOUND QUERY
            LEFT-MOST SUBQUERY
            SEARCH client_messages USING PRIMARY KEY (session_id=? AND client_message_id=?)
            SEARCH turns USING INDEX sqlite_autoindex_turns_1 (id=?)
            UNION ALL
            SEARCH steers USING INDEX steers_of_session (session_id=?)"#]],
    )
    .await;
    check(
        &store,
        lease::FOREIGN_OWNED,
        expect!["SEARCH sessions USING INDEX sessions_owned (owner>?)"],
    )
    .await;
    check(
        &store,
        lease::RUNNING_TURNS,
        expect!["SEARCH turns USING INDEX turns_by_status (session_id=? AND status=?)"],
    )
    .await;
    check(
        &store,
        lease::OPEN_ITEMS,
        expect!["SEARCH items USING INDEX items_of_session (session_id=?)"],
    )
    .await;
    check(
        &store,
        lease::DELTAS,
        expect!["SEARCH events USING INDEX sqlite_autoindex_events_1 (session_id=? AND seq>?)"],
    )
    .await;
    check(
        &store,
        events::EVENTS_AFTER,
        expect!["SEARCH events USING INDEX sqlite_autoindex_events_1 (session_id=? AND seq>?)"],
    )
    .await;
    check(
        &store,
        events::FOREIGN_EVENTS,
        expect!["SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"],
    )
    .await;
    check(&store, events::MAX_ROWID, expect!["SEARCH events"]).await;
    check(
        &store,
        edits::EDITS,
        expect!["SEARCH edits USING INDEX edits_of_session (session_id=?)"],
    )
    .await;
    check(
        &store,
        edits::EDIT,
        expect!["SEARCH edits USING INDEX sqlite_autoindex_edits_1 (id=?)"],
    )
    .await;
    check(
        &store,
        blobs::BLOB,
        expect!["SEARCH blobs USING INDEX sqlite_autoindex_blobs_1 (hash=?)"],
    )
    .await;
}

#[tokio::test]
async fn queries_of_edits_and_rewinds_use_indexes() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    check(
        &store,
        edits::EDITS_SINCE,
        expect![[r#"
        SEARCH edits USING INDEX edits_of_session (session_id=?)
        LIST SUBQUERY 1
        SEARCH turns USING INDEX turns_of_session (session_id=? AND rowid>?)
        CREATE BLOOM FILTER"#]],
    )
    .await;
    check(
        &store,
        rewinds::REWIND,
        expect!["SEARCH rewinds USING INDEX sqlite_autoindex_rewinds_1 (id=?)"],
    )
    .await;
    check(
        &store,
        rewinds::LAST_REWIND,
        expect!["SEARCH rewinds USING INDEX rewinds_of_session (session_id=?)"],
    )
    .await;
    check(
        &store,
        rewinds::TURN_POSITION,
        expect!["SEARCH turns USING INDEX sqlite_autoindex_turns_1 (id=?)"],
    )
    .await;
    check(
        &store,
        rewinds::NEWER_TURN,
        expect!["SEARCH turns USING INDEX turns_of_session (session_id=? AND rowid>?)"],
    )
    .await;
    check(
        &store,
        rewinds::SET_REWOUND,
        expect!["SEARCH turns USING INDEX turns_of_session (session_id=? AND rowid>?)"],
    )
    .await;
    check(
        &store,
        rewinds::CLEAR_REWOUND,
        expect!["SEARCH turns USING INDEX turns_rewound (session_id=?)"],
    )
    .await;
    check(
        &store,
        rewinds::NOTES,
        expect!["SEARCH notes USING INDEX notes_of_session (session_id=?)"],
    )
    .await;
    check(
        &store,
        rewinds::FORGET_NOTES,
        expect![[r#"
        SEARCH notes USING COVERING INDEX notes_of_session (session_id=? AND rowid<?)
        SCALAR SUBQUERY 1
        SEARCH notes USING COVERING INDEX notes_of_session (session_id=?)"#]],
    )
    .await;
    check(
        &store,
        ledger::ADD_ATTEMPT,
        expect![[r#"
        SCALAR SUBQUERY 1
        SEARCH attempts USING INDEX attempts_of_turn (session_id=? AND turn_id=? AND path=?)"#]],
    )
    .await;
    check(
        &store,
        ledger::ATTEMPTS_AFTER,
        expect!["SEARCH attempts USING INTEGER PRIMARY KEY (rowid>?)"],
    )
    .await;
    check(
        &store,
        blobs::USED,
        expect!["SEARCH blob_uses USING PRIMARY KEY (session_id=?)"],
    )
    .await;
    check(
        &store,
        blobs::DELETE_UNUSED,
        expect![[r#"
        SEARCH blobs USING INDEX sqlite_autoindex_blobs_1 (hash=?)
        SCALAR SUBQUERY 1
        SEARCH blob_uses USING COVERING INDEX blob_uses_by_hash (hash=?)"#]],
    )
    .await;
}

#[tokio::test]
async fn every_filter_of_edits_uses_an_index() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let one = || vec!["x".to_owned()];
    let mut plans = Vec::new();
    for session_id in [None, Some("s".to_owned())] {
        let all = || EditFilter {
            session_id: session_id.clone(),
            ..EditFilter::default()
        };
        let filters = [
            all(),
            EditFilter {
                turn_id: Some("t".to_owned()),
                ..all()
            },
            EditFilter {
                paths: one(),
                ..all()
            },
            EditFilter {
                paths: one(),
                statuses: one(),
                ..all()
            },
            EditFilter {
                ids: one(),
                ..all()
            },
        ];
        for filter in filters {
            let (sql, _) = edits::edits_query(&filter).unwrap();
            plans.push(plan(&store, &sql).await);
        }
    }
    expect![[r#"
        SCAN edits

        SEARCH edits USING INDEX edits_of_turn (turn_id=?)

        MULTI-INDEX OR
        INDEX 1
        SEARCH edits USING INDEX edits_by_path (path=?)
        INDEX 2
        SEARCH edits USING INDEX edits_by_new_path (new_path=?)
        USE TEMP B-TREE FOR ORDER BY

        MULTI-INDEX OR
        INDEX 1
        SEARCH edits USING INDEX edits_by_path (path=?)
        INDEX 2
        SEARCH edits USING INDEX edits_by_new_path (new_path=?)
        USE TEMP B-TREE FOR ORDER BY

        SEARCH edits USING INDEX sqlite_autoindex_edits_1 (id=?)

        SEARCH edits USING INDEX edits_of_session (session_id=?)

        SEARCH edits USING INDEX edits_of_turn (turn_id=?)

        SEARCH edits USING INDEX edits_of_session (session_id=?)

        SEARCH edits USING INDEX edits_of_session (session_id=?)

        SEARCH edits USING INDEX sqlite_autoindex_edits_1 (id=?)"#]]
    .assert_eq(&plans.join("\n\n"));
}

#[tokio::test]
async fn every_list_of_sessions_reads_an_index_in_its_order() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let cursor = crate::cursor::SessionCursor {
        pinned: false,
        updated_at: String::new(),
        id: String::new(),
    };
    let mut plans = std::collections::BTreeSet::new();
    for pinned in [None, Some(true)] {
        for query in [None, Some("x".to_owned())] {
            for cursor in [None, Some(cursor.encode())] {
                for project_id in [None, Some("p".to_owned())] {
                    let filter = SessionFilter {
                        cursor: cursor.clone(),
                        query: query.clone(),
                        pinned,
                        project_id,
                        ..SessionFilter::default()
                    };
                    let (sql, _) = sessions::list_query(&filter).unwrap();
                    plans.insert(plan(&store, &sql).await);
                }
            }
        }
    }
    let plans: Vec<_> = plans.into_iter().collect();
    expect![[r#"
        SEARCH sessions USING INDEX sessions_listed (archived=? AND (pinned,updated_at,id)<(?,?,?))
        SEARCH sessions USING INDEX sessions_listed (archived=? AND pinned=? AND (updated_at,id)<(?,?))
        SEARCH sessions USING INDEX sessions_listed (archived=? AND pinned=?)
        SEARCH sessions USING INDEX sessions_listed (archived=?)
        SEARCH sessions USING INDEX sessions_of_project (project_id=? AND archived=? AND (pinned,updated_at,id)<(?,?,?))
        SEARCH sessions USING INDEX sessions_of_project (project_id=? AND archived=? AND pinned=? AND (updated_at,id)<(?,?))
        SEARCH sessions USING INDEX sessions_of_project (project_id=? AND archived=? AND pinned=?)
        SEARCH sessions USING INDEX sessions_of_project (project_id=? AND archived=?)"#]].assert_eq(&plans.join("\n"));
}
