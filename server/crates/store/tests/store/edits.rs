//! Edits: by file, status, turn and id, and those since a turn.
use aside_store::{EditFilter, EditRow, MAX_FILTER_VALUES, Store, Write};

use crate::support::{Folder, check_invalid, check_missing, create, edit, turn};

fn some_edit(session: &str, turn: &str, id: &str, path: &str, status: &str) -> EditRow {
    EditRow {
        turn_id: turn.to_owned(),
        path: path.to_owned(),
        status: status.to_owned(),
        ..edit(session, id, None)
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|it| (*it).to_owned()).collect()
}

async fn fill(store: &Store) {
    create(store, &["a", "b"]).await;
    let mut batch = Vec::new();
    for (session, turn_id) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3")] {
        batch.push(Write::UpsertTurn(turn(session, turn_id, "completed")));
    }
    let moved = EditRow {
        new_path: Some("/project/new".to_owned()),
        kind: "rename".to_owned(),
        ..some_edit("a", "a3", "e6", "/project/old", "applied")
    };
    let rows = [
        some_edit("a", "a1", "e1", "/project/x", "accepted"),
        some_edit("b", "b1", "e2", "/project/x", "applied"),
        some_edit("a", "a1", "e3", "/project/y", "applied"),
        some_edit("a", "a2", "e4", "/project/x", "applied"),
        some_edit("a", "a3", "e5", "/project/new", "rejected"),
        moved,
    ];
    batch.extend(rows.map(Write::UpsertEdit));
    store.write(batch).await.unwrap();
}

#[tokio::test]
async fn edits_are_found_by_what_is_asked() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let check = async |filter: EditFilter, limit: u32, expect: &str| {
        let filter = EditFilter { limit, ..filter };
        let edits = store.edits_where(filter.clone()).await.unwrap();
        let ids: Vec<_> = edits.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.join(" "), expect, "{filter:?}");
    };
    let all = EditFilter::default;
    let of_a = || EditFilter {
        session_id: Some("a".to_owned()),
        ..all()
    };
    let paths = |filter: EditFilter, list: &[&str]| EditFilter {
        paths: texts(list),
        ..filter
    };
    let statuses = |filter: EditFilter, list: &[&str]| EditFilter {
        statuses: texts(list),
        ..filter
    };
    let ids = |filter: EditFilter, list: &[&str]| EditFilter {
        ids: texts(list),
        ..filter
    };
    let turn = |filter: EditFilter, id: &str| EditFilter {
        turn_id: Some(id.to_owned()),
        ..filter
    };
    check(all(), 100, "e1 e2 e3 e4 e5 e6").await;
    check(all(), u32::MAX, "e1 e2 e3 e4 e5 e6").await;
    check(all(), 2, "e5 e6").await;
    check(all(), 0, "e6").await;
    check(of_a(), 100, "e1 e3 e4 e5 e6").await;
    check(of_a(), 3, "e4 e5 e6").await;
    check(paths(all(), &["/project/x"]), 100, "e1 e2 e4").await;
    check(paths(of_a(), &["/project/x"]), 100, "e1 e4").await;
    check(paths(of_a(), &["/project/x"]), 1, "e4").await;
    check(paths(all(), &["/project/new"]), 100, "e5 e6").await;
    check(paths(all(), &["/project/old"]), 100, "e6").await;
    let both = ["/project/old", "/project/new", "/project/y"];
    check(paths(all(), &both), 100, "e3 e5 e6").await;
    check(paths(all(), &["", "' OR 1=1", "/project/%"]), 100, "").await;
    check(statuses(all(), &["applied"]), 100, "e2 e3 e4 e6").await;
    check(statuses(of_a(), &["rejected", "accepted"]), 100, "e1 e5").await;
    check(statuses(all(), &["none"]), 100, "").await;
    check(turn(all(), "a1"), 100, "e1 e3").await;
    check(turn(of_a(), "b1"), 100, "").await;
    check(ids(all(), &["e3", "e1", "e9", "e3"]), 100, "e1 e3").await;
    check(ids(of_a(), &["e2"]), 100, "").await;
    let narrow = paths(turn(of_a(), "a1"), &["/project/x", "/project/y"]);
    check(statuses(narrow, &["applied"]), 100, "e3").await;
    let nowhere = EditFilter {
        session_id: Some("none".to_owned()),
        ..all()
    };
    check(nowhere, 100, "").await;
}

#[tokio::test]
async fn the_lists_of_a_filter_are_bounded() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let many = |count: usize| -> Vec<String> { (0..count).map(|it| format!("e{it}")).collect() };
    let full = EditFilter {
        paths: many(MAX_FILTER_VALUES),
        statuses: many(MAX_FILTER_VALUES),
        ids: many(MAX_FILTER_VALUES),
        ..EditFilter::default()
    };
    assert_eq!(store.edits_where(full.clone()).await, Ok(Vec::new()));
    let more = many(MAX_FILTER_VALUES + 1);
    let paths = EditFilter {
        paths: more.clone(),
        ..full.clone()
    };
    check_invalid(store.edits_where(paths).await, "paths");
    let statuses = EditFilter {
        statuses: more.clone(),
        ..full.clone()
    };
    check_invalid(store.edits_where(statuses).await, "statuses");
    let ids = EditFilter { ids: more, ..full };
    check_invalid(store.edits_where(ids).await, "editIds");
}

#[tokio::test]
async fn an_edit_comes_back_whole_and_keeps_its_place_and_time() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let row = EditRow {
        new_path: Some("/project/new".to_owned()),
        post_image: Some("11".to_owned()),
        ..edit("a", "e1", Some("22"))
    };
    let other = edit("a", "e2", None);
    let batch = [&row, &other].map(|it| Write::UpsertEdit(it.clone()));
    store.write(batch.to_vec()).await.unwrap();
    assert_eq!(store.edits("a").await.unwrap(), [row.clone(), other]);
    let changed = EditRow {
        created_at: "later".to_owned(),
        path: "/project/p".to_owned(),
        new_path: None,
        kind: "delete".to_owned(),
        status: "accepted".to_owned(),
        base_hash: "33".to_owned(),
        pre_image: None,
        post_image: None,
        json: "[]".to_owned(),
        ..row.clone()
    };
    let batch = vec![Write::UpsertEdit(changed.clone())];
    store.write(batch).await.unwrap();
    let expect = EditRow {
        created_at: row.created_at,
        ..changed
    };
    assert_eq!(store.get_edit("e1").await.unwrap(), expect);
    assert_eq!(store.edits("a").await.unwrap()[0], expect);
}

#[tokio::test]
async fn edits_since_a_turn() {
    let folder = Folder::new();
    let store = folder.server("me");
    fill(&store).await;
    let check = async |turn: &str, expect: &str| {
        let edits = store.edits_since_turn("a", turn).await.unwrap();
        let ids: Vec<_> = edits.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.join(" "), expect, "{turn}");
    };
    check("a1", "e1 e3 e4 e5 e6").await;
    check("a2", "e4 e5 e6").await;
    check("a3", "e5 e6").await;
    check_missing(store.edits_since_turn("a", "b1").await, "turn");
    check_missing(store.edits_since_turn("a", "").await, "turn");
    check_missing(store.edits_since_turn("none", "a1").await, "session");
    // An edit that was made late belongs to its turn all the same.
    let late = some_edit("a", "a1", "e7", "/project/x", "applied");
    store.write(vec![Write::UpsertEdit(late)]).await.unwrap();
    check("a2", "e4 e5 e6").await;
    check("a1", "e1 e3 e4 e5 e6 e7").await;
}
